"""What was agreed on a matter, how each of its clocks stands by that, and the sums. Pure.

Called by `clocks_api`. Everything follows from the log, as in `rules`: also how it stood under
policies that are no more, and why a clock stood still.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from ..calendars.arithmetic import NeverOpen, elapsed, is_open, next_open, pieces
from ..calendars.rules import Calendar
from ..platform.clock import iso
from ..platform.eventlog import Recorded
from ..platform.fact import frozen
from . import clock as clocks
from . import rules
from .clock import Clock, End, Target
from .plan import TELLING, warns_at
from .rules import NOTHING, Heard, Signal, Standing
from .settling import Basis, Read

#: Why a clock that goes on stood still besides whose turn it was: the matter was done.
DONE = "done"
Stages = Sequence[tuple[Heard, Standing]]


@frozen
class Lapse:
    """A time from one instant to another, or to now: in all, and by the organisation's hours."""

    since: datetime
    until: datetime | None
    wall: int  # seconds
    open: int  # seconds


@frozen
class Stop:
    """A time that did not count; `until` None: it lasts. `why`: whose turn it was, or `done`."""

    since: datetime
    until: datetime | None = None
    why: str


Stops = tuple[Stop, ...]


@frozen
class Moved:
    """What other terms made of one clock; None: there was none before, or is none after."""

    name: str
    target_before: Target | None
    target_after: Target | None
    due_before: datetime | None
    due_after: datetime | None


@frozen
class Terms:
    """What held from `at` on, by which policy of which version.

    `because` is the name of the event that asked for it; None: policies, a calendar or the
    customer's tier were changed. `changes`: trait → before and after.
    """

    at: datetime
    policy: str | None
    version: int
    because: str | None
    changes: Mapping[str, tuple[str | None, str | None]]
    clocks: tuple[Moved, ...]


@frozen
class Live:
    """What a front end counts down by without asking again.

    `runs_until`: the calendar closes then, before the promise is used up; `runs_again_at`: it
    is closed now, and opens then (None: never again). `left`: seconds of open time, less than
    nothing where it is late; `wall` until it is due.
    """

    left: int
    wall: int | None
    runs_now: bool
    runs_until: datetime | None = None
    runs_again_at: datetime | None = None


@frozen
class Account:
    """One clock: `stopped` and `stopped_wall` are the seconds of its stops, open and in all.

    `told` are the events that tell of it, in order.
    """

    clock: Clock
    terms: Terms
    used: int
    wall: int
    stops: tuple[Stop, ...]
    stopped: int
    stopped_wall: int
    due_at: datetime | None
    warn_at: datetime | None
    broken_at: datetime | None
    live: Live
    told: tuple[Recorded, ...] = ()

    @property
    def state(self) -> str:
        """running, paused, met or cancelled."""
        if self.clock.end is not None:
            return self.clock.end.value
        return "paused" if self.clock.paused else "running"


@frozen
class Agreement:
    """All of it, the latest first; `waits` are the customer's, `answer` until the first one."""

    now: datetime
    accounts: tuple[Account, ...]
    terms: tuple[Terms, ...]
    waits: tuple[Lapse, ...]
    answer: Lapse | None


def agreement(found: Read, standard: Calendar, *, now: datetime) -> Agreement:
    """What a subject's log says of its clocks; `standard` are the organisation's own hours."""
    stages = list(rules.stages(found.story, found.basis.calendars, kinds=found.basis.kinds))
    terms = tuple(_terms(found, stages))
    under, stops = _under(stages, terms), _stops(stages)
    latest = sorted(found.standing.all, key=lambda one: one.started_at, reverse=True)
    return Agreement(
        now=now,
        accounts=tuple(
            replace(
                _account(one, under[one.key], stops.get(one.key, ()), found.basis, now),
                told=_told(found, one),
            )
            for one in latest
        ),
        terms=terms[::-1],
        waits=tuple(
            lapse(one.since, one.until, standard, now=now) for one in rules.waits(found.story)
        ),
        answer=_answer(found.story, standard, now),
    )


def lapse(since: datetime, until: datetime | None, standard: Calendar, *, now: datetime) -> Lapse:
    """A time and its lengths; one that lasts is measured up to now."""
    end = max(since, now if until is None else until)
    return Lapse(
        since=since,
        until=until,
        wall=_seconds(since, end),
        open=int(elapsed(since, end, standard).total_seconds()),
    )


def _seconds(since: datetime, until: datetime) -> int:
    return int((until - since).total_seconds())


def _told(found: Read, one: Clock) -> tuple[Recorded, ...]:
    which = (found.subject.key, one.name, iso(one.started_at))
    return tuple(
        event
        for event in found.events
        if event.name in TELLING
        and which == tuple(event.data.get(name) for name in ("about", "clock", "started_at"))
    )


def _answer(story: Sequence[Heard], standard: Calendar, now: datetime) -> Lapse | None:
    """From the beginning to the first answer of a person; None: nothing was answered yet."""
    opened = next(one.at for one in story if one.signal is Signal.OPENED)
    first = next((one.at for one in story if one.signal is Signal.ANSWERED), None)
    return None if first is None else lapse(opened, max(opened, first), standard, now=now)


# ------------------------------------------------------------------ terms


def _terms(found: Read, stages: Stages) -> Iterator[Terms]:
    """Every agreement, in order."""
    recorded = {one.id: one for one in found.events}
    before, known = NOTHING, dict[str, str | None]()
    for heard, after in stages:
        if heard.terms is not None:
            event = recorded.get(heard.id)
            policy, version = _ruling(found.basis, after, None if event is None else event.data)
            cause = None if heard.because is None else recorded.get(heard.because)
            yield Terms(
                at=heard.at,
                policy=policy,
                version=version,
                because=None if cause is None else cause.name,
                changes=_changes(known, after.traits) if known else {},
                clocks=tuple(_clocks_moved(before, after, found.basis)),
            )
            known = dict(after.traits)
        before = after


def _ruling(
    basis: Basis, standing: Standing, recorded: Mapping[str, Any] | None
) -> tuple[str | None, int]:
    """The policy that decided and its version: as recorded, or as it will be."""
    if recorded is None:
        return basis.promises(standing.traits)[0], basis.version
    return recorded.get("policy"), int(recorded["version"])


def _changes(
    before: Mapping[str, str | None], after: Mapping[str, str | None]
) -> dict[str, tuple[str | None, str | None]]:
    names = sorted({*before, *after})
    pairs = {name: (before.get(name), after.get(name)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _clocks_moved(before: Standing, after: Standing, basis: Basis) -> Iterator[Moved]:
    """The clocks that had not ended for which other terms made a difference."""
    for name in sorted({*before.clocks, *after.clocks}):
        one = Moved(
            name=name,
            target_before=_target(before.clocks.get(name)),
            target_after=_target(after.clocks.get(name)),
            due_before=_due(before.clocks.get(name), basis),
            due_after=_due(after.clocks.get(name), basis),
        )
        if (one.target_before, one.due_before) != (one.target_after, one.due_after):
            yield one


def _target(one: Clock | None) -> Target | None:
    return None if one is None or one.end is End.CANCELLED else one.target


def _due(one: Clock | None, basis: Basis) -> datetime | None:
    return None if _target(one) is None or one is None else clocks.due_at(one, basis.calendars)


def _under(stages: Stages, terms: Sequence[Terms]) -> dict[str, Terms]:
    """The terms under which each clock, by its key, ended or counts."""
    found: dict[str, Terms] = {}
    ahead = iter(terms)
    current: Terms | None = None
    for heard, standing in stages:
        current = next(ahead) if heard.terms is not None else current
        for one in standing.clocks.values():
            if current is not None and (one.ended_at is None or one.key not in found):
                found[one.key] = current
    return found


# ------------------------------------------------------------------ stops


def _stops(stages: Stages) -> dict[str, tuple[Stop, ...]]:
    """When each clock, by its key, stood still while others of its time might have counted."""
    found: dict[str, tuple[Stop, ...]] = {}
    for heard, standing in stages:
        for one in standing.clocks.values():
            found[one.key] = _stopped(found.get(one.key, ()), one, standing.turn, heard.at)
    return {key: tuple(filter(_lasted, stops)) for key, stops in found.items()}


def _lasted(stop: Stop) -> bool:
    """Not over at once, and no end that was for good."""
    return stop.since != stop.until and not (stop.until is None and stop.why == DONE)


def _stopped(known: tuple[Stop, ...], one: Clock, turn: str | None, at: datetime) -> Stops:
    why = _why(one, turn)
    last = known[-1] if known and known[-1].until is None else None
    if last is not None and last.why == why:
        return known
    moment = at if one.ended_at is None else one.ended_at
    if last is not None:
        known = (*known[:-1], replace(last, until=max(last.since, moment)))
    return known if why is None else (*known, Stop(since=moment, why=why))


def _why(one: Clock, turn: str | None) -> str | None:
    if one.end is End.MET:
        return DONE
    return (turn or "") if one.paused else None


# ------------------------------------------------------------------ one clock


def _account(one: Clock, terms: Terms, stops: Stops, basis: Basis, now: datetime) -> Account:
    calendars = basis.calendars
    calendar = calendars(one.counting.calendar, one.counting.version)
    due = clocks.due_at(one, calendars)
    until = max(one.started_at, now if one.ended_at is None else one.ended_at)
    ends = [(stop.since, max(stop.since, stop.until or until)) for stop in stops]
    return Account(
        clock=one,
        terms=terms,
        used=clocks.used(one, now, calendars),
        wall=_seconds(one.started_at, until),
        stops=stops,
        stopped=sum(int(elapsed(a, b, calendar).total_seconds()) for a, b in ends),
        stopped_wall=sum(_seconds(a, b) for a, b in ends),
        due_at=due,
        warn_at=warns_at(one, basis.steps, calendars),
        broken_at=clocks.broken_at(one, now, calendars),
        live=_live(one, due, calendar, basis, now),
    )


def _live(
    one: Clock, due: datetime | None, calendar: Calendar, basis: Basis, now: datetime
) -> Live:
    left = one.used + one.left - clocks.used(one, now, basis.calendars)
    if not one.running or due is None:
        return Live(left=left, wall=None, runs_now=False)
    runs = now >= one.since and is_open(now, calendar)
    return Live(
        left=left,
        wall=_seconds(now, due),
        runs_now=runs,
        runs_until=_closing(now, clocks.used_up_at(one, basis.calendars), calendar)
        if runs
        else None,
        runs_again_at=None if runs else _opening(max(now, one.since), calendar),
    )


def _opening(at: datetime, calendar: Calendar) -> datetime | None:
    """When the calendar opens next; None: never again."""
    try:
        return next_open(at, calendar)
    except NeverOpen:
        return None


def _closing(now: datetime, used_up: datetime, calendar: Calendar) -> datetime | None:
    """When the calendar closes next, if that is before the promise is used up."""
    spans = pieces(now, used_up, calendar) if now < used_up else []
    return spans[0].end if spans and spans[0].end < used_up else None
