"""Owned items: what a delivered line gives its customer. Called by `orders`, in its transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from ..platform import store
from ..platform.clock import iso, local_day, parse
from ..platform.context import Context
from ..platform.pages import Page, PageRequest, page
from ..profiles.knowing import Standing
from .model import ITEM, ONLY, PRODUCT, OwnedItem, Product, product_id
from .rules import next_purchase, warranty_ends


def of_profile(request: PageRequest, profile_id: str) -> Page[OwnedItem]:
    """What is listed under a customer, the latest delivery first; what was returned too."""
    where = OwnedItem.at.startswith(ITEM)
    return page(OwnedItem, request, profile_id, index=OwnedItem.by_profile, where=where)


def given(
    order_id: str, fields: Mapping[str, Any], whose: Standing | None, context: Context
) -> list[store.Write]:
    """The writes that make a customer's items those of an order's lines.

    `whose` None, or an order that does not count as delivered: nothing is owned, and
    what was ends.
    """
    delivers = whose is not None and fields["status"] == "delivered"
    known = {item.sk: item for item in store.query(OwnedItem, ITEM + order_id)}
    wanted = _wanted(fields) if delivers else {}
    writes = [_ended(item, context) for sk, item in known.items() if _ends(sk, item, wanted)]
    for sk, values in wanted.items():
        item = known.get(sk)
        if item is None and whose is not None:
            at = f"{ITEM}{fields.get('delivered_at') or fields['placed_at']}#{order_id}#{sk}"
            writes.append(store.put("item", _new(order_id, sk, values, whose, at=at)))
        elif item is not None:
            writes += _corrected(item, {**values, "ended_at": None})
    return writes


def _ends(sk: str, item: OwnedItem, wanted: Mapping[str, Any]) -> bool:
    return sk not in wanted and item.ended_at is None


def _wanted(fields: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    lines: list[Mapping[str, Any]] = fields["lines"]
    products = _products(line.get("sku") for line in lines)
    delivered = fields.get("delivered_at")
    day = None if delivered is None else local_day(parse(delivered))
    return {
        f"{number:03d}": _values(line, products.get(line.get("sku")), delivered, day)
        for number, line in enumerate(lines)
    }


def _products(skus: Iterable[str | None]) -> dict[str | None, Product]:
    keys = {(PRODUCT + product_id(sku), ONLY) for sku in skus if sku}
    return {item.sku: item for item in store.get_many(Product, keys).values()}


def _values(
    line: Mapping[str, Any], product: Product | None, delivered: str | None, day: date | None
) -> dict[str, Any]:
    months = None if product is None else product.warranty_months
    days = None if product is None else product.usual_days
    quantity = int(line["quantity"])
    return {
        "sku": line.get("sku") or "-",
        "name": line["name"],
        "quantity": quantity,
        "delivered_at": delivered,
        "warranty_ends": None if day is None else warranty_ends(day, int(months or 0)),
        "next_purchase": None if day is None else next_purchase(day, int(days or 0), quantity),
    }


def _new(
    order_id: str, sk: str, values: Mapping[str, Any], whose: Standing, *, at: str
) -> OwnedItem:
    return OwnedItem(
        ITEM + order_id,
        sk,
        profile_id=whose.owner,
        origin_id=whose.origin,
        at=at,
        **values,
    )


def _corrected(item: OwnedItem, values: Mapping[str, Any]) -> list[store.Write]:
    changed = {name: value for name, value in values.items() if getattr(item, name) != value}
    if not changed:
        return []
    same = store.ref(OwnedItem, item.pk, item.sk)
    actions = store.assign(OwnedItem, changed)
    return [store.update("item", same, *actions, condition=OwnedItem.pk.exists())]


def _ended(item: OwnedItem, context: Context) -> store.Write:
    return store.update(
        "item",
        store.ref(OwnedItem, item.pk, item.sk),
        OwnedItem.ended_at.set(iso(context.now)),
        condition=OwnedItem.pk.exists(),
    )
