"""A due moment in words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from chalicelib.calendars.arithmetic import due
from chalicelib.calendars.defaults import ALWAYS_OPEN, DEFAULT, DEFAULTS
from chalicelib.calendars.reading import read
from chalicelib.calendars.rules import Calendar
from chalicelib.calendars.telling import explained
from tests.slices.calendars import drawn

OURS = read(DEFAULTS[DEFAULT].spec)
ALWAYS = read(DEFAULTS[ALWAYS_OPEN].spec)


def at(text: str) -> datetime:
    """A moment in Vietnam."""
    return datetime.fromisoformat(f"{text}+07:00")


PAUSED = [(at("2026-11-20T09:30"), at("2026-11-20T14:00"))]


@pytest.mark.parametrize(
    ("start", "hours", "more", "vi", "en"),
    [
        (
            "2026-11-20T16:50",
            2,
            {},
            "T6 16:50 + 2 giờ = T7 09:20, vì 40 phút thứ Sáu và 80 phút thứ Bảy",
            "Fri 16:50 + 2 h = Sat 09:20, because 40 min on Friday and 80 on Saturday",
        ),
        (
            "2026-11-23T16:50",
            5,
            {},
            (
                "T2 16:50 + 5 giờ = T4 13:50, vì 40 phút thứ Hai và 4 giờ 20 phút thứ Tư, "
                "nghỉ 24/11 (Ngày Văn hóa Việt Nam)"
            ),
            (
                "Mon 16:50 + 5 h = Wed 13:50, because 40 min on Monday and 4 h 20 min on "
                "Wednesday, closed 24 Nov (Vietnam Cultural Day)"
            ),
        ),
        (
            "2026-11-20T16:50",
            64,
            {},
            (
                "T6 20/11 16:50 + 64 giờ = T4 2/12 16:50, vì 40 phút thứ Sáu 20/11, "
                "56 giờ trong 8 ngày sau đó và 7 giờ 20 phút thứ Tư 2/12, "
                "nghỉ 24/11 (Ngày Văn hóa Việt Nam)"
            ),
            (
                "Fri 20 Nov 16:50 + 64 h = Wed 2 Dec 16:50, because 40 min on Friday 20 Nov, "
                "56 h on the 8 days after and 7 h 20 min on Wednesday 2 Dec, "
                "closed 24 Nov (Vietnam Cultural Day)"
            ),
        ),
        (
            "2026-11-20T09:00",
            2,
            {"pauses": PAUSED},
            "T6 09:00 + 2 giờ = T6 15:30, trọn trong thứ Sáu, không tính 3 giờ tạm dừng",
            "Fri 09:00 + 2 h = Fri 15:30, all of it on Friday, 3 h of pauses not counted",
        ),
        (
            "2026-11-22T09:00",
            0,
            {},
            "CN 09:00 + 0 phút = T2 08:00, giờ mở cửa kế tiếp",
            "Sun 09:00 + 0 min = Mon 08:00, the next opening",
        ),
        (
            "2026-11-22T09:00:05",
            2,
            {"calendar": ALWAYS},
            "CN 09:00:05 + 2 giờ = CN 11:00:05, tính liên tục 24/7",
            "Sun 09:00:05 + 2 h = Sun 11:00:05, round the clock",
        ),
    ],
)
def test_the_arithmetic_is_spelled_out(
    start: str, hours: int, more: dict[str, Any], vi: str, en: str
) -> None:
    calendar, pauses = more.get("calendar", OURS), more.get("pauses", ())
    until = due(at(start), timedelta(hours=hours), calendar, pauses)
    found = explained(at(start), until, calendar, pauses)
    assert (found.vi, found.en) == (vi, en)


def test_the_holidays_of_a_long_tet_are_summed_up() -> None:
    year_end = read({**DEFAULTS[DEFAULT].spec, "closed_days": ["2027-02-11", "2027-02-12"]})
    start = at("2027-02-03T17:00")
    found = explained(start, due(start, timedelta(hours=1), year_end), year_end)
    assert found.vi.endswith(
        "8/2 (Mùng ba Tết Nguyên Đán), 9/2 (Mùng bốn Tết Nguyên Đán), "
        "10/2 (Mùng năm Tết Nguyên Đán) và 2 ngày nữa"
    )


@settings(max_examples=40, deadline=None)
@given(drawn.calendars, drawn.instants, drawn.durations, drawn.pauses)
def test_the_stretches_are_the_whole_and_what_pauses_took_is_said(
    calendar: Calendar,
    start: datetime,
    duration: timedelta,
    pauses: list[tuple[datetime, datetime]],
) -> None:
    until = due(start, duration, calendar, pauses)
    found = explained(start, until, calendar, pauses)
    assert sum((one.spent for one in found.pieces), timedelta()) == duration
    assert found.paused >= timedelta()
    assert found.vi
    assert found.en
