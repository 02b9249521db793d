"""Unproved evidence of who somebody may be, and who else has the same.

A phone typed into a form or written in a chat proves nothing: it may be a
sister's. It is kept beside the profile it came with, under a keyed digest, so
that one look finds everybody who came with the same. Called by
`customer.resolving`, and by `knowing` to compare two people.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..platform import store
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.fact import frozen
from . import listed
from .blocking import BLOCKED, blocked_key
from .identities import ANY_ACCOUNT, MOST_SHARING, Value
from .model import (
    IDENTITY,
    ONLY,
    PROFILE,
    AnyItem,
    Identity,
    Mention,
    Profile,
    identity_pk,
    mention_pk,
)

#: Identities looked at when two people are compared; who has more is no person.
MOST_COMPARED = 100
#: Values kept in one transaction, each with a check of its profile.
MOST_TOGETHER = store.MOST_WRITES // 2


@frozen
class Told:
    """What came with an original at once, and how: form, message, import."""

    profile_id: str
    values: tuple[Value, ...]
    how: str
    message_id: str | None = None


@frozen
class News:
    """A value that an original did not come with before, and whose it is proved to be."""

    told: Told
    value: Value
    proved: str | None


Seen = dict[tuple[str, str], AnyItem]


def news(told: Sequence[Told]) -> list[News]:
    """Of many statements those values that are new, by one read of all that bears on them.

    Left out: what is nobody's (`blocked`), what came with the profile before or
    is proved to be theirs, and everything of who is erased.
    """
    pairs = [(one, value) for one in told for value in one.values]
    keys = {key for one, value in pairs for key in _keys(one.profile_id, value)}
    seen = store.get_many(AnyItem, keys, consistent=True) if keys else {}
    return [
        News(told=one, value=value, proved=_owner(value, seen))
        for one, value in pairs
        if _is_new(one.profile_id, value, seen)
    ]


def _keys(profile_id: str, value: Value) -> tuple[tuple[str, str], ...]:
    return (
        (profile_id, PROFILE),
        (mention_pk(value.kind, value.value), profile_id),
        (BLOCKED, blocked_key(value.kind, value.value)),
        (identity_pk(value.kind, ANY_ACCOUNT, value.value), ONLY),
    )


def _is_new(profile_id: str, value: Value, seen: Seen) -> bool:
    profile, mention, blocked, _ = (seen.get(key) for key in _keys(profile_id, value))
    here = profile is not None and profile.erased_at is None
    return here and mention is None and blocked is None and _owner(value, seen) != profile_id


def _owner(value: Value, seen: Seen) -> str | None:
    found = seen.get((identity_pk(value.kind, ANY_ACCOUNT, value.value), ONLY))
    return None if found is None else str(found.origin_id or found.profile_id)


def keep(found: Sequence[News], context: Context) -> None:
    """Keep news, all in one transaction; when that is refused, each value by itself.

    Refused is what an earlier run kept or whose profile is erased meanwhile: of
    these nothing is left to do.
    """
    items = {(one.told.profile_id, one.value): one for one in reversed(found)}  # the first told
    together = [_mention(one.value, one.told, context) for one in items.values()]
    for start in range(0, len(together), MOST_TOGETHER):
        some = together[start : start + MOST_TOGETHER]
        if not _kept(some) and len(some) > 1:
            for item in some:
                _kept([item])


def _kept(items: Sequence[Mention]) -> bool:
    alive = Profile.pk.exists() & Profile.erased_at.does_not_exist()
    whose = dict.fromkeys(str(item.sk) for item in items)
    checks = [store.check("profile", store.ref(Profile, one, PROFILE), alive) for one in whose]
    try:
        store.commit([*(store.put("mention", item) for item in items), *checks])
    except store.ConditionFailed:
        return False
    return True


def _mention(value: Value, told: Told, context: Context) -> Mention:
    return Mention(
        mention_pk(value.kind, value.value),
        told.profile_id,
        profile_id=told.profile_id,
        kind=value.kind,
        value=value.value,
        how=told.how,
        message_id=told.message_id,
        created_at=iso(context.now),
    )


def sharers(value: Value, *, besides: str) -> list[str]:
    """Other originals that came with a value, the oldest first.

    Empty when more share it than can be one person and theirs.
    """
    found = [one for one in sorted(_mentioned(value)) if one != besides]
    return [] if len(found) > MOST_SHARING else found


def _mentioned(value: Value) -> list[str]:
    found = store.query(Mention, mention_pk(value.kind, value.value), limit=MOST_SHARING + 2)
    return [str(item.sk) for item in found]


def compared(profile_id: str) -> dict[tuple[str, str], int]:
    """How many identities of each kind and account are listed under a profile, up to a hundred."""
    entries = listed.keys(profile_id, f"{IDENTITY}#", most=MOST_COMPARED)
    counted: dict[tuple[str, str], int] = {}
    for item in store.get_many(Identity, entries).values():
        counted[item.kind, item.account] = counted.get((item.kind, item.account), 0) + 1
    return counted
