"""From how clocks stand and what was told of them to what is to be told now, and when next. Pure.

Called by `flows`. What was told is read from the same log as everything else, so that no
second reading can tell it twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from ..events.clocks import (
    ClockBreached,
    ClockBreachRevoked,
    ClockEscalated,
    ClockMet,
    ClockMetRevoked,
    ClockWarned,
)
from ..platform.clock import iso, parse
from ..platform.eventlog import Recorded
from ..platform.fact import frozen
from . import clock as clocks
from .clock import Calendars, Clock, End
from .rules import Standing
from .steps import Step

BROKEN = 100


@frozen
class Told:
    """What the log says of one clock: `steps` are the per cents at which somebody was told."""

    met: bool = False
    breached: bool = False
    steps: frozenset[int] = frozenset()


UNTOLD = Told()


def told(events: Iterable[Recorded]) -> dict[str, Told]:
    """What was told of each clock, by its key."""
    found: dict[str, Told] = {}
    for event in events:
        step = TELLING.get(event.name)
        if step is not None:
            key = f"{event.data['clock']}@{event.data['started_at']}"
            found[key] = step(found.get(key, UNTOLD), event)
    return found


def _stepped(before: Told, event: Recorded) -> Told:
    return replace(before, steps=before.steps | {int(event.data["percent"])})


TELLING: Mapping[str, Callable[[Told, Recorded], Told]] = {
    ClockMet.name: lambda before, _: replace(before, met=True),
    ClockMetRevoked.name: lambda before, _: replace(before, met=False),
    ClockBreached.name: lambda before, _: replace(before, breached=True),
    ClockBreachRevoked.name: lambda before, _: replace(before, breached=False),
    ClockWarned.name: _stepped,
    ClockEscalated.name: _stepped,
}


@frozen
class Tell:
    """One thing to be told of a clock, at the moment it happened."""

    event: type[
        ClockMet
        | ClockMetRevoked
        | ClockBreached
        | ClockBreachRevoked
        | ClockWarned
        | ClockEscalated
    ]
    clock: Clock
    at: datetime
    step: Step | None = None
    due: datetime | None = None


@frozen
class Plan:
    """All there is to tell by now, in order, and when to look again (None: not by itself)."""

    tell: tuple[Tell, ...]
    next_at: datetime | None


def plan(
    standing: Standing,
    known: Mapping[str, Told],
    steps: Sequence[Step],
    calendars: Calendars,
    *,
    now: datetime,
) -> Plan:
    """What is to be told by `now`. A step is told of a clock that counts; a breach always."""
    tell: list[Tell] = []
    coming: list[datetime] = []
    for one in standing.all:
        before = known.get(one.key, UNTOLD)
        tell += _verdicts(one, before, calendars, now)
        if one.running:
            reached, later = _steps(one, before, steps, calendars, now)
            tell += reached
            coming += later
    tell += _gone(standing, known)
    return Plan(tell=tuple(sorted(tell, key=_order)), next_at=min(coming, default=None))


def _order(one: Tell) -> tuple[datetime, int]:
    return one.at, 0 if one.step is None else 1 + one.step.level


def _verdicts(one: Clock, before: Told, calendars: Calendars, now: datetime) -> Iterator[Tell]:
    broken = clocks.broken_at(one, now, calendars)
    if broken is not None and not before.breached:
        yield Tell(event=ClockBreached, clock=one, at=broken, due=broken)
    if broken is None and before.breached:
        yield Tell(event=ClockBreachRevoked, clock=one, at=now)
    if one.end is End.MET and not before.met and one.ended_at is not None:
        yield Tell(event=ClockMet, clock=one, at=one.ended_at, due=broken)
    if one.end is not End.MET and before.met:
        yield Tell(event=ClockMetRevoked, clock=one, at=now)


def _steps(
    one: Clock, before: Told, steps: Sequence[Step], calendars: Calendars, now: datetime
) -> tuple[list[Tell], list[datetime]]:
    """The steps reached by now and not told, and the moments of those to come."""
    reached, later = [], []
    due = clocks.due_at(one, calendars)
    for step in steps:
        moment = clocks.at_share(one, step.percent, calendars)
        if moment is None or step.percent in before.steps:
            continue
        # Due at ten is kept at ten: what breaks a promise happens after its moment.
        if moment < now or (moment == now and step.percent < BROKEN):
            event = ClockEscalated if step.level else ClockWarned
            reached.append(Tell(event=event, clock=one, at=moment, step=step, due=due))
        else:
            later.append(moment)
    if due is not None and due >= now and not any(step.percent == BROKEN for step in steps):
        later.append(due)
    return reached, later


def _gone(standing: Standing, known: Mapping[str, Told]) -> Iterator[Tell]:
    """Verdicts on rounds that never were: an answer told of late has made others of them."""
    there = {one.key for one in standing.all}
    for key, before in known.items():
        if key not in there and (before.met or before.breached):
            yield from _withdrawn(key, before, standing)


def _withdrawn(key: str, before: Told, standing: Standing) -> Iterator[Tell]:
    name, _, started = key.partition("@")
    model = standing.clocks.get(name)
    if model is None:
        return
    at = parse(started)
    gone = replace(model, started_at=at)
    if before.breached:
        yield Tell(event=ClockBreachRevoked, clock=gone, at=at)
    if before.met:
        yield Tell(event=ClockMetRevoked, clock=gone, at=at)


def shown(standing: Standing, calendars: Calendars, *, now: datetime) -> dict[str, dict[str, Any]]:
    """What lists and forecasts show of a subject's clocks: name → its latest round.

    `due` is null while the clock stands still; `state`: running, paused, met, cancelled.
    """
    return {name: _shown(one, calendars, now) for name, one in sorted(standing.clocks.items())}


def _shown(one: Clock, calendars: Calendars, now: datetime) -> dict[str, Any]:
    due = clocks.due_at(one, calendars)
    broken = clocks.broken_at(one, now, calendars)
    state = one.end.value if one.end is not None else "paused" if one.paused else "running"
    return {
        "state": state,
        "round": one.round,
        "started_at": iso(one.started_at),
        "target": one.target.seconds,
        "due_at": None if due is None else iso(due),
        "ended_at": None if one.ended_at is None else iso(one.ended_at),
        "broken_at": None if broken is None else iso(broken),
    }
