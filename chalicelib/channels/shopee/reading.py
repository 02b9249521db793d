"""What Shopee's pushes and orders say, in our words. Pure; called by the adapter."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from .. import shops
from ..event import Access, Asked, Attachment, AttachmentKind, InboundEvent, Json
from ..shops import Facts
from ..wire import as_list, as_object, as_text
from . import webhook
from .codes import ASKED, ATTACHMENTS, DEAUTHORISED, EXPIRY, ORDER, STATUSES

ORDER_CARD = "Mã đơn hàng: {number}"
#: An authorisation that ends is told of so long before (channels.md §8).
AHEAD = timedelta(days=7)


# ------------------------------------------------------------------ messages


def content_of(message: Json) -> Json:
    """What a chat message holds, by its type."""
    return webhook.opened(message.get("content"))


def text_of(message: Json) -> str | None:
    """The words of a message; a card of an order says its number, as a customer would."""
    content = content_of(message)
    number = order_of(message)
    said = as_text(content.get("text"))
    return said or (ORDER_CARD.format(number=number) if number else None)


def order_of(message: Json) -> str | None:
    """The order a card shows, or the chat was opened from."""
    content, source = content_of(message), as_object(message.get("source_content"))
    return as_text(content.get("order_sn")) or as_text(source.get("order_sn"))


def product_of(message: Json) -> str | None:
    """The item a card shows, or the chat was opened from."""
    content, source = content_of(message), as_object(message.get("source_content"))
    return as_text(content.get("item_id")) or as_text(source.get("item_id"))


def attachments_of(message: Json) -> tuple[Attachment, ...]:
    """What a message holds besides words; a type nobody knows is a bare attachment."""
    kind, content = as_text(message.get("message_type")) or "", content_of(message)
    if kind in ("text", "order"):
        return ()
    if kind == "item_list":
        items = [as_object(one) for one in as_list(content.get("item_list"))]
        return tuple(_card(one) for one in items) or (Attachment(kind=AttachmentKind.TEMPLATE),)
    if kind == "item":
        return (_card(content),)
    address = next((as_text(content.get(name)) for name in ADDRESSES if content.get(name)), None)
    return (
        Attachment(
            kind=ATTACHMENTS.get(kind, AttachmentKind.OTHER),
            url=address,
            name=as_text(content.get("file_name")),
            title=None if kind in ATTACHMENTS else kind or None,
            provider_id=as_text(content.get("sticker_id")),
        ),
    )


#: where a picture, film or file stands, the best first
ADDRESSES = ("url", "image_url", "video_url", "file_url", "thumb_url")


def _card(item: Json) -> Attachment:
    return Attachment(
        kind=AttachmentKind.TEMPLATE,
        title=as_text(item.get("name")) or "Sản phẩm",
        url=as_text(item.get("image_url")) or as_text(item.get("thumb_url")),
        provider_id=as_text(item.get("item_id")),
    )


# ------------------------------------------------------------------ orders


def pushed_order(payload: Json) -> tuple[Facts | None, Asked | None]:
    """What an order push says by itself: number, state and time; and what the buyer asks."""
    data, number = as_object(payload.get("data")), webhook.order_number(payload)
    pushed = webhook.code_of(payload) == ORDER
    said = as_text(data.get("status")) if pushed else None
    at = shops.moment(data.get("update_time")) or shops.moment(payload.get("timestamp"))
    return _order(number, said, at)


def _order(
    number: str | None, said: str | None, at: datetime | None
) -> tuple[Facts | None, Asked | None]:
    status = STATUSES.get(said or "")
    when = shops.stamp(at) if status else None
    found = shops.facts(number, status=status, updated_at=when, status_at=when if status else None)
    return found, _asked(number, said)


def _asked(number: str | None, said: str | None) -> Asked | None:
    row = ASKED.get(said or "")
    if row is None or number is None:
        return None
    return Asked(id=f"{said}:{number}", title=f"{row[1]} {number}", sub_type=row[0])


def with_details(event: InboundEvent, order: Json) -> InboundEvent:
    """The event with the order as `get_order_detail` tells it: its latest state counts."""
    number = as_text(order.get("order_sn"))
    known, asked = _order(
        number, as_text(order.get("order_status")), shops.moment(order.get("update_time"))
    )
    if known is None or event.order_facts is None or number != event.order_facts["number"]:
        return event
    address = as_object(order.get("recipient_address"))
    more: dict[str, Any] = {
        "currency": as_text(order.get("currency")),
        "total": as_text(order.get("total_amount")),
        "shipping_fee": as_text(order.get("actual_shipping_fee"))
        or as_text(order.get("estimated_shipping_fee")),
        "placed_at": shops.stamp(shops.moment(order.get("create_time"))),
        "lines": _lines(order) or None,
        "recipient": shops.recipient(
            name=address.get("name"),
            number=address.get("phone"),
            address=address.get("full_address"),
        ),
        "customer": shops.customer(
            None,
            name=shops.unmasked(address.get("name"), shops.LONGEST_NAME)
            or order.get("buyer_username"),
            number=address.get("phone"),
        ),
        "note": shops.one_line(as_text(order.get("message_to_seller")), 2000),
    }
    facts = {**known, **{name: value for name, value in more.items() if value is not None}}
    user = as_text(order.get("buyer_user_id"))
    return replace(event, order_facts=facts, asked=event.asked or asked, user_id=user)


def _lines(order: Json) -> list[Facts]:
    items = [as_object(one) for one in as_list(order.get("item_list"))]
    return shops.together(
        [
            shops.line(
                sku=as_text(item.get("model_sku")) or item.get("item_sku") or item.get("item_id"),
                name=_named(item),
                quantity=item.get("model_quantity_purchased"),
                unit_price=item.get("model_discounted_price") or item.get("model_original_price"),
            )
            for item in items
        ]
    )


def _named(item: Json) -> str | None:
    parts = (as_text(item.get("item_name")), as_text(item.get("model_name")))
    return " - ".join(part for part in parts if part) or None


# ------------------------------------------------------------------ access


def access_of(payload: Json) -> Access | None:
    """What a push says of our access to the shop."""
    code, data = webhook.code_of(payload), as_object(payload.get("data"))
    if code == DEAUTHORISED:
        return Access(code="deauthorised")
    told = shops.moment(payload.get("timestamp"))
    ends = shops.moment(data.get("expire_before")) or (told + AHEAD if told else None)
    return Access(code="authorisation_expires", ends=ends) if code == EXPIRY and ends else None
