"""One service clock: how much of its promise is used, when it is due. Pure.

Called by `rules` (which folds a subject's history into clocks), `plan` (what is due) and
`agreement` (what people are shown). A clock counts the open time of a calendar; wall-clock
time is the calendar that is always open. Only its span since the last change of terms is
counted again; what was used before is kept as a number, so that neither a new policy nor a
new calendar loses time (domain.md §6 b).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from ..calendars.arithmetic import NeverOpen, due, elapsed, next_open
from ..calendars.rules import Calendar
from ..platform.clock import iso
from ..platform.fact import but, frozen

Pause = tuple[datetime, datetime | None]
#: After everything: a calendar is not open any more for as long as was promised.
NEVER = datetime(9999, 12, 31, tzinfo=UTC)
#: (calendar id, version) → the calendar; the versions a clock names never change.
Calendars = Callable[[str, int], Calendar]


class End(StrEnum):
    """How a clock stopped. Whether a met one was met in time follows from its times."""

    MET = "met"
    CANCELLED = "cancelled"


@frozen
class Counting:
    """The calendar whose open time counts: its id and version."""

    calendar: str
    version: int


@frozen
class Target:
    """What is promised: so many seconds of a calendar's open time.

    `then_open`: a due moment outside this calendar's hours moves to its next open one.
    """

    seconds: int
    counting: Counting
    then_open: Counting | None = None


@frozen
class Clock:
    """A clock of one subject. `round` tells those of one name apart, which follow each other.

    From `since` on, `left` seconds of `counting` are left; `used` went before. `pauses`, from
    then on, do not count, the last may still last.
    """

    name: str
    round: int
    started_at: datetime
    target: Target
    counting: Counting
    since: datetime
    left: int
    used: int = 0
    pauses: tuple[Pause, ...] = ()
    ended_at: datetime | None = None
    end: End | None = None

    @property
    def key(self) -> str:
        """What tells it from all others of its subject.

        Not the round: an answer that is told of late makes rounds of its own in between.
        """
        return f"{self.name}@{iso(self.started_at)}"

    @property
    def running(self) -> bool:
        """Neither ended nor paused."""
        return self.ended_at is None and not self.paused

    @property
    def paused(self) -> bool:
        """Whether it stands still for now."""
        return self.ended_at is None and bool(self.pauses) and self.pauses[-1][1] is None


def start(name: str, round_: int, at: datetime, target: Target) -> Clock:
    """A clock that begins to count."""
    return Clock(
        name=name,
        round=round_,
        started_at=at,
        target=target,
        counting=target.counting,
        since=at,
        left=target.seconds,
    )


def pause(clock: Clock, at: datetime) -> Clock:
    """Stand still from `at` on; a clock that does, or has ended, stays as it is."""
    if not clock.running:
        return clock
    return but(clock, pauses=(*clock.pauses, (max(at, clock.since), None)))


def resume(clock: Clock, at: datetime) -> Clock:
    """Count again from `at` on."""
    if not clock.paused:
        return clock
    began, _ = clock.pauses[-1]
    return but(clock, pauses=(*clock.pauses[:-1], (began, max(at, began))))


def stop(clock: Clock, at: datetime, end: End) -> Clock:
    """End it, met or cancelled, and a pause that lasts with it; what has ended stays as it is."""
    if clock.ended_at is not None:
        return clock
    return but(resume(clock, at), ended_at=max(at, clock.started_at), end=end)


def go_on(clock: Clock, at: datetime) -> Clock:
    """A met clock counts again: the time between was a pause (domain.md §6 c)."""
    if clock.ended_at is None or clock.end is not End.MET:
        return clock
    met = but(clock, ended_at=None, end=None)
    return resume(pause(met, clock.ended_at), at)


def used(clock: Clock, at: datetime, calendars: Calendars) -> int:
    """Seconds of the promise used by `at`, or by its end where that was earlier."""
    until = at if clock.ended_at is None else min(at, clock.ended_at)
    if until <= clock.since:
        return clock.used
    calendar = calendars(clock.counting.calendar, clock.counting.version)
    spent = elapsed(clock.since, until, calendar, _closed(clock.pauses, until))
    return clock.used + int(spent.total_seconds())


def _closed(pauses: tuple[Pause, ...], until: datetime) -> list[tuple[datetime, datetime]]:
    return [(began, until if ended is None else ended) for began, ended in pauses if began < until]


def due_at(clock: Clock, calendars: Calendars) -> datetime | None:
    """When the promise is, or was, used up; None while the clock stands still, and for never."""
    return at_share(clock, 100, calendars)


def at_share(clock: Clock, percent: int, calendars: Calendars) -> datetime | None:
    """When so many per cent of the target are used; None while the clock stands still, and
    for never.

    Beyond 100 the further time is counted in the clock's calendar from its due moment.
    """
    found = None if clock.paused else _share(clock, percent, calendars)
    return None if found == NEVER else found


def _share(clock: Clock, percent: int, calendars: Calendars) -> datetime:
    after = clock.target.seconds * (percent - 100) // 100
    if after < 0:
        return _counted(clock, max(0, clock.left + after), calendars)
    found = _moved(clock, _counted(clock, clock.left, calendars), calendars)
    return found if after == 0 or found == NEVER else _after(found, after, clock, calendars)


def used_up_at(clock: Clock, calendars: Calendars) -> datetime:
    """When what is left has been counted, or `NEVER`; `due_at` moves that into its hours."""
    return _counted(clock, clock.left, calendars)


def _counted(clock: Clock, seconds: int, calendars: Calendars) -> datetime:
    return _after(clock.since, seconds, clock, calendars)


def _after(at: datetime, seconds: int, clock: Clock, calendars: Calendars) -> datetime:
    """So many seconds later by the clock's calendar, without its pauses; `NEVER`: not at all."""
    calendar = calendars(clock.counting.calendar, clock.counting.version)
    try:
        return due(at, timedelta(seconds=seconds), calendar, _ended(clock.pauses))
    except NeverOpen:
        return NEVER


def _ended(pauses: tuple[Pause, ...]) -> list[tuple[datetime, datetime]]:
    return [(began, ended) for began, ended in pauses if ended is not None]


def _moved(clock: Clock, found: datetime, calendars: Calendars) -> datetime:
    """A due moment outside the hours it has to lie in, at their next opening."""
    hours = clock.target.then_open
    if hours is None or found == NEVER:
        return found
    try:
        return next_open(found, calendars(hours.calendar, hours.version))
    except NeverOpen:
        return NEVER


def broken_at(clock: Clock, at: datetime, calendars: Calendars) -> datetime | None:
    """The moment the promise was broken, as far as it was by `at`; None: it was not.

    Due at ten and met at ten is met. What ended or stood still broke nothing afterwards.
    """
    standstill = clock.pauses[-1][0] if clock.paused else None
    until = min(one for one in (at, clock.ended_at, standstill) if one is not None)
    found = _moved(clock, _counted(clock, clock.left, calendars), calendars)
    return found if until > found else None


def retarget(clock: Clock, at: datetime, target: Target, calendars: Calendars) -> Clock:
    """The clock under other terms from `at` on, with what it has used (domain.md §6 b).

    Looser terms leave more time, by what is used. Tighter ones are due at the earlier of
    the old due moment and `at` + the new target. What is broken stays as it was.
    """
    if clock.ended_at is not None or target == clock.target:
        return clock
    if broken_at(clock, at, calendars) is not None:
        return but(clock, target=target)
    spent = used(clock, at, calendars)
    standing = but(clock, since=at, used=spent, pauses=((at, None),) if clock.paused else ())
    before = but(standing, left=clock.used + clock.left - spent)
    loose = _under(standing, target, target.seconds - spent)
    if target.seconds > spent and _due(loose, calendars) >= _due(before, calendars):
        return loose
    tight = _under(standing, target, target.seconds)
    earlier = min((before, tight), key=lambda one: _due(one, calendars))
    return but(earlier, target=target)


def _under(clock: Clock, target: Target, left: int) -> Clock:
    return but(clock, target=target, counting=target.counting, left=left)


def _due(clock: Clock, calendars: Calendars) -> datetime:
    """When it would be due if it counted on now."""
    counted = resume(clock, clock.since)
    return _moved(counted, _counted(counted, counted.left, calendars), calendars)
