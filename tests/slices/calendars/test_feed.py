"""Whole free days out of iCalendar texts."""

from __future__ import annotations

import time
from datetime import date

import pytest

from chalicelib.calendars.feed import MOST_EVENTS, MOST_REPEATED, read_feed
from chalicelib.platform.errors import Invalid

FIRST, LAST = date(2026, 1, 1), date(2028, 12, 31)


def feed(*events: str) -> str:
    """A calendar of events, each given as lines parted by `|`."""
    bodies = "".join(
        f"BEGIN:VEVENT\r\n{body.replace('|', chr(13) + chr(10))}\r\nEND:VEVENT\r\n"
        for body in events
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{bodies}END:VCALENDAR\r\n"


def days(*events: str) -> dict[str, str | None]:
    return {str(day): name for day, name in read_feed(feed(*events), FIRST, LAST).days.items()}


ONE = "DTSTART;VALUE=DATE:20261224|SUMMARY:Giáng sinh"


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([ONE], {"2026-12-24": "Giáng sinh"}),
        # the end is not one of the days
        (
            ["DTSTART;VALUE=DATE:20261230|DTEND;VALUE=DATE:20270102|SUMMARY:Kiểm kê"],
            dict.fromkeys(("2026-12-30", "2026-12-31", "2027-01-01"), "Kiểm kê"),
        ),
        (
            ["DTSTART;VALUE=DATE:20261230|DURATION:P2D"],
            dict.fromkeys(("2026-12-30", "2026-12-31")),
        ),
        (
            ["DTSTART;VALUE=DATE:20261230|DURATION:P1W"],
            dict.fromkeys(
                [f"2026-12-{day}" for day in (30, 31)] + [f"2027-01-0{day}" for day in range(1, 6)]
            ),
        ),
        # from midnight to midnight is a whole day as well, hours are none
        (
            ["DTSTART;TZID=Asia/Ho_Chi_Minh:20261224T000000|DTEND:20261225T000000"],
            {"2026-12-24": None},
        ),
        (["DTSTART:20261224T080000Z|DTEND:20261224T120000Z"], {}),
        (["DTSTART:20261224T000000Z"], {}),
        # folded in the middle of a word, escaped, with an alarm inside
        (
            [
                (
                    r"DTSTART;VALUE=DATE:20261224|SUMMARY;LANGUAGE=vi:Nghỉ\, l|"
                    " iên hoan\\n;tất niên"
                )
            ],
            {"2026-12-24": "Nghỉ, liên hoan ;tất niên"},
        ),
        (
            [f"{ONE}|BEGIN:VALARM|DTSTART;VALUE=DATE:20260101|SUMMARY:Nhắc|END:VALARM"],
            {"2026-12-24": "Giáng sinh"},
        ),
        # repeated
        (
            ["DTSTART;VALUE=DATE:20200315|RRULE:FREQ=YEARLY|SUMMARY:Thành lập"],
            dict.fromkeys(("2026-03-15", "2027-03-15", "2028-03-15"), "Thành lập"),
        ),
        (
            ["DTSTART;VALUE=DATE:20261102|RRULE:FREQ=WEEKLY;COUNT=3|EXDATE;VALUE=DATE:20261109"],
            dict.fromkeys(("2026-11-02", "2026-11-16")),
        ),
        (
            ["DTSTART;VALUE=DATE:20261102|RRULE:FREQ=DAILY;INTERVAL=2;UNTIL=20261106T000000Z"],
            dict.fromkeys(("2026-11-02", "2026-11-04", "2026-11-06")),
        ),
        (
            ["DTSTART;VALUE=DATE:20261127|RRULE:FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20270131"],
            dict.fromkeys(("2026-11-27", "2026-12-25", "2027-01-29")),
        ),
        (
            ["DTSTART;VALUE=DATE:20261102|RDATE;VALUE=DATE:20261103,20261105"],
            dict.fromkeys(("2026-11-02", "2026-11-03", "2026-11-05")),
        ),
        # one occurrence moved, one cancelled; a cancelled event
        (
            [
                "UID:a|DTSTART;VALUE=DATE:20261102|RRULE:FREQ=WEEKLY;COUNT=3",
                "UID:a|RECURRENCE-ID;VALUE=DATE:20261109|DTSTART;VALUE=DATE:20261110|SUMMARY:Dời",
                "UID:a|RECURRENCE-ID;VALUE=DATE:20261116|DTSTART;VALUE=DATE:20261116|STATUS:CANCELLED",
            ],
            {"2026-11-02": None, "2026-11-10": "Dời"},
        ),
        ([f"{ONE}|STATUS:CANCELLED"], {}),
        # outside of what is looked at
        (["DTSTART;VALUE=DATE:20251224"], {}),
        (["DTSTART;VALUE=DATE:20251231|DTEND;VALUE=DATE:20260102"], {"2026-01-01": None}),
        (["DTSTART;VALUE=DATE:20261224|DTEND;VALUE=DATE:20261224"], {}),
    ],
)
def test_an_event_of_whole_days_closes_them(
    events: list[str], expected: dict[str, str | None]
) -> None:
    assert days(*events) == expected


def test_events_of_hours_are_counted() -> None:
    found = read_feed(feed(ONE, "DTSTART:20261224T080000Z|DTEND:20261224T120000Z"), FIRST, LAST)
    assert found.ignored == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<html></html>",
        "BEGIN:VCALENDAR\r\n",
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n",
        feed("DTSTART;VALUE=DATE:20260230"),
        feed("DTSTART;VALUE=DATE"),
        feed("DTSTART;VALUE=DATE:20260101|RRULE:FREQ=SECONDLY"),
        feed("DTSTART;VALUE=DATE:20260101|RRULE:FREQ=DAILY;INTERVAL=0"),
        feed("DTSTART;VALUE=DATE:20260101|RRULE:COUNT=3"),
        feed("DTSTART;VALUE=DATE:20260101|RRULE:FREQ=YEARLY;BYMONTH=99"),
        feed("DTSTART;VALUE=DATE:20260101|RRULE:FREQ=WEEKLY;BYDAY=XX"),
        feed("DTSTART;VALUE=DATE:19000101|RRULE:FREQ=DAILY"),
        feed(*[ONE] * (MOST_EVENTS + 1)),
        feed(*[f"{ONE}|RRULE:FREQ=YEARLY"] * (MOST_REPEATED + 1)),
    ],
)
def test_what_is_no_calendar_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_feed(text, FIRST, LAST)
    assert refused.value.field == "ics"


def test_rules_that_never_hold_come_to_an_end() -> None:
    never = "DTSTART;VALUE=DATE:19700101|RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=9"
    began = time.process_time()
    assert days(*[never] * 20) == {}
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("DTSTART;VALUE=DATE:99991231|DURATION:P5D", {}),
        (
            "DTSTART;VALUE=DATE:20261224|DURATION:P1D|RDATE;VALUE=DATE:99991231",
            {"2026-12-24": None},
        ),
        ("DTSTART;VALUE=DATE:20261224|SUMMARY:\x07\u200b", {"2026-12-24": None}),
    ],
)
def test_the_end_of_the_calendar_and_names_of_nothing_are_borne(
    event: str, expected: dict[str, str | None]
) -> None:
    assert days(event) == expected
