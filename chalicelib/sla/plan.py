"""From how clocks stand and what was told of them to what is to be told now, and when next. Pure.

Called by `settling`. What was told is read from the same log as everything else, so that no
second reading can tell it twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from ..calendars.defaults import ALWAYS_OPEN, FIRST
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
from .clock import Calendars, Clock, Counting, End, Target
from .rules import Standing
from .steps import Step

BROKEN = 100


@frozen
class Told:
    """What the log says of one clock: `steps` are the per cents at which somebody was told.

    `in_time`: what was said of one that was met; `round`, `target`: as it was named.
    """

    round: int = 1
    target: int = 0
    met: bool = False
    in_time: bool = False
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
            after = step(found.get(key, UNTOLD), event)
            said = event.data
            found[key] = replace(after, round=int(said["round"]), target=int(said["target"]))
    return found


def _stepped(before: Told, event: Recorded) -> Told:
    return replace(before, steps=before.steps | {int(event.data["percent"])})


TELLING: Mapping[str, Callable[[Told, Recorded], Told]] = {
    ClockMet.name: lambda before, event: replace(before, met=True, in_time=event.data["in_time"]),
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
    """In order of time; what is taken back before what takes its place."""
    if one.step is not None:
        return one.at, 2 + one.step.level
    return one.at, int(one.event not in (ClockMetRevoked, ClockBreachRevoked))


def _verdicts(one: Clock, before: Told, calendars: Calendars, now: datetime) -> Iterator[Tell]:
    broken = clocks.broken_at(one, now, calendars)
    if broken is not None and not before.breached:
        yield Tell(event=ClockBreached, clock=one, at=broken, due=broken)
    if broken is None and before.breached:
        yield Tell(event=ClockBreachRevoked, clock=one, at=now)
    met = one.end is End.MET and one.ended_at is not None
    right = met and before.met and before.in_time == (broken is None)
    if before.met and not right:
        yield Tell(event=ClockMetRevoked, clock=one, at=one.ended_at or now)
    if met and one.ended_at is not None and not right:
        yield Tell(event=ClockMet, clock=one, at=one.ended_at, due=broken)


def _steps(
    one: Clock, before: Told, steps: Sequence[Step], calendars: Calendars, now: datetime
) -> tuple[list[Tell], list[datetime]]:
    """The steps reached by now and not told, and the moments of those to come."""
    reached, later = [], []
    due = clocks.due_at(one, calendars)
    for step in steps:
        if step.percent in before.steps:
            continue
        moment = due if step.percent == BROKEN else clocks.at_share(one, step.percent, calendars)
        if moment is None:
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
            yield from _withdrawn(key, before)


def _withdrawn(key: str, before: Told) -> Iterator[Tell]:
    """Of a clock nothing else may be left of: it is named as it was."""
    name, _, started = key.partition("@")
    at = parse(started)
    target = Target(seconds=before.target, counting=Counting(calendar=ALWAYS_OPEN, version=FIRST))
    gone = clocks.start(name, before.round, at, target)
    if before.breached:
        yield Tell(event=ClockBreachRevoked, clock=gone, at=at)
    if before.met:
        yield Tell(event=ClockMetRevoked, clock=gone, at=at)


def shown(
    standing: Standing, calendars: Calendars, *, now: datetime, steps: Sequence[Step] = ()
) -> dict[str, dict[str, Any]]:
    """What lists and forecasts show of a subject's clocks: name → its latest round.

    A moment that is none is left out (an item of 1 KB costs half of a larger one): `due_at`
    while the clock stands still, `warn_at` unless it counts. `state`: running, paused, met,
    cancelled.
    """
    return {
        name: _shown(one, steps, calendars, now) for name, one in sorted(standing.clocks.items())
    }


def warns_at(one: Clock, steps: Sequence[Step], calendars: Calendars) -> datetime | None:
    """When people are warned first; None for a clock that does not count, or without warning."""
    warnings = [step.percent for step in steps if step.level == 0]
    if not one.running or not warnings:
        return None
    return clocks.at_share(one, min(warnings), calendars)


def _shown(
    one: Clock, steps: Sequence[Step], calendars: Calendars, now: datetime
) -> dict[str, Any]:
    state = one.end.value if one.end is not None else "paused" if one.paused else "running"
    moments = {
        "started_at": one.started_at,
        "warn_at": warns_at(one, steps, calendars),
        "due_at": clocks.due_at(one, calendars),
        "ended_at": one.ended_at,
        "broken_at": clocks.broken_at(one, now, calendars),
    }
    said = {name: iso(moment) for name, moment in moments.items() if moment is not None}
    return {"state": state, "round": one.round, "target": one.target.seconds, **said}
