"""Reading what providers put on the wire without ever trusting its shape.

Every channel's provider and adapter calls this: a value of an unforeseen type is None,
never an exception, and a body that is no JSON object is `Unreadable`.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any

from .base import Unreadable
from .event import Json

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
#: Unicode sorts the marks on one letter, which takes hours for half a million of them; no
#: script has more than thirty (UAX #15, "Stream-Safe Text Format").
MOST_MARKS = 30
LONG_WORD = re.compile(r"\S{1000,}")
MAX_DIGITS = 18  # a longer integer is an id and stays text


def whole(digits: str) -> int | str:
    """An integer as on the wire: a number, or its text when it is too long to count with."""
    return int(digits) if len(digits) <= MAX_DIGITS else digits


DECODER = json.JSONDecoder(parse_float=str, parse_int=whole, parse_constant=str)


def read_object(body: bytes) -> Json:
    """The JSON object a body holds. Raises `Unreadable` for anything else, also for `{}`.

    Fractions and long integers stay text, as on the wire: no id passes through a float.
    The result can always be written as UTF-8 JSON again (no lone surrogates, no NaN).
    """
    try:
        found = DECODER.decode(body.decode("utf-8-sig"))
        written = json.dumps(found, ensure_ascii=False)
    except (ValueError, RecursionError) as error:
        raise Unreadable("the body is not JSON") from error
    if not isinstance(found, dict) or not found:
        raise Unreadable("the body is not a JSON object with content")
    return found if written.isascii() or encodable(written) else DECODER.decode(mended(written))


def peek_object(body: bytes) -> Json:
    """The same for a body nothing is known of yet: `{}` where `read_object` refuses."""
    try:
        return read_object(body)
    except Unreadable:
        return {}


def leading_object(body: bytes) -> Json | None:
    """The JSON object a provider's answer begins with, whatever follows it; None if none.

    Relays append text to Zalo's answers (payloads/zalo_api/03).
    """
    try:
        text = body.decode("utf-8-sig", errors="replace").lstrip()
        found, _ = DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def encodable(text: str) -> bool:
    """Whether a text can be written as UTF-8 (a lone surrogate cannot)."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def mended(text: str) -> str:
    """The text with surrogate pairs joined and lone surrogates replaced by U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def composed(text: str) -> str:
    """The text in NFC, without what only makes that slow."""
    return unicodedata.normalize("NFC", LONG_WORD.sub(_without_piled_marks, text))


def _without_piled_marks(word: re.Match[str]) -> str:
    if word[0].isascii():
        return word[0]
    kept, marks = [], 0
    for one in word[0]:
        marks = marks + 1 if unicodedata.combining(one) else 0
        if marks <= MOST_MARKS:
            kept.append(one)
    return "".join(kept)


def as_object(value: Any) -> Json:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def as_text(value: Any) -> str | None:
    """NFC text of a string, decimal text of an integer; None for anything else or nothing."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = str(value)
    whole_text = text if text.isascii() or encodable(text) else mended(text)
    return composed(whole_text).strip() or None


def as_texts(value: Any) -> tuple[str, ...]:
    """The texts of a list, in order, without what is none."""
    return tuple(text for item in as_list(value) if (text := as_text(item)))


def as_integer(value: Any) -> int | None:
    """The integer a number or a decimal text holds; None for anything else."""
    text = as_text(value) or ""
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= MAX_DIGITS):
        return None
    return int(text)


def as_instant(value: Any) -> datetime | None:
    """The UTC instant of a number of milliseconds since 1970; None outside 2000–2100."""
    milliseconds = as_integer(value)
    if milliseconds is None or abs(milliseconds) > 10**14:  # beyond what a date can hold
        return None
    instant = EPOCH + timedelta(milliseconds=milliseconds)
    return instant if EARLIEST <= instant < LATEST else None


def as_degrees(value: Any, *, limit: int) -> float | None:
    """A coordinate in degrees, from a number or its text; None beyond ±limit."""
    try:
        degrees = float(as_text(value) or "")
    except ValueError:
        return None
    return degrees if math.isfinite(degrees) and abs(degrees) <= limit else None
