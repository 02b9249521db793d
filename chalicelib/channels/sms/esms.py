"""SMS by eSMS: `/webhooks/esms/{account_id}[/{webhook_secret}]`, `SendMultipleMessage_V4`.

`PROVIDER` is called by `intake`, `Esms` stands in `adapter.ADAPTERS`. Everything comes by GET. A
text to a short code is signed; what became of our messages is not, so the address that eSMS
reports to ends in a secret of ours (channels.md §6, `channels.addressed`).
"""

from __future__ import annotations

import hmac
import json
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import md5
from typing import ClassVar
from urllib.parse import unquote

from .. import addressed
from ..base import Account, Delivery, Provider, Unreadable, Verified, WebhookRequest
from ..event import Failure, InboundEvent, Json, Kind
from ..keys import digest, event_key
from ..sending import (
    Capabilities,
    HttpRequest,
    HttpResponse,
    Once,
    OutboundMessage,
    Outcome,
    SendResult,
)
from ..wire import as_integer, as_object, as_text, leading_object
from .carrier import (
    Part,
    Sms,
    addressed_account,
    as_json,
    base_url,
    contact_of,
    customer_of,
    event_of,
    national,
    number_of,
    refused,
    setting,
)
from .codes import (
    ESMS_ACCEPTED,
    ESMS_BY_ZALO,
    ESMS_CODES,
    ESMS_NOT_UNDERSTOOD,
    ESMS_REASONS,
    ESMS_REJECTED,
    ESMS_SENT_BEFORE,
    ESMS_ZALO_UNREACHABLE,
    NOT_DELIVERED,
)

API_BASE = "https://rest.esms.vn"
PATH = "/MainService.svc/json/SendMultipleMessage_V4_post_json/"
SIGNED = re.compile(r"[A-Za-z0-9+/]{22}==")
#: What a text to a short code is signed over, before the private key.
HASHED = ("cpid", "smsid", "content", "receiverTime")
VIETNAM = "+0700"
#: How often a value may have been percent-encoded once more on its way.
MOST_LAYERS = 3
CUSTOMER_CARE = "2"  # SmsType: free texts of a registered brand name


class EsmsReports(Provider):
    name: ClassVar[str] = "esms"
    channels: ClassVar[tuple[str, ...]] = ("sms",)
    webhook_credentials: ClassVar[tuple[str, ...]] = (addressed.CREDENTIAL,)

    def account_hints(self, request: WebhookRequest) -> frozenset[str]:
        return frozenset(filter(None, _named(request.query)))

    def verify(self, request: WebhookRequest, accounts: Sequence[Account]) -> Verified | None:
        """By its own signature where it claims one, else by the secret in the path."""
        given = request.query.get("sign")
        if given is None:
            return addressed.vouched(request, accounts)
        # A `+` that was not encoded has become a space on the way.
        code = given.replace(" ", "+")
        if not SIGNED.fullmatch(code):
            return None
        found = tuple(
            account
            for account in accounts
            if any(
                key and hmac.compare_digest(sign(request.query, key), code)
                for key in account.secrets("private_key")
            )
        )
        return Verified(accounts=found, variant="md5+private_key") if found else None

    def split(self, request: WebhookRequest, verified: Verified) -> list[Delivery]:
        asked = dict(request.query)
        if not asked:
            raise Unreadable("nothing in the query")
        what, key, customer = _told(asked)
        return [
            Delivery(
                channel="sms",
                account_id=addressed_account(_named(asked), verified.accounts),
                sender=customer,
                event_key=key,
                payload={"what": what, "fields": asked},
            )
        ]


def sign(asked: Mapping[str, str], key: str) -> str:
    """base64(MD5(cpid + smsid + content + receiverTime + private key)), all UTF-8."""
    text = "".join(asked.get(name, "") for name in HASHED) + key
    hashed = md5(text.encode("utf-8", "replace"), usedforsecurity=False)
    return b64encode(hashed.digest()).decode()


def _named(asked: Mapping[str, str]) -> tuple[str | None, ...]:
    """What may be the account's id: the short code, else the id eSMS gave us for it."""
    return asked.get("serviceNumber"), asked.get("cpid")


def _told(asked: Mapping[str, str]) -> tuple[str, str, str]:
    """(what, event key, customer) of one request.

    A report names its customer only when it is one of an SMS to one number: eSMS cuts the ids
    of Zalo users short in the same field.
    """
    if asked.get("smsid") and asked.get("sender"):
        return "message", event_key("message", asked["smsid"]), customer_of(asked["sender"])
    if asked.get("SMSID"):
        counted = [asked.get(name, "") for name in ("SendStatus", "SendSuccess", "SendFailed")]
        by_zalo = asked.get("TypeId") in ESMS_BY_ZALO
        number = None if by_zalo else number_of(asked.get("phonenumber", ""))
        return "report", event_key("report", asked["SMSID"], *counted), number or ""
    what = "voice" if asked.get("ReferenceId") else "unknown"
    return what, event_key("content", digest(asked)), ""


class Esms(Sms):
    provider: ClassVar[str] = "esms"
    hosts: ClassVar[frozenset[str]] = frozenset({"rest.esms.vn"})
    sending_credentials: ClassVar[tuple[str, ...]] = ("api_key", "secret_key")
    further_credentials: ClassVar[tuple[str, ...]] = ("private_key", "registered_url")
    sandbox_credentials: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "api_key": ("sandbox",),
        "secret_key": ("sandbox",),
    }
    capabilities = Capabilities(can_send=True, max_text=459, per_minute=600)

    def parse(self, delivery: Delivery) -> InboundEvent:
        fields = as_object(delivery.payload.get("fields"))
        what = as_text(delivery.payload.get("what")) or ""
        if what == "message":
            return _message(delivery, fields)
        if what == "report":
            return _report(delivery, fields)
        return event_of(delivery, kind=Kind.UNKNOWN, provider_event=f"esms.{what or 'unknown'}")

    def request(self, part: Part, account: Account) -> HttpRequest:
        """`RequestId` is the part's own: sent again within the day it is answered with 124."""
        body: Json = {
            "ApiKey": account.secret("api_key"),
            "SecretKey": account.secret("secret_key"),
            "Brandname": setting(account, "brandname") or account.account_id,
            "SmsType": setting(account, "sms_type") or CUSTOMER_CARE,
            "IsUnicode": "0" if part.text.isascii() else "1",
            "Phone": national(part.to),
            "Content": part.text,
            "RequestId": part.id,
        }
        callback = account.secret("registered_url")
        if callback:
            body["CallbackUrl"] = addressed.with_secret(callback, account)
        return as_json(base_url(account, API_BASE) + PATH, body, {})

    def once(self, message: OutboundMessage, account: Account) -> Once:
        """`RequestId`: eSMS takes it once in a day."""
        return Once.KEY

    def classify(self, response: HttpResponse) -> SendResult:
        """100 is accepted and no more; 124 says that an earlier attempt was. Else the code."""
        answer = leading_object(response.body) or {}
        code = as_text(answer.get("CodeResult"))
        if code in (ESMS_ACCEPTED, ESMS_SENT_BEFORE) and 200 <= response.status < 300:
            sent = as_text(answer.get("SMSID"))
            return SendResult(outcome=Outcome.SENT, provider_message_id=sent, code=code)
        said = as_text(answer.get("ErrorMessage")) or as_text(answer.get("error"))
        if code is None and as_text(answer.get("error")):
            code = ESMS_NOT_UNDERSTOOD
        return refused(response, code, table=ESMS_CODES, reasons=ESMS_REASONS, said=said)


# ------------------------------------------------------------------ reading


def _message(delivery: Delivery, fields: Json) -> InboundEvent:
    text = as_text(fields.get("content"))
    return event_of(
        delivery,
        kind=Kind.MESSAGE if text else Kind.UNKNOWN,
        occurred_at=received_at(as_text(fields.get("receiverTime"))),
        provider_message_id=as_text(fields.get("smsid")),
        text=text,
        contact=contact_of(as_text(fields.get("sender")) or ""),
        provider_event="esms.message",
    )


def received_at(written: str | None) -> datetime | None:
    """The instant of `yyyyMMddHHmmss`, Vietnamese time; None for anything else."""
    try:
        return datetime.strptime(f"{written} {VIETNAM}", "%Y%m%d%H%M%S %z").astimezone(UTC)
    except ValueError:
        return None


def _report(delivery: Delivery, fields: Json) -> InboundEvent:
    """`SendStatus` 5 only says that it is over; that anything arrived, says `SendSuccess` alone.

    The summary of an advertisement has neither counted: nothing can be said of one message.
    """
    arrived = (as_integer(fields.get("SendSuccess")) or 0) > 0
    lost = (as_integer(fields.get("SendFailed")) or 0) > 0
    rejected = as_text(fields.get("SendStatus")) == ESMS_REJECTED
    failed = not arrived and (lost or rejected)
    kind = Kind.DELIVERED if arrived else Kind.FAILED if failed else Kind.UNKNOWN
    about = as_text(fields.get("SMSID"))
    return event_of(
        delivery,
        kind=kind,
        provider_message_id=about,
        about_ids=(about,) if about and kind is not Kind.UNKNOWN else (),
        app_message_id=as_text(fields.get("RequestId")),
        failure=_failure(fields) if failed else None,
        provider_event="esms.report",
    )


def _failure(fields: Json) -> Failure:
    told = error_info(as_text(fields.get("error_info")))
    code, said = as_text(told.get("error")), as_text(told.get("message"))
    words = NOT_DELIVERED + (f" (mã {code})" if code else "") + (f": {said[:200]}" if said else "")
    return Failure(code=code or "undelivered", reason=words, unreachable=_unreached(fields, code))


def _unreached(fields: Json, code: str | None) -> bool:
    """Whether the network could not bring it to this number: it was sent, and nothing says that
    it was refused for what it is. A message by Zalo says by its code that it was the customer."""
    if as_text(fields.get("SendStatus")) == ESMS_REJECTED:
        return False
    if as_text(fields.get("TypeId")) in ESMS_BY_ZALO:
        return code in ESMS_ZALO_UNREACHABLE
    return code is None or ESMS_CODES.get(code) is Outcome.UNREACHABLE


def error_info(written: str | None) -> Json:
    """The object in `error_info`, however it was wrapped; {} when there is none.

    As it is, as a JSON text of JSON, percent-encoded once more, and with a time or an exception
    of theirs after it (payloads/sms/12–20).
    """
    text = written or ""
    for _ in range(MOST_LAYERS):
        found = leading_object(text.encode()) or leading_object(_unquoted(text).encode())
        if found is not None:
            return found
        text = unquote(text)
    return {}


def _unquoted(text: str) -> str:
    """What a JSON text says; '' when it is none."""
    try:
        said, _ = json.JSONDecoder().raw_decode(text.strip())
    except (ValueError, RecursionError):
        return ""
    return said.encode("utf-8", "replace").decode() if isinstance(said, str) else ""


PROVIDER = EsmsReports()
