"""What the API shows and takes of orders and of what customers own by them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from ..platform.http import ListQuery, OneOf, View
from ..platform.received import Moment
from ..team.views import left_out
from .model import Order, OwnedItem
from .rules import MADE_ON, STATUSES
from .shapes import Code, Currency, CustomerTold, ExternalId, Line, Money, Sku, plain

MOST_LINES = 40
Pieces = Annotated[int, Field(strict=True, ge=1, le=100_000)]


class LineNew(View):
    """One line; `unit_price` in minor units of the order's currency."""

    sku: Sku | None = None
    name: Line | None = None
    quantity: Pieces = 1
    unit_price: Money = 0

    @model_validator(mode="after")
    def _says_what(self) -> LineNew:
        if self.sku is None and self.name is None:
            raise ValueError("a sku or a name")
        return self


class LineView(View):
    sku: str | None
    name: str
    quantity: int
    unit_price: int


class Recipient(View):
    """Who receives it, which need not be the customer."""

    name: Line | None = None
    phone: Annotated[str, Field(max_length=40)] | None = None
    email: Annotated[str, Field(max_length=254)] | None = None
    address: Annotated[str, Field(max_length=500)] | None = None


class OrderNew(View):
    """What a source tells of one of its orders; what is left out stays as it is.

    `updated_at` is the source's time of it: what is older than what is known changes
    nothing but the history. Amounts are integers in minor units of `currency` (đồng).
    `seller`: which shop of the source sold it, where several count their orders for themselves
    (a marketplace's id of it); what is told without it is of the first one of that number.
    """

    source: Code
    external_id: ExternalId
    seller: ExternalId | None = None
    number: Line | None = left_out()
    status: Annotated[str, OneOf(STATUSES)] = left_out()
    status_at: Moment | None = left_out()
    updated_at: Moment | None = left_out()
    channel: Annotated[str, OneOf(MADE_ON)] | None = left_out()
    store: Line | None = left_out()
    branch: Code | None = left_out()
    currency: Currency = left_out()
    lines: Annotated[list[LineNew], Field(max_length=MOST_LINES)] = left_out()
    total: Money = left_out()
    discount: Money = left_out()
    shipping_fee: Money = left_out()
    refunded: Money = left_out()
    recipient: Recipient | None = left_out()
    note: Annotated[str, Field(max_length=2000)] | None = left_out()
    placed_at: Moment = left_out()
    promised_at: Moment | None = left_out()
    delivered_at: Moment | None = left_out()
    customer: CustomerTold | None = None

    def told(self) -> dict[str, Any]:
        """What was sent, without what names it and customer, as flows hold it."""
        apart = {"source", "external_id", "seller", "customer"}
        sent = plain(self.model_dump(exclude_unset=True, exclude=apart))
        if "lines" in sent:
            sent["lines"] = [_line(one) for one in self.lines]
        if sent.get("recipient"):
            known = {name: value for name, value in sent["recipient"].items() if value}
            sent["recipient"] = known or None
        return sent


def _line(line: LineNew) -> dict[str, Any]:
    return {**line.model_dump(), "name": line.name or line.sku}


class Step(View):
    """A state and since when."""

    status: str
    at: str


class OrderView(View):
    """`profile_id`: under whom it is listed, `origin_id`: with whom it came."""

    id: str
    source: str
    seller: str | None
    external_id: str | None
    number: str | None
    profile_id: str | None
    origin_id: str | None
    status: str
    history: list[Step]
    channel: str | None
    store: str | None
    branch: str | None
    currency: str
    lines: list[LineView]
    total: int
    discount: int
    shipping_fee: int
    refunded: int
    recipient: Recipient | None
    note: str | None
    placed_at: str
    promised_at: str | None
    delivered_at: str | None
    late: bool
    created_at: str
    created: bool = False

    @classmethod
    def of(cls, item: Order, *, created: bool = False) -> OrderView:
        same: dict[str, Any] = {name: getattr(item, name) for name in SAME_OF_ORDER}
        amounts = {name: int(getattr(item, name) or 0) for name in AMOUNTS}
        return cls(
            **{**same, **amounts},
            origin_id=None if item.profile_id is None else item.origin,
            history=[Step(status=one[0], at=one[1]) for one in item.history],
            lines=[LineView(**line) for line in item.lines],
            recipient=Recipient(**item.recipient) if item.recipient else None,
            late=item.late_for is not None and item.late_for == item.promised_at,
            created=created,
        )


AMOUNTS = ("total", "discount", "shipping_fee", "refunded")
SAME_OF_ORDER = (
    *("id", "source", "seller", "external_id", "number", "profile_id", "status", "channel"),
    *("store", "branch", "currency", "note", "placed_at", "promised_at", "delivered_at"),
    "created_at",
)


class OrderQuery(ListQuery):
    """`number` finds orders as their customers write it; a status narrows a page after it."""

    profile_id: str | None = Field(default=None, min_length=1, max_length=64)
    number: str | None = Field(default=None, min_length=1, max_length=200)
    status: Annotated[str, OneOf(STATUSES)] | None = None


class OwnedItemView(View):
    """Something a customer has; `warranty_ends` and `next_purchase` are days."""

    order_id: str
    sku: str
    name: str
    quantity: int
    delivered_at: str | None
    warranty_ends: str | None
    next_purchase: str | None
    ended_at: str | None

    @classmethod
    def of(cls, item: OwnedItem) -> OwnedItemView:
        return cls(
            order_id=item.order_id,
            sku=item.sku,
            name=item.name,
            quantity=int(item.quantity),
            delivered_at=item.delivered_at,
            warranty_ends=item.warranty_ends,
            next_purchase=item.next_purchase,
            ended_at=item.ended_at,
        )
