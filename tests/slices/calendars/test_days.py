"""Working days around weekends, Tết and substitute days."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.calendars.days import add_working_days, is_working_day


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        (date(2026, 11, 16), 2, date(2026, 11, 18)),  # an ordinary Monday
        (date(2026, 11, 19), 2, date(2026, 11, 23)),  # over a weekend
        (date(2026, 11, 20), 2, date(2026, 11, 25)),  # and over the Culture Day of 24 November
        (date(2026, 11, 21), 1, date(2026, 11, 23)),  # received on a Saturday
        (date(2026, 2, 13), 2, date(2026, 2, 24)),  # Tết: 16 to 20 February
        (date(2026, 4, 24), 1, date(2026, 4, 28)),  # Hùng Kings on a Sunday: Monday instead
        (date(2026, 8, 28), 1, date(2026, 9, 3)),  # 31 August given free, then National Day
        (date(2026, 8, 21), 1, date(2026, 8, 22)),  # the Saturday worked for it
    ],
)
def test_working_days_are_counted_from_the_day_after(day: date, n: int, expected: date) -> None:
    assert add_working_days(day, n) == expected


@given(st.dates(date(2024, 1, 1), date(2028, 12, 1)), st.integers(1, 10))
def test_a_time_limit_ends_on_a_working_day_and_counts_each_once(day: date, n: int) -> None:
    end = add_working_days(day, n)
    between = [date.fromordinal(o) for o in range(day.toordinal() + 1, end.toordinal() + 1)]
    assert is_working_day(end)
    assert sum(map(is_working_day, between)) == n


def test_nothing_is_counted_backwards() -> None:
    with pytest.raises(ValueError):
        add_working_days(date(2026, 11, 16), 0)
