"""What segments keep of a person: in which they are, and where they are counted.

All of it is worked out from other things, so a merge moves nothing: the events
of a merge and of its undoing have both profiles judged anew.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..platform import store
from ..platform.belongings import Belongings, Exported, nothing_moves
from ..platform.context import begin
from . import flows, standing
from .model import STANDING, Member, State, member_pk


def _export(profile_id: str) -> Iterator[Exported]:
    """The segments a profile is in, by name."""
    held = flows.of_customer(profile_id)
    keys = [(member_pk(one.segment_id), profile_id) for one in held]
    members = store.get_many(Member, keys)
    for one, key in zip(held, keys, strict=True):
        member = members.get(key)
        since = None if member is None else member.entered_at
        yield "segments", {"segment": one.name, "entered_at": since}


def _erase(profile_id: str) -> Iterator[int]:
    """Out of every segment, count and histogram, told as leaving is."""
    if store.get(State, profile_id, STANDING) is not None:
        standing.leave(profile_id, begin())
        yield 1


BELONGINGS = Belongings(
    items=(State, Member),
    rehome=nothing_moves,
    export=_export,
    erase=_erase,
)
