"""A due moment spelled out for people, in Vietnamese and English. Pure; called by `sla`.

"T6 16:50 + 2 giờ = T7 09:20, vì 40 phút thứ Sáu và 80 phút thứ Bảy".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from ..platform.fact import frozen
from . import public
from .arithmetic import Pause, Piece, elapsed, pieces
from .rules import Calendar, Day, Reason, day_of

HOUR, MINUTE = 3600, 60
#: Up to here an amount is told in minutes, beyond in hours and minutes.
MOST_MINUTES = 180
#: More days than these are summed up.
MOST_DAYS = 5
MOST_CLOSED = 6
#: From so many days on a weekday alone could be one of two.
A_WEEK = 7
CLOSED = frozenset({Reason.CLOSED_DAY, Reason.PUBLIC_HOLIDAY})


@frozen
class Words:
    """A language's words; `{}` stands for what is put in."""

    language: str
    short: tuple[str, ...]  # weekdays, from Monday
    long: tuple[str, ...]
    hour: str
    minute: str
    second: str
    on: str  # an amount on a day
    between: str  # an amount on so many days
    because: str
    whole: str  # all of it on one day
    opening: str
    always: str
    paused: str
    closed: str
    more: str  # further closed days
    last: str  # before the last of several
    repeats: bool  # whether a unit is said again
    months: tuple[str, ...] = ()

    def day(self, day: date) -> str:
        """A date without its year."""
        return (
            f"{day.day}/{day.month}"
            if not self.months
            else f"{day.day} {self.months[day.month - 1]}"
        )


VIETNAMESE = Words(
    language=public.VIETNAMESE,
    short=("T2", "T3", "T4", "T5", "T6", "T7", "CN"),
    long=("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"),
    hour="giờ",
    minute="phút",
    second="giây",
    on="{} {}",
    between="{} trong {} ngày sau đó",
    because="vì {}",
    whole="trọn trong {}",
    opening="giờ mở cửa kế tiếp",
    always="tính liên tục 24/7",
    paused="không tính {} tạm dừng",
    closed="nghỉ {}",
    more="{} ngày nữa",
    last=" và ",
    repeats=True,
)
ENGLISH = Words(
    language=public.ENGLISH,
    short=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    long=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    hour="h",
    minute="min",
    second="s",
    on="{} on {}",
    between="{} on the {} days after",
    because="because {}",
    whole="all of it on {}",
    opening="the next opening",
    always="round the clock",
    paused="{} of pauses not counted",
    closed="closed {}",
    more="{} more days",
    last=" and ",
    repeats=False,
    months=tuple("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()),
)


@frozen
class Explanation:
    """The stretches that were counted, the open time that pauses took out, and both in words."""

    pieces: tuple[Piece, ...]
    paused: timedelta
    vi: str
    en: str


@frozen
class _Told:
    """What the sentences tell, whatever their language."""

    start: datetime  # in the calendar's zone, as all times here
    end: datetime
    calendar: Calendar
    days: Sequence[tuple[date, int]]  # seconds by day, in order
    total: int
    paused: int

    @property
    def dated(self) -> bool:
        """Whether weekdays need their dates."""
        return (self.end.date() - self.start.date()).days >= A_WEEK


def explained(
    start: datetime, until: datetime, calendar: Calendar, pauses: Iterable[Pause] = ()
) -> Explanation:
    """How the open time from `start` to a due moment adds up. Raises as `arithmetic.elapsed`.

    Amounts in the texts are whole seconds whose sum is the whole; those in `pieces` are exact.
    """
    kept = list(pauses)
    found = pieces(start, until, calendar, kept)
    paused = elapsed(start, until, calendar) - sum((one.spent for one in found), timedelta())
    days = _days(found, calendar)
    told = _Told(
        start=start.astimezone(calendar.zone),
        end=until.astimezone(calendar.zone),
        calendar=calendar,
        days=days,
        total=sum(seconds for _, seconds in days),
        paused=round(paused.total_seconds()),
    )
    return Explanation(
        pieces=tuple(found),
        paused=paused,
        vi=_sentence(told, VIETNAMESE),
        en=_sentence(told, ENGLISH),
    )


def _days(found: Sequence[Piece], calendar: Calendar) -> list[tuple[date, int]]:
    """Whole seconds by the local day a stretch begins on; rounded so that they add up."""
    by_day: dict[date, int] = {}
    gone, told = timedelta(), 0
    for piece in found:
        gone += piece.spent
        day = piece.start.astimezone(calendar.zone).date()
        upto = round(gone.total_seconds())
        by_day[day] = by_day.get(day, 0) + upto - told
        told = upto
    return list(by_day.items())


def _sentence(told: _Told, words: Words) -> str:
    begin, end = _moment(told.start, told, words), _moment(told.end, told, words)
    parts = [f"{begin} + {length(told.total, words)} = {end}", _reason(told, words)]
    if told.paused:
        parts.append(words.paused.format(length(told.paused, words)))
    if closed := _closed(told, words):
        parts.append(closed)
    return ", ".join(parts)


def _moment(at: datetime, told: _Told, words: Words) -> str:
    day = f" {words.day(at.date())}" if told.dated else ""
    seconds = f":{at.second:02}" if at.second else ""
    return f"{words.short[at.weekday()]}{day} {at:%H:%M}{seconds}"


def _weekday(day: date, told: _Told, words: Words) -> str:
    name = words.long[day.weekday()]
    return f"{name} {words.day(day)}" if told.dated else name


def _reason(told: _Told, words: Words) -> str:
    if told.calendar.always_open:
        return words.always
    if not told.total:
        return words.opening
    if len(told.days) == 1:
        return words.whole.format(_weekday(told.days[0][0], told, words))
    return words.because.format(_listed(_amounts(told, words), words))


def _amounts(told: _Told, words: Words) -> list[str]:
    shown, unit = [], ""
    first, between, last = _summed(told.days)
    for day, seconds in first:
        amount = _piece(seconds, words, unit)
        shown.append(words.on.format(amount, _weekday(day, told, words)))
        unit = _unit(seconds, words)
    if between:
        whole = sum(seconds for _, seconds in between)
        shown.append(words.between.format(length(whole, words), len(between)))
        unit = ""
    for day, seconds in last:
        shown.append(words.on.format(_piece(seconds, words, unit), _weekday(day, told, words)))
    return shown


def _summed(
    days: Sequence[tuple[date, int]],
) -> tuple[Sequence[tuple[date, int]], Sequence[tuple[date, int]], Sequence[tuple[date, int]]]:
    if len(days) <= MOST_DAYS:
        return days, (), ()
    return days[:1], days[1:-1], days[-1:]


def _unit(seconds: int, words: Words) -> str:
    """The unit of an amount that has one; empty for those of several."""
    if seconds % HOUR == 0 and seconds:
        return words.hour
    if seconds % MINUTE == 0 and seconds < MOST_MINUTES * MINUTE:
        return words.minute
    return words.second if seconds < MINUTE else ""


def _piece(seconds: int, words: Words, unit: str) -> str:
    """An amount, without its unit where that was said just before."""
    text = length(seconds, words)
    same = unit and unit == _unit(seconds, words) and not words.repeats
    return text.removesuffix(f" {unit}") if same else text


def length(seconds: int, words: Words) -> str:
    """An amount of time in words."""
    if _unit(seconds, words) == words.minute:
        return f"{seconds // MINUTE} {words.minute}"
    amounts = (seconds // HOUR, seconds // MINUTE % 60, seconds % MINUTE)
    units = (words.hour, words.minute, words.second)
    said = [f"{amount} {unit}" for amount, unit in zip(amounts, units, strict=True) if amount]
    return " ".join(said) or f"0 {words.minute}"


def _listed(parts: Sequence[str], words: Words) -> str:
    return words.last.join(filter(None, (", ".join(parts[:-1]), parts[-1])))


def _closed(told: _Told, words: Words) -> str:
    """The closed days on the way that are no ordinary days off."""
    first, last = told.start.date().toordinal(), told.end.date().toordinal()
    days = (
        day_of(told.calendar, date.fromordinal(one), language=words.language)
        for one in range(first, last + 1)
    )
    found = [day for day in days if day.reason in CLOSED and _usually_open(day, told.calendar)]
    shown = [_named(day, words) for day in found[:MOST_CLOSED]]
    if len(found) > MOST_CLOSED:
        shown.append(words.more.format(len(found) - MOST_CLOSED))
    return words.closed.format(_listed(shown, words)) if shown else ""


def _usually_open(day: Day, calendar: Calendar) -> bool:
    return bool(calendar.week[day.date.weekday()])


def _named(day: Day, words: Words) -> str:
    said = words.day(day.date)
    return f"{said} ({day.name})" if day.name else said
