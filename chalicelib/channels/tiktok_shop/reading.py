"""What TikTok Shop's pushes and orders say, in our words. Pure; called by the adapter."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .. import shops
from ..event import Access, Asked, Attachment, InboundEvent, Json
from ..shops import Facts, content_of
from ..wire import as_integer, as_list, as_object, as_text
from . import webhook
from .codes import (
    ANY_RETURN,
    ATTACHMENTS,
    BUYER,
    CANCEL_ASKED,
    CANCEL_TITLE,
    CANCELLATION,
    CANCELLED,
    DEAUTHORISED,
    EXPIRING,
    ORDER,
    RETURN,
    RETURN_ASKED,
    RETURNED,
    RETURNS,
    STATUSES,
    TITLES,
)

ORDER_TEXT = "Mã đơn hàng: {number}"


# ------------------------------------------------------------------ messages


def text_of(data: Json) -> str | None:
    """The words of a message; a card of an order says its number, as a customer would."""
    content, number = content_of(data), order_of(data)
    said = as_text(content.get("content"))
    if not content and data.get("type") == "TEXT":
        said = shops.plain_words(data.get("content"))  # as the sibling type of creators has it
    return said or (ORDER_TEXT.format(number=number) if number else None)


def order_of(data: Json) -> str | None:
    """The order a card shows, or the chat was opened from."""
    return as_text(content_of(data).get("order_id"))


def product_of(data: Json) -> str | None:
    """The product a card shows, or the chat was opened from."""
    return as_text(content_of(data).get("product_id"))


def attachments_of(data: Json) -> tuple[Attachment, ...]:
    """What a message holds besides words, by its type; their addresses expire."""
    sort, content = as_text(data.get("type")) or "", content_of(data)
    kind = ATTACHMENTS.get(sort)
    if kind is None:
        return ()
    size = as_integer(content.get("size"))
    return (
        Attachment(
            kind=kind,
            url=as_text(content.get("url")),
            title=TITLES.get(sort),
            size=size if size is not None and size >= 0 else None,
            provider_id=product_of(data)
            or as_text(content.get("coupon_id"))
            or as_text(content.get("vid")),
        ),
    )


# ------------------------------------------------------------------ orders


def pushed_order(payload: Json) -> tuple[Facts | None, Asked | None]:
    """What an order's, cancellation's or return's push says by itself."""
    data, number = as_object(payload.get("data")), webhook.order_number(payload)
    kind = webhook.type_of(payload)
    said = {name: as_text(data.get(name)) or "" for name in webhook.STATES}
    status = (
        STATUSES.get(said["order_status"])
        if kind == ORDER
        else CANCELLED.get(said["cancel_status"])
        if kind == CANCELLATION
        else RETURNED.get(said["return_status"])
    )
    at = shops.moment(data.get("update_time")) or shops.moment(payload.get("timestamp"))
    when = shops.stamp(at) if status else None
    found = shops.facts(number, status=status, updated_at=when, status_at=when)
    return found, _asked(data, kind, number)


def _asked(data: Json, kind: int | None, number: str | None) -> Asked | None:
    """What the buyer asks; what seller or system begin asks nothing of us."""
    if kind == CANCELLATION and as_text(data.get("cancel_status")) in CANCEL_ASKED:
        named, role = as_text(data.get("cancel_id")), data.get("cancellations_role", BUYER)
        row = ("order_change", CANCEL_TITLE)
    elif kind == RETURN and as_text(data.get("return_status")) in RETURN_ASKED:
        named, role = as_text(data.get("return_id")), data.get("return_role", BUYER)
        row = RETURNS.get(as_text(data.get("return_type")) or "", ANY_RETURN)
    else:
        return None
    if role != BUYER:
        return None
    return Asked(id=f"type_{kind}:{named or number}", title=f"{row[1]} {number}", sub_type=row[0])


def with_details(event: InboundEvent, order: Json) -> InboundEvent:
    """The event with the order as `/order/202309/orders` tells it: its latest state counts."""
    facts = event.order_facts
    if facts is None or as_text(order.get("id")) != facts["number"]:
        return event
    payment, address = as_object(order.get("payment")), as_object(order.get("recipient_address"))
    status = STATUSES.get(as_text(order.get("status")) or "")
    when = shops.stamp(shops.moment(order.get("update_time"))) if status else None
    name, phone = address.get("name"), address.get("phone_number")
    more: dict[str, Any] = {
        # an order that is returned goes on as delivered in the shop's books
        "status": facts.get("status") if facts.get("status") == "returned" else status,
        "updated_at": when,
        "status_at": when,
        "currency": as_text(payment.get("currency")),
        "total": as_text(payment.get("total_amount")),
        "shipping_fee": as_text(payment.get("shipping_fee")),
        "placed_at": shops.stamp(shops.moment(order.get("create_time"))),
        "lines": _lines(order) or None,
        "recipient": shops.recipient(name=name, number=phone, address=address.get("full_address")),
        "customer": shops.customer(order.get("user_id"), name=name, number=phone),
        "note": shops.one_line(as_text(order.get("buyer_message")), 2000),
    }
    known = {key: value for key, value in more.items() if value is not None}
    return replace(event, order_facts={**facts, **known})


def _lines(order: Json) -> list[Facts]:
    items = [as_object(one) for one in as_list(order.get("line_items"))]
    return shops.together(
        [
            shops.line(
                sku=as_text(item.get("seller_sku")) or item.get("sku_id"),
                name=_named(item),
                quantity=1,
                unit_price=item.get("sale_price"),
            )
            for item in items
        ]
    )


def _named(item: Json) -> str | None:
    parts = (as_text(item.get("product_name")), as_text(item.get("sku_name")))
    return " - ".join(part for part in parts if part) or None


# ------------------------------------------------------------------ access


def access_of(payload: Json) -> Access | None:
    """What a push says of our access to the shop."""
    kind = webhook.type_of(payload)
    if kind == DEAUTHORISED:
        return Access(code="deauthorised")
    ends = shops.moment(as_object(payload.get("data")).get("expiration_time"))
    told = kind == EXPIRING and ends is not None
    return Access(code="authorisation_expires", ends=ends) if told else None
