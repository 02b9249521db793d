"""Dates as people, forms and files write them. Pure: the only reader of a date that is no instant.

Called by profiles (birthdays, custom fields), segments (conditions, birthday months) and the
import of files. Where no year comes first the day does, as in Vietnam.
"""

from __future__ import annotations

import re
from datetime import date

#: Nobody who writes to us was born before.
FIRST_YEAR_OF_BIRTH = 1900
#: A year with a 29 February, for birthdays that name no year.
_LEAP_YEAR = 2000

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YEAR_FIRST = re.compile(
    r"(?P<year>[0-9]{4})([/.-])(?P<month>[0-9]{1,2})\2(?P<day>[0-9]{1,2})(?:[T ].*)?"
)
_DAY_FIRST = re.compile(
    r"(?P<day>[0-9]{1,2})([/.-])(?P<month>[0-9]{1,2})\2(?P<year>[0-9]{4})(?:[T ,].*)?"
)
#: `--07-31` is ISO 8601 for a day of any year; the years `31/7/90` may mean are two.
_NO_YEAR = re.compile(
    r"--(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})"
    r"|(?P<day_>[0-9]{1,2})([/.-])(?P<month_>[0-9]{1,2})(?:\4[0-9]{2})?"
)


def iso_day(text: str) -> date | None:
    """The date of exactly `YYYY-MM-DD`; None for anything else."""
    return day(text) if _ISO.fullmatch(text) else None


def day(text: str) -> date | None:
    """The date of `1990-07-31`, `31/07/1990`, `31.7.1990`; a time after it is left away.

    None when it is none, or no such day: `31/02/1990`.
    """
    written = text.strip()
    found = _YEAR_FIRST.fullmatch(written) or _DAY_FIRST.fullmatch(written)
    return None if found is None else _date(found["year"], found["month"], found["day"])


def birthday(text: str) -> str | None:
    """A birthday in its one form: `1990-07-31`, or `--07-31` when the year is not told.

    None when it cannot be read, or is of another century's customer.
    """
    whole = day(text)
    if whole is not None:
        return whole.isoformat() if whole.year >= FIRST_YEAR_OF_BIRTH else None
    found = _NO_YEAR.fullmatch(text.strip())
    if found is None:
        return None
    month, of_month = found["month"] or found["month_"], found["day"] or found["day_"]
    if _date(_LEAP_YEAR, month, of_month) is None:
        return None
    return f"--{int(month):02d}-{int(of_month):02d}"


def birthday_month(text: str | None) -> int | None:
    """The month (1–12) of a birthday, however it is written; None when it cannot be read."""
    found = birthday(text) if text else None
    return None if found is None else int(found[-5:-3])


def birthdays_agree(one: str, other: str) -> bool:
    """Whether two birthdays may be one person's: the same, or the same day where a year is untold.

    One that cannot be read agrees with the very same text only.
    """
    a, b = birthday(one) or one, birthday(other) or other
    untold = a.startswith("--") or b.startswith("--")
    return a == b or (untold and a[-6:] == b[-6:])


def _date(year: str | int, month: str | int, day_of_month: str | int) -> date | None:
    try:
        return date(int(year), int(month), int(day_of_month))
    except ValueError:
        return None
