"""What commerce keeps of a person: orders, what they own, deals, behaviours, sums.

Walked by `chalicelib.customer` in a merge, an export and an erasure. An erased
customer's orders stay as facts of the books (what was sold, when, for how much, which
accounting law wants kept) with nobody's name on them: without customer, number, the
shop's own id, recipient and note, so that neither a person nor the shop's system leads
back to whom they were. A later push of such an order changes its state and amounts and
brings nobody back. Everything else goes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..platform import idempotency, store
from ..platform.belongings import Belongings, Exported, Home, listed, rehome
from .model import (
    BEHAVIOUR,
    DEAL,
    ITEM,
    ONLY,
    ORDER,
    SUMS,
    Behaviour,
    Bought,
    Deal,
    Order,
    OwnedItem,
    SumsItem,
)

KINDS: dict[str, type[Bought]] = {
    ORDER: Order,
    ITEM: OwnedItem,
    DEAL: Deal,
    BEHAVIOUR: Behaviour,
}
#: What a person is given of each kind, and under which heading.
SHOWN: dict[str, tuple[str, tuple[str, ...]]] = {
    ORDER: (
        "orders",
        (
            *("source", "seller", "external_id", "number", "channel", "store", "branch", "status"),
            *("history", "currency", "lines", "total", "discount", "shipping_fee", "refunded"),
            *("recipient", "note", "placed_at", "promised_at", "delivered_at"),
        ),
    ),
    ITEM: (
        "owned_items",
        ("sku", "name", "quantity", "delivered_at", "warranty_ends", "next_purchase", "ended_at"),
    ),
    DEAL: (
        "deals",
        (
            *("source", "external_id", "title", "state", "reason", "amount", "currency"),
            *("skus", "branch", "opened_at", "closed_at"),
        ),
    ),
    BEHAVIOUR: (
        "behaviours",
        ("kind", "source", "sku", "page", "words", "name", "value", "occurred_at"),
    ),
}
#: What an anonymous order keeps nothing of.
TAKEN_OFF = (
    *("profile_id", "origin_id", "external_id", "number", "reference", "recipient", "note"),
    *("due_shard", "due_at"),
)


def _rehome(listed_under: str, home: Home) -> Iterator[int]:
    for kind, model in KINDS.items():
        yield from rehome(model, model.by_profile, listed_under, home, kind=kind)


def export(profile_id: str) -> Iterator[Exported]:
    """Everything listed under a profile, kind by kind, and what its orders come to."""
    for kind, model in KINDS.items():
        heading, names = SHOWN[kind]
        for some in listed(model, model.by_profile, profile_id, kind=kind):
            for item in some:
                yield heading, _shown(item, names)


def _shown(item: Bought, names: tuple[str, ...]) -> Mapping[str, Any]:
    values = {name: getattr(item, name) for name in names}
    return {name: value for name, value in values.items() if value not in (None, [])}


def erase(profile_id: str) -> Iterator[int]:
    """Take the person off their orders and remove the rest; again finds only what is left."""
    for kind in (ITEM, DEAL, BEHAVIOUR):
        model = KINDS[kind]
        for some in listed(model, model.by_profile, profile_id, kind=kind):
            yield store.remove(model, [(item.pk, item.sk) for item in some])
    for orders in listed(Order, Order.by_profile, profile_id, kind=ORDER):
        yield sum(_anonymous(order) for order in orders)
    yield store.remove(SumsItem, [(SUMS + profile_id, ONLY)])


def _anonymous(order: Order) -> int:
    idempotency.forget(order.pk)  # answers of when nobody knew whose it is
    removed = dict.fromkeys(TAKEN_OFF)
    change = store.update(
        "order",
        store.ref(Order, order.pk, ONLY),
        *store.assign(Order, {**removed, "erased": True}),
        Order.revision.add(1),
        condition=Order.pk.exists(),
    )
    store.commit([change])
    return 1


BELONGINGS = Belongings(
    items=(Order, OwnedItem, Deal, Behaviour, SumsItem),
    rehome=_rehome,
    export=export,
    erase=erase,
)
