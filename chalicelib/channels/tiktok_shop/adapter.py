"""TikTok Shop: what its pushes mean, how a chat message goes out, how tokens renew.

The inbound worker calls `parse`, `missing` and `filled`, the outbound worker `prepare` and
`classify`, the token schedule `refresh_request` and `refreshed`.
"""

from __future__ import annotations

import json
import unicodedata
from datetime import datetime

from .. import shops
from ..base import Account, Adapter, Delivery
from ..cutting import split_text
from ..event import Author, InboundEvent, Json, Kind
from ..sending import (
    CannotSend,
    Capabilities,
    HttpRequest,
    HttpResponse,
    NotTold,
    Once,
    OutboundMessage,
    Outcome,
    RefreshFailed,
    SendResult,
    passing,
)
from ..wire import as_integer, as_list, as_object, as_text
from . import calls, reading, webhook
from .codes import (
    ADDRESS,
    BUYER,
    BY_CLASS,
    CANCELLATION,
    ENTRIES,
    MACHINES,
    ORDER,
    PACKAGE,
    PEOPLE,
    RETURN,
    SYSTEM_TYPES,
    meaning_of,
)

MAX_TEXT = 2000
TOKEN_LIFE = 7 * 86_400  # seconds
OF_ORDERS = frozenset({ORDER, ADDRESS, PACKAGE, CANCELLATION, RETURN})


class TikTokShopAdapter(Adapter):
    """Customer service chat (API 202309), orders and returns of one shop."""

    channel = "tiktok_shop"
    source = "marketplace"
    provider = "tiktok"
    hosts = frozenset({"open-api.tiktokglobalshop.com", "auth.tiktok-shops.com"})
    capabilities = Capabilities(can_send=True, max_text=MAX_TEXT, per_minute=3000)
    sending_credentials = ("access_token", "shop_cipher")
    sandbox_credentials = {
        "access_token": ("sandbox",),
        "shop_cipher": ("sandbox",),
        "app_key": ("1",),
        "app_secret": ("sandbox",),
    }
    further_credentials = ("refresh_token",)

    def parse(self, delivery: Delivery) -> InboundEvent:
        """One push in our words; without what its kind needs it is `Kind.UNKNOWN`."""
        payload = delivery.payload
        if webhook.conversation(payload):
            return self._message(delivery)
        kind = webhook.type_of(payload)
        facts, asked = reading.pushed_order(payload) if kind in OF_ORDERS else (None, None)
        access = reading.access_of(payload)
        return InboundEvent(
            kind=Kind.ORDER if facts else Kind.ACCOUNT if access else Kind.UNKNOWN,
            channel=self.channel,
            account_id=delivery.account_id,
            event_key=delivery.event_key,
            user_id=None,
            occurred_at=shops.moment(payload.get("timestamp")),
            order_facts=facts,
            asked=asked if facts else None,
            access=access,
            provider_event=f"type_{kind}",
            raw=payload,
        )

    def _message(self, delivery: Delivery) -> InboundEvent:
        payload = delivery.payload
        data = as_object(payload.get("data"))
        sort, role = as_text(data.get("type")) or "", role_of(data)
        text, attachments = reading.text_of(data), reading.attachments_of(data)
        kind = kind_of(data, sort=sort, role=role, has_content=bool(text or attachments))
        order, came = reading.order_of(data), kind is Kind.CONTEXT
        return InboundEvent(
            kind=kind,
            channel=self.channel,
            account_id=delivery.account_id,
            event_key=delivery.event_key,
            user_id=webhook.conversation(payload),
            author=author_of(role),
            occurred_at=shops.moment(data.get("create_time"))
            or shops.moment(payload.get("timestamp")),
            provider_message_id=as_text(data.get("message_id")),
            text=None if came else text,
            attachments=() if came else attachments,
            thread=webhook.conversation(payload),
            referrer=referrer_of(data) if came else None,
            order=order,
            product=reading.product_of(data),
            may_be_ours=role in PEOPLE,
            provider_event=f"message.{sort}"[:100],
            raw=payload,
        )

    # -------------------------------------------------------------- asking

    def missing(
        self, event: InboundEvent, account: Account, *, now: datetime
    ) -> HttpRequest | None:
        """The details of an order, which a push never holds."""
        facts = event.order_facts
        if facts is None or "lines" in facts:
            return None
        return calls.request(account, calls.ORDERS, now, query={"ids": str(facts["number"])})

    def filled(self, event: InboundEvent, response: HttpResponse) -> InboundEvent:
        answer = shops.answered(response)
        orders = as_list(as_object(answer.get("data")).get("orders"))
        if orders:
            return reading.with_details(event, as_object(orders[0]))
        if self.classify(response).outcome in (Outcome.RETRY, Outcome.TOMORROW):
            raise NotTold(f"HTTP {response.status}")
        return event

    # ------------------------------------------------------------- sending

    def prepare(
        self, message: OutboundMessage, account: Account, *, now: datetime
    ) -> list[HttpRequest]:
        """Texts into the buyer's conversation, one request a part."""
        parts = split_text(unicodedata.normalize("NFC", message.text), MAX_TEXT)
        if not parts:
            raise CannotSend("Tin nhắn không có nội dung")
        path = calls.send_path(message.thread or message.user_id)
        made = [calls.request(account, path, now, body=said(part)) for part in parts]
        found = [one for one in made if one is not None]
        if len(found) < len(made):
            raise CannotSend("Tài khoản TikTok Shop chưa đủ mã truy cập, shop cipher, app key")
        return found

    def classify(self, response: HttpResponse) -> SendResult:
        """`code` 0 is a success, whatever the HTTP status; without one the status decides."""
        answer = shops.answered(response)
        code = as_integer(answer.get("code"))
        sent = shops.text_in(answer, "data", "message_id")
        if code == 0 and sent and 200 <= response.status < 300:
            return SendResult(outcome=Outcome.SENT, provider_message_id=sent, code="0")
        if code and not passing(response.status):
            meaning = meaning_of(code, as_text(answer.get("message")) or "")
            return SendResult(outcome=meaning.outcome, code=str(code), reason=meaning.reason)
        return shops.undecided(response, None if code is None else str(code), BY_CLASS)

    def once(self, message: OutboundMessage, account: Account) -> Once:
        """What the shop sends comes back as a message push."""
        return Once.ECHO

    # -------------------------------------------------------------- tokens

    def refresh_request(self, account: Account, *, now: datetime) -> HttpRequest | None:
        """Exchange the refresh token; None where no full set is stored."""
        return calls.refresh(account)

    def refreshed(self, response: HttpResponse, *, now: datetime) -> dict[str, str]:
        """The new pair; `access_token_expire_in` is an instant, not a number of seconds."""
        answer = shops.answered(response)
        data, code = as_object(answer.get("data")), as_integer(answer.get("code"))
        access = as_text(data.get("access_token"))
        if access and code == 0 and 200 <= response.status < 300:
            told = shops.moment(data.get("access_token_expire_in"))
            ends = told or shops.ends_in(now, None, default=TOKEN_LIFE)
            return shops.renewed(access, as_text(data.get("refresh_token")), ends)
        known = code is not None and code != 0
        soon = known and meaning_of(code or 0, "").outcome is Outcome.RETRY
        lasting = (known and not soon) or (not known and 400 <= response.status < 500)
        permanent = lasting and not passing(response.status)
        raise RefreshFailed(f"HTTP {response.status}, code {code}", permanent=permanent)


def role_of(data: Json) -> str:
    """On whose part a message was written."""
    return as_text(as_object(data.get("sender")).get("role")) or ""


def kind_of(data: Json, *, sort: str, role: str, has_content: bool) -> Kind:
    """What a chat message is; what the platform itself says is nobody's word."""
    if data.get("is_visible") is False or sort in SYSTEM_TYPES:
        return Kind.UNKNOWN
    if sort in ENTRIES:
        return Kind.CONTEXT
    if not has_content:
        return Kind.UNKNOWN
    if role == BUYER:
        return Kind.MESSAGE
    return Kind.ECHO if role in PEOPLE | MACHINES else Kind.UNKNOWN


def author_of(role: str) -> Author:
    """Who wrote: an agent counts as a person, the shop's automatic replies do not."""
    if role in PEOPLE:
        return Author.HUMAN
    return Author.APP if role in MACHINES else Author.CUSTOMER


def referrer_of(data: Json) -> str | None:
    """Where the buyer opened the chat from."""
    order, product = reading.order_of(data), reading.product_of(data)
    return f"order:{order}" if order else f"product:{product}" if product else None


def said(text: str) -> Json:
    """The body of a text message. A lone surrogate becomes `?`."""
    plain = text.encode(errors="replace").decode()
    return {"type": "TEXT", "content": json.dumps({"content": plain}, ensure_ascii=False)}


ADAPTER = TikTokShopAdapter()
