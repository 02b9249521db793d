"""Orders: taken from shops, marketplaces and POS by their own number, once each, newest word wins.

`upsert` is the one way in: routes, batches, imports and marketplace pushes use it.
The order, what it comes to for its customer, what they own by it and its events
are one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..events.commerce import OrderChanged, OrderDelivered, OrderPlaced, OrderReturned
from ..platform import eventlog, store
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.errors import AppError, Conflict, NotFound
from ..platform.eventlog import Event
from ..platform.pages import Page, PageRequest, page
from ..platform.revision import Upserted, differing
from ..profiles.knowing import Standing
from . import courses, items
from .model import ONLY, ORDER, Order, order_id, order_reference
from .people import Customer, customer_of, still
from .rules import DELIVERED, STATUSES, folded_number
from .sums import counted

ORDER_WRITE = "order"
#: More orders of one number are of many shops, and the number says nothing.
MOST_OF_A_NUMBER = 20


class OrderNotFound(NotFound):
    code, title = "order_not_found", "No such order"


class AnotherCustomer(Conflict):
    code, title = "order_of_another_customer", "The order is another customer's"


class OrderErased(AppError):
    code, status, title = "order_erased", 410, "The order was erased with its customer"


def find(order: str) -> Order | None:
    """The order of an id, or None."""
    return store.get(Order, ORDER + order, ONLY)


def load(order: str) -> Order:
    """The order of an id. Raises `OrderNotFound`."""
    found = find(order)
    if found is None:
        raise OrderNotFound(field="order_id")
    return found


def known(source: str, external_id: str, seller: str | None = None) -> tuple[str, Order | None]:
    """The id of a source's order, and the order if it is there; one request, two of a number
    that another seller has too.

    An order of which nobody ever said who sold it is the seller's who tells of it first.
    """
    identifier = order_id(source, external_id)
    found = find(identifier)
    if seller is None or found is None or found.seller in (None, seller):
        return identifier, found
    identifier = order_id(source, external_id, seller)
    return identifier, find(identifier)


def find_by_number(number: str) -> list[Order]:
    """Orders with the number a customer wrote, newest first; `#DH-123` finds `dh123`.

    Several, when several shops count from one. Used by search and by whoever asks
    whose an order number is: `order.origin` and `order.profile_id`.
    """
    folded = folded_number(number)
    if not folded:
        return []
    request = PageRequest(scope="", limit=MOST_OF_A_NUMBER)
    found = page(Order, request, order_reference(folded), index=Order.by_reference)
    return [order for order in found.items if order.reference is not None]


def everything(request: PageRequest) -> Page[Order]:
    """All orders, newest first."""
    return page(Order, request, "orders", index=Order.by_listing)


def of_profile(request: PageRequest, profile_id: str) -> Page[Order]:
    """The orders listed under a customer (the profile that stands for them), newest first."""
    where = Order.at.startswith(ORDER)
    return page(Order, request, profile_id, index=Order.by_profile, where=where)


def upsert(
    source: str,
    external_id: str,
    told: Mapping[str, Any],
    context: Context,
    *,
    customer: Customer | None = None,
    seller: str | None = None,
) -> Upserted[Order]:
    """Take what a source tells of one of its orders; what it leaves out stays as it is.

    `seller`: which shop of the source it is of, where several count for themselves.
    `told`: fields of `courses.PLAIN`, `status`, `status_at`, `updated_at`, `recipient`;
    instants as `clock.iso` writes them. Raises `Invalid` naming the field at fault,
    `AnotherCustomer`, and `OrderErased`: what a shop goes on telling of an erased
    customer's order is not taken.
    """
    identifier, found = known(source, external_id, seller)
    if found is not None and found.erased:
        raise OrderErased(field="external_id")
    courses.check(told, context.now, placed_at=None if found is None else found.placed_at)
    if found is None:
        whose = {"source": source, "external_id": external_id, "seller": seller}
        return _placed(identifier, whose, told, context, customer)
    return _told_again(found, {**told, "seller": seller}, context, customer)


def _placed(
    identifier: str,
    named: Mapping[str, Any],
    told: Mapping[str, Any],
    context: Context,
    customer: Customer | None,
) -> Upserted[Order]:
    """`named`: its source, external id and seller."""
    fields = courses.first(told, context.now)
    whose = _customer(customer, named["source"], fields, context)
    number = fields.get("number") or named["external_id"]
    order = Order(
        ORDER + identifier,
        ONLY,
        at=f"{ORDER}{fields['placed_at']}#{identifier}",
        **named,
        recipient=told.get("recipient"),
        created_at=iso(context.now),
        revision=1,
        **{**fields, "number": number, "reference": _reference(number)},
        **courses.watched(identifier, fields, None),
        **_owner(whose),
    )
    events: list[Event] = [OrderPlaced(**about(order), placed_at=order.placed_at)]
    events += _turn(order, before="placed")
    return Upserted(
        item=order,
        created=True,
        writes=[store.put(ORDER_WRITE, order), *_effects(order, None, whose, events, context)],
    )


def _customer(
    told: Customer | None, source: str, fields: Mapping[str, Any], context: Context
) -> Standing | None:
    if told is None:
        return None
    return customer_of(told, source, context, channel=fields.get("channel"))


def _owner(whose: Standing | None) -> dict[str, Any]:
    if whose is None:
        return {"profile_id": None, "origin_id": None}
    return {"profile_id": whose.owner, "origin_id": whose.origin}


def _reference(number: str) -> str | None:
    folded = folded_number(number)
    return order_reference(folded) if folded else None


def _told_again(
    order: Order, told: Mapping[str, Any], context: Context, customer: Customer | None
) -> Upserted[Order]:
    fields = courses.changed(order, told, context.now)
    fields["recipient"] = told.get("recipient", order.recipient)
    fields["seller"] = order.seller or told.get("seller")
    fields["reference"] = order.reference if not fields["number"] else _reference(fields["number"])
    fields["at"] = f"{ORDER}{fields['placed_at']}#{order.id}"
    fields |= courses.watched(order.id, fields, order.late_for)
    whose, joined = _whose(order, customer, fields, context)
    if joined:
        fields |= _owner(whose)
    different = differing(order, fields)
    before = _copy(order)
    for name, value in different.items():
        setattr(order, name, value)
    if not different or (set(different) <= {"told_at"} and told.get("updated_at") is None):
        return Upserted(item=before, created=False, writes=[])  # the same again
    order.revision = int(before.revision) + 1
    return Upserted(
        item=order, created=False, writes=_revised(before, order, different, whose, context)
    )


def _copy(order: Order) -> Order:
    return Order(**order.attribute_values)


def _whose(
    order: Order, customer: Customer | None, fields: Mapping[str, Any], context: Context
) -> tuple[Standing | None, bool]:
    """Whose a known order is, and whether that is only learnt now.

    An order stays with whom it came; what the source says of them later only counts
    where it says it of somebody else by our own id.
    """
    if order.profile_id is not None:
        whose = still(order.origin)
        named = None if customer is None else customer.profile_id
        if named is not None and whose is not None and named != whose.origin:
            other = still(named)
            if other is None or other.owner != whose.owner:
                raise AnotherCustomer(field="customer.profile_id")
        return whose, False
    whose = _customer(customer, order.source, fields, context)
    return whose, whose is not None


def _revised(
    before: Order,
    order: Order,
    different: Mapping[str, Any],
    whose: Standing | None,
    context: Context,
) -> list[store.Write]:
    update = store.update(
        ORDER_WRITE,
        store.ref(Order, order.pk, ONLY),
        *store.assign(Order, different),
        Order.revision.set(order.revision),
        condition=Order.revision == int(before.revision),
    )
    if set(different) <= SILENT:
        return [update]
    events = _turn(order, before=before.status)
    if not events:
        events = [OrderChanged(**about(order), before=before.status)]
    counts = before if before.profile_id is not None else None
    return [update, *_effects(order, counts, whose, events, context)]


#: What changes with a push that says nothing new.
SILENT = frozenset({"told_at", "seller", "due_shard", "due_at"})


def about(order: Order) -> dict[str, Any]:
    """What every event of an order carries."""
    return {
        "order_id": order.id,
        "profile_id": None if order.profile_id is None else order.origin,
        "source": order.source,
        "status": order.status,
        "amount": int(order.total),
        "currency": order.currency,
        "branch": order.branch,
    }


def _turn(order: Order, *, before: str) -> list[Event]:
    """The event of an order that reached its end, or left it."""
    if order.status == before:
        return []
    if order.status == DELIVERED:
        return [OrderDelivered(**about(order), delivered_at=order.delivered_at)]
    if not STATUSES[order.status].on_its_way:
        return [OrderReturned(**about(order), before=before)]
    return []


def _effects(
    order: Order,
    before: Order | None,
    whose: Standing | None,
    events: list[Event],
    context: Context,
) -> list[store.Write]:
    """What goes with an order: its customer, what counts for them, what they own, its events."""
    fields = order.attribute_values
    writes = [eventlog.record(event, context) for event in events]
    if whose is None:
        return writes
    then = None if before is None else courses.counted(order.id, before.attribute_values)
    return [
        *whose.writes,
        *counted(whose.origin, then, courses.counted(order.id, fields)),
        *_items(order, before, whose, context),
        *writes,
    ]


def _items(
    order: Order, before: Order | None, whose: Standing, context: Context
) -> list[store.Write]:
    touched = order.status == DELIVERED or (before is not None and before.status == DELIVERED)
    return items.given(order.id, order.attribute_values, whose, context) if touched else []


def on_its_way(order: Order) -> bool:
    """Whether an order is neither delivered nor ended."""
    return STATUSES[order.status].on_its_way
