"""Reviews of products: what one means, whose it is, and how it is answered in public.

A review names its buyer by a name only: who they are in chat is asked for with the order. What
is answered goes into the buyer's chat, unless it quotes the review (`reply_to`): then everybody
reads it below the review. Called by the adapter.
"""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import datetime
from typing import Any

from .. import shops
from ..base import Account, Delivery
from ..event import (
    Asked,
    Attachment,
    AttachmentKind,
    Author,
    ContactHints,
    InboundEvent,
    Json,
    Kind,
)
from ..sending import CannotSend, HttpRequest, OutboundMessage, Outcome, SendResult, Unreachable
from ..wire import as_integer, as_list, as_object, as_text, as_texts
from . import calls
from .codes import REPLIES, UNKNOWN
from .pulling import REVIEW, edited

#: Characters of a public answer; the vendor's page names no limit.
LONGEST_REPLY = 500

PRIVATE = "Đánh giá Shopee chỉ trả lời công khai được"
BY_HAND = "Đánh giá Shopee chỉ do người trả lời, không gửi tự động"
TOO_LONG = f"Trả lời đánh giá dài tối đa {LONGEST_REPLY} ký tự"
QUOTE_IT = "Chưa biết tài khoản chat của khách: hãy trích dẫn đánh giá để trả lời công khai"


def named(identifier: str) -> str:
    """How a review is named among messages, and its author as long as nobody else is known."""
    return f"{REVIEW}:{identifier}"


def read(delivery: Delivery) -> InboundEvent:
    """The event of one review; without an id it is unknown."""
    comment = as_object(delivery.payload.get(REVIEW))
    identifier = as_text(comment.get("comment_id"))
    if identifier is None:
        return InboundEvent(
            kind=Kind.UNKNOWN,
            channel=delivery.channel,
            account_id=delivery.account_id,
            event_key=delivery.event_key,
            user_id=None,
            provider_event=REVIEW,
            raw=delivery.payload,
        )
    buyer = shops.unmasked(comment.get("buyer_username"), shops.LONGEST_NAME)
    asked = asked_by(comment, identifier)
    return InboundEvent(
        kind=Kind.EDIT if edited(comment) else Kind.MESSAGE,
        channel=delivery.channel,
        account_id=delivery.account_id,
        event_key=delivery.event_key,
        user_id=named(identifier),
        occurred_at=shops.moment(comment.get("create_time")),
        provider_message_id=named(identifier),
        text="\n".join(filter(None, (asked.title, asked.text))),
        attachments=attachments_of(as_object(comment.get("media"))),
        contact=ContactHints(name=buyer) if buyer else None,
        order=as_text(comment.get("order_sn")),
        product=as_text(comment.get("item_id")),
        asked=asked,
        provider_event=REVIEW,
        raw=delivery.payload,
    )


def asked_by(comment: Json, identifier: str) -> Asked:
    """Stars and words."""
    stars = as_integer(comment.get("rating_star"))
    rated = stars if stars is not None and 1 <= stars <= 5 else None
    number = as_text(comment.get("order_sn"))
    title = f"Đánh giá {rated} sao" if rated else "Đánh giá sản phẩm"
    return Asked(
        id=named(identifier),
        title=f"{title}, đơn {number}" if number else title,
        text=as_text(comment.get("comment")) or "",
        rating=rated,
    )


def attachments_of(media: Json) -> tuple[Attachment, ...]:
    """Pictures and films of a review."""
    kinds = (("image_url_list", AttachmentKind.IMAGE), ("video_url_list", AttachmentKind.VIDEO))
    return tuple(
        Attachment(kind=kind, url=url) for name, kind in kinds for url in as_texts(media.get(name))
    )


# ------------------------------------------------------------------ whose it is


def order_of(event: InboundEvent) -> str | None:
    """The order to be asked for to learn who wrote a review; None: known, or it names none."""
    strange = event.asked is not None and event.user_id == event.asked.id
    return event.order if strange else None


def with_buyer(event: InboundEvent, orders: list[Any]) -> InboundEvent:
    """The review with the buyer as they are known in chat, if the shop still tells of the order."""
    told = (as_object(one) for one in orders)
    mine = (one for one in told if as_text(one.get("order_sn")) == event.order)
    user = next((as_text(one.get("buyer_user_id")) for one in mine), None)
    return replace(event, user_id=user) if user else event


# ------------------------------------------------------------------ answering it


def is_answered(message: OutboundMessage) -> bool:
    """Whether a message is a public answer to a review, which quotes it."""
    return (message.quote_provider_id or "").startswith(named(""))


def is_of_a_stranger(message: OutboundMessage) -> bool:
    """Whether the customer is known by a review alone."""
    return message.user_id.startswith(named(""))


def reply(message: OutboundMessage, account: Account, now: datetime) -> HttpRequest | None:
    """The public answer; None without credentials. Raises `CannotSend`, `Unreachable`."""
    if message.privately:
        raise Unreachable(PRIVATE)
    if message.author is not Author.HUMAN:
        raise Unreachable(BY_HAND)
    text = unicodedata.normalize("NFC", message.text).strip()
    if not text:
        raise CannotSend("Tin nhắn không có nội dung")
    if len(text) > LONGEST_REPLY:
        raise CannotSend(TOO_LONG)
    identifier = (message.quote_provider_id or "").removeprefix(named(""))
    answer = {"comment_id": calls.number(identifier), "comment": text}
    return calls.request(account, calls.REPLY, now, body={"comment_list": [answer]})


def replied(answer: Json) -> SendResult | None:
    """What became of a public answer; None for the answer to anything else."""
    results = as_list(as_object(answer.get("response")).get("result_list"))
    if not results:
        return None
    told = as_object(results[0])
    error = as_text(told.get("fail_error"))
    if not error:
        sent = f"reply:{as_text(told.get('comment_id'))}"
        return SendResult(outcome=Outcome.SENT, provider_message_id=sent, code="0")
    name = error.lower().rpartition(".")[2]
    return SendResult(
        outcome=Outcome.PERMANENT, code=error, reason=REPLIES.get(name, UNKNOWN.reason)
    )
