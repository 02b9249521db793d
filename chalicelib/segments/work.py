"""What an entry of the `segmenting` queue asks for; called by `jobs`.

Entries are events of customers (`reactions`), each naming whom to judge anew,
events of segments, and the steps of `walks`. A batch judges each customer once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ..events.customers import SegmentDefined, SegmentRemoved, TierChanged
from ..platform import store
from ..platform.context import SYSTEM, Context
from . import standing, walks
from .model import SEGMENTS, Segment

Body = Mapping[str, Any]


def do(bodies: Sequence[Body], context: Context) -> None:
    """Do what these entries ask for, all of it or raise; twice is as good as once."""
    standing.settle((one for body in bodies for one in customers(body)), context)
    for body in bodies:
        if (step := STEPS.get(body["name"])) is not None:
            step(body, context)


def customers(body: Body) -> Iterator[str]:
    """The profiles an entry is about: both of a merge or its undoing."""
    data = body.get("data") or body
    told = [body.get("profile_id"), data.get("merged_id"), *data.get("profile_ids", ())]
    if body["name"] in STEPS or _ours(body):
        return
    yield from (one for one in told if one is not None)


def _ours(body: Body) -> bool:
    """A tier that we changed was judged with everything else in that moment."""
    return body["name"] == TierChanged.name and bool(body["actor"] == SYSTEM)


def _defined(body: Body, context: Context) -> None:
    segment = store.get(Segment, SEGMENTS, body["data"]["segment_id"])
    if segment is not None:
        walks.begin_walk(segment, context)


def _removed(body: Body, context: Context) -> None:
    walks.clear(body["data"], context)


#: What is not about single customers, by name.
STEPS: dict[str, Callable[[Body, Context], None]] = {
    SegmentDefined.name: _defined,
    SegmentRemoved.name: _removed,
    walks.WALK: walks.walk,
    walks.CLEAR: walks.clear,
}
