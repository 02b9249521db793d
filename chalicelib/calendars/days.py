"""Working days: Monday to Friday without the public holidays of Vietnam.

Called by `profiles.rights` for the time limit of a rights request. These are the days of the
law, whatever hours the organisation keeps: those are in `rules` and `arithmetic`. Pure.
"""

from __future__ import annotations

from datetime import date, timedelta

from .public import is_working_day

__all__ = ["add_working_days", "is_working_day"]


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
