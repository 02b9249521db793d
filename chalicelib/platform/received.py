"""What a caller sent: body, query and `If-Match`, checked before a route sees them. For `http`.

`Moment` is every instant that views take.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field, ValidationError

from .errors import Invalid, Malformed, TooLarge

LARGEST_BODY = 1_000_000  # bytes of a JSON command; files go to the bucket by presigned URL
DEEPEST = 32  # objects and lists within each other; nothing of ours is deeper than five
MOST_FAULTS = 20  # more of them are not told of one request

M = TypeVar("M", bound=BaseModel)


def _text_of_a_time(value: object) -> object:
    if not isinstance(value, str) or "-" not in value:
        raise ValueError("an ISO 8601 text with a time zone")
    return value


#: An instant in a request: a text with its zone, of this century, so that texts of instants
#: always sort as time and adding days to one never leaves the calendar.
Moment = Annotated[
    AwareDatetime,
    Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2100, 1, 1, tzinfo=UTC)),
    BeforeValidator(_text_of_a_time),
]


def body(model: type[M], raw: bytes) -> M:
    """A JSON body as its model; none at all stands for `{}`.

    Raises `TooLarge`, `Malformed` for what is no JSON object, or `Invalid`
    naming the field at fault.
    """
    if len(raw) > LARGEST_BODY:
        raise TooLarge(f"more than {LARGEST_BODY} bytes", field="body")
    parsed = _json(raw) if raw.strip() else {}
    if not isinstance(parsed, dict):
        raise Malformed("the body must be a JSON object", field="body")
    if raw.count(b"{") + raw.count(b"[") > DEEPEST and _depth(parsed) > DEEPEST:
        raise Malformed(f"more than {DEEPEST} levels deep", field="body")
    if rb"\u" in raw.lower() and _has_lone_surrogates(parsed):
        raise Malformed("half a character: a \\u escape without its pair", field="body")
    return validated(model, parsed)


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw, parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        raise Malformed("the body is not JSON", field="body") from None


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is beyond any number of ours")
    return number


def _depth(value: Any) -> int:
    """How many objects and lists stand within each other."""
    depth, level = 0, [value]
    while level := [one for one in level if isinstance(one, dict | list)]:
        depth += 1
        level = [
            inner for one in level for inner in (one.values() if isinstance(one, dict) else one)
        ]
    return depth


def _has_lone_surrogates(parsed: Any) -> bool:
    """Such text can be held but never stored or sent: UTF-8 has no form for it."""
    try:
        json.dumps(parsed, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def query(model: type[M], given: Any) -> M:
    """The query parameters as their model; one that is given twice is refused.

    `given` is Chalice's `MultiDict`, or None. Raises `Invalid` naming the parameter.
    """
    values: dict[str, str] = {}
    for name in given or ():
        several = given.getlist(name)
        if len(several) > 1:
            raise Invalid("given more than once", field=name)
        values[name] = several[0]
    return validated(model, values)


def validated(model: type[M], values: Mapping[str, Any]) -> M:
    """The values as their model. Raises `Invalid` naming the first field at fault, and all."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        told = error.errors(include_url=False, include_input=False)[:MOST_FAULTS]
        faults = [(".".join(map(str, one["loc"])) or "body", one["msg"]) for one in told]
        field, detail = faults[0]
        raise Invalid(detail, field=field, faults=faults) from None


def revisions(header: str | None) -> frozenset[int] | None:
    """The revisions an `If-Match` header names; None when any will do.

    A tag that is none of ours matches nothing (RFC 9110 §13.1.1), so it makes
    the command stale, not wrong. Weak tags count: proxies weaken ours.
    """
    if header is None or header.strip() == "*":
        return None
    tags = (tag.strip().removeprefix("W/").strip('"') for tag in header.split(","))
    return frozenset(int(tag) for tag in tags if tag.isascii() and tag.isdigit() and len(tag) < 16)


def version(text: str) -> int:
    """The number of a version that a path names; -1, which none has, for what is no number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else -1


def day(text: str | None, field: str) -> date | None:
    """A day of this century, or None. Raises `Invalid` naming the field."""
    if text is None:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = date.min
    if not 2000 <= found.year < 2100:
        raise Invalid("no date of this century", field=field)
    return found
