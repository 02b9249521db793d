"""A calendar's open time as instants, month by month. Pure; called by `arithmetic`.

Open is every instant at which a clock on the wall in the calendar's zone shows a time within
its hours. So an hour that summer time skips is not there, and one that it doubles counts
twice. A month (of UTC) is worked out once and kept with its calendar: windows in order, none
touching another, and the open time up to the end of each, so that a moment is found by
bisection. Instants are whole microseconds since 1970, which never round.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from time import gmtime
from zoneinfo import ZoneInfo

from ..platform.errors import Invalid
from ..platform.fact import frozen
from .rules import DAY, Calendar, day_of

SECOND = 1_000_000  # µs
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = EPOCH.toordinal()
MICROSECOND = timedelta(microseconds=1)
FIRST_YEAR, LAST_YEAR = 1900, 2200
MOST_MONTHS = 600  # kept of one calendar; then all are worked out anew

Span = tuple[int, int]


class TooFar(Invalid):
    code, title = "time_out_of_range", "No calendar reaches that far"


@frozen
class Month:
    """The windows [start, end) of one month, the open time before each, and up to its end."""

    starts: list[int]
    ends: list[int]
    before: list[int]
    upto: list[int]
    total: int


def microseconds(moment: datetime, field: str) -> int:
    """An instant as a number. Raises `Invalid` naming the field where it has no time zone."""
    if moment.tzinfo is None:
        raise Invalid("an instant needs a time zone", field=field)
    return (moment - EPOCH) // MICROSECOND


def instant(at: int) -> datetime:
    """The instant of a number, in UTC."""
    return EPOCH + timedelta(microseconds=at)


def number_of(at: int) -> int:
    """The number of the month an instant lies in: 12 × year + month − 1."""
    there = gmtime(at // SECOND)
    return there.tm_year * 12 + there.tm_mon - 1


def month(calendar: Calendar, number: int) -> Month:
    """A month's windows. Raises `TooFar` outside the years 1900 to 2200."""
    found: Month | None = calendar.months.get(number)
    if found is not None:
        return found
    if not FIRST_YEAR * 12 <= number < LAST_YEAR * 12:
        raise TooFar(f"only the years {FIRST_YEAR} to {LAST_YEAR - 1}")
    if len(calendar.months) >= MOST_MONTHS:
        calendar.months.clear()
    made = calendar.months[number] = _made(calendar, number)
    return made


def _made(calendar: Calendar, number: int) -> Month:
    begin, end = _midnight(_first(number)), _midnight(_first(number + 1))
    found = [(begin, end)] if calendar.always_open else _open(calendar, begin, end)
    lengths = [(until - since) * SECOND for since, until in found]
    upto = list(accumulate(lengths))
    return Month(
        starts=[since * SECOND for since, _ in found],
        ends=[until * SECOND for _, until in found],
        before=[0, *upto[:-1]] if upto else [],
        upto=upto,
        total=upto[-1] if upto else 0,
    )


def _first(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)


def _midnight(day: date) -> int:
    """Seconds from 1970 to the beginning of a day, as if there were no zones."""
    return (day.toordinal() - EPOCH_DAY) * DAY


def _open(calendar: Calendar, begin: int, end: int) -> list[Span]:
    """The open spans between two instants (seconds), merged and in order."""
    offsets = list(_offsets(calendar.zone, begin, end))
    found: list[Span] = []
    for since, until in sorted(_spans(calendar, begin, end, offsets)):
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(until, found[-1][1]))
        else:
            found.append((since, until))
    return found


def _spans(
    calendar: Calendar, begin: int, end: int, offsets: list[tuple[int, int, int]]
) -> Iterator[Span]:
    """Every window's instants: the times on the wall, taken back by each offset in force."""
    # A window may begin a day before and last a day; zones lie up to a day off UTC.
    first, last = begin // DAY - 3, end // DAY + 1
    for ordinal in range(EPOCH_DAY + first, EPOCH_DAY + last + 1):
        day = date.fromordinal(ordinal)
        midnight = _midnight(day)
        for opening, closing in day_of(calendar, day).windows:
            for since, until, offset in offsets:
                start = max(midnight + opening - offset, since)
                stop = min(midnight + closing - offset, until)
                if start < stop:
                    yield start, stop


def _offsets(zone: ZoneInfo, begin: int, end: int) -> Iterator[tuple[int, int, int]]:
    """The offsets from UTC in force: (from, until, offset), in seconds."""
    since, offset = begin, _offset(zone, begin)
    for step in range(begin + DAY, end + 1, DAY):  # months are whole days of UTC
        later = _offset(zone, step)
        if later != offset:
            change = _change(zone, step - DAY, step)
            yield since, change, offset
            since, offset = change, later
    yield since, end, offset


def _offset(zone: ZoneInfo, at: int) -> int:
    found = (EPOCH + timedelta(seconds=at)).astimezone(zone).utcoffset()
    return 0 if found is None else int(found.total_seconds())


def _change(zone: ZoneInfo, before: int, after: int) -> int:
    """The second from which on the offset is that of `after`."""
    offset = _offset(zone, before)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == offset:
            before = middle
        else:
            after = middle
    return after
