"""`Idempotency-Key`: the answer of a command, kept in the command's own transaction.

Used by `http` alone. Source of the header's meaning: draft-ietf-httpapi-idempotency-key-header.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from pynamodb.exceptions import QueryError

from . import store
from .clock import iso
from .control import ONLY, Control, control, epoch
from .errors import Invalid
from .ids import digest

KEPT_FOR = timedelta(hours=48)
LONGEST_KEY = 255


class KeyReused(Invalid):
    code, title = "idempotency_key_reused", "The key was used for another request"

    def __init__(self) -> None:
        super().__init__(field="Idempotency-Key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A finished response, fit to be given again letter for letter."""

    status: int
    body: str
    etag: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
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
    try:
        return [(item.pk, item.sk) for item in Control.by_listing.query(_answers(profile_id))]
    except QueryError as error:
        raise store.failure(store.code_of(error)) from error


def forget(profile_id: str) -> int:
    """Remove every kept answer that tells of a profile; returns how many."""
    return store.remove(Control, kept_of(profile_id))


def earlier_answer(key: Key) -> Answer | None:
    """The first answer under this key. Raises `KeyReused` when the body differs."""
    item = store.get(Control, key.id, ONLY)
    if item is None:
        return None
    if item.data["request"] != key.body:
        raise KeyReused
    return Answer(status=item.data["status"], body=item.data["body"], etag=item.data["etag"])


def keep(key: Key, answer: Answer, *, now: datetime, about: str | None = None) -> store.Write:
    """The write that keeps an answer, for the command's transaction.

    `about` is the profile it tells of: the answer then ends with them (`forget`).
    """
    item = control(
        key.id,
        listing=None if about is None else _answers(about),
        listed_at=None if about is None else iso(now),
        expires_at=epoch(now + KEPT_FOR),
        data={
            "request": key.body,
            "status": answer.status,
            "body": answer.body,
            "etag": answer.etag,
        },
    )
    return store.put("idempotency", item)
