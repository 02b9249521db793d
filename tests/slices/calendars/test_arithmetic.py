"""What must hold of `due` and `elapsed` whatever the calendar, and what a second opinion says."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import businesstimedelta
import pytest
import pytz
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.calendars.arithmetic import (
    NeverOpen,
    Pause,
    StillPaused,
    due,
    elapsed,
    is_open,
    next_open,
    pieces,
)
from chalicelib.calendars.defaults import ALWAYS_OPEN, DEFAULT, DEFAULTS
from chalicelib.calendars.reading import read
from chalicelib.calendars.rules import Calendar, day_of
from chalicelib.calendars.windows import FIRST_YEAR, TooFar
from chalicelib.platform.errors import Invalid
from tests.slices.calendars import drawn

OURS = read(DEFAULTS[DEFAULT].spec)
ALWAYS = read(DEFAULTS[ALWAYS_OPEN].spec)
MOMENT = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
Pauses = list[tuple[datetime, datetime]]
#: The holidays of a year are worked out when it is first asked for.
UNHURRIED = settings(max_examples=60, deadline=None)


def at(text: str) -> datetime:
    """A moment in Vietnam."""
    return datetime.fromisoformat(f"{text}+07:00")


@UNHURRIED
@given(drawn.calendars, drawn.instants, drawn.durations, drawn.pauses)
def test_what_is_due_after_a_duration_has_taken_that_long(
    calendar: Calendar, start: datetime, duration: timedelta, pauses: Pauses
) -> None:
    assert elapsed(start, due(start, duration, calendar, pauses), calendar, pauses) == duration


@UNHURRIED
@given(drawn.calendars, drawn.instants, drawn.instants, drawn.pauses)
def test_what_has_gone_by_is_due_no_later_and_no_earlier(
    calendar: Calendar, one: datetime, other: datetime, pauses: Pauses
) -> None:
    start, end = sorted((one, other))
    spent = elapsed(start, end, calendar, pauses)
    if spent:
        found = due(start, spent, calendar, pauses)
        assert found <= end
        assert elapsed(found, end, calendar, pauses) == timedelta()
        assert elapsed(start, found - MOMENT, calendar, pauses) == spent - MOMENT


@UNHURRIED
@given(drawn.calendars, drawn.instants, drawn.durations, drawn.durations, drawn.pauses)
def test_more_is_due_later_and_a_later_start_no_earlier(
    calendar: Calendar, start: datetime, some: timedelta, more: timedelta, pauses: Pauses
) -> None:
    first = due(start, some, calendar, pauses)
    assert due(start, some + more, calendar, pauses) >= first
    assert due(start + more, some, calendar, pauses) >= first
    assert first >= start


@UNHURRIED
@given(drawn.calendars, st.tuples(drawn.instants, drawn.instants, drawn.instants), drawn.pauses)
def test_the_parts_of_an_interval_add_up(
    calendar: Calendar, moments: tuple[datetime, ...], pauses: Pauses
) -> None:
    first, middle, last = sorted(moments)
    parts = elapsed(first, middle, calendar, pauses) + elapsed(middle, last, calendar, pauses)
    assert elapsed(first, last, calendar, pauses) == parts
    stretches = pieces(first, last, calendar, pauses)
    assert sum((one.spent for one in stretches), timedelta()) == parts
    assert all(one.end <= two.start for one, two in itertools.pairwise(stretches))


@UNHURRIED
@given(drawn.calendars, drawn.instants, drawn.durations, drawn.pauses)
def test_time_paused_outside_hours_moves_nothing(
    calendar: Calendar, start: datetime, duration: timedelta, pauses: Pauses
) -> None:
    """The stretches between the windows, each as a pause."""
    until = due(start, duration, calendar) + timedelta(days=3)
    opened = pieces(start, until, calendar)
    closed: list[Pause] = [(one.end, two.start) for one, two in itertools.pairwise(opened)]
    if duration:
        assert due(start, duration, calendar, closed) == due(start, duration, calendar)
    assert elapsed(start, until, calendar, closed) == elapsed(start, until, calendar)
    both = [*pauses, *closed]
    assert elapsed(start, until, calendar, both) == elapsed(start, until, calendar, pauses)


@UNHURRIED
@given(drawn.calendars, drawn.instants, drawn.durations, drawn.pauses)
def test_pauses_add_what_they_take_and_their_order_does_not_matter(
    calendar: Calendar, start: datetime, duration: timedelta, pauses: Pauses
) -> None:
    found = due(start, duration, calendar, pauses)
    assert found == due(start, duration, calendar, [*reversed(pauses), *pauses])
    assert found >= due(start, duration, calendar)


@UNHURRIED
@given(drawn.calendars, drawn.instants)
def test_the_next_open_moment_is_open_and_nothing_before_it_is(
    calendar: Calendar, start: datetime
) -> None:
    found = next_open(start, calendar)
    assert is_open(found, calendar)
    assert elapsed(start, found, calendar) == timedelta()
    assert due(start, timedelta(), calendar) == found
    assert (found == start) is is_open(start, calendar)


@UNHURRIED
@given(drawn.calendars, drawn.instants)
def test_open_is_what_a_clock_on_the_wall_shows_within_hours(
    calendar: Calendar, start: datetime
) -> None:
    """Quarter by quarter over five days, through the changes of summer time too."""
    begin = start.replace(minute=0, second=0, microsecond=0)
    counted = 0
    for number in range(5 * 96):
        moment = begin + timedelta(minutes=15 * number)
        wall = moment.astimezone(calendar.zone).replace(tzinfo=None)
        shown = any(
            opening <= (wall - datetime.combine(day, time())).total_seconds() < closing
            for day in (wall.date(), (wall - timedelta(days=1)).date())
            for opening, closing in day_of(calendar, day).windows
        )
        assert is_open(moment, calendar) is shown, moment
        counted += shown
    whole = elapsed(begin, begin + timedelta(days=5), calendar)
    assert whole == timedelta(minutes=15 * counted)


# ------------------------------------------------------ summer time, by hand

#: Sundays on which the clocks change: a whole day, and the hour that is skipped or doubled.
CHANGES = [
    ("Europe/Berlin", "2026-03-29", 23, ("02:00", "03:00"), 0.0),
    ("Europe/Berlin", "2026-10-25", 25, ("02:00", "03:00"), 2.0),
    ("America/New_York", "2026-03-08", 23, ("02:00", "03:00"), 0.0),
    ("America/New_York", "2026-11-01", 25, ("01:00", "02:00"), 2.0),
    ("Australia/Lord_Howe", "2026-04-05", 24.5, ("01:30", "02:00"), 1.0),
    ("Asia/Ho_Chi_Minh", "2026-03-29", 24, ("02:00", "03:00"), 1.0),
]


@pytest.mark.parametrize(("zone", "day", "hours", "window", "counted"), CHANGES)
def test_a_skipped_hour_is_not_there_and_a_doubled_one_counts_twice(
    zone: str, day: str, hours: float, window: tuple[str, str], counted: float
) -> None:
    midnight = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone))
    end = midnight + timedelta(days=1)  # the next midnight on the wall
    whole = read({"timezone": zone, "hours": {"sun": [["00:00", "24:00"]]}})
    assert elapsed(midnight, end, whole) == timedelta(hours=hours)
    narrow = read({"timezone": zone, "hours": {"sun": [list(window)]}})
    assert elapsed(midnight, end, narrow) == timedelta(hours=counted)


def test_a_window_that_begins_in_a_skipped_hour_opens_when_the_clocks_have_moved() -> None:
    calendar = read({"timezone": "Europe/Berlin", "hours": {"sun": [["02:30", "04:00"]]}})
    found = next_open(datetime(2026, 3, 28, 23, 0, tzinfo=UTC), calendar)
    assert found == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)  # 03:00 in Berlin
    assert due(found, HOUR, calendar) == datetime(2026, 3, 29, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
def test_office_hours_stay_at_the_same_time_on_the_wall(zone: str) -> None:
    weekdays = {key: [["09:00", "17:00"]] for key in ("mon", "tue", "wed", "thu", "fri")}
    calendar = read({"timezone": zone, "hours": weekdays})
    found = datetime(2026, 1, 5, 8, 0, tzinfo=ZoneInfo(zone))
    for _ in range(260):
        found = due(found, timedelta(hours=8), calendar)
        assert found.astimezone(ZoneInfo(zone)).time() == time(17)


# ------------------------------------------------------------ a second opinion

DAYS = ("mon", "tue", "wed", "thu", "fri")


def oracle(zone: str) -> tuple[Calendar, Any]:
    """Office hours with a lunch break as we have them, and as `businesstimedelta` has."""
    hours = {key: [["08:00", "12:00"], ["13:30", "17:30"]] for key in DAYS}
    place = pytz.timezone(zone)
    both = businesstimedelta.Rules(
        [
            businesstimedelta.WorkDayRule(
                start_time=time(8), end_time=time(17, 30), working_days=[*range(5)], tz=place
            ),
            businesstimedelta.LunchTimeRule(
                start_time=time(12), end_time=time(13, 30), working_days=[*range(5)], tz=place
            ),
        ]
    )
    return read({"timezone": zone, "hours": hours}), both


@UNHURRIED
@given(
    st.sampled_from(["Asia/Ho_Chi_Minh", "Europe/Berlin", "America/New_York"]),
    st.integers(0, 300 * 86_400),
    st.integers(0, 20 * 86_400),
)
def test_businesstimedelta_counts_the_same(zone: str, begin: int, length: int) -> None:
    calendar, rules = oracle(zone)
    start = drawn.FIRST + timedelta(seconds=begin)
    end = start + timedelta(seconds=length)
    theirs = rules.difference(start, end).timedelta
    assert elapsed(start, end, calendar) == theirs
    if theirs:
        found = due(start, theirs, calendar)
        ahead = start + businesstimedelta.BusinessTimeDelta(rules, timedelta=theirs)
        assert found == ahead.astimezone(UTC)


# --------------------------------------------------------------------- edges


def test_a_pause_without_end_lets_nothing_fall_due_after_it() -> None:
    start = at("2026-11-16T08:00:00")
    lasting: list[Pause] = [(at("2026-11-16T09:00:00"), None)]
    assert due(start, HOUR, OURS, lasting) == at("2026-11-16T09:00:00")
    with pytest.raises(StillPaused):
        due(start, HOUR + MOMENT, OURS, lasting)
    assert elapsed(start, at("2026-11-20T09:00:00"), OURS, lasting) == HOUR


def test_nothing_to_count_waits_for_the_end_of_a_pause_too() -> None:
    start = at("2026-11-16T08:30:00")
    paused: list[Pause] = [(at("2026-11-16T08:00:00"), at("2026-11-16T12:00:00"))]
    assert due(start, timedelta(), OURS, paused) == at("2026-11-16T13:30:00")
    later: list[Pause] = [(at("2026-11-16T09:00:00"), None)]
    assert due(start, timedelta(), OURS, later) == start


def test_a_day_round_the_clock_has_no_seams() -> None:
    start = at("2026-01-31T23:59:59.999999")
    assert due(start, timedelta(days=60), ALWAYS) == start + timedelta(days=60)
    assert [one.spent for one in pieces(start, start + timedelta(days=60), ALWAYS)] == [
        timedelta(days=60)
    ]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (lambda: due(at("2026-11-16T08:00:00"), -MOMENT, OURS), "duration"),
        (lambda: due(datetime(2026, 11, 16), HOUR, OURS), "start"),  # noqa: DTZ001
        (lambda: elapsed(at("2026-11-16T08:00:00"), at("2026-11-16T07:00:00"), OURS), "end"),
        (
            lambda: due(
                at("2026-11-16T08:00:00"),
                HOUR,
                OURS,
                [(at("2026-11-16T10:00:00"), at("2026-11-16T09:00:00"))],
            ),
            "pauses",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_name(asked: Any, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        asked()
    assert refused.value.field == field


def test_a_calendar_that_opens_no_more_is_no_endless_search() -> None:
    once = read({"overrides": {"2026-11-02": [["08:00", "12:00"]]}})
    start = at("2026-11-01T00:00:00")
    assert due(start, 4 * HOUR, once) == at("2026-11-02T12:00:00")
    with pytest.raises(NeverOpen):
        due(start, 4 * HOUR + MOMENT, once)
    with pytest.raises(NeverOpen):
        next_open(at("2026-11-03T00:00:00"), once)


def test_no_calendar_reaches_beyond_its_years() -> None:
    with pytest.raises(TooFar):
        next_open(datetime(FIRST_YEAR - 1, 1, 1, tzinfo=UTC), OURS)
