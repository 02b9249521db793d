"""Mailgun's webhook: routed mails and events, `/webhooks/mailgun`.

Signature: `hex(HMAC-SHA256(signing key, timestamp + token))` (documentation.mailgun.com, securing
webhooks). It does not cover the rest of the body; token and timestamp are secret inside TLS.
"""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from typing import ClassVar

from ..base import Account, Delivery, Provider, Unreadable, Verified, WebhookRequest
from ..event import Json, Kind
from ..wire import as_integer, as_list, as_object, as_text, peek_object, read_object
from . import codes, received
from .charsets import decoded
from .form import Field, fields
from .letter import File, Letter, addresses, bare, letter
from .names import safe_name
from .received import PROVIDER as NAMED
from .received import Received, Report

NAME = "mailgun"
SIGNING = ("timestamp", "token", "signature")
SIGNING_KEY = "signing_key"
#: Fields of a route that are kept; a form of unknown fields is kept whole all the same.
PARSED_HEADERS = ("from", "subject", "to", "date", "message-id", "in-reply-to", "references")


class Mailgun(Provider):
    """Routes with `forward()` (parsed or `…/mime`) or `store()`, and event webhooks."""

    name: ClassVar[str] = NAME
    channels: ClassVar[tuple[str, ...]] = (received.CHANNEL,)
    webhook_credentials: ClassVar[tuple[str, ...]] = (SIGNING_KEY,)

    def account_hints(self, request: WebhookRequest) -> frozenset[str]:
        try:
            found = read(_payload(request), False)
        except Unreadable:
            return frozenset()
        return frozenset(bare(address) for address in found.recipients)

    def verify(self, request: WebhookRequest, accounts: Sequence[Account]) -> Verified | None:
        """The accounts whose signing key made the signature in the body."""
        try:
            signing = _signing(request)
        except Unreadable:
            return None
        timestamp, token, signature = (signing.get(name) or "" for name in SIGNING)
        if not (timestamp and token and len(signature) == 64 and signature.isascii()):
            return None
        signed = f"{timestamp}{token}".encode("utf-8", "replace")
        matching = tuple(one for one in accounts if _made_by(one, signed, signature))
        return Verified(accounts=matching, variant=SIGNING_KEY) if matching else None

    def split(self, request: WebhookRequest, verified: Verified) -> list[Delivery]:
        payload = _payload(request)
        told = as_object(payload.get("event"))
        form = as_object(payload.get("fields"))
        said = {name: text for name, text in form.items() if name not in SIGNING}
        return [received.deliver(payload, read, verified, volatile=told or said)]


def _made_by(account: Account, signed: bytes, signature: str) -> bool:
    keys = [key for key in account.secrets(SIGNING_KEY) if key]
    made = [hmac.new(key.encode(), signed, sha256).hexdigest() for key in keys]
    return sum(hmac.compare_digest(one, signature) for one in made) > 0


def _is_event(request: WebhookRequest) -> bool:
    """Whether it is an event, which is JSON; routes post forms."""
    return request.content_type in ("application/json", "")


def _signing(request: WebhookRequest) -> dict[str, str]:
    """The three fields of the signature, from the form or the event's JSON."""
    if _is_event(request):
        body = peek_object(request.body)
        given = as_object(body.get("signature")) or body
        return {name: text for name in SIGNING if (text := as_text(given.get(name)))}
    found = {field.name: field for field in fields(request) if field.name in SIGNING}
    return {name: decoded(field.body).strip() for name, field in found.items()}


def _payload(request: WebhookRequest) -> Json:
    """What is kept: the event, or the form with its files as base64. Raises `Unreadable`."""
    if _is_event(request):
        told = as_object(read_object(request.body).get("event-data"))
        return {NAMED: NAME, "event": told}
    given = fields(request)
    texts = {one.name: decoded(one.body) for one in given if _is_text(one)}
    mime = next((one.body for one in given if one.name == "body-mime"), None)
    kept: Json = {
        NAMED: NAME,
        "fields": texts,
        "files": [_file(one) for one in given if _is_file(one)],
    }
    return kept if mime is None else {**kept, "mime": received.kept(mime)}


def _is_file(field: Field) -> bool:
    return field.file is not None and field.name != "body-mime"


def _is_text(field: Field) -> bool:
    return field.file is None and field.name != "body-mime"


def _file(field: Field) -> Json:
    content = b64encode(field.body).decode()
    return {"name": field.file, "type": field.type, "content": content}


# ---------------------------------------------------------------------- reading


def read(payload: Json, deep: bool) -> Received:
    """What a kept payload brings."""
    told = as_object(payload.get("event"))
    if told or "fields" not in payload:
        return Received(name=as_text(told.get("event")) or "event", report=_report(told))
    form = as_object(payload.get("fields"))
    listed = received.pairs(_json(form.get("message-headers")))
    known = {name for name, _ in listed}
    more = [(name, as_text(form.get(name)) or "") for name in PARSED_HEADERS if name not in known]
    headers = (*listed, *((name, text) for name, text in more if text))
    mail = letter(
        headers,
        plain=as_text(form.get("body-plain")) or as_text(form.get("stripped-text")) or "",
        html=(as_text(form.get("body-html")) or "") if deep else "",
        files=_files(payload, form) if deep else (),
    )
    if "mime" in payload:
        mail = received.letter_of(payload.get("mime"), deep)
    return Received(
        name="inbound",
        letter=mail,
        recipients=tuple(one for _, one in addresses([as_text(form.get("recipient")) or ""])),
        fallback_sender=as_text(form.get("sender")) or "",
        refused="spam" if mail.header("x-mailgun-sflag").lower() == "yes" else "",
        unproved=_is_forged(mail),
    )


def _is_forged(mail: Letter) -> bool:
    """DKIM decides where the mail has it, else SPF."""
    dkim = mail.header("x-mailgun-dkim-check-result").lower()
    spf = mail.header("x-mailgun-spf").lower()
    return dkim == "fail" or (dkim != "pass" and spf in ("fail", "softfail"))


def _json(text: object) -> object:
    try:
        return json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None


def _files(payload: Json, form: Json) -> tuple[File, ...]:
    """Attachments that came along, then those of `store()` that wait at Mailgun's."""
    found: list[File] = []
    for number, one in enumerate(map(as_object, as_list(payload.get("files"))), 1):
        kind = as_text(one.get("type")) or "application/octet-stream"
        name = safe_name(as_text(one.get("name")), kind, number)
        file = received.file_of(name, kind, one.get("content"))
        found += [file] if file else []
    for one in map(as_object, as_list(_json(form.get("attachments")))):
        kind = as_text(one.get("content-type")) or "application/octet-stream"
        name = safe_name(as_text(one.get("name")), kind, len(found) + 1)
        size = as_integer(one.get("size")) or 0
        found.append(File(name=name, type=kind, body=b"", size=size, url=as_text(one.get("url"))))
    return tuple(found)


def _report(told: Json) -> Report | None:
    """A delivery event; a temporary failure is tried again by Mailgun and says nothing yet."""
    event = (as_text(told.get("event")) or "").lower()
    kind = codes.MAILGUN.get(event)
    passing = event == "failed" and as_text(told.get("severity")) != "permanent"
    if kind is None or passing:
        return None
    status = as_object(told.get("delivery-status"))
    headers = as_object(as_object(told.get("message")).get("headers"))
    named = (as_text(headers.get("message-id")) or "").strip("<> ")
    said = as_text(status.get("message")) or as_text(status.get("description")) or ""
    recipient = as_text(told.get("recipient"))
    return Report(
        kind=kind,
        name=event,
        ids=(named,) if named else (),
        recipients=(recipient.lower(),) if recipient and kind is Kind.UNFOLLOW else (),
        code=as_text(status.get("enhanced-code")) or said[:5] or str(status.get("code") or ""),
        detail=said,
        from_address=next((one for _, one in addresses([as_text(headers.get("from")) or ""])), ""),
    )


PROVIDER = Mailgun()
