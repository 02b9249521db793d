"""`Idempotency-Key`: the answer of a command, kept in the command's own transaction.

Used by `http` alone. Source of the header's meaning: draft-ietf-httpapi-idempotency-key-header.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from . import listing, store
from .clock import iso
from .control import ONLY, Control, control, epoch
from .errors import Invalid
from .fact import frozen
from .ids import digest

KEPT_FOR = timedelta(hours=48)
LONGEST_KEY = 255
MARK = "#of#"


class KeyReused(Invalid):
    code, title = "idempotency_key_reused", "The key was used for another request"

    def __init__(self) -> None:
        super().__init__(field="Idempotency-Key")


@frozen
class Answer:
    """A finished response, fit to be given again letter for letter."""

    status: int
    body: str
    etag: str | None = None


@frozen
class Key:
    """A caller's key for a command: `id` is bound to caller and route, `body` to what was sent."""

    id: str
    body: str


def key_of(header: str, *, caller: str, route: str, body: bytes) -> Key:
    """The key under which an answer is kept. Raises `Invalid` on an unusable header."""
    if not header.strip() or len(header) > LONGEST_KEY:
        raise Invalid(f"1 to {LONGEST_KEY} characters", field="Idempotency-Key")
    return Key(
        id=f"idempotency#{digest(caller, route, header)}",
        body=digest("body", body.decode("utf-8", "surrogateescape")),
    )


def _answers(profile_id: str) -> str:
    return f"answers#{profile_id}"


def kept_of(profile_id: str) -> list[tuple[str, str]]:
    """The keys of answers that tell of a profile."""
    return listing.keys(Control.by_listing, _answers(profile_id))


def forget(profile_id: str) -> int:
    """Remove every kept answer that tells of a profile; returns how many keys there were."""
    keys = kept_of(profile_id)
    whole = [(pk.partition(MARK)[0], sk) for pk, sk in keys]
    return store.remove(Control, list(dict.fromkeys([*whole, *keys])))


def earlier_answer(key: Key) -> Answer | None:
    """The first answer under this key. Raises `KeyReused` when the body differs."""
    item = store.get(Control, key.id, ONLY)
    if item is None:
        return None
    if item.data["request"] != key.body:
        raise KeyReused
    return Answer(status=item.data["status"], body=item.data["body"], etag=item.data["etag"])


def keep(key: Key, answer: Answer, *, now: datetime, about: Sequence[str]) -> list[store.Write]:
    """The writes that keep an answer, for the command's transaction.

    `about` are the profiles it tells of, or what may become somebody's (an order's key): the
    answer ends with any of them (`forget`).
    """
    end = epoch(now + KEPT_FOR)
    listed = [{"listing": _answers(one), "listed_at": iso(now)} for one in about]
    item = control(
        key.id,
        **(listed[0] if listed else {}),
        expires_at=end,
        data={
            "request": key.body,
            "status": answer.status,
            "body": answer.body,
            "etag": answer.etag,
        },
    )
    marks = [
        control(f"{key.id}{MARK}{number}", **more, expires_at=end)
        for number, more in enumerate(listed[1:], start=1)
    ]
    return [store.put("idempotency", one) for one in (item, *marks)]
