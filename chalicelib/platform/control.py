"""The platform's own small items: idempotency answers, tokens, locks, rate windows, counters.

One table, every item with an end (`expires_at`, removed by DynamoDB) where it has one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pynamodb.attributes import BooleanAttribute, JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import UpdateError

from .store import (
    GlobalSecondaryIndex,
    Item,
    KeysOnlyProjection,
    Write,
    code_of,
    failure,
    get_many,
    put,
    table,
)


class ByListing(GlobalSecondaryIndex["Control"]):
    """Tokens, newest first."""

    class Meta:
        index_name = "listing"
        projection = KeysOnlyProjection()

    listing = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class Control(Item):
    """`pk` says what it is (`token#…`, `idempotency#…`, `counter#…`), `sk` is `-`."""

    Meta = table("control")

    by_listing = ByListing()
    listing = UnicodeAttribute(null=True)
    listed_at = UnicodeAttribute(null=True)
    expires_at = NumberAttribute(null=True)  # epoch seconds: DynamoDB's time to live
    value = NumberAttribute(null=True)
    data = JSONAttribute(null=True)
    revoked = BooleanAttribute(null=True)


ONLY = "-"  # the range key of items that stand alone under their hash key
#: How long quarantine keeps an entry that may be replayed.
QUARANTINED_FOR = timedelta(days=90)
#: A mark outlives every copy of its event: days in queues, then replayed at the last moment.
SEEN_FOR = QUARANTINED_FOR + timedelta(days=10)


def control(pk: str, **fields: Any) -> Control:
    """A stand-alone item under a hash key."""
    return Control(pk, ONLY, **fields)


def epoch(moment: datetime) -> int:
    """Whole seconds since 1970, as DynamoDB's time to live wants them."""
    return int(moment.timestamp())


def next_number(counter: str) -> int:
    """Count a named counter up and return its new value, in one atomic request.

    Gaps appear when the caller then fails; a number is never given twice.
    """
    item = control(f"counter#{counter}")
    try:
        item.update(actions=[Control.value.add(1)])
    except UpdateError as error:
        raise failure(code_of(error)) from error
    return int(item.value)


def within_rate(name: str, *, most: int, window: timedelta, now: datetime) -> bool:
    """Count one use of `name` in the current window; False once it is the (most+1)th.

    One request; the window's item removes itself a window later.
    """
    span = int(window.total_seconds())
    start = epoch(now) // span * span
    item = control(f"rate#{name}#{start}")
    try:
        item.update(actions=[Control.value.add(1), Control.expires_at.set(start + 2 * span)])
    except UpdateError as error:
        raise failure(code_of(error)) from error
    return int(item.value) <= most


DAY_HOURS = 24


def tally(name: str, *, now: datetime) -> None:
    """Count one of `name` in the present hour; one request."""
    hour = epoch(now) // 3600
    gone = (hour + DAY_HOURS + 2) * 3600
    item = control(f"tally#{name}#{hour}")
    try:
        item.update(actions=[Control.value.add(1), Control.expires_at.set(gone)])
    except UpdateError as error:
        raise failure(code_of(error)) from error


def tallied(name: str, *, now: datetime) -> int:
    """How many were counted in the last 24 hours, by whole hours; one request."""
    hour = epoch(now) // 3600
    keys = [(f"tally#{name}#{hour - back}", ONLY) for back in range(DAY_HOURS)]
    return sum(int(item.value) for item in get_many(Control, keys).values())


def seen(name: str, *, now: datetime, by: str) -> Write:
    """The write that marks an event as handled by `by`; refused when it was handled before.

    Each handler of an event has a mark of its own.
    """
    mark = f"{by}#{name}"
    return put(f"seen {mark}", control(f"seen#{mark}", expires_at=epoch(now + SEEN_FOR)))
