"""Dates as people write them."""

from __future__ import annotations

import pytest

from chalicelib.language import dates


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1990-07-31", "1990-07-31"),
        (" 1990/7/31 ", "1990-07-31"),
        ("1990-07-31T08:00:00Z", "1990-07-31"),
        ("31/07/1990", "1990-07-31"),
        ("31/7/1990 08:00", "1990-07-31"),
        ("1.2.2026", "2026-02-01"),
        ("31/02/1990", None),
        ("07/31/1990", None),
        ("31/07-1990", None),
        ("31/7", None),
        ("٣١/٠٧/١٩٩٠", None),
        ("", None),
    ],
)
def test_a_day(text: str, day: str | None) -> None:
    found = dates.day(text)
    assert (found and found.isoformat()) == day


def test_an_iso_day_is_nothing_else() -> None:
    written = ("2026-01-31", "2026-1-31", "31/01/2026", "2026-01-31T00:00", "2026-02-30")
    assert [dates.iso_day(one) is not None for one in written] == [True, False, False, False, False]


@pytest.mark.parametrize(
    ("text", "birthday", "month"),
    [
        ("1990-07-31", "1990-07-31", 7),
        ("31/07/1990", "1990-07-31", 7),
        ("31-7", "--07-31", 7),
        ("31/7/90", "--07-31", 7),
        ("29/2", "--02-29", 2),
        ("--07-31", "--07-31", 7),
        ("--7-31", "--07-31", 7),
        ("1990", None, None),
        ("7/1990", None, None),
        ("31/13/1990", None, None),
        ("30/2", None, None),
        ("1899-12-31", None, None),
        ("tháng bảy", None, None),
        ("", None, None),
    ],
)
def test_a_birthday_has_one_form(text: str, birthday: str | None, month: int | None) -> None:
    assert dates.birthday(text) == birthday
    assert dates.birthday_month(text) == month
    assert birthday is None or dates.birthday(birthday) == birthday


def test_nobody_tells_no_birthday() -> None:
    assert dates.birthday_month(None) is None


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("1990-07-31", "31/07/1990", True),
        ("1990-07-31", "--07-31", True),
        ("31/7", "31-07", True),
        ("1990-07-31", "1991-07-31", False),
        ("1990-07-31", "--07-30", False),
        ("mùa hè", "mùa hè", True),
        ("mùa hè", "1990-07-31", False),
    ],
)
def test_two_birthdays_of_one_person(one: str, other: str, agree: bool) -> None:
    assert dates.birthdays_agree(one, other) is agree
    assert dates.birthdays_agree(other, one) is agree
