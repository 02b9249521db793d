"""What a calendar is, and which hours it keeps on a day. Pure.

Made by `reading`; `windows` turns its local hours into instants. What holds on a day, first
match: hours for that very date · a make-up working day · an own closed day · a weekend day
worked for a public holiday · a public holiday · the hours of its weekday. A window belongs to
the day on which it begins: the night shift before a holiday runs to its end, the one that
would begin on the holiday does not take place.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from ..platform.fact import frozen
from . import public

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 86_400  # seconds of the clock on the wall
#: (from, until) in seconds since local midnight, in order, none touching another; from < 24 h,
#: until at most 24 h later, so beyond 24 h where the window runs over midnight.
Windows = tuple[tuple[int, int], ...]
WHOLE_DAY: Windows = ((0, DAY),)


class Reason(StrEnum):
    """Why a day has the hours it has."""

    ALWAYS_OPEN = "always_open"
    OVERRIDE = "override"
    MAKE_UP_DAY = "make_up_day"
    CLOSED_DAY = "closed_day"
    EXCHANGED_DAY = "exchanged_day"
    PUBLIC_HOLIDAY = "public_holiday"
    WEEKLY = "weekly"


@frozen
class Closed:
    """An own closed day. `source` names the feed it came with; None: made by hand."""

    name: str | None = None
    source: str | None = None


@frozen
class MadeUp:
    """A working day out of turn, with the hours of weekday `like` (0: Monday)."""

    like: int
    name: str | None = None


@frozen
class Calendar:
    """Working hours. `id` and `version` name the stored one; a draft has neither.

    `week`: seven days' windows, from Monday. `public_holidays`: Vietnam's are kept, with the
    weekend days worked in exchange. `always_open`: 24×7, and nothing else counts.
    """

    id: str = ""
    version: int = 0
    zone: ZoneInfo
    week: tuple[Windows, ...] = ((),) * 7
    overrides: Mapping[date, Windows]
    closed: Mapping[date, Closed]
    made_up: Mapping[date, MadeUp]
    public_holidays: bool = False
    always_open: bool = False

    @cached_property
    def months(self) -> dict[int, Any]:
        """Where `windows` keeps what it has worked out; no part of the value."""
        return {}


@frozen
class Day:
    """A local day: its windows, why, and what the reason is called in the language asked for."""

    date: date
    windows: Windows
    reason: Reason
    name: str | None = None


def day_of(calendar: Calendar, day: date, *, language: str = public.VIETNAMESE) -> Day:
    """Which hours a calendar keeps on a day, and why."""
    if calendar.always_open:
        return Day(date=day, windows=WHOLE_DAY, reason=Reason.ALWAYS_OPEN)
    if (own := calendar.overrides.get(day)) is not None:
        return Day(date=day, windows=own, reason=Reason.OVERRIDE)
    if (made := calendar.made_up.get(day)) is not None:
        hours = calendar.week[made.like]
        return Day(date=day, windows=hours, reason=Reason.MAKE_UP_DAY, name=made.name)
    if (closed := calendar.closed.get(day)) is not None:
        return Day(date=day, windows=(), reason=Reason.CLOSED_DAY, name=closed.name)
    found = _by_law(calendar, day, language) if calendar.public_holidays else None
    if found is not None:
        return found
    return Day(date=day, windows=calendar.week[day.weekday()], reason=Reason.WEEKLY)


def _by_law(calendar: Calendar, day: date, language: str) -> Day | None:
    free = public.exchanged_for(day)
    if free is not None and (given := calendar.week[free.weekday()]):
        # Worked as the day given for it; hours it has anyway stay.
        hours = merged(given + calendar.week[day.weekday()])
        return Day(date=day, windows=hours, reason=Reason.EXCHANGED_DAY)
    name = public.holiday(day, language=language)
    if name is None:
        return None
    return Day(date=day, windows=(), reason=Reason.PUBLIC_HOLIDAY, name=name)


def merged(windows: Windows) -> Windows:
    """A day's windows in order, those that overlap or touch as one."""
    found: list[tuple[int, int]] = []
    for begin, end in sorted(windows):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return tuple(found)
