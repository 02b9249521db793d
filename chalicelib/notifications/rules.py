"""What becomes one notification, which of several is shown, and what a further one changes. Pure.

Called by `hearing` and `keeping`. Everything is independent of the order in which events come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from typing import Any

from ..platform.clock import iso
from ..platform.fact import frozen
from ..platform.ids import derived_id, earliest_id

#: What was noticed later than this is told together with what else was …
LATE = timedelta(minutes=15)
#: … in such a span of time.
WINDOW = timedelta(minutes=10)
#: Hex digits of an id that tell apart what happened at one time.
APART = 16


@frozen
class Told:
    """What one event tells one agent.

    `step` names what several steps of are one notification, at the same moment (a clock);
    of it the one of the highest `rank` is shown. `late_by` in seconds.
    """

    agent_id: str
    event_id: str
    kind: str
    link: str
    at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)
    step: str | None = None
    rank: int = 0
    late_by: int = 0

    @property
    def member(self) -> str:
        """What counts once, however many events tell of it."""
        return self.step or self.event_id


@frozen
class Place:
    """Where something told is kept: `id` sorts by time. `late`: together with others."""

    id: str
    at: datetime
    late: bool = False


def place(told: Told, *, together: bool) -> Place:
    """The notification that what is told belongs to; the same whenever it is asked.

    `together`: those noticed late are one for every window, of each agent.
    """
    if told.step is None:
        return Place(id=_id(told.event_id, told.agent_id, told.event_id), at=told.at)
    if together and told.late_by > LATE.total_seconds():
        span = int(WINDOW.total_seconds())
        since = told.at - timedelta(seconds=told.at.timestamp() % span)
        return Place(id=_id_at(since, told.agent_id, "late"), at=since, late=True)
    return Place(id=_id_at(told.at, told.agent_id, told.step), at=told.at)


def _id_at(moment: datetime, agent_id: str, what: str) -> str:
    return _id(earliest_id(moment), agent_id, f"{what}@{iso(moment)}")


def _id(when: str, agent_id: str, what: str) -> str:
    return f"{when}-{derived_id('notification', agent_id, what)[:APART]}"


@frozen
class Content:
    """What a notification says: the worst of those told together, and how many they are."""

    kind: str
    link: str
    data: Mapping[str, Any]
    rank: int
    late_by: int
    count: int = 1


def folded(
    known: Content | None, told: Sequence[Told], *, counted: frozenset[str]
) -> Content | None:
    """A notification with what is told besides; None where that adds nothing.

    `counted`: the members it has already.
    """
    more = len({one.member for one in told} - counted)
    worst = max(told, key=_weight)
    if known is not None and more == 0 and _weight(worst) <= _of(known):
        return None
    count = more if known is None else known.count + more
    if known is not None and _weight(worst) <= _of(known):
        return _counting(known, count)
    return Content(
        kind=worst.kind,
        link=worst.link,
        data=dict(worst.data),
        rank=worst.rank,
        late_by=worst.late_by,
        count=count,
    )


def _counting(known: Content, count: int) -> Content:
    return Content(
        kind=known.kind,
        link=known.link,
        data=known.data,
        rank=known.rank,
        late_by=known.late_by,
        count=count,
    )


def _weight(told: Told) -> tuple[int, int, str]:
    return told.rank, told.late_by, told.link


def _of(known: Content) -> tuple[int, int, str]:
    return known.rank, known.late_by, known.link


def by_agent(told: Iterable[Told]) -> dict[str, list[Told]]:
    """What each agent is told, in the order it came."""
    found: dict[str, list[Told]] = {}
    for one in told:
        found.setdefault(one.agent_id, []).append(one)
    return found
