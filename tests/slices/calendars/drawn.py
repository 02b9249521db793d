"""Calendars, instants and pauses as hypothesis draws them; for the properties of arithmetic."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from chalicelib.calendars.reading import read
from chalicelib.calendars.rules import DAY, WEEKDAYS, Calendar

#: Without summer time; with an hour of it, on other dates; with half an hour.
ZONES = (
    "Asia/Ho_Chi_Minh",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
)
FIRST = datetime(2026, 1, 1, tzinfo=UTC)

times = st.integers(0, 24 * 4 - 1).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}")
windows = st.tuples(times, times).filter(lambda both: both[0] != both[1]).map(list)
days = st.lists(windows, max_size=3)
dates = st.integers(0, 400).map(lambda number: str((FIRST + timedelta(days=number)).date()))


@st.composite
def specs(draw: st.DrawFn) -> dict[str, Any]:
    """A calendar's JSON that is open on some day of every week."""
    hours = {day: draw(days) for day in WEEKDAYS}
    hours[draw(st.sampled_from(WEEKDAYS))].append(draw(windows))
    return {
        "timezone": draw(st.sampled_from(ZONES)),
        "hours": hours,
        "overrides": draw(st.dictionaries(dates, days, max_size=4)),
        "closed_days": draw(st.lists(dates, max_size=6, unique=True)),
        "public_holidays": draw(st.booleans()),
    }


calendars: st.SearchStrategy[Calendar] = specs().map(read)
#: Whole seconds, and those with microseconds, over a year with both changes of the clocks.
instants = st.one_of(
    st.integers(0, 366 * DAY).map(lambda one: FIRST + timedelta(seconds=one)),
    st.integers(0, 366 * DAY * 10**6).map(lambda one: FIRST + timedelta(microseconds=one)),
)
durations = st.integers(0, 200 * 3600 * 10**6).map(lambda one: timedelta(microseconds=one))
pauses = st.lists(
    st.tuples(instants, st.timedeltas(timedelta(), timedelta(days=20))).map(
        lambda one: (one[0], one[0] + one[1])
    ),
    max_size=4,
)
