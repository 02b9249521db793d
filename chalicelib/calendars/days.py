"""Working days: Monday to Friday without the public holidays of Vietnam.

Called by `profiles.rights` for the time limit of a rights request. Pure, but for the
holidays, which come from the package `holidays` and are loaded when first asked for.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from importlib import import_module
from typing import Any


@cache
def _vietnam() -> Any:
    # Not at import: it takes a fifth of a second, and workers that count no days never need it.
    vietnam: Any = import_module("holidays.countries.vietnam")
    return vietnam.Vietnam()


def is_working_day(day: date) -> bool:
    """Whether a day is one: no weekend, no holiday (Tết and substitute days included), or a
    Saturday that the government has made one in exchange for another day."""
    working: bool = _vietnam().is_working_day(day)
    return working


def add_working_days(day: date, n: int) -> date:
    """The `n`-th working day after a day, which itself does not count. Raises ValueError if n < 1.

    Source: Civil Code 91/2015/QH13, article 147: the day of the event is not counted.
    """
    if n < 1:
        raise ValueError(f"{n} is no number of days to go on")
    for _ in range(n):
        day += timedelta(days=1)
        while not is_working_day(day):
            day += timedelta(days=1)
    return day
