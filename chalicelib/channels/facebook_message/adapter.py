"""Messenger: what an update of a page means, how a message goes out, what the answer says.

Called by `intake` (parse) and `conversations` (prepare, classify). The webhook itself is
`channels/meta.py`.
"""

from __future__ import annotations

import hmac
import json
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from ..base import (
    Account,
    Adapter,
    CannotSend,
    Capabilities,
    Delivery,
    HttpRequest,
    HttpResponse,
    OutboundMessage,
    Outcome,
    SendResult,
    split_text,
)
from ..event import Attachment, AttachmentKind, Author, InboundEvent, Json, Kind
from ..meta import USER_REF, customer, listed, moment
from ..wire import as_degrees, as_integer, as_object, as_text, as_texts, peek_object
from . import codes

API_BASE = "https://graph.facebook.com/v25.0"
#: Our mark in a send's `metadata`, which its echo gives back: `lm:<message id>:<part, from 1>`.
METADATA = "lm"
MAX_TEXT = 2000  # characters, NFC
DAY, WEEK = timedelta(hours=24), timedelta(days=7)

#: Keys of a messaging item that say who and when, not what.
ENVELOPE = frozenset({"sender", "recipient", "timestamp", "prior_message", "hop_context"})

Facts = dict[str, Any]  # fields of an InboundEvent


class FacebookMessage(Adapter):
    channel: ClassVar[str] = "facebook_message"
    source: ClassVar[str] = "facebook"
    provider: ClassVar[str] = "meta"
    hosts: ClassVar[frozenset[str]] = frozenset({"graph.facebook.com"})
    # One page's verify token answers the hand-shake for every page of the same app.
    further_credentials: ClassVar[tuple[str, ...]] = ("verify_token",)
    capabilities: ClassVar[Capabilities] = Capabilities(
        can_send=True, max_text=MAX_TEXT, session_window=DAY, human_window=WEEK
    )

    def parse(self, delivery: Delivery) -> InboundEvent:
        payload = delivery.payload
        item = as_object(payload.get("item"))
        change = as_object(as_object(payload.get("change")).get("value"))
        name = next((known for known in READERS if known in item), None)
        event = InboundEvent(
            kind=Kind.UNKNOWN,
            channel=self.channel,
            account_id=delivery.account_id,
            event_key=delivery.event_key,
            user_id=customer(payload),
            occurred_at=moment(item.get("timestamp") or change.get("created_time")),
            provider_event=name or _unknown_name(payload),
            raw=payload,
        )
        return replace(event, **READERS[name](as_object(item[name]))) if name else event

    def prepare(
        self, message: OutboundMessage, account: Account, *, now: datetime
    ) -> list[HttpRequest]:
        token = account.secret("access_token")
        if not token:
            raise CannotSend("Trang chưa được kết nối: thiếu access_token")
        permission = _permission(message, now)
        parts = split_text(unicodedata.normalize("NFC", message.text), MAX_TEXT)
        if not parts:
            raise CannotSend("Tin nhắn trống")
        return [
            _request(account, token, {**permission, **_content(message, text, part)})
            for part, text in enumerate(parts, start=1)
        ]

    def classify(self, response: HttpResponse) -> SendResult:
        body = peek_object(response.body)
        if 200 <= response.status < 300 and "error" not in body:
            sent = as_text(body.get("message_id"))
            outcome, reason = (Outcome.SENT, "") if sent else codes.UNCLEAR
            return SendResult(outcome=outcome, provider_message_id=sent, reason=reason)
        error = as_object(body.get("error"))
        code, subcode = as_integer(error.get("code")), as_integer(error.get("error_subcode"))
        outcome, reason = _verdict(response.status, error, code=code, subcode=subcode)
        named = "/".join(str(n) for n in (code, subcode) if n is not None)
        return SendResult(outcome=outcome, code=named or str(response.status), reason=reason)


# ------------------------------------------------------- what an update means


def _unknown_name(payload: Json) -> str:
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
    return Author.APP if ours or (app and app not in codes.INBOX_APPS) else Author.HUMAN


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
    said = (text or value) and not codes.GET_STARTED.search(value or "")
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
    """All parts. What Messenger cannot hand over is a part too: the customer did say something."""
    given = [as_object(one) for one in listed(message.get("attachments"))]
    found = tuple(part for one in given if one for part in _attachment(one))
    sticker = as_text(message.get("sticker_id"))
    if sticker and not found:
        return (Attachment(kind=AttachmentKind.STICKER, provider_id=sticker),)
    if message.get("is_unsupported") is True and not found:
        return (Attachment(kind=AttachmentKind.OTHER, title="Nội dung không hỗ trợ"),)
    return found


def _attachment(given: Json) -> list[Attachment]:
    kind = codes.ATTACHMENTS.get(as_text(given.get("type")) or "", AttachmentKind.OTHER)
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
            title=_title(given) or _title(payload) or as_text(payload.get("text")),
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


def _permission(message: OutboundMessage, now: datetime) -> Json:
    """Under which right the message goes out. Raises `CannotSend`.

    Within 24 h of the customer's last message anything may be answered; up to 7 days what a
    human wrote. The other tags have been refused since 2026-04-27.
    """
    if message.last_inbound_at is None:
        raise CannotSend("Khách chưa nhắn cho trang nên chưa thể trả lời trên Messenger")
    waited = now - message.last_inbound_at
    if waited <= DAY:
        return {"messaging_type": "RESPONSE"}
    if message.author is Author.HUMAN and waited <= WEEK:
        return {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    raise CannotSend("Đã quá thời hạn trả lời trên Messenger (24 giờ; nhân viên: 7 ngày)")


def _content(message: OutboundMessage, text: str, part: int) -> Json:
    reference = message.user_id.removeprefix(USER_REF)
    named = "id" if reference == message.user_id else "user_ref"
    metadata = f"{METADATA}:{message.message_id}:{part}"
    return {"recipient": {named: reference}, "message": {"text": text, "metadata": metadata}}


def _request(account: Account, token: str, body: Json) -> HttpRequest:
    """The token goes in a header, not in the address, where logs would keep it."""
    base = str(account.settings.get("api_base") or API_BASE).rstrip("/")
    return HttpRequest(
        method="POST",
        url=f"{base}/{quote(account.account_id, safe='')}/messages{_proof(account, token)}",
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {token}"},
        body=json.dumps(body, ensure_ascii=False).encode(errors="replace"),
    )


def _proof(account: Account, token: str) -> str:
    """`?appsecret_proof=` = hex HMAC-SHA256(app_secret, token), where the account asks for it.

    Only for apps that require it (Graph API, "Securing requests"); it is of no use without
    the token. The setting is `appsecret_proof: true`.
    """
    secret = account.secret("app_secret")
    if not secret or account.settings.get("appsecret_proof") is not True:
        return ""
    proof = hmac.new(secret.encode(), token.encode(), sha256).hexdigest()
    return "?" + urlencode({"appsecret_proof": proof})


def _verdict(status: int, error: Json, *, code: int | None, subcode: int | None) -> codes.Verdict:
    """Facebook's own code first, then its `is_transient`, then the HTTP status."""
    known = codes.SUBCODES.get((code, subcode)) if code and subcode else None
    if known is None and code is not None:
        known = codes.CODES.get(code)
    if known is None and error.get("is_transient") is True:
        known = codes.TEMPORARY
    if known is None:
        known = codes.STATUSES.get(status)
    return known or (codes.TEMPORARY if status >= 500 else codes.UNKNOWN)


ADAPTER = FacebookMessage()
