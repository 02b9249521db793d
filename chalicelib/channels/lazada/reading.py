"""What Lazada's pushes, orders and reviews say, in our words. Pure; called by the adapter."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from .. import shops
from ..event import Access, Asked, Attachment, InboundEvent, Json
from ..shops import Facts, content_of
from ..wire import as_integer, as_list, as_object, as_text
from . import webhook
from .codes import (
    ATTACHMENTS,
    FULFILMENT,
    ORDERED,
    PARCEL_NEWS,
    PARCELS,
    REVERSE,
    REVERSED,
    REVERSES,
    REVIEW,
    STATUSES,
    TEXT,
    TITLES,
    TOKEN,
    TRADE,
)

ORDER_TEXT = "Mã đơn hàng: {number}"
#: `2014-10-15 18:36:05 +0800`
WRITTEN = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2}) ?([+-]\d{2}):?(\d{2})")


# ------------------------------------------------------------------ messages


def text_of(data: Json) -> str | None:
    """The words of a message; a card of an order says its number, as a customer would."""
    content, number = content_of(data), order_of(data)
    if not content and as_integer(data.get("template_id")) == TEXT:
        return shops.plain_words(data.get("content"))
    return as_text(content.get("txt")) or (ORDER_TEXT.format(number=number) if number else None)


def order_of(data: Json) -> str | None:
    """The order a card shows."""
    content = content_of(data)
    return as_text(content.get("orderId")) or as_text(content.get("order_id"))


def product_of(data: Json) -> str | None:
    """The item a card shows."""
    content = content_of(data)
    return as_text(content.get("itemId")) or as_text(content.get("item_id"))


def attachments_of(data: Json) -> tuple[Attachment, ...]:
    """What a message holds besides words, by its template."""
    template, content = as_integer(data.get("template_id")) or 0, content_of(data)
    kind = ATTACHMENTS.get(template)
    if kind is None:
        return ()
    address = next((as_text(content[name]) for name in ADDRESSES if content.get(name)), None)
    return (
        Attachment(
            kind=kind,
            url=address,
            title=as_text(content.get("title")) or TITLES.get(template),
            provider_id=product_of(data) or as_text(content.get("videoId")),
        ),
    )


ADDRESSES = ("videoUrl", "imgUrl", "url", "iconUrl", "smallImgUrl")


# ------------------------------------------------------------------ orders


def pushed_order(payload: Json) -> tuple[Facts | None, Asked | None]:
    """What an order's, return's, parcel's or review's push says by itself."""
    data, number = as_object(payload.get("data")), webhook.order_number(payload)
    kind = webhook.type_of(payload)
    status, asked = READERS[kind](data, number) if kind in READERS else (None, None)
    at = shops.moment(data.get("status_update_time"))
    when = shops.stamp(at or shops.moment(payload.get("timestamp")))
    told = {"updated_at": when, "status_at": when} if status else {}
    buyer = shops.customer(data.get("buyer_id"), name=None, number=None)
    found = shops.facts(number, status=status, customer=buyer, **told)
    return (found if kind in READERS else None), asked


def _trade(data: Json, number: str | None) -> tuple[str | None, Asked | None]:
    return STATUSES.get((as_text(data.get("order_status")) or "").lower()), None


def _reverse(data: Json, number: str | None) -> tuple[str | None, Asked | None]:
    said = as_text(data.get("reverse_status")) or ""
    named = as_text(data.get("reverse_order_id"))
    row = REVERSES.get(said)
    if row is None or named is None:
        return REVERSED.get(said), None
    return None, Asked(id=f"reverse:{named}", title=f"{row[1]} {number}", sub_type=row[0])


def _parcel(data: Json, number: str | None) -> tuple[str | None, Asked | None]:
    said = as_text(data.get("status")) or ""
    title = PARCEL_NEWS.get(said)
    if title is None:
        return PARCELS.get(said), None
    parcel = as_text(data.get("fulfillment_package_id")) or number
    return PARCELS.get(said), Asked(
        id=f"parcel:{parcel}:{said}", title=f"{title} {number}", sub_type="delivery_late"
    )


def _review(data: Json, number: str | None) -> tuple[str | None, Asked | None]:
    """Only what has arrived can be reviewed; stars and words are asked for."""
    named = as_text(data.get("id"))
    if named is None:
        return None, None
    return "delivered", Asked(id=f"review:{named}", title=f"Đánh giá sản phẩm, đơn {number}")


READERS = {TRADE: _trade, REVERSE: _reverse, FULFILMENT: _parcel, REVIEW: _review}


def with_review(event: InboundEvent, review: Json) -> InboundEvent:
    """The event with the stars and words of a review."""
    if event.asked is None:
        return event
    stars = as_integer(as_object(review.get("ratings")).get("overall_rating"))
    number = "" if event.order_facts is None else event.order_facts["number"]
    rated = stars if stars is not None and 1 <= stars <= 5 else None
    title = f"Đánh giá {rated} sao, đơn {number}" if rated else event.asked.title
    text = as_text(review.get("review_content")) or ""
    return replace(event, asked=replace(event.asked, title=title, text=text, rating=rated))


def with_order(event: InboundEvent, order: Json) -> InboundEvent:
    """The event with an order as `/order/get` tells it: its latest state counts.

    What it comes to follows from its lines, shipping fee and voucher.
    """
    facts = event.order_facts
    if facts is None or as_text(order.get("order_id")) != facts["number"]:
        return event
    address = as_object(order.get("address_shipping"))
    name = _joined(address.get("first_name"), address.get("last_name"))
    buyer = _joined(order.get("customer_first_name"), order.get("customer_last_name"))
    status, when = status_of(as_list(order.get("statuses"))), written(order.get("updated_at"))
    more: dict[str, Any] = {
        "status": status,
        "updated_at": when,
        "status_at": when if status else None,
        "shipping_fee": as_text(order.get("shipping_fee")),
        "discount": as_text(order.get("voucher")),
        "placed_at": written(order.get("created_at")),
        "recipient": shops.recipient(
            name=name, number=address.get("phone"), address=_address(address)
        ),
        "customer": _customer(facts, name=buyer, number=address.get("phone")),
        "note": shops.one_line(as_text(order.get("buyer_note")), 2000),
    }
    known = {name: value for name, value in more.items() if value is not None}
    return replace(event, order_facts={**facts, **known})


def _customer(facts: Facts, *, name: Any, number: Any) -> Facts | None:
    """What the push said of the buyer, and what the order adds."""
    told = {**facts.get("customer", {}), **(shops.customer(None, name=name, number=number) or {})}
    return told or None


def with_lines(event: InboundEvent, items: list[Any]) -> InboundEvent:
    """The event with the lines of its order, as `/order/items/get` tells them."""
    facts, rows = event.order_facts, [as_object(one) for one in items]
    mine = [one for one in rows if facts and as_text(one.get("order_id")) == facts["number"]]
    if facts is None or not mine:
        return event
    lines = [
        shops.line(
            sku=as_text(one.get("sku")) or one.get("shop_sku"),
            name=one.get("name"),
            quantity=1,
            unit_price=one.get("item_price"),
        )
        for one in mine
    ]
    buyer = shops.customer(mine[0].get("buyer_id"), name=None, number=None) or {}
    more = {
        "lines": shops.together(lines),
        "currency": as_text(mine[0].get("currency")),
        "customer": {**facts.get("customer", {}), **buyer} or None,
    }
    known = {name: value for name, value in more.items() if value is not None}
    return replace(event, order_facts={**facts, **known})


def status_of(statuses: list[Any]) -> str | None:
    """The state of a whole order from those of its lines: the least far one speaks for it."""
    known = {STATUSES.get((as_text(one) or "").lower()) for one in statuses}
    return next((one for one in ORDERED if one in known), None)


def written(value: Any) -> str | None:
    """An instant as Lazada writes it in orders; None for what is none."""
    found = WRITTEN.fullmatch(as_text(value) or "")
    if found is None:
        return None
    day, clock, hours, minutes = found.groups()
    try:
        return shops.stamp(datetime.fromisoformat(f"{day}T{clock}{hours}:{minutes}"))
    except (ValueError, OverflowError):
        return None


def _joined(*parts: Any) -> str | None:
    return " ".join(text for part in parts if (text := as_text(part))) or None


def _address(address: Mapping[str, Any]) -> str | None:
    names = ("address1", "address5", "address4", "address3", "city")
    found = dict.fromkeys(text for name in names if (text := as_text(address.get(name))))
    return ", ".join(found) or None


# ------------------------------------------------------------------ access


def access_of(payload: Json) -> Access | None:
    """That a token ends within 48 hours; a new one mends it."""
    ends = shops.moment(as_object(payload.get("data")).get("auth_expiry_time"))
    told = webhook.type_of(payload) == TOKEN and ends is not None
    return Access(code="token_expires", ends=ends, renewable=True) if told else None
