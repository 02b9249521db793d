"""SMS by Twilio: `/webhooks/twilio_sms[/{account_id}]` and `Messages.json` (channels.md §6).

`PROVIDER` is called by `intake`, `TwilioSms` stands in `adapter.ADAPTERS`.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar
from urllib.parse import quote, urlencode

from .. import twilio
from ..base import Account, Delivery, Provider, Unreadable, Verified, WebhookRequest
from ..cutting import parts_of
from ..event import Attachment, AttachmentKind, Failure, InboundEvent, Json, Kind
from ..keys import digest, event_key
from ..sending import (
    CannotSend,
    Capabilities,
    HttpRequest,
    HttpResponse,
    Once,
    OutboundMessage,
    Outcome,
    SendResult,
)
from ..wire import as_instant, as_integer, as_object, as_text, leading_object
from .carrier import (
    WHATSAPP,
    Part,
    Sms,
    addressed_account,
    base_url,
    basic,
    contact_of,
    customer_of,
    event_of,
    number_of,
    refused,
    sayable,
    setting,
)
from .codes import (
    NO_SENDER,
    NOT_DELIVERED,
    TWILIO_BEFORE,
    TWILIO_CODES,
    TWILIO_CONSENT,
    TWILIO_OPTED_OUT,
    TWILIO_REASONS,
    TWILIO_STATUSES,
)

API_BASE = "https://api.twilio.com"
#: What becomes of a message is reported to our address with this in its query: our own id.
OURS = "mid"
A_MOMENT = timedelta(milliseconds=1)
MOST_MEDIA = 10
MEDIA: dict[str, AttachmentKind] = {
    "image": AttachmentKind.IMAGE,
    "audio": AttachmentKind.AUDIO,
    "video": AttachmentKind.VIDEO,
    "application": AttachmentKind.FILE,
    "text": AttachmentKind.FILE,
}
#: A text some carriers hand over in base64: one word of at least this many characters.
SHORTEST_BASE64 = 16
BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
SENDER = re.compile(r"\+?[0-9]{3,15}|[A-Za-z0-9 ]{1,11}")


class TwilioMessages(Provider):
    """One request tells of one message; STOP and START also of what Twilio does from then on."""

    name: ClassVar[str] = "twilio_sms"
    channels: ClassVar[tuple[str, ...]] = ("sms",)
    webhook_credentials: ClassVar[tuple[str, ...]] = ("auth_token",)

    def account_hints(self, request: WebhookRequest) -> frozenset[str]:
        return frozenset(filter(None, _named(twilio.fields(request))))

    def verify(self, request: WebhookRequest, accounts: Sequence[Account]) -> Verified | None:
        return twilio.verify(request, accounts)

    def split(self, request: WebhookRequest, verified: Verified) -> list[Delivery]:
        fields = twilio.fields(request)
        if not fields:
            raise Unreadable("no fields")
        account = addressed_account(_named(fields), verified.accounts)
        payload: Json = {
            "fields": fields,
            OURS: request.query.get(OURS),
            "received": _milliseconds(request.received_at),
        }
        sender = customer_of(_customer(fields))
        return [
            Delivery(
                channel="sms",
                account_id=account,
                sender=sender,
                event_key=key,
                payload={"what": what, **payload},
            )
            for what, key in _told(fields)
        ]


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp() * 1000)


def _inbound(fields: Mapping[str, str]) -> bool:
    status = fields.get("MessageStatus") or fields.get("SmsStatus", "received")
    return status == "received" and "From" in fields


def _customer(fields: Mapping[str, str]) -> str:
    return fields.get("From" if _inbound(fields) else "To", "").strip()


def _named(fields: Mapping[str, str]) -> tuple[str | None, ...]:
    """What may be the account's id: our number, the service, Twilio's account; surest first."""
    number = fields.get("To" if _inbound(fields) else "From", "").strip()
    return (
        number_of(number) or number.removeprefix(WHATSAPP),
        fields.get("MessagingServiceSid"),
        fields.get("AccountSid"),
    )


def _told(fields: Mapping[str, str]) -> list[tuple[str, str]]:
    """(what, event key) of everything one request tells; nothing of a message on its way."""
    sid = fields.get("MessageSid") or fields.get("SmsSid")
    status = fields.get("MessageStatus") or fields.get("SmsStatus", "")
    if not sid or not (_inbound(fields) or status in TWILIO_STATUSES or status in TWILIO_BEFORE):
        return [("unknown", event_key("content", digest(fields)))]
    if _inbound(fields):
        consent = TWILIO_CONSENT.get(fields.get("OptOutType", ""))
        more = [(consent.value, event_key(consent.value, sid))] if consent else []
        return [("message", event_key("message", sid)), *more]
    if status in TWILIO_BEFORE:
        return []
    stopped = fields.get("ErrorCode") == TWILIO_OPTED_OUT
    more = [(Kind.UNFOLLOW.value, event_key(Kind.UNFOLLOW.value, sid))] if stopped else []
    return [(status, event_key("status", sid, status)), *more]


class TwilioSms(Sms):
    provider: ClassVar[str] = "twilio_sms"
    hosts: ClassVar[frozenset[str]] = frozenset({"api.twilio.com"})
    sending_credentials: ClassVar[tuple[str, ...]] = ("account_sid", "auth_token")
    further_credentials: ClassVar[tuple[str, ...]] = ("registered_url",)
    sandbox_credentials: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "account_sid": ("sandbox",),
        "auth_token": ("sandbox",),
    }
    capabilities = Capabilities(can_send=True, max_text=1600, per_minute=60)

    def parse(self, delivery: Delivery) -> InboundEvent:
        payload = delivery.payload
        what = as_text(payload.get("what")) or ""
        fields = {name: text for name, text in as_object(payload.get("fields")).items() if text}
        if what == "message":
            return _message(delivery, fields)
        if what in TWILIO_STATUSES:
            return _status(delivery, fields, what)
        if what in TWILIO_CONSENT.values():
            contact = contact_of(delivery.sender)
            told = f"twilio.{what}"
            return event_of(delivery, kind=Kind(what), contact=contact, provider_event=told)
        return event_of(delivery, kind=Kind.UNKNOWN, provider_event="twilio.unknown")

    def request(self, part: Part, account: Account) -> HttpRequest:
        sid, token = account.secret("account_sid") or "", account.secret("auth_token") or ""
        fields = {"To": part.to, "Body": part.text, **_sender(part, account)}
        callback = account.secret("registered_url")
        if callback:
            ours = urlencode({OURS: part.id}) if part.whole else ""
            joined = f"{callback}{'&' if '?' in callback else '?'}{ours}" if ours else callback
            fields["StatusCallback"] = joined
        base = base_url(account, API_BASE)
        return HttpRequest(
            method="POST",
            url=f"{base}/2010-04-01/Accounts/{quote(sid, safe='')}/Messages.json",
            headers={"authorization": basic(sid, token), "content-type": twilio.FORM},
            body=urlencode(fields).encode(),
        )

    def once(self, message: OutboundMessage, account: Account) -> Once:
        """Reports come to an address of ours with our id in it, where there is one; of a message
        in several parts they name none."""
        alone = len(parts_of(sayable(message.text), self.capabilities)) == 1
        return Once.ECHO if alone and account.secret("registered_url") else Once.PERSON

    def classify(self, response: HttpResponse) -> SendResult:
        """2xx with a `sid` was taken; else `code` decides, without one the HTTP status."""
        answer = leading_object(response.body) or {}
        sid = as_text(answer.get("sid"))
        if sid and 200 <= response.status < 300:
            return SendResult(outcome=Outcome.SENT, provider_message_id=sid)
        return refused(
            response,
            as_text(answer.get("code")),
            table=TWILIO_CODES,
            reasons=TWILIO_REASONS,
            said=as_text(answer.get("message")),
        )

    def media_headers(self, account: Account) -> Mapping[str, str]:
        sid, token = account.secret("account_sid"), account.secret("auth_token")
        return {"authorization": basic(sid, token)} if sid and token else {}


# ------------------------------------------------------------------ reading


def _message(delivery: Delivery, fields: Json) -> InboundEvent:
    text, attachments = readable(as_text(fields.get("Body"))), _media(fields)
    raw = as_text(fields.get("From")) or ""
    return event_of(
        delivery,
        kind=Kind.MESSAGE if text or attachments else Kind.UNKNOWN,
        occurred_at=_said_at(delivery, fields),
        provider_message_id=as_text(fields.get("MessageSid")) or as_text(fields.get("SmsSid")),
        text=text,
        attachments=attachments,
        reply_to=as_text(fields.get("OriginalRepliedMessageSid")),
        thread=as_text(fields.get("To")),
        postback=as_text(fields.get("ButtonPayload")),
        contact=contact_of(raw, as_text(fields.get("ProfileName"))),
        provider_event="twilio.message",
    )


def _media(fields: Json) -> tuple[Attachment, ...]:
    count = min(as_integer(fields.get("NumMedia")) or 0, MOST_MEDIA)
    return tuple(
        Attachment(
            kind=MEDIA.get(typed.partition("/")[0], AttachmentKind.OTHER),
            url=as_text(fields.get(f"MediaUrl{number}")),
        )
        for number in range(count)
        for typed in [as_text(fields.get(f"MediaContentType{number}")) or ""]
    )


def _status(delivery: Delivery, fields: Json, status: str) -> InboundEvent:
    kind, sid = TWILIO_STATUSES[status], as_text(fields.get("MessageSid"))
    code = as_text(fields.get("ErrorCode"))
    about = sid or as_text(fields.get("SmsSid"))
    return event_of(
        delivery,
        kind=kind,
        provider_message_id=about,
        about_ids=(about,) if about else (),
        app_message_id=as_text(delivery.payload.get(OURS)),
        failure=_failure(code, status) if kind is Kind.FAILED else None,
        provider_event=f"twilio.{status}",
    )


def _failure(code: str | None, status: str) -> Failure:
    why = TWILIO_REASONS.get(code or "") or NOT_DELIVERED + (f" (mã {code})" if code else "")
    gone = TWILIO_CODES.get(code or "") is Outcome.UNREACHABLE
    return Failure(code=code or status, reason=why, unreachable=gone)


def _said_at(delivery: Delivery, fields: Json) -> datetime | None:
    """The time of a word that Twilio acted on: just before that of the request, which is when it
    acted. Who writes at a time cannot have gone by then.
    """
    came = as_instant(delivery.payload.get("received"))
    return came - A_MOMENT if came and fields.get("OptOutType") else None


def readable(text: str | None) -> str | None:
    """The text, out of base64 where a carrier put it there (payloads/sms/04).

    Only what decodes to printable words: a code or an address in one word stays as it is.
    """
    if text is None or len(text) < SHORTEST_BASE64 or len(text) % 4 or not BASE64.fullmatch(text):
        return text
    try:
        decoded = b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return text
    words = " " in decoded.strip() or not decoded.isascii()
    return as_text(decoded) if words and decoded.replace("\n", " ").isprintable() else text


# ------------------------------------------------------------------ sending


def _sender(part: Part, account: Account) -> dict[str, str]:
    """Who it comes from: the number the customer wrote to, else the service or number set."""
    if part.sender:
        return {"From": part.sender}
    service = setting(account, "messaging_service_sid")
    if service:
        return {"MessagingServiceSid": service}
    sender = setting(account, "sender") or account.account_id
    if not SENDER.fullmatch(sender):
        raise CannotSend(NO_SENDER)
    return {"From": sender}


PROVIDER = TwilioMessages()
