"""Vietnam's public holidays, and the weekend days worked in exchange for one.

The one source of both: `days` counts the working days of the law in it, `rules` the hours of
calendars that keep these holidays. From the package `holidays` (Labour Code 45/2019/QH14,
article 112, and each year's decisions on Tết, substitute days and exchanged Saturdays), which
is loaded when first asked for: it takes a fifth of a second, and many workers never need it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from importlib import import_module
from typing import Any

from ..platform.fact import frozen

VIETNAMESE, ENGLISH = "vi", "en_US"
SATURDAY = 5


@frozen
class Year:
    """A year's holidays by language, and its worked weekend days with the day given for each."""

    names: Mapping[str, Mapping[date, str]]
    exchanged: Mapping[date, date]


@lru_cache(maxsize=64)
def year(number: int) -> Year:
    """What is known of a year; of one far ahead, what the lunar calendar tells."""
    vietnam: Any = import_module("holidays.countries.vietnam")
    # A Saturday may be worked for a day of the year before or after it.
    around = (number - 1, number, number + 1)
    found = {
        language: vietnam.Vietnam(years=around, language=language)
        for language in (VIETNAMESE, ENGLISH)
    }
    native = found[VIETNAMESE]
    return Year(
        names={language: _of(number, days) for language, days in found.items()},
        exchanged={
            worked: _given_for(worked, native)
            for worked in native.weekend_workdays
            if worked.year == number
        },
    )


def _of(number: int, days: Mapping[date, str]) -> dict[date, str]:
    return {day: days[day] for day in days if day.year == number}


def _given_for(worked: date, days: Mapping[date, str]) -> date:
    """The free day whose name says which day is worked for it."""
    said = f"{worked:%d/%m/%Y}"
    return next(day for day, name in days.items() if said in name)


def holiday(day: date, *, language: str = VIETNAMESE) -> str | None:
    """What is celebrated on a day, or what it is free in place of; None on any other day."""
    return year(day.year).names[language].get(day)


def exchanged_for(day: date) -> date | None:
    """The day that is free instead, where a weekend day is worked; None on any other day."""
    return year(day.year).exchanged.get(day)


def is_working_day(day: date) -> bool:
    """Whether a day is one by law: no weekend, no holiday, or a weekend day that is worked."""
    if day.weekday() >= SATURDAY:
        return exchanged_for(day) is not None
    return holiday(day) is None
