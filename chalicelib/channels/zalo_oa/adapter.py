"""Zalo Official Account: what its events mean, how a message goes out, how tokens renew.

The inbound worker calls `parse`, the outbound worker `prepare` and `classify`, the token
schedule `refresh_request` and `refreshed`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from ..base import Account, Adapter, Delivery
from ..event import (
    Attachment,
    AttachmentKind,
    Author,
    ContactHints,
    InboundEvent,
    Json,
    Kind,
    KnownAs,
)
from ..sending import (
    CannotSend,
    HttpRequest,
    HttpResponse,
    Once,
    OutboundMessage,
    Outcome,
    OutFile,
    Quota,
    RefreshFailed,
    SendResult,
    Unreachable,
    by_status,
    passing,
)
from ..wire import (
    as_degrees,
    as_instant,
    as_integer,
    as_list,
    as_object,
    as_text,
    leading_object,
)
from . import contents, pulling, ratings, templates, webhook
from .codes import ATTACHMENTS, BY_CLASS, CLASSES, EVENTS, USED_UP, outcome_of, reason_of

API_BASE, OAUTH_BASE = "https://openapi.zalo.me", "https://oauth.zaloapp.com"
#: Answers are free for 48 h after the customer's last word and billed up to 7 days; then -230.
SESSION_WINDOW = timedelta(days=7)
DEFAULT_TOKEN_LIFE = 3600  # seconds; the shorter of the two the vendor's pages name
RECEIPTS = frozenset({Kind.DELIVERED, Kind.READ})
CONTENT = frozenset({Kind.MESSAGE, Kind.ECHO})
ABOUT_OURS = RECEIPTS | {Kind.ANSWER}
OF_THE_ACCOUNT = frozenset({Kind.TEMPLATE, Kind.ACCOUNT})
NEEDS_CUSTOMER = frozenset(Kind) - ABOUT_OURS - OF_THE_ACCOUNT - {Kind.UNKNOWN}


class ZaloOaAdapter(Adapter):
    """The chat of an Official Account, API v3.0."""

    channel = "zalo_oa"
    source = "zalo_oa"
    provider = "zalo"
    hosts = frozenset(
        {"openapi.zalo.me", "oauth.zaloapp.com", "business.openapi.zalo.me", pulling.ESMS_HOST}
    )
    further_credentials = ("app_id", "app_secret", "oa_id", "refresh_token", *pulling.ESMS_KEYS)
    puller = pulling.PULLER
    capabilities = replace(
        contents.CARRIES,
        session_window=SESSION_WINDOW,
        per_minute=4000,
        templates=True,
    )
    catalogue = templates.CATALOGUE

    def parse(self, delivery: Delivery) -> InboundEvent:
        """One event in our words; without what its kind needs it is `Kind.UNKNOWN`."""
        payload = delivery.payload
        message = as_object(payload.get("message"))
        name = webhook.event_name(payload)
        customer = webhook.customer_id(payload, delivery.account_id)
        text, attachments = as_text(message.get("text")), attachments_of(message, name)
        kind = kind_of(name, customer, has_content=bool(text or attachments))
        event = InboundEvent(
            kind=kind,
            channel=self.channel,
            account_id=delivery.account_id,
            event_key=delivery.event_key,
            user_id=customer,
            author=author_of(payload),
            occurred_at=as_instant(payload.get("timestamp")),
            provider_message_id=webhook.message_id(payload),
            text=text,
            attachments=attachments,
            reply_to=as_text(message.get("quote_msg_id")),
            postback=as_text(message.get("data")),
            reaction=as_text(message.get("react_icon")) if kind is Kind.REACTION else None,
            contact=contact_of(payload) if kind is Kind.CONTACT else None,
            about_ids=webhook.receipt_ids(payload) if kind in RECEIPTS else (),
            app_message_id=as_text(message.get("tracking_id")) if kind in RECEIPTS else None,
            referrer=referrer_of(payload),
            also=in_app(payload) if customer else (),
            provider_event=name,
            raw=payload,
        )
        read = READERS.get(kind)
        return event if read is None else replace(event, **read(payload))

    def prepare(
        self, message: OutboundMessage, account: Account, *, now: datetime
    ) -> list[HttpRequest]:
        """Customer-service messages (`/v3.0/oa/message/cs`), one per 2000 characters; or the one
        request of a template, which has no window."""
        if message.template is not None:
            return [templates.prepare(message, message.template, account)]
        token = account.secret("access_token")
        if not token:
            raise CannotSend(templates.NO_TOKEN)
        if templates.PHONE.fullmatch(message.user_id):
            raise Unreachable("Qua số điện thoại Zalo chỉ nhận mẫu tin, không nhận tin nhắn thường")
        last = message.last_inbound_at
        if last is None or now - last > SESSION_WINDOW:
            raise Unreachable("Khách không tương tác với OA trong 7 ngày qua")
        url = f"{account.base_url('api_base', API_BASE)}/v3.0/oa/message/cs"
        headers = {"access_token": token, "content-type": "application/json"}
        return [
            HttpRequest(method="POST", url=url, headers=headers, body=body)
            for body in contents.bodies(message, account)
        ]

    def upload_request(self, file: OutFile, account: Account) -> HttpRequest:
        return contents.upload(file, account)

    def uploaded(self, response: HttpResponse) -> str | None:
        data = as_object((leading_object(response.body) or {}).get("data"))
        return as_text(data.get("token"))

    def classify(self, response: HttpResponse) -> SendResult:
        """HTTP 200 with `error` ≠ 0 is a refusal; without a code the HTTP status decides."""
        answer = leading_object(response.body) or {}
        code = as_integer(answer.get("error"))
        if code == 0 and 200 <= response.status < 300:
            data = as_object(answer.get("data"))
            sent = as_text(data.get("message_id")) or as_text(data.get("msg_id"))
            quota = templates.quota_of(as_object(data.get("quota")))
            return SendResult(outcome=Outcome.SENT, provider_message_id=sent, code="0", quota=quota)
        if code and not passing(response.status):
            said = as_text(answer.get("message")) or ""
            reason = reason_of(code, said)
            used = Quota(remaining=0) if code == USED_UP else None
            return SendResult(outcome=outcome_of(code), code=str(code), reason=reason, quota=used)
        outcome = by_status(response.status)
        code_seen = str(response.status) if code is None else str(code)
        return SendResult(outcome=outcome, code=code_seen, reason=BY_CLASS[outcome])

    def once(self, message: OutboundMessage, account: Account) -> Once:
        """What the OA sends comes back as `oa_send_…`."""
        return Once.ECHO

    def refresh_request(self, account: Account, *, now: datetime) -> HttpRequest | None:
        """Exchange the single-use refresh token; None where no full set is stored."""
        token, app = account.secret("refresh_token"), account.secret("app_id")
        secret = account.secret("app_secret")
        if not (token and app and secret):
            return None
        fields = {"refresh_token": token, "app_id": app, "grant_type": "refresh_token"}
        return HttpRequest(
            method="POST",
            url=f"{account.base_url('oauth_base', OAUTH_BASE)}/v4/oa/access_token",
            headers={"secret_key": secret, "content-type": "application/x-www-form-urlencoded"},
            body=urlencode(fields).encode(),
        )

    def refreshed(self, response: HttpResponse, *, now: datetime) -> dict[str, str]:
        """The new pair and its end. A code in the answer is final: the vendor's -14xxx codes
        say that app, secret or token are not (or no longer) valid."""
        answer = leading_object(response.body) or {}
        access = as_text(answer.get("access_token"))
        if access and 200 <= response.status < 300:
            seconds = as_integer(answer.get("expires_in")) or DEFAULT_TOKEN_LIFE
            ends = now.astimezone(UTC) + timedelta(seconds=min(max(seconds, 0), 10**8))
            stamp = ends.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            values = {"access_token": access, "access_token_expires_at": stamp}
            refresh = as_text(answer.get("refresh_token"))
            return values | ({"refresh_token": refresh} if refresh else {})
        raise refusal(response, as_integer(answer.get("error")))


# ------------------------------------------------------------------ reading


def kind_of(name: str, customer: str | None, *, has_content: bool) -> Kind:
    """The kind of an event, `UNKNOWN` when it lacks its customer or its content."""
    kind = EVENTS.get(name, Kind.UNKNOWN)
    if kind in NEEDS_CUSTOMER and customer is None:
        return Kind.UNKNOWN
    return Kind.UNKNOWN if kind in CONTENT and not has_content else kind


#: kind → what is read of such an event besides
READERS = {
    Kind.ANSWER: ratings.answer_of,
    Kind.TEMPLATE: templates.news_of,
    Kind.ACCOUNT: templates.quota_news,
}


def in_app(payload: Json) -> tuple[KnownAs, ...]:
    """The customer as the OA's app knows them, who may be a user of its mini app."""
    app, user = as_text(payload.get("app_id")), as_text(payload.get("user_id_by_app"))
    if app is None or user is None:
        return ()
    return (KnownAs(channel="zalo_mini_app", account_id=app, user_id=user),)


def author_of(payload: Json) -> Author:
    """`sender.admin_id` stands only on what a person typed in OA Manager."""
    if not webhook.event_name(payload).startswith("oa_"):
        return Author.CUSTOMER
    admin = as_text(as_object(payload.get("sender")).get("admin_id"))
    return Author.HUMAN if admin else Author.APP


def attachments_of(message: Json, name: str) -> tuple[Attachment, ...]:
    """The attachments; if none can be read, one bare of the kind the event's name tells."""
    found = tuple(
        attachment_of(item, name)
        for item in as_list(message.get("attachments"))
        if isinstance(item, dict)
    )
    kind = next((kind for word, kind in ATTACHMENTS.items() if name.endswith(f"_{word}")), None)
    return found or ((Attachment(kind=kind),) if kind and name in EVENTS else ())


def attachment_of(item: Json, name: str) -> Attachment:
    """One attachment, whatever of it can be read."""
    payload = as_object(item.get("payload"))
    coordinates = as_object(payload.get("coordinates"))
    kind = ATTACHMENTS.get(as_text(item.get("type")) or "", AttachmentKind.OTHER)
    card = business_card(payload)
    is_card = bool(card) or name.endswith("_business_card")
    size = as_integer(payload.get("size"))
    return Attachment(
        kind=AttachmentKind.CONTACT if is_card else kind,
        url=as_text(payload.get("url")),
        name=as_text(payload.get("name")),
        title=as_text(payload.get("title")) or (None if is_card else described(payload)),
        size=size if size is not None and size >= 0 else None,
        latitude=as_degrees(coordinates.get("latitude"), limit=90),
        longitude=as_degrees(coordinates.get("longitude"), limit=180),
        phone=as_text(card.get("phone")),
        provider_id=as_text(payload.get("id")),
    )


def described(payload: Json) -> str | None:
    return as_text(payload.get("description"))


def business_card(payload: Json) -> Json:
    """A card is a link whose `description` is a JSON text `{"phone", "qrCodeUrl"}`."""
    description = described(payload) or ""
    card = leading_object(description.encode()) if description.startswith("{") else None
    return card if card and "phone" in card else {}


def contact_of(payload: Json) -> ContactHints:
    """Name, phone, address of `user_submit_info`: in `info`, or flat in older versions.

    Zalo fills the phone in from the account, hence `verified`.
    """
    info = as_object(payload.get("info")) or payload
    phone = as_text(info.get("phone"))
    return ContactHints(
        name=as_text(info.get("name")),
        phones=(phone,) if phone else (),
        address=address_of(info),
        birthday=as_text(info.get("user_dob")),
        gender=as_text(info.get("gender")),
        verified=phone is not None,
    )


def address_of(info: Json) -> str | None:
    """One line from street to city; the ward merger of 2025 took the district away."""
    full = as_object(info.get("full_address")) or info
    names = ("address", "ward", "district", "city")
    parts = (as_text(full.get(f"user_{name}")) or as_text(full.get(name)) for name in names)
    return ", ".join(filter(None, parts)) or None


def referrer_of(payload: Json) -> str | None:
    """Where a follower or a widget's visitor came from."""
    return as_text(payload.get("source")) or as_text(as_object(payload.get("data")).get("url"))


# ------------------------------------------------------------------ sending


def refusal(response: HttpResponse, code: int | None) -> RefreshFailed:
    """Why no token came, and whether trying again can help."""
    known = code is not None and code != 0
    temporary = passing(response.status) or code in CLASSES[Outcome.RETRY]
    permanent = not temporary and (known or response.status >= 400)
    return RefreshFailed(f"HTTP {response.status}, code {code}", permanent=permanent)


ADAPTER = ZaloOaAdapter()
