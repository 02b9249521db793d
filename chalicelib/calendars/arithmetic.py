"""Open time between instants: when so much of it is over, and how much has gone by. Pure.

Called by `sla` (clocks), and by whoever measures in business hours. To the microsecond, so
`due` and `elapsed` are each other's inverse. Edge rules (domain.md §6 a): a duration used up
exactly at closing is due at that closing; a duration of nothing is due at the next open
moment; a negative one is an error; a pause outside the hours moves nothing.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from ..platform.errors import Conflict, Invalid
from ..platform.fact import frozen
from . import windows
from .rules import Calendar
from .windows import MICROSECOND, Month, instant, microseconds, month, number_of

#: [from, until): does not count; None: has not ended. In any order, overlapping or not.
Pause = tuple[datetime, datetime | None]
HORIZON = 20 * 12  # months looked ahead for a due moment, and no further
FOREVER = 1 << 62  # µs, where a pause ends that has not ended


class NeverOpen(Invalid):
    code, title = "never_open", "The calendar is not open for that long in twenty years"


class StillPaused(Conflict):
    code, title = "still_paused", "Nothing falls due while a pause lasts"


@frozen
class Piece:
    """Open time without a break, all of it counted."""

    start: datetime
    end: datetime

    @property
    def spent(self) -> timedelta:
        """How long it is."""
        return self.end - self.start


def due(
    start: datetime, duration: timedelta, calendar: Calendar, pauses: Iterable[Pause] = ()
) -> datetime:
    """The earliest moment at which so much open time has gone by since `start`, in UTC.

    Raises `Invalid` (a negative duration, an instant without zone, a pause that ends before
    it begins), `StillPaused` where a pause without end comes first, `NeverOpen`, `TooFar`.
    """
    need = duration // MICROSECOND
    if need < 0:
        raise Invalid("a duration cannot be negative", field="duration")
    at = microseconds(start, "start")
    for begin, end in _merged(pauses, at, FOREVER):
        if begin > at:
            open_before = _open(calendar, at, begin)
            if 0 < need <= open_before:
                break
            if need == 0 and open_before > 0:
                break
            need -= open_before
        if end == FOREVER:
            raise StillPaused(field="pauses")
        at = end
    return instant(_opening(calendar, at) if need == 0 else _after(calendar, at, need))


def elapsed(
    start: datetime, end: datetime, calendar: Calendar, pauses: Iterable[Pause] = ()
) -> timedelta:
    """The open time between two instants; a pause without end lasts to the second one.

    Raises `Invalid` where `end` lies before `start`, and as `due` does.
    """
    since, until = _between(start, end)
    spent = _open(calendar, since, until)
    for begin, stop in _merged(pauses, since, until):
        spent -= _open(calendar, begin, stop)
    return timedelta(microseconds=spent)


def pieces(
    start: datetime, end: datetime, calendar: Calendar, pauses: Iterable[Pause] = ()
) -> list[Piece]:
    """The same time as stretches, in order. Raises as `elapsed`."""
    at, until = _between(start, end)
    found: list[Piece] = []
    for begin, stop in (*_merged(pauses, at, until), (until, until)):
        found += [Piece(start=instant(a), end=instant(b)) for a, b in _spans(calendar, at, begin)]
        at = stop
    return found


def next_open(at: datetime, calendar: Calendar) -> datetime:
    """The first open moment from `at` on: `at` itself where it is open. Raises `NeverOpen`."""
    return instant(_opening(calendar, microseconds(at, "at")))


def is_open(at: datetime, calendar: Calendar) -> bool:
    """Whether an instant is within the hours; closing time is not."""
    moment = microseconds(at, "at")
    there = month(calendar, number_of(moment))
    found = bisect_right(there.starts, moment) - 1
    return found >= 0 and moment < there.ends[found]


def _between(start: datetime, end: datetime) -> tuple[int, int]:
    since, until = microseconds(start, "start"), microseconds(end, "end")
    if until < since:
        raise Invalid("the end lies before the start", field="end")
    return since, until


def _merged(pauses: Iterable[Pause], since: int, until: int) -> Iterator[tuple[int, int]]:
    """The pauses within [since, until), in order, those that overlap or touch as one."""
    last: tuple[int, int] | None = None
    for begin, end in sorted(_read(pauses, since, until)):
        if last is not None and begin <= last[1]:
            last = (last[0], max(end, last[1]))
            continue
        if last is not None:
            yield last
        last = (begin, end)
    if last is not None:
        yield last


def _read(pauses: Iterable[Pause], since: int, until: int) -> Iterator[tuple[int, int]]:
    for started, ended in pauses:
        begin = microseconds(started, "pauses")
        end = until if ended is None else microseconds(ended, "pauses")
        if ended is not None and end < begin:
            raise Invalid("a pause ends before it begins", field="pauses")
        begin, end = max(begin, since), min(end, until)
        if begin < end:
            yield begin, end


def _before(there: Month, at: int) -> int:
    """The open time of a month before an instant."""
    found = bisect_right(there.starts, at) - 1
    if found < 0:
        return 0
    return there.before[found] + min(at, there.ends[found]) - there.starts[found]


def _open(calendar: Calendar, since: int, until: int) -> int:
    first, last = number_of(since), number_of(until)
    spent = _before(month(calendar, last), until) - _before(month(calendar, first), since)
    for number in range(first, last):
        spent += month(calendar, number).total
    return spent


def _after(calendar: Calendar, at: int, need: int) -> int:
    """The earliest moment with `need` > 0 of open time since `at`."""
    number = number_of(at)
    there, last = month(calendar, number), number + HORIZON
    need += _before(there, at)
    while need > there.total:
        need -= there.total
        number += 1
        if number > last:
            raise NeverOpen(field="calendar")
        there = month(calendar, number)
    found = bisect_left(there.upto, need)
    return there.starts[found] + need - there.before[found]


def _opening(calendar: Calendar, at: int) -> int:
    first = number_of(at)
    for number in range(first, first + HORIZON + 1):
        there = month(calendar, number)
        found = bisect_right(there.ends, at)
        if found < len(there.ends):
            return max(at, there.starts[found])
    raise NeverOpen(field="calendar")


def _spans(calendar: Calendar, since: int, until: int) -> list[windows.Span]:
    """The open spans between two instants; a month's end parts none."""
    found: list[windows.Span] = []
    for number in range(number_of(since), number_of(until) + 1):
        there = month(calendar, number)
        for start, end in zip(there.starts, there.ends, strict=True):
            begin, stop = max(start, since), min(end, until)
            if begin >= stop:
                continue
            if found and found[-1][1] == begin:
                found[-1] = (found[-1][0], stop)
            else:
                found.append((begin, stop))
    return found
