"""What stands in one cell of somebody's file, read as what the API takes. Pure.

Every reader takes the cell (text, or what JSON gave) and the time zone of the
file, gives None for an empty cell, and raises ValueError that says in words
what is wrong. Called by `formats`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.language import dates

Read = Callable[[Any, ZoneInfo], Any]

#: What a spreadsheet leaves of a long number: the digits behind are gone for good.
_SCIENTIFIC = re.compile(r"[+-]?\d+([.,]\d+)?[eE]\+?\d+")
_WHOLE = re.compile(r"\d+[.,]0+")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T,]+(.*))?")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([AaPp][Mm])?")
_ZONE_AT_END = re.compile(r"\s*(UTC|GMT|Z|[+-]\d{2}:?\d{2})$", re.IGNORECASE)
_SEPARATORS = re.compile(r"[;|\n]+")
_TAGS = re.compile(r"[,;|]+")
_MONEY = re.compile(r"(?i)\s*(đ|d|vnd|vnđ|₫|dong|đồng)\s*$")
_GROUPED = re.compile(r"\d{1,3}([.,]\d{3})+([.,]0+)?")
#: Beyond it a number of seconds is one of milliseconds.
_MILLISECONDS = 10**11

YES = frozenset({"true", "1", "yes", "y", "có", "co", "x", "granted", "đồng ý", "dong y"})
NO = frozenset({"false", "0", "no", "n", "không", "khong", "withdrawn", "từ chối", "tu choi"})


def text(value: Any, _zone: ZoneInfo) -> str | None:
    """A text in NFC without blanks at its ends; numbers as they are written."""
    if value is None or isinstance(value, dict | list):
        return None
    return unicodedata.normalize("NFC", str(value)).strip() or None


def line(value: Any, zone: ZoneInfo) -> str | None:
    """A text on one line."""
    found = text(value, zone)
    return " ".join(found.split()) if found else None


def identifier(value: Any, zone: ZoneInfo) -> str | None:
    """An id: a spreadsheet's `1234.0` is 1234."""
    found = text(value, zone)
    if found and _SCIENTIFIC.fullmatch(found) and "e+" in found.lower():
        raise ValueError("a spreadsheet has cut this number: format the column as text")
    return found.partition(".")[0] if found and _WHOLE.fullmatch(found) else found


def phones(value: Any, zone: ZoneInfo) -> list[str]:
    """Phone numbers, several parted by `;` or `|`; whether they are any, the API says.

    Nine digits without the leading zero are left so: the API reads them. A number
    in scientific notation has lost its last digits and is refused.
    """
    found = text(value, zone) or ""
    several = [one.strip().lstrip("'\u2019") for one in _SEPARATORS.split(found)]
    if any(_SCIENTIFIC.fullmatch(one) for one in several):
        raise ValueError("a spreadsheet has cut this number: format the column as text")
    return [one.partition(".")[0] if _WHOLE.fullmatch(one) else one for one in several if one]


def emails(value: Any, zone: ZoneInfo) -> list[str]:
    """E-mail addresses, several parted by `;`, `|` or `,`."""
    found = text(value, zone) or ""
    return [one.strip() for one in re.split(r"[;|,\n]+", found) if one.strip()]


def tags(value: Any, zone: ZoneInfo) -> list[str]:
    """A list of tags: JSON's, or a text with commas."""
    if isinstance(value, list):
        return [str(one).strip()[:64] for one in value if str(one).strip()]
    return [one.strip()[:64] for one in _TAGS.split(text(value, zone) or "") if one.strip()]


def day(value: Any, zone: ZoneInfo) -> str | None:
    """A date as YYYY-MM-DD, from that, an instant, or day/month/year."""
    found = text(value, zone)
    if found is None:
        return None
    return _date(found).isoformat()


def _date(written: str) -> date:
    read = dates.day(written)
    if read is None:
        raise ValueError("a date: YYYY-MM-DD or day/month/year")
    return read


def moment(value: Any, zone: ZoneInfo) -> str | None:
    """An instant (ISO 8601 with its zone), from that, `dd/mm/yyyy hh:mm`, or epoch seconds.

    A time that names no zone is one of `zone`.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = value / 1000 if abs(value) > _MILLISECONDS else value
        return datetime.fromtimestamp(seconds, UTC).isoformat() if value else None
    found = text(value, zone)
    if found is None:
        return None
    if found.isdigit() and len(found) >= 10:
        return moment(int(found), zone)
    if (match := _DAY_FIRST.fullmatch(found)) is not None:
        clock = time(*_clock(match[4] or "00:00"), tzinfo=zone)
        return datetime.combine(_date(found), clock).isoformat()
    return _written(found, zone).isoformat()


def _written(found: str, zone: ZoneInfo) -> datetime:
    named = _ZONE_AT_END.search(found) if len(found) > 10 else None
    bare = found[: named.start()] if named is not None else found
    suffix = "" if named is None else named[1].upper().replace("UTC", "Z").replace("GMT", "Z")
    try:
        read = datetime.fromisoformat(bare.strip() + suffix)
    except ValueError:
        raise ValueError("a time: ISO 8601, or day/month/year hours:minutes") from None
    return read if read.tzinfo is not None else read.replace(tzinfo=zone)


def _clock(written: str) -> tuple[int, int, int]:
    match = _CLOCK.fullmatch(written.strip())
    if match is None:
        raise ValueError("a time of day, hours:minutes")
    hour = int(match[1])
    if match[4]:
        hour = hour % 12 + (12 if match[4].lower() == "pm" else 0)
    if hour > 23 or int(match[2]) > 59:
        raise ValueError("no such time of day")
    return hour, int(match[2]), int(match[3] or 0)


def flag(value: Any, zone: ZoneInfo) -> bool | None:
    """Yes or no, in English or Vietnamese."""
    if isinstance(value, bool):
        return value
    found = (text(value, zone) or "").lower()
    if not found:
        return None
    if found not in YES | NO:
        raise ValueError("có or không")
    return found in YES


def money(value: Any, zone: ZoneInfo) -> int | None:
    """An amount in đồng, a whole number: `1.250.000 đ` is 1250000."""
    found = text(value, zone)
    if found is None:
        return None
    bare = _MONEY.sub("", found).replace(" ", "")
    if _GROUPED.fullmatch(bare):
        bare = re.sub(r"[.,]0{1,2}$", "", bare).replace(".", "").replace(",", "")
    elif _WHOLE.fullmatch(bare):
        bare = re.split(r"[.,]", bare)[0]
    if not bare.isdigit():
        raise ValueError("an amount in whole đồng")
    return int(bare)


def number(value: Any, zone: ZoneInfo) -> int | None:
    """A whole number."""
    found = identifier(value, zone)
    if found is None:
        return None
    if not found.isdigit():
        raise ValueError("a whole number")
    return int(found)


def one_of(table: Mapping[str, Any], *, otherwise: Any = None) -> Read:
    """A reader of codes: the cell, in lower case, by a table.

    What is not in it is an error, unless there is an `otherwise`.
    """

    def read(value: Any, zone: ZoneInfo) -> Any:
        found = (text(value, zone) or "").lower()
        if not found:
            return None
        if found in table or otherwise is not None:
            return table.get(found, otherwise)
        raise ValueError(f"one of: {', '.join(table)}")

    return read
