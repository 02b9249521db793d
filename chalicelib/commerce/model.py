"""Items of the commerce table: products, orders and what came of them, deals, behaviours, series.

Every `at` begins with the kind of its item, so that one index of a profile holds
orders, owned items, deals and behaviours apart, each newest first.
"""

from __future__ import annotations

from pynamodb.attributes import BooleanAttribute, JSONAttribute, NumberAttribute, UnicodeAttribute

from ..platform import wordindex
from ..platform.belongings import Owned
from ..platform.control import ONLY
from ..platform.ids import derived_id
from ..platform.store import GlobalSecondaryIndex, Item, KeysOnlyProjection, table

PRODUCT = "product#"
ORDER = "order#"
ITEM = "item#"
DEAL = "deal#"
BEHAVIOUR = "behaviour#"
SUMS = "sums#"
METRIC = "metric#"

__all__ = [
    "ONLY",
    "Behaviour",
    "Bought",
    "Deal",
    "Metric",
    "Order",
    "OwnedItem",
    "Product",
    "SumsItem",
]


class ByListing(GlobalSecondaryIndex["Item"]):
    """All products, all orders, all deals, newest first."""

    class Meta:
        index_name = "listing"
        projection = KeysOnlyProjection()

    listing = UnicodeAttribute(hash_key=True)
    at = UnicodeAttribute(range_key=True)


class ByProfile(GlobalSecondaryIndex["Item"]):
    """What is listed under a profile, one kind after another (`at`)."""

    class Meta:
        index_name = "by_profile"
        projection = KeysOnlyProjection()

    profile_id = UnicodeAttribute(hash_key=True)
    at = UnicodeAttribute(range_key=True)


class ByReference(GlobalSecondaryIndex["Item"]):
    """Orders by the number their customer knows, folded and digested."""

    class Meta:
        index_name = "by_reference"
        projection = KeysOnlyProjection()

    reference = UnicodeAttribute(hash_key=True)
    at = UnicodeAttribute(range_key=True)


class Due(GlobalSecondaryIndex["Item"]):
    """Orders on their way, by when they were promised: sparse, in eight shards."""

    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_shard = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class Bought(Owned):
    """What all of a customer's things here share: `at` is `<kind>#<when>#<id>`."""

    Meta = table("commerce")

    by_profile = ByProfile()
    at = UnicodeAttribute()


class Product(Item):
    """Something that is sold. `pk` is `product#<id>` (derived from the sku), `sk` is `-`.

    `price` is in minor units of `currency`. `warranty_months` and `usual_days` (how long
    one piece usually lasts) say what a delivery means for the customer.
    """

    Meta = table("commerce")

    by_listing = ByListing()
    listing = UnicodeAttribute(default="products")
    at = UnicodeAttribute()
    sku = UnicodeAttribute()
    name = UnicodeAttribute()
    names = JSONAttribute(default=list)
    category = UnicodeAttribute(null=True)
    price = NumberAttribute(null=True)
    currency = UnicodeAttribute()
    stock = NumberAttribute(null=True)
    warranty_months = NumberAttribute(null=True)
    usual_days = NumberAttribute(null=True)
    related = JSONAttribute(default=list)
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    revision = NumberAttribute(default=0)

    @property
    def id(self) -> str:
        return str(self.pk).removeprefix(PRODUCT)


class Order(Bought):
    """One order. `pk` is `order#<id>` (derived from source and external id), `sk` is `-`.

    `seller` is the shop of the source that sold it, where the source has several which
    count for themselves: the first one's order has its id from source and external id alone.
    Money is in minor units of `currency`. `history` are `[status, at]` as they became
    known, `status` the current one and `told_at` the source's time of what stands here:
    what the source said earlier than that turns nothing back. `late_for` is the promise
    whose passing was told. An order without a customer has no `profile_id`; neither has
    one of an erased customer (`erased`), nor anything else that leads to them.
    """

    by_listing = ByListing()
    by_reference = ByReference()
    due = Due()
    listing = UnicodeAttribute(default="orders")
    profile_id = UnicodeAttribute(null=True)
    source = UnicodeAttribute()
    seller = UnicodeAttribute(null=True)
    external_id = UnicodeAttribute(null=True)
    number = UnicodeAttribute(null=True)
    reference = UnicodeAttribute(null=True)
    channel = UnicodeAttribute(null=True)
    store = UnicodeAttribute(null=True)
    branch = UnicodeAttribute(null=True)
    status = UnicodeAttribute()
    history = JSONAttribute(default=list)
    currency = UnicodeAttribute()
    lines = JSONAttribute(default=list)
    total = NumberAttribute()
    discount = NumberAttribute(default=0)
    shipping_fee = NumberAttribute(default=0)
    refunded = NumberAttribute(default=0)
    recipient = JSONAttribute(null=True)
    note = UnicodeAttribute(null=True)
    placed_at = UnicodeAttribute()
    promised_at = UnicodeAttribute(null=True)
    delivered_at = UnicodeAttribute(null=True)
    told_at = UnicodeAttribute()
    late_for = UnicodeAttribute(null=True)
    due_shard = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)
    erased = BooleanAttribute(null=True)
    created_at = UnicodeAttribute()
    revision = NumberAttribute(default=0)

    @property
    def id(self) -> str:
        return str(self.pk).removeprefix(ORDER)


class OwnedItem(Bought):
    """What a delivered line gave its customer: `pk` is `item#<order>`, `sk` the line's number.

    `warranty_ends` and `next_purchase` are dates (YYYY-MM-DD) in the organisation's
    zone. `ended_at`: returned, or the line is gone.
    """

    sku = UnicodeAttribute()
    name = UnicodeAttribute()
    quantity = NumberAttribute()
    delivered_at = UnicodeAttribute(null=True)
    warranty_ends = UnicodeAttribute(null=True)
    next_purchase = UnicodeAttribute(null=True)
    ended_at = UnicodeAttribute(null=True)

    @property
    def order_id(self) -> str:
        return str(self.pk).removeprefix(ITEM)


class SumsItem(Item):
    """What the orders of one original come to: `pk` is `sums#<profile>`, `sk` is `-`.

    Changed in the transaction of the order it counts, so it is exact. `amounts` and
    `refunds` are by currency; `deliveries` order id → when, of as many as are needed.
    """

    Meta = table("commerce")

    placed = NumberAttribute(default=0)
    open_orders = NumberAttribute(default=0)
    delivered = NumberAttribute(default=0)
    cancelled = NumberAttribute(default=0)
    returned = NumberAttribute(default=0)
    amounts = JSONAttribute(default=dict)
    refunds = JSONAttribute(default=dict)
    deliveries = JSONAttribute(default=dict)
    last_placed_at = UnicodeAttribute(null=True)
    revision = NumberAttribute(default=0)


class Deal(Bought):
    """A sale being talked about. `pk` is `deal#<id>` (source and external id), `sk` is `-`.

    `state`: open, won, lost; `reason` is a code of why it was lost.
    """

    by_listing = ByListing()
    listing = UnicodeAttribute(default="deals")
    source = UnicodeAttribute()
    external_id = UnicodeAttribute()
    title = UnicodeAttribute(null=True)
    state = UnicodeAttribute()
    reason = UnicodeAttribute(null=True)
    amount = NumberAttribute(null=True)
    currency = UnicodeAttribute()
    skus = JSONAttribute(default=list)
    branch = UnicodeAttribute(null=True)
    opened_at = UnicodeAttribute()
    closed_at = UnicodeAttribute(null=True)
    told_at = UnicodeAttribute()
    created_at = UnicodeAttribute()
    revision = NumberAttribute(default=0)

    @property
    def id(self) -> str:
        return str(self.pk).removeprefix(DEAL)


class Behaviour(Bought):
    """Something a customer did on a site or in an app; ends by itself. `pk` is
    `behaviour#<id>`, `sk` is `-`."""

    kind = UnicodeAttribute()
    source = UnicodeAttribute()
    sku = UnicodeAttribute(null=True)
    page = UnicodeAttribute(null=True)
    words = UnicodeAttribute(null=True)
    name = UnicodeAttribute(null=True)
    value = NumberAttribute(null=True)
    occurred_at = UnicodeAttribute()
    expires_at = NumberAttribute()

    @property
    def id(self) -> str:
        return str(self.pk).removeprefix(BEHAVIOUR)


class Metric(Item):
    """One day of an external series: `pk` is `metric#<name>`, `sk` is
    `<date>#<branch or agent>`."""

    Meta = table("commerce")

    name = UnicodeAttribute()
    date = UnicodeAttribute()
    branch = UnicodeAttribute(null=True)
    agent_id = UnicodeAttribute(null=True)
    value = NumberAttribute()
    updated_at = UnicodeAttribute()


class ProductWord(wordindex.WordItem):
    Meta = table("commerce")


class ProductWords(wordindex.WordList):
    Meta = table("commerce")


def product_id(sku: str) -> str:
    """The id of a product: its sku may hold anything, a path may not."""
    return derived_id("product", sku)


def order_id(source: str, external_id: str, seller: str | None = None) -> str:
    """The id of an order: the same for every push of it (`orders.known` says with which parts)."""
    return derived_id("order", source, external_id, *([] if seller is None else [seller]))


def deal_id(source: str, external_id: str) -> str:
    """The id of a deal: the same for every push of it."""
    return derived_id("deal", source, external_id)


def order_reference(folded_number: str) -> str:
    """The index key of a number as `rules.folded_number` writes it."""
    return derived_id("order number", folded_number)
