"""What people write to a page or an Instagram account in private, and the limits of answering.

The part Messenger and Instagram have in common: one item of `messaging` in our words, and what
a private message of ours may look like. Called by the adapters of `facebook_message`,
`facebook_comment` and `instagram`; which item is whose says `channels/meta/webhook.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ..base import Delivery
from ..event import Attachment, AttachmentKind, Author, InboundEvent, Json, Kind
from ..sending import CannotSend, OutboundMessage, Unreachable
from ..wire import as_degrees, as_object, as_text, as_texts
from .comments import change_value
from .webhook import customer, listed, moment

#: Our mark in a send's `metadata`, which its echo gives back: `lm:<message id>:<part, from 1>`.
METADATA = "lm"
DAY, WEEK = timedelta(hours=24), timedelta(days=7)

#: Keys of a messaging item that say who and when, not what.
ENVELOPE = frozenset({"sender", "recipient", "timestamp", "prior_message", "hop_context"})

#: Payloads of the button that only opens the chat: where somebody came from, not what they want.
GET_STARTED = re.compile(r"^\W*(get[ _-]?started|bat[ _-]?dau|start)\W*$", re.IGNORECASE)

#: A kind without a payload (`like_heart`) is a part all the same. A mention in a story is the
#: story itself, image or video, and gone after a day.
ATTACHMENTS = {
    "image": AttachmentKind.IMAGE,
    "sticker": AttachmentKind.STICKER,
    "like_heart": AttachmentKind.STICKER,
    "audio": AttachmentKind.AUDIO,
    "video": AttachmentKind.VIDEO,
    "file": AttachmentKind.FILE,
    "location": AttachmentKind.LOCATION,
    "fallback": AttachmentKind.LINK,
    "share": AttachmentKind.LINK,
    "post": AttachmentKind.LINK,
    "ig_post": AttachmentKind.LINK,
    "reel": AttachmentKind.LINK,
    "ig_reel": AttachmentKind.LINK,
    "story_mention": AttachmentKind.FILE,
    "template": AttachmentKind.TEMPLATE,
    "unsupported_type": AttachmentKind.OTHER,
}
NOT_SHOWN = "Nội dung không hỗ trợ"
#: What an agent reads where the part itself does not say what it is.
TITLES = {
    "like_heart": "❤",
    "story_mention": "Nhắc đến trong tin (story)",
    "unsupported_type": NOT_SHOWN,
}

#: Apps of Meta itself in which a person types: an echo of these is a human's answer.
#: 263902037430900 is the Page Inbox (Meta Business Suite).
INBOX_APPS = frozenset({"263902037430900"})

Facts = dict[str, Any]  # fields of an InboundEvent


def read(delivery: Delivery) -> InboundEvent:
    """The event of one messaging item; of any other update an unknown one, by its name."""
    payload = delivery.payload
    item, change = as_object(payload.get("item")), change_value(payload)
    name = next((known for known in READERS if known in item), None)
    event = InboundEvent(
        kind=Kind.UNKNOWN,
        channel=delivery.channel,
        account_id=delivery.account_id,
        event_key=delivery.event_key,
        user_id=customer(payload),
        occurred_at=moment(item.get("timestamp") or change.get("created_time")),
        provider_event=name or unknown_name(payload),
        raw=payload,
    )
    return replace(event, **READERS[name](as_object(item[name]))) if name else event


def unknown_name(payload: Json) -> str:
    """The provider's name of what we do not read: `feed:comment:add`, `pass_thread_control`."""
    change = as_object(payload.get("change"))
    value = as_object(change.get("value"))
    named = [change.get("field"), value.get("item"), value.get("verb") or change.get("verb")]
    told = (name for name in as_object(payload.get("item")) if name not in ENVELOPE)
    return ":".join(filter(None, map(as_text, named))) or next(told, "")


def _message(message: Json) -> Facts:
    """A customer's message, or an echo of ours; without any content it stays unknown."""
    echo = message.get("is_echo") is True
    facts: Facts = {
        "author": _echo_author(message) if echo else Author.CUSTOMER,
        "provider_message_id": as_text(message.get("mid")),
    }
    if message.get("is_deleted") is True:
        return {**facts, "kind": Kind.DELETE}
    content = _message_content(message)
    if any(content.values()):
        kind = Kind.ECHO if echo else Kind.MESSAGE
    else:
        kind = Kind.CONTEXT if not echo and message.get("referral") else Kind.UNKNOWN
    return {
        **facts,
        **content,
        "kind": kind,
        "reply_to": _replied(as_object(message.get("reply_to"))),
        **_from(as_object(message.get("referral"))),
        "app_message_id": _app_message_id(message.get("metadata")) if echo else None,
    }


def _message_content(message: Json) -> Facts:
    return {
        "text": as_text(message.get("text")),
        "attachments": _attachments(message),
        "postback": as_text(as_object(message.get("quick_reply")).get("payload")),
    }


def _echo_author(message: Json) -> Author:
    """Who of ours wrote: an app names itself, and a person's inbox is an app of Meta's."""
    app = as_text(message.get("app_id"))
    ours = _app_message_id(message.get("metadata"))
    return Author.APP if ours or (app and app not in INBOX_APPS) else Author.HUMAN


def _app_message_id(metadata: object) -> str | None:
    """Our message id out of the metadata of our own send; another app's metadata is none."""
    prefix, _, rest = (as_text(metadata) or "").partition(":")
    message_id, _, part = rest.rpartition(":")
    return message_id if prefix == METADATA and message_id and part.isdigit() else None


def _replied(reply: Json) -> str | None:
    story = as_text(as_object(reply.get("story")).get("id"))
    return as_text(reply.get("mid")) or (f"story:{story}" if story else None)


def _from(referral: Json) -> Facts:
    """Where the customer came from: the page's own `ref` first, the bare source last."""
    told = (as_text(referral.get(name)) for name in ("ref", "ad_id", "referer_uri", "source"))
    return {
        "referrer": next(filter(None, told), None),
        "advertisement": as_text(referral.get("ad_id")),
    }


def _edit(edit: Json) -> Facts:
    mid = as_text(edit.get("mid"))
    text = as_text(edit.get("text"))
    return {"kind": Kind.EDIT, "provider_message_id": mid, "text": text} if mid else {}


def _postback(postback: Json) -> Facts:
    """A button's title is what the customer said, its payload what it means to us."""
    text, value = as_text(postback.get("title")), as_text(postback.get("payload"))
    referral = as_object(postback.get("referral"))
    said = (text or value) and not GET_STARTED.search(value or "")
    other = Kind.CONTEXT if referral or value else Kind.UNKNOWN
    return {
        "kind": Kind.MESSAGE if said else other,
        "provider_message_id": as_text(postback.get("mid")),
        "text": text,
        "postback": value,
        **_from(referral),
    }


def _delivery(delivery: Json) -> Facts:
    mids = as_texts(listed(delivery.get("mids")))
    return _receipt(Kind.DELIVERED, mids=mids, watermark=delivery.get("watermark"))


def _read(read: Json) -> Facts:
    mid = as_text(read.get("mid"))
    mids = (mid,) if mid else ()
    return _receipt(Kind.READ, mids=mids, watermark=read.get("watermark"))


def _receipt(kind: Kind, *, mids: tuple[str, ...], watermark: object) -> Facts:
    """A receipt that covers nothing tells nothing: unknown."""
    until = moment(watermark)
    return {"kind": kind, "about_ids": mids, "watermark": until} if mids or until else {}


def _reaction(reaction: Json) -> Facts:
    """`reaction` is None when it is taken back."""
    mid, action = as_text(reaction.get("mid")), as_text(reaction.get("action"))
    given = as_text(reaction.get("emoji")) or as_text(reaction.get("reaction"))
    if not mid:
        return {}
    return {
        "kind": Kind.REACTION,
        "provider_message_id": mid,
        "reaction": None if action == "unreact" else given,
        "provider_event": f"reaction:{action}" if action else "reaction",
    }


def _referral(referral: Json) -> Facts:
    return {"kind": Kind.CONTEXT, **_from(referral)}


def _optin(optin: Json) -> Facts:
    kind = as_text(optin.get("type"))
    return {
        "kind": Kind.CONTEXT,
        "referrer": as_text(optin.get("ref")),
        "postback": as_text(optin.get("payload")),
        "provider_event": f"optin:{kind}" if kind else "optin",
    }


#: what an item holds → how it is read; the first one present counts
READERS: dict[str, Callable[[Json], Facts]] = {
    "message": _message,
    "message_edit": _edit,
    "postback": _postback,
    "delivery": _delivery,
    "read": _read,
    "reaction": _reaction,
    "referral": _referral,
    "optin": _optin,
}


# ---------------------------------------------------------------- attachments


def _attachments(message: Json) -> tuple[Attachment, ...]:
    """All parts. What Meta does not hand over is a part too: the customer did say something."""
    given = [as_object(one) for one in listed(message.get("attachments"))]
    found = tuple(part for one in given if one for part in _attachment(one))
    sticker = as_text(message.get("sticker_id"))
    if sticker and not found:
        return (Attachment(kind=AttachmentKind.STICKER, provider_id=sticker),)
    if message.get("is_unsupported") is True and not found:
        return (Attachment(kind=AttachmentKind.OTHER, title=NOT_SHOWN),)
    return found


def _attachment(given: Json) -> list[Attachment]:
    named = as_text(given.get("type")) or ""
    kind = ATTACHMENTS.get(named, AttachmentKind.OTHER)
    payload = as_object(given.get("payload"))
    elements = [e for e in listed(_elements(payload)) if isinstance(e, dict)]
    if kind is AttachmentKind.TEMPLATE and elements:
        return [_card(element) for element in elements]
    sticker = as_text(payload.get("sticker_id"))
    coordinates = as_object(payload.get("coordinates"))
    return [
        Attachment(
            kind=AttachmentKind.STICKER if sticker else kind,
            url=as_text(payload.get("url")) or as_text(given.get("url")),
            name=as_text(payload.get("name")),
            title=_title(given)
            or _title(payload)
            or as_text(payload.get("text"))
            or TITLES.get(named),
            latitude=as_degrees(coordinates.get("lat"), limit=90),
            longitude=as_degrees(coordinates.get("long"), limit=180),
            provider_id=sticker,
        )
    ]


def _elements(payload: Json) -> object:
    return as_object(payload.get("product")).get("elements") or payload.get("elements")


def _title(given: Json) -> str | None:
    return as_text(given.get("title"))


def _card(element: Json) -> Attachment:
    """A product or a card of a template: one part each, the shop's own number first."""
    told = as_text(element.get("retailer_id")) or as_text(element.get("id"))
    return Attachment(
        kind=AttachmentKind.TEMPLATE,
        url=as_text(element.get("image_url")),
        title=_title(element),
        provider_id=told,
    )


# --------------------------------------------------------------------- sending


def permission(message: OutboundMessage, now: datetime) -> Json:
    """Under which right a private message goes out: empty within 24 h of the customer's last
    word, where anything may be answered; up to 7 days HUMAN_AGENT for what a human wrote.

    The other tags have been refused since 2026-04-27. Raises `Unreachable`.
    """
    if message.last_inbound_at is None:
        raise Unreachable("Khách chưa nhắn cho trang nên chưa thể trả lời")
    waited = now - message.last_inbound_at
    if waited <= DAY:
        return {}
    if message.author is Author.HUMAN and waited <= WEEK:
        return {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    raise Unreachable("Đã quá thời hạn trả lời (24 giờ; nhân viên: 7 ngày)")


def private_reply(
    message: OutboundMessage, parts: list[str], to: dict[str, str], now: datetime
) -> Json:
    """The one private message a comment or post may be answered with, within 7 days of it.

    `to` is the recipient, `{"comment_id": …}` or `{"post_id": …}`. It opens no window; more
    comes only after the customer has answered (Private Replies, 2026-04-16). Raises `CannotSend`.
    """
    if message.last_inbound_at is None or now - message.last_inbound_at > WEEK:
        raise Unreachable("Đã quá 7 ngày kể từ bình luận nên không thể nhắn riêng")
    if len(parts) > 1:
        raise CannotSend("Chỉ được nhắn riêng một tin cho mỗi bình luận: hãy viết ngắn hơn")
    return {"recipient": to, "message": {"text": parts[0]}}
