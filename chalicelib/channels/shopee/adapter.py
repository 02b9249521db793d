"""Shopee: what its pushes mean, how a chat message goes out, how tokens renew.

The inbound worker calls `parse`, `missing` and `filled`, the outbound worker `prepare` and
`classify`, the token schedule `refresh_request` and `refreshed`.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime

from .. import shops
from ..base import Account, Adapter, Delivery
from ..cutting import split_text
from ..event import Author, ContactHints, InboundEvent, Json, Kind
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
    Unreachable,
    passing,
)
from ..wire import as_integer, as_list, as_object, as_text
from . import calls, pulling, reading, reviews, webhook
from .codes import BY_CLASS, ORDER, REFRESH_ENDED, SYSTEM, TRACKING, meaning_of

MAX_TEXT = 1000  # unconfirmed
TOKEN_LIFE = 4 * 3600  # seconds


class ShopeeAdapter(Adapter):
    """Webchat and orders of one shop, Open API v2."""

    channel = "shopee"
    source = "marketplace"
    provider = "shopee"
    hosts = frozenset(
        {
            "partner.shopeemobile.com",
            "openplatform.shopee.cn",
            "openplatform.shopee.com.br",
            "openplatform.sandbox.test-stable.shopee.sg",
        }
    )
    capabilities = Capabilities(can_send=True, max_text=MAX_TEXT)
    sending_credentials = ("access_token", "partner_id", "shop_user_id")
    sandbox_credentials = {
        "access_token": ("sandbox",),
        "partner_id": ("1",),
        "partner_key": ("sandbox",),
    }
    further_credentials = ("refresh_token",)
    puller = pulling.PULLER

    def parse(self, delivery: Delivery) -> InboundEvent:
        """One push in our words; without what its kind needs it is `Kind.UNKNOWN`."""
        payload = delivery.payload
        code = webhook.code_of(payload)
        if pulling.REVIEW in payload and code is None:
            return reviews.read(delivery)
        if webhook.message_of(payload):
            return self._message(delivery)
        facts, asked = reading.pushed_order(payload) if code in (ORDER, TRACKING) else (None, None)
        access = reading.access_of(payload)
        kind = Kind.ORDER if facts else Kind.ACCOUNT if access else Kind.UNKNOWN
        return InboundEvent(
            kind=kind,
            channel=self.channel,
            account_id=delivery.account_id,
            event_key=delivery.event_key,
            user_id=None,
            occurred_at=shops.moment(payload.get("timestamp")),
            order_facts=facts,
            asked=asked,
            access=access,
            provider_event=f"code_{code}",
            raw=payload,
        )

    def _message(self, delivery: Delivery) -> InboundEvent:
        payload = delivery.payload
        message = webhook.message_of(payload)
        ours = webhook.by_shop(payload, delivery.account_id)
        text, attachments = reading.text_of(message), reading.attachments_of(message)
        sort = as_text(message.get("message_type")) or ""
        user = webhook.buyer(payload, delivery.account_id)
        said = user is not None and sort not in SYSTEM and bool(text or attachments)
        return InboundEvent(
            kind=(Kind.ECHO if ours else Kind.MESSAGE) if said else Kind.UNKNOWN,
            channel=self.channel,
            account_id=delivery.account_id,
            event_key=delivery.event_key,
            user_id=user,
            author=author_of(message, ours=ours),
            occurred_at=shops.moment(message.get("created_timestamp"))
            or shops.moment(payload.get("timestamp")),
            provider_message_id=as_text(message.get("message_id")),
            text=text,
            attachments=attachments,
            reply_to=as_text(as_object(message.get("quoted_msg")).get("message_id")),
            thread=as_text(message.get("conversation_id")),
            contact=None if ours else named(message),
            order=reading.order_of(message),
            product=reading.product_of(message),
            may_be_ours=ours,
            provider_event=f"webchat.{sort}"[:100],
            raw=payload,
        )

    # -------------------------------------------------------------- asking

    def missing(
        self, event: InboundEvent, account: Account, *, now: datetime
    ) -> HttpRequest | None:
        """The details of an order, which a push never holds; of a review who the buyer is."""
        facts = event.order_facts
        told = facts is None or "lines" in facts
        number = reviews.order_of(event) if facts is None or told else str(facts["number"])
        if number is None:
            return None
        query = {
            "order_sn_list": number,
            "response_optional_fields": calls.ORDER_FIELDS,
        }
        return calls.request(account, calls.ORDERS, now, query=query)

    def filled(self, event: InboundEvent, response: HttpResponse) -> InboundEvent:
        answer = shops.answered(response)
        found = as_object(answer.get("response")).get("order_list")
        orders = as_list(found)
        if isinstance(found, list) and event.order_facts is None:
            return reviews.with_buyer(event, orders)
        if orders:
            return reading.with_details(event, as_object(orders[0]))
        if self.classify(response).outcome is Outcome.RETRY:
            raise NotTold(f"HTTP {response.status}")
        return event

    # ------------------------------------------------------------- sending

    def is_public(self, message: OutboundMessage) -> bool:
        return reviews.is_answered(message)

    def prepare(
        self, message: OutboundMessage, account: Account, *, now: datetime
    ) -> list[HttpRequest]:
        """Chat messages to a buyer, one request a part; no window is documented. What quotes a
        review is its public answer.
        """
        if reviews.is_answered(message):
            return complete([reviews.reply(message, account, now)])
        if reviews.is_of_a_stranger(message):
            raise Unreachable(reviews.QUOTE_IT)
        parts = split_text(unicodedata.normalize("NFC", message.text), MAX_TEXT)
        if not parts:
            raise CannotSend("Tin nhắn không có nội dung")
        to = calls.number(message.user_id)
        bodies: list[Json] = [
            {"to_id": to, "message_type": "text", "content": {"text": part}} for part in parts
        ]
        made = [calls.request(account, calls.SEND, now, body=body) for body in bodies]
        return complete(made)

    def classify(self, response: HttpResponse) -> SendResult:
        """`error` says it, whatever the HTTP status; without one the status decides."""
        answer = shops.answered(response)
        error = as_text(answer.get("error"))
        if error and not passing(response.status):
            said = as_text(answer.get("message")) or ""
            meaning = meaning_of(error, said)
            return SendResult(outcome=meaning.outcome, code=error, reason=meaning.reason)
        public = reviews.replied(answer) if 200 <= response.status < 300 else None
        if public is not None:
            return public
        sent = shops.text_in(answer, "response", "message_id")
        if sent and 200 <= response.status < 300:
            return SendResult(outcome=Outcome.SENT, provider_message_id=sent, code="0")
        return shops.undecided(response, error, BY_CLASS)

    def once(self, message: OutboundMessage, account: Account) -> Once:
        """What the shop sends comes back as a webchat push; a review can be answered only once."""
        return Once.KEY if reviews.is_answered(message) else Once.ECHO

    # -------------------------------------------------------------- tokens

    def refresh_request(self, account: Account, *, now: datetime) -> HttpRequest | None:
        """Exchange the single-use refresh token (30 days); None where none is stored."""
        token, partner = account.secret("refresh_token"), account.secret("partner_id")
        if not token or not partner:
            return None
        body = {
            "refresh_token": token,
            "partner_id": calls.number(partner),
            "shop_id": calls.number(account.account_id),
        }
        return calls.request(account, calls.REFRESH, now, body=body, of_shop=False)

    def refreshed(self, response: HttpResponse, *, now: datetime) -> dict[str, str]:
        answer = shops.answered(response)
        access, error = as_text(answer.get("access_token")), as_text(answer.get("error")) or ""
        if access and 200 <= response.status < 300:
            seconds = as_integer(answer.get("expire_in"))
            ends = shops.ends_in(now, seconds, default=TOKEN_LIFE)
            return shops.renewed(access, as_text(answer.get("refresh_token")), ends)
        name = error.lower().rpartition(".")[2]
        lasting = name in REFRESH_ENDED or (not name and 400 <= response.status < 500)
        permanent = lasting and not passing(response.status)
        raise RefreshFailed(f"HTTP {response.status}, {name or 'no code'}", permanent=permanent)


def complete(made: list[HttpRequest | None]) -> list[HttpRequest]:
    """The requests, if all could be made. Raises `CannotSend`."""
    found = [one for one in made if one is not None]
    if len(found) < len(made):
        raise CannotSend("Tài khoản Shopee chưa đủ mã truy cập, partner id và partner key")
    return found


def author_of(message: Json, *, ours: bool) -> Author:
    """Who wrote; of the shop's own side a chatbot says of itself that it is one."""
    if not ours:
        return Author.CUSTOMER
    return Author.APP if message.get("is_in_chatbot_session") is True else Author.HUMAN


def named(message: Json) -> ContactHints | None:
    """The buyer's user name, which is all Shopee tells of them."""
    name = shops.unmasked(message.get("from_user_name"), shops.LONGEST_NAME)
    return ContactHints(name=name) if name else None


ADAPTER = ShopeeAdapter()
