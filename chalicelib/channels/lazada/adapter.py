"""Lazada: what its pushes mean, how a chat message goes out, how tokens renew.

The inbound worker calls `parse`, `missing` and `filled`, the outbound worker `prepare` and
`classify`, the token schedule `refresh_request` and `refreshed`.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime

from .. import shops
from ..base import Account, Adapter, Delivery
from ..cutting import split_text
from ..event import Author, Failure, InboundEvent, Json, Kind
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
from . import calls, pulling, reading, webhook
from .codes import (
    BY_CLASS,
    BY_SYSTEM,
    IM,
    RECALLED,
    REFRESH_ENDED,
    SELLER,
    SESSION,
    SYSTEM,
    TEXT,
    meaning_of,
)

MAX_TEXT = 1000  # unconfirmed
TOKEN_LIFE = 7 * 86_400  # seconds; the answer tells the real one


class LazadaAdapter(Adapter):
    """Chat, orders, returns and reviews of one seller."""

    channel = "lazada"
    source = "marketplace"
    provider = "lazada"
    hosts = frozenset(
        {
            *("api.lazada.vn", "api.lazada.sg", "api.lazada.com.my", "api.lazada.co.th"),
            *("api.lazada.com.ph", "api.lazada.co.id", "auth.lazada.com"),
        }
    )
    capabilities = Capabilities(can_send=True, max_text=MAX_TEXT)
    sandbox_credentials = {
        "access_token": ("sandbox",),
        "app_key": ("1",),
        "app_secret": ("sandbox",),
    }
    further_credentials = ("refresh_token",)
    puller = pulling.PULLER

    def parse(self, delivery: Delivery) -> InboundEvent:
        """One push in our words; without what its kind needs it is `Kind.UNKNOWN`."""
        payload = delivery.payload
        kind = webhook.type_of(payload)
        if kind == IM:
            return self._message(delivery)
        if kind == SESSION:
            return self._session(delivery)
        facts, asked = reading.pushed_order(payload)
        access = reading.access_of(payload)
        event = InboundEvent(
            kind=Kind.ORDER if facts else Kind.ACCOUNT if access else Kind.UNKNOWN,
            channel=self.channel,
            account_id=delivery.account_id,
            event_key=delivery.event_key,
            user_id=None,
            occurred_at=shops.moment(payload.get("timestamp")),
            order_facts=facts,
            asked=asked if facts else None,
            access=access,
            product=as_text(as_object(payload.get("data")).get("item_id")),
            provider_event=f"type_{kind}",
            raw=payload,
        )
        listed = as_object(payload.get("order"))  # of one that was pulled
        return reading.with_order(event, listed) if listed else event

    def _message(self, delivery: Delivery) -> InboundEvent:
        payload = delivery.payload
        data = as_object(payload.get("data"))
        ours, user = webhook.by_seller(data), webhook.buyer(payload)
        text, attachments = reading.text_of(data), reading.attachments_of(data)
        kind = kind_of(data, user, ours=ours, has_content=bool(text or attachments))
        blocked = as_text(data.get("process_msg")) if kind is Kind.FAILED else None
        message_id = as_text(data.get("message_id"))
        return InboundEvent(
            kind=kind,
            channel=self.channel,
            account_id=delivery.account_id,
            event_key=delivery.event_key,
            user_id=user,
            author=author_of(data, ours=ours),
            occurred_at=shops.moment(data.get("send_time"))
            or shops.moment(payload.get("timestamp")),
            provider_message_id=message_id,
            text=None if kind is Kind.DELETE else text,
            attachments=() if kind is Kind.DELETE else attachments,
            thread=as_text(data.get("session_id")),
            order=reading.order_of(data),
            product=reading.product_of(data),
            about_ids=(message_id,) if blocked and message_id else (),
            failure=Failure(code="blocked", reason=blocked) if blocked else None,
            may_be_ours=ours,
            provider_event=f"im.{as_integer(data.get('template_id'))}",
            raw=payload,
        )

    def _session(self, delivery: Delivery) -> InboundEvent:
        """How far the buyer has read, as the seller's side of a session tells it."""
        payload = delivery.payload
        data = as_object(payload.get("data"))
        read, user = shops.moment(data.get("to_position")), webhook.buyer(payload)
        told = (
            read is not None
            and user is not None
            and as_integer(data.get("user_account_type")) == SELLER
        )
        return InboundEvent(
            kind=Kind.READ if told else Kind.UNKNOWN,
            channel=self.channel,
            account_id=delivery.account_id,
            event_key=delivery.event_key,
            user_id=user,
            occurred_at=shops.moment(payload.get("timestamp")),
            watermark=read,
            provider_event=f"session.{as_text(data.get('sync_type'))}"[:100],
            raw=payload,
        )

    # -------------------------------------------------------------- asking

    def missing(
        self, event: InboundEvent, account: Account, *, now: datetime
    ) -> HttpRequest | None:
        """A review's words, then the order, then its lines: a push holds none of them."""
        step = wanted(event)
        if step is None or event.order_facts is None:
            return None
        number = str(event.order_facts["number"])
        given = {"order_id": number}
        if step == calls.REVIEWS and event.asked is not None:
            given = {"id_list": f"[{event.asked.id.rpartition(':')[2]}]"}
        return calls.request(account, "GET", step, now, given)

    def filled(self, event: InboundEvent, response: HttpResponse) -> InboundEvent:
        answer = shops.answered(response)
        data, step = answer.get("data"), wanted(event)
        if not isinstance(data, dict | list):
            if self.classify(response).outcome is Outcome.RETRY:
                raise NotTold(f"HTTP {response.status}")
            return event
        if step == calls.LINES:
            return reading.with_lines(event, as_list(data))
        if step == calls.ORDER:
            return reading.with_order(event, as_object(data))
        reviews = as_list(as_object(data).get("review_list"))
        return reading.with_review(event, as_object(reviews[0]) if reviews else {})

    # ------------------------------------------------------------- sending

    def prepare(
        self, message: OutboundMessage, account: Account, *, now: datetime
    ) -> list[HttpRequest]:
        """Text messages into the buyer's session, one request a part."""
        parts = split_text(unicodedata.normalize("NFC", message.text), MAX_TEXT)
        if not parts:
            raise CannotSend("Tin nhắn không có nội dung")
        if not message.thread:
            raise CannotSend("Chưa có phiên chat Lazada với khách này")
        made = [
            calls.request(account, "POST", calls.SEND, now, body)
            for body in (said(message.thread, part) for part in parts)
        ]
        found = [one for one in made if one is not None]
        if len(found) < len(made):
            raise CannotSend("Tài khoản Lazada chưa đủ mã truy cập, app key và app secret")
        return found

    def classify(self, response: HttpResponse) -> SendResult:
        """`code` says it (`0`: taken), then `err_code`; without one the HTTP status decides."""
        answer = shops.answered(response)
        code = failed(answer)
        if code and not passing(response.status):
            meaning = meaning_of(code, as_text(answer.get("type")) or "")
            return SendResult(outcome=meaning.outcome, code=code, reason=meaning.reason)
        sent = shops.text_in(answer, "data", "message_id")
        if sent and not code and 200 <= response.status < 300:
            return SendResult(outcome=Outcome.SENT, provider_message_id=sent, code="0")
        return shops.undecided(response, code, BY_CLASS)

    def once(self, message: OutboundMessage, account: Account) -> Once:
        """What the seller sends comes back as an IM push."""
        return Once.ECHO

    # -------------------------------------------------------------- tokens

    def refresh_request(self, account: Account, *, now: datetime) -> HttpRequest | None:
        """Exchange the refresh token; None where none is stored."""
        token = account.secret("refresh_token")
        given = {"refresh_token": token or ""}
        return calls.request(account, "POST", calls.REFRESH, now, given) if token else None

    def refreshed(self, response: HttpResponse, *, now: datetime) -> dict[str, str]:
        answer = shops.answered(response)
        access, code = as_text(answer.get("access_token")), failed(answer)
        if access and not code and 200 <= response.status < 300:
            seconds = as_integer(answer.get("expires_in"))
            ends = shops.ends_in(now, seconds, default=TOKEN_LIFE)
            return shops.renewed(access, as_text(answer.get("refresh_token")), ends)
        lasting = code in REFRESH_ENDED or (not code and 400 <= response.status < 500)
        permanent = lasting and not passing(response.status)
        raise RefreshFailed(f"HTTP {response.status}, {code or 'no code'}", permanent=permanent)


def kind_of(data: Json, user: str | None, *, ours: bool, has_content: bool) -> Kind:
    """What a chat message is; what the platform itself says is nobody's word."""
    if user is None:
        return Kind.UNKNOWN
    if as_integer(data.get("status")) == RECALLED:
        return Kind.DELETE
    if as_text(data.get("process_msg")):
        return Kind.FAILED if ours else Kind.UNKNOWN
    by_system = as_integer(data.get("type")) == BY_SYSTEM
    if by_system or as_integer(data.get("template_id")) == SYSTEM or not has_content:
        return Kind.UNKNOWN
    return Kind.ECHO if ours else Kind.MESSAGE


def author_of(data: Json, *, ours: bool) -> Author:
    """Who wrote; an automatic reply stops no clock."""
    if not ours:
        return Author.CUSTOMER
    return Author.APP if data.get("auto_reply") is True else Author.HUMAN


def wanted(event: InboundEvent) -> str | None:
    """The path of what is to be asked next of an event; None: nothing."""
    facts, asked = event.order_facts, event.asked
    if facts is None:
        return None
    if asked is not None and asked.id.startswith("review:") and asked.text is None:
        return calls.REVIEWS
    if "placed_at" not in facts:
        return calls.ORDER
    return None if "lines" in facts else calls.LINES


def said(session: str, text: str) -> dict[str, str]:
    """The parameters of a text message. A lone surrogate becomes `?`."""
    plain = text.encode(errors="replace").decode()
    return {"session_id": session, "template_id": str(TEXT), "txt": plain}


def failed(answer: Json) -> str | None:
    """The code of a failure; None for an answer that tells of none."""
    for name in ("code", "err_code", "error_code"):
        code = as_text(answer.get(name))
        if code and code not in ("0", "null"):
            return code
    return "not_successful" if answer.get("success") in (False, "false") else None


ADAPTER = LazadaAdapter()
