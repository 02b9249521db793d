"""What customers look at, buy, wait for and decide against."""

from __future__ import annotations

from typing import Any, ClassVar

from ..platform.eventlog import Event


class ProductChanged(Event):
    """A product was added or changed."""

    name: ClassVar[str] = "product.changed"
    product_id: str
    changed: tuple[str, ...]

    @classmethod
    def subject_of(cls, event: Any) -> str:
        return f"product#{event.product_id}"


class OrderEvent(Event):
    """Kept under the order. Amounts are integers in minor units of `currency`."""

    order_id: str
    source: str
    status: str
    amount: int
    currency: str
    branch: str | None = None

    @classmethod
    def subject_of(cls, event: Any) -> str:
        return f"order#{event.order_id}"


class OrderPlaced(OrderEvent):
    """We learnt of an order; `placed_at` is when the customer made it."""

    name: ClassVar[str] = "order.placed"
    placed_at: str


class OrderChanged(OrderEvent):
    """Another status, amount or promise; `before` is the status until then."""

    name: ClassVar[str] = "order.changed"
    before: str


class OrderDelivered(OrderEvent):
    name: ClassVar[str] = "order.delivered"
    delivered_at: str | None


class OrderReturned(OrderEvent):
    """Cancelled or returned: it counts no more."""

    name: ClassVar[str] = "order.returned"
    before: str


class OrderLate(OrderEvent):
    """Its promised time has passed and it is not delivered; told once per promise."""

    name: ClassVar[str] = "order.late"
    promised_at: str


class DealEvent(Event):
    """Kept under the deal."""

    deal_id: str
    amount: int | None = None
    currency: str | None = None

    @classmethod
    def subject_of(cls, event: Any) -> str:
        return f"deal#{event.deal_id}"


class DealChanged(DealEvent):
    """`state`: open, won, lost; `reason` is a code of why it was lost."""

    name: ClassVar[str] = "deal.changed"
    before: str | None
    state: str
    reason: str | None = None


class BehaviourSeen(Event):
    """Something a customer did that others act on (a cart left, a page of interest)."""

    name: ClassVar[str] = "behaviour.seen"
    behaviour_id: str
    kind: str
    product_id: str | None = None

    @classmethod
    def subject_of(cls, event: Any) -> str:
        return f"profile#{event.profile_id}"
