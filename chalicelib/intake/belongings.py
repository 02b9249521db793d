"""What intake keeps of a person: their entries in quarantine, and requests nobody could read.

Walked by `chalicelib.customer` in an export and an erasure. Entries are found by
who sent them, so a merge moves nothing. A request nobody could read is theirs
when it names them: by their id on a channel, a phone number or an address.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Any

from ..channels import objects
from ..platform import blobs, quarantine
from ..platform.belongings import Belongings, Exported, nothing_moves
from ..platform.quarantine import Kept
from ..profiles.belongings import identities
from ..profiles.family import find
from .entries import group_of

SHORTEST_MARK = 6  # characters of an id: shorter ones stand in anything


def _of_person(profile_id: str) -> Iterator[Kept]:
    """What is kept of a profile; once they are erased, only what came before that."""
    profile = find(profile_id)
    until = None if profile is None else profile.erased_at
    for kept in _found(profile_id):
        if until is None or kept.at <= until:
            yield kept


def _found(profile_id: str) -> Iterator[Kept]:
    known = list(identities(profile_id))
    for one in known:
        yield from quarantine.of_customer(group_of(one.account, one.value))
    profile = find(profile_id)
    points = [] if profile is None else [*profile.phones, *profile.emails]
    marks = _marks([*(str(one.value) for one in known), *points])
    if marks:
        yield from (kept for kept in quarantine.unreadable() if _names(kept, marks))


def _marks(values: list[str]) -> set[str]:
    """What names a person, as it may be written: a phone with and without its country."""
    national = [value.removeprefix("+84") for value in values]
    return {text.casefold() for text in [*values, *national] if len(text) >= SHORTEST_MARK}


def _names(kept: Kept, marks: set[str]) -> bool:
    body = _entry(kept)
    blob = body.get("blob")
    raw = (blobs.find(blob) or b"") if blob else b64decode(body.get("raw", ""))
    text = raw.decode("utf-8", "replace").casefold()
    return any(mark in text for mark in marks)


def _entry(kept: Kept) -> Mapping[str, Any]:
    body: Mapping[str, Any] = json.loads(quarantine.body_of(kept))
    return body


def _read_from(entry: Mapping[str, Any]) -> list[str]:
    """What a provider put into our bucket for an event that could not be handled."""
    if "payload" not in entry:
        return []
    return objects.kept_for(entry["channel"], lambda: entry["payload"])


def export(profile_id: str) -> Iterator[Exported]:
    """What is kept of a profile's events that could not be handled, as they came."""
    for kept in _of_person(profile_id):
        yield "kept_events", {"at": kept.at, "why": kept.reason, "body": quarantine.body_of(kept)}


def erase(profile_id: str) -> Iterator[int]:
    """Remove a profile's entries, with what they keep in the bucket."""
    for kept in list(_of_person(profile_id)):
        blobs.drop(_read_from(_entry(kept)))
        if kept.reason == quarantine.UNREADABLE and (blob := _entry(kept).get("blob")):
            blobs.drop([blob])
        yield quarantine.forget([kept])


BELONGINGS = Belongings(items=(Kept,), rehome=nothing_moves, export=export, erase=erase)
