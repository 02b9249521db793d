"""Checks of what is told of an order, and what it becomes by it. Pure; called by `orders`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from ..platform import due
from ..platform.clock import iso, parse
from ..platform.errors import Invalid
from .currencies import DEFAULT, MINOR_DIGITS
from .model import ORDER, Order
from .rules import (
    DELIVERED,
    LONGEST_PROMISE,
    MOST_AHEAD,
    MOST_MONEY,
    STATUSES,
    Counted,
    Course,
    in_time,
    line_total,
    newer,
    with_steps,
)

#: Fields a source tells that are kept as they are.
PLAIN = (
    "number",
    "channel",
    "store",
    "branch",
    "currency",
    "lines",
    "total",
    "discount",
    "shipping_fee",
    "refunded",
    "placed_at",
    "promised_at",
    "delivered_at",
    "note",
)
AMOUNTS = frozenset({"lines", "total", "discount", "shipping_fee", "refunded"})
#: Times that must have passed.
PAST = ("placed_at", "updated_at", "status_at", "delivered_at")
#: An order that was not delivered so short a time ago and is now, was delivered just now.
LIVE = timedelta(days=7)


def check(told: Mapping[str, Any], now: datetime, *, placed_at: str | None = None) -> None:
    """Refuse what cannot be. Raises `Invalid` naming the field at fault.

    `told` has instants as ISO 8601 texts; `placed_at` is what is known already.
    """
    if told.get("status", "placed") not in STATUSES:
        raise Invalid(f"one of {', '.join(STATUSES)}", field="status")
    if told.get("currency", DEFAULT) not in MINOR_DIGITS:
        raise Invalid(f"{told['currency']} is no currency of ISO 4217", field="currency")
    for name in PAST:
        if told.get(name) is not None and not in_time(parse(told[name]), now):
            raise Invalid("lies in the future", field=name)
    placed = parse(told.get("placed_at") or placed_at or iso(now))
    _check_after(told, "promised_at", placed)
    _check_after(told, "delivered_at", placed)
    promised = told.get("promised_at")
    if promised is not None and parse(promised) - placed > LONGEST_PROMISE:
        raise Invalid("more than two years after the order", field="promised_at")


def _check_after(told: Mapping[str, Any], name: str, placed: datetime) -> None:
    at = told.get(name)
    if at is not None and placed - parse(at) > MOST_AHEAD:
        raise Invalid("before the order was placed", field=name)


def first(told: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The fields of an order nobody knew. Raises `Invalid` for amounts that cannot be."""
    status = told.get("status", "placed")
    moment = iso(now)
    placed_at = told.get("placed_at") or min(moment, told.get("updated_at") or moment)
    base = {
        "status": status,
        "currency": DEFAULT,
        "lines": [],
        "discount": 0,
        "shipping_fee": 0,
        "refunded": 0,
        "history": [],
        "told_at": told.get("updated_at") or placed_at,
        "placed_at": placed_at,
    }
    return _settled(base, told, now, status, since=placed_at)


def changed(order: Order, told: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The fields of a known order after a push; an older one only adds to its history.

    Raises `Invalid` for amounts that cannot be.
    """
    status = told.get("status", order.status)
    known = Course(
        status=order.status,
        told_at=order.told_at,
        history=tuple((one[0], one[1]) for one in order.history),
    )
    base = {name: getattr(order, name) for name in (*PLAIN, "status", "told_at", "history")}
    if not newer(known, status, told.get("updated_at")):
        at = told.get("status_at") or told.get("updated_at") or iso(now)
        return {**base, "history": _listed(with_steps(order.history, [(status, at)]))}
    base["told_at"] = told.get("updated_at") or max(order.told_at, iso(now))
    since = None if order.status == DELIVERED else order.told_at
    return _settled(base, told, now, status, since=since)


def _settled(
    base: Mapping[str, Any],
    told: Mapping[str, Any],
    now: datetime,
    status: str,
    *,
    since: str | None,
) -> dict[str, Any]:
    """`since`: when it was last known not to be delivered; None: it was, at a time nobody told."""
    given = {name: told[name] for name in PLAIN if name in told}
    after = {**base, **given, "status": status}
    if "total" not in given and ("lines" in given or after.get("total") is None):
        after["total"] = max(
            0, line_total(after["lines"]) + after["shipping_fee"] - after["discount"]
        )
    _check_amounts(after, given)
    at = _since(after, told, iso(now), status)
    if status == DELIVERED:
        after["delivered_at"] = after.get("delivered_at") or _delivered(told, now, since)
        at = after["delivered_at"] or at
    steps = [("placed", after["placed_at"]), (status, at)]
    after["history"] = _listed(with_steps(base["history"], steps))
    return after


def _check_amounts(after: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """Refuse amounts that cannot be, where a push brings any. Raises `Invalid`."""
    if AMOUNTS.isdisjoint(given):
        return
    if after["total"] > MOST_MONEY:
        raise Invalid(f"come to more than {MOST_MONEY}", field="lines")
    if after["refunded"] > after["total"]:
        raise Invalid("more than the total", field="refunded")


def _delivered(told: Mapping[str, Any], now: datetime, since: str | None) -> str | None:
    """When an order was delivered of which nobody says it; None: long ago, so nobody knows.

    Without a time a push is the news itself where the order was on its way until lately;
    else it is an old order brought along, and its warranty must not begin today.
    """
    at = told.get("status_at") or told.get("updated_at")
    if at is not None:
        return str(at)
    return iso(now) if since is not None and now - parse(since) <= LIVE else None


def _since(after: Mapping[str, Any], told: Mapping[str, Any], moment: str, status: str) -> str:
    """When a status began, as well as it is known."""
    at = told.get("status_at") or told.get("updated_at")
    return str(at or (after["placed_at"] if status == "placed" else moment))


def _listed(history: tuple[tuple[str, str], ...]) -> list[list[str]]:
    return [list(step) for step in history]


def watched(order_id: str, fields: Mapping[str, Any], late_for: str | None) -> dict[str, Any]:
    """Where an order stands in the due index: at its promise, while that binds and was not told."""
    promised = fields.get("promised_at")
    waits = STATUSES[fields["status"]].on_its_way and promised is not None
    if not waits or promised == late_for:
        return {"due_shard": None, "due_at": None}
    shard, at = due.place(ORDER + order_id, parse(str(promised)))
    return {"due_shard": shard, "due_at": at}


def counted(order_id: str, fields: Mapping[str, Any]) -> Counted:
    """An order as the sums count it: a purchase on the day it was placed, where nobody knows
    when it was delivered."""
    group = STATUSES[fields["status"]].group
    delivered_at = fields.get("delivered_at") or fields["placed_at"]
    return Counted(
        order_id=order_id,
        group=group,
        currency=fields["currency"],
        total=int(fields["total"]),
        refunded=int(fields["refunded"] or 0),
        placed_at=fields["placed_at"],
        delivered_at=delivered_at if group == DELIVERED else None,
    )
