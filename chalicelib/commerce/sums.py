"""What orders come to, per original profile and over a family: counted in the order's transaction.

`orders` calls `counted`; segments, the customer view and `portrait` call `sums`.
An order counts for the profile it came with, so a merge or its undoing moves no sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import datetime

from ..platform import store
from ..platform.clock import parse
from ..platform.fact import frozen
from .model import ONLY, SUMS, SumsItem
from .rules import Counted, cycle_days

SUMS_WRITE = "sums"
#: Deliveries a sum remembers one by one: the first ones and the latest ones.
KEPT_FIRST, KEPT_LAST = 10, 40


@frozen
class Sums:
    """The orders of a customer. Amounts: integer VND; orders in other currencies are counted
    in the numbers and stand with their amounts (minor units) in `other_amounts`.

    `deliveries` are the first and the latest ones, oldest first; `cycle_days` is the median
    gap between the days of delivery, None with fewer than two.
    """

    placed_count: int = 0
    open_count: int = 0
    delivered_count: int = 0
    cancelled_count: int = 0
    returned_count: int = 0
    delivered_amount: int = 0
    refunded_amount: int = 0
    other_amounts: Mapping[str, int] = field(default_factory=dict)
    first_delivered_at: datetime | None = None
    last_delivered_at: datetime | None = None
    last_placed_at: datetime | None = None
    deliveries: tuple[datetime, ...] = ()

    @property
    def cycle_days(self) -> float | None:
        """The customer's own purchase cycle in days."""
        return cycle_days(self.deliveries)


def sums(profile_ids: Iterable[str]) -> Sums:
    """What the orders of these originals come to together; one read for a family."""
    keys = [(SUMS + profile_id, ONLY) for profile_id in profile_ids]
    return _together(list(store.get_many(SumsItem, keys, consistent=True).values()))


def sums_of(profile_ids: Iterable[str]) -> dict[str, Sums]:
    """The same for each original by itself; who never ordered has empty sums."""
    wanted = list(profile_ids)
    keys = [(SUMS + one, ONLY) for one in wanted]
    found = store.get_many(SumsItem, keys, consistent=True)
    return {
        one: _together([item] if (item := found.get((SUMS + one, ONLY))) else []) for one in wanted
    }


def _together(items: list[SumsItem]) -> Sums:
    amounts = _added([item.amounts for item in items])
    refunds = _added([item.refunds for item in items])
    deliveries = tuple(sorted(parse(at) for item in items for at in item.deliveries.values()))
    placed = [parse(item.last_placed_at) for item in items if item.last_placed_at]
    return Sums(
        placed_count=sum(int(item.placed) for item in items),
        open_count=sum(int(item.open_orders) for item in items),
        delivered_count=sum(int(item.delivered) for item in items),
        cancelled_count=sum(int(item.cancelled) for item in items),
        returned_count=sum(int(item.returned) for item in items),
        delivered_amount=amounts.pop("VND", 0),
        refunded_amount=refunds.get("VND", 0),
        other_amounts=amounts,
        first_delivered_at=deliveries[0] if deliveries else None,
        last_delivered_at=deliveries[-1] if deliveries else None,
        last_placed_at=max(placed, default=None),
        deliveries=deliveries,
    )


def _added(parts: list[dict[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for part in parts:
        for currency, amount in part.items():
            total[currency] = total.get(currency, 0) + int(amount)
    return total


def counted(profile_id: str, before: Counted | None, after: Counted | None) -> list[store.Write]:
    """The write that counts one order of an original anew: without what it was, with what it is.

    Refused (name `sums`) when another order of the same customer was quicker.
    """
    if before == after:
        return []
    item = store.get(SumsItem, SUMS + profile_id, ONLY)
    known = item or SumsItem(SUMS + profile_id, ONLY)
    revision = int(known.revision)
    for one, sign in ((before, -1), (after, 1)):
        if one is not None:
            _count(known, one, sign)
    known.revision = revision + 1
    unchanged = store.is_new(known) if item is None else SumsItem.revision == revision
    return [store.put(SUMS_WRITE, known, condition=unchanged)]


def _count(item: SumsItem, one: Counted, sign: int) -> None:
    """Add (or with -1 take away) an order."""
    item.placed = int(item.placed) + sign
    name = one.group
    setattr(item, name, int(getattr(item, name)) + sign)
    if sign > 0:
        item.last_placed_at = max(item.last_placed_at or "", one.placed_at)
    if one.delivered_at is None:
        return
    item.amounts = _moved(item.amounts, one.currency, sign * one.total)
    item.refunds = _moved(item.refunds, one.currency, sign * one.refunded)
    kept = dict(item.deliveries)
    kept.pop(one.order_id, None)
    if sign > 0:
        kept[one.order_id] = one.delivered_at
    item.deliveries = _few(kept)


def _moved(amounts: Mapping[str, int], currency: str, by: int) -> dict[str, int]:
    after = {**amounts, currency: int(amounts.get(currency, 0)) + by}
    return {name: amount for name, amount in after.items() if amount}


def _few(deliveries: Mapping[str, str]) -> dict[str, str]:
    if len(deliveries) <= KEPT_FIRST + KEPT_LAST:
        return dict(deliveries)
    ordered = sorted(deliveries.items(), key=lambda one: (one[1], one[0]))
    return dict([*ordered[:KEPT_FIRST], *ordered[-KEPT_LAST:]])
