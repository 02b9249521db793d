"""What a customer's view shows of what they buy: read in a bounded number of requests.

Called by `customer.portrait`. Everything is read under every original of the family, so it is
whole while a merge still moves things.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..platform.fact import frozen
from . import recent
from .model import Order, OwnedItem
from .products import named
from .rules import of_interest
from .sums import Sums, sums

ORDERS, ITEMS, DEALS, BEHAVIOURS = 5, 20, 20, 100


@frozen
class Interest:
    """A product somebody looks at: its sku, its name where known, and points (views count 1)."""

    sku: str
    name: str | None
    points: int


@frozen
class Commerce:
    """What a customer buys, owns, looks at and decides against.

    `orders` are the last 5, `items` the last 20 owned and not returned, `refusals`
    reason → how many of the last 20 deals were lost for it. The purchase cycle is
    `sums.cycle_days`.
    """

    sums: Sums
    orders: tuple[Order, ...]
    items: tuple[OwnedItem, ...]
    refusals: dict[str, int]
    interests: tuple[Interest, ...]


def summary(family_ids: Sequence[str], *, listed_under: Sequence[str] | None = None) -> Commerce:
    """The commerce part of a customer's view: one read of sums, two requests a kind and profile.

    Sums stand with each original; the rest is listed under those of `listed_under`
    (every original, where the caller does not know better).
    """
    under = family_ids if listed_under is None else listed_under
    deals = recent.deals(under, most=DEALS)
    lost = Counter(str(deal.reason) for deal in deals if deal.state == "lost")
    return Commerce(
        sums=sums(family_ids),
        orders=tuple(recent.orders(under, most=ORDERS)),
        items=tuple(item for item in recent.items(under, most=ITEMS) if item.ended_at is None),
        refusals=dict(lost),
        interests=interests(under),
    )


def interests(family_ids: Sequence[str]) -> tuple[Interest, ...]:
    """The products a customer looked at most of late."""
    seen = recent.behaviours(family_ids, most=BEHAVIOURS)
    top = of_interest((one.kind, one.sku) for one in seen)
    known = named(sku for sku, _ in top)
    return tuple(
        Interest(sku=sku, name=known[sku].name if sku in known else None, points=points)
        for sku, points in top
    )
