"""A calendar as JSON: what is read, what is refused and where, what holds on which day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings

from chalicelib.calendars import public
from chalicelib.calendars.defaults import DEFAULTS
from chalicelib.calendars.reading import NoOpenDay, read, shown, written
from chalicelib.calendars.rules import Reason, day_of
from chalicelib.platform.errors import Invalid
from tests.slices.calendars import drawn

EIGHT = [["08:00", "12:00"]]


@pytest.mark.parametrize(
    ("given_windows", "kept"),
    [
        ([["08:00", "12:00"], ["11:00", "13:00"]], [["08:00", "13:00"]]),
        ([["13:30", "17:30"], ["08:00", "13:30"]], [["08:00", "17:30"]]),
        ([["00:00", "24:00"]], [["00:00", "24:00"]]),
        ([["22:00", "06:00"]], [["22:00", "06:00"]]),
        ([["22:00", "00:00"]], [["22:00", "24:00"]]),
        ([["00:00", "24:00"], ["22:00", "06:00"]], [["00:00", "24:00"], ["23:59", "06:00"]]),
        ([["9:00", "10:00:30"]], [["09:00", "10:00:30"]]),
    ],
)
def test_windows_are_put_in_order_and_together(given_windows: Any, kept: Any) -> None:
    calendar = read({"hours": {"mon": given_windows}})
    assert shown(calendar.week[0]) == kept


@settings(max_examples=50, deadline=None)
@given(drawn.specs())
def test_what_is_written_reads_as_the_same(spec: dict[str, Any]) -> None:
    calendar = read(spec)
    assert read(written(calendar)) == calendar


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"timezone": "Asia/Da_Nang"}, "timezone"),
        ({"timezone": "../etc/passwd"}, "timezone"),
        ({"timezone": 7}, "timezone"),
        ({"hours": []}, "hours"),
        ({"hours": {"monday": EIGHT}}, "hours.monday"),
        ({"hours": {"mon": "08:00-12:00"}}, "hours.mon"),
        ({"hours": {"mon": [["08:00"]]}}, "hours.mon.0"),
        ({"hours": {"mon": [*EIGHT, ["25:00", "26:00"]]}}, "hours.mon.1"),
        ({"hours": {"mon": [["08:60", "12:00"]]}}, "hours.mon.0"),
        ({"hours": {"mon": [["24:00", "08:00"]]}}, "hours.mon.0"),
        ({"hours": {"mon": [["24:01", "08:00"]]}}, "hours.mon.0"),
        ({"hours": {"mon": [["08:00", "08:00"]]}}, "hours.mon.0"),
        ({"overrides": {"24/12/2026": EIGHT}}, "overrides.24/12/2026"),
        ({"overrides": {"2026-02-30": EIGHT}}, "overrides.2026-02-30"),
        ({"closed_days": "2026-12-24"}, "closed_days"),
        ({"closed_days": ["2026-12-24", {"name": "?"}]}, "closed_days.1.date"),
        ({"closed_days": [{"date": "2026-12-24", "name": 1}]}, "closed_days.0.name"),
        ({"make_up_days": [{"date": "2026-11-28", "like": "day"}]}, "make_up_days.0.like"),
        ({"make_up_days": [{"date": "2026-11-28", "like": "sun"}]}, "make_up_days.0.like"),
        ({"make_up_days": ["2026-11-28"], "closed_days": ["2026-11-28"]}, "make_up_days"),
        ({"public_holidays": "VN"}, "public_holidays"),
        ({"lunch": "12:00"}, "lunch"),
    ],
)
def test_what_cannot_be_read_is_named(spec: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        read({"hours": {"mon": EIGHT}, **spec})
    assert refused.value.field == field


@pytest.mark.parametrize("hours", [None, {}, {"mon": []}])
def test_a_calendar_with_no_open_day_is_refused(hours: Any) -> None:
    with pytest.raises(NoOpenDay):
        read({"hours": hours, "closed_days": ["2026-12-24"], "public_holidays": True})


SPEC = {
    **DEFAULTS["default"].spec,
    "overrides": {"2026-11-24": [["09:00", "10:00"]], "2026-12-24": []},
    "closed_days": [{"date": "2026-12-31", "name": "Kiểm kê"}, "2026-12-24"],
    "make_up_days": [{"date": "2026-09-02", "like": "sat", "name": "Làm bù"}, "2026-11-29"],
}


@pytest.mark.parametrize(
    ("day", "reason", "name", "windows"),
    [
        ("2026-11-24", Reason.OVERRIDE, None, [["09:00", "10:00"]]),  # though Culture Day
        ("2026-12-24", Reason.OVERRIDE, None, []),  # though closed as well
        ("2026-12-31", Reason.CLOSED_DAY, "Kiểm kê", []),
        ("2026-09-02", Reason.MAKE_UP_DAY, "Làm bù", [["08:00", "12:00"]]),  # on National Day
        ("2026-11-29", Reason.MAKE_UP_DAY, None, [["08:00", "12:00"], ["13:30", "17:30"]]),
        ("2026-08-22", Reason.EXCHANGED_DAY, None, [["08:00", "12:00"], ["13:30", "17:30"]]),
        ("2026-08-31", Reason.PUBLIC_HOLIDAY, "Ngày nghỉ (thay cho ngày 22/08/2026)", []),
        ("2026-02-17", Reason.PUBLIC_HOLIDAY, "Tết Nguyên Đán", []),
        ("2026-11-21", Reason.WEEKLY, None, [["08:00", "12:00"]]),
        ("2026-11-22", Reason.WEEKLY, None, []),
    ],
)
def test_the_first_reason_that_holds_counts(
    day: str, reason: Reason, name: str | None, windows: Any
) -> None:
    found = day_of(read(SPEC), date.fromisoformat(day))
    assert (found.reason, found.name, shown(found.windows)) == (reason, name, windows)


def test_an_exchanged_day_takes_no_hours_away() -> None:
    """A shop whose Saturdays are longer than its Mondays; and one that is closed on Mondays."""
    longer = read({"hours": {"mon": EIGHT, "sat": [["09:00", "20:00"]]}, "public_holidays": True})
    saturday = date(2026, 8, 22)
    assert shown(day_of(longer, saturday).windows) == [["08:00", "20:00"]]
    weekend = read({"hours": {"sat": EIGHT}, "public_holidays": True})
    assert day_of(weekend, saturday).reason is Reason.WEEKLY


def test_every_exchanged_day_of_the_source_is_found_whatever_was_asked_before() -> None:
    """Some stand in the list of the year after: 27/12/2014 was worked for 2/1/2015."""
    worked = {
        day: free for year in range(2010, 2028) for day, free in public.year(year).exchanged.items()
    }
    assert {
        date(2014, 12, 27): date(2015, 1, 2),
        date(2019, 1, 5): date(2018, 12, 31),
        date(2025, 4, 26): date(2025, 5, 2),
        date(2026, 8, 22): date(2026, 8, 31),
    }.items() <= worked.items()
    assert all(public.holiday(free) and public.is_working_day(day) for day, free in worked.items())


def test_a_holiday_has_a_name_in_both_languages() -> None:
    assert public.holiday(date(2026, 9, 2)) == "Quốc khánh"
    assert public.holiday(date(2026, 9, 2), language=public.ENGLISH) == "National Day"
    assert public.holiday(date(2026, 9, 4)) is None
