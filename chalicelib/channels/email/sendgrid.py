"""SendGrid's webhooks: Inbound Parse (a form) and events of what we sent, `/webhooks/sendgrid`.

Inbound Parse signs nothing: its address carries a secret. Every field of the form has a charset of
its own, named in the field `charsets` (channels.md §4).
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Sequence
from typing import Any, ClassVar

from ..base import Account, Delivery, Provider, Unreadable, Verified, WebhookRequest
from ..event import Json, Kind
from ..keys import digest
from ..wire import as_list, as_object, as_text, read_object
from . import codes, received
from .charsets import decoded
from .form import Field, fields
from .letter import File, Letter, addresses, bare, letter
from .mime import headers_of
from .names import safe_name
from .received import PROVIDER as NAMED
from .received import SECRET, Received, Report

NAME = "sendgrid"
#: Hosts that signed: "{@example.org : pass}", which is no JSON.
PASSED = re.compile(r"@([a-z0-9.-]{1,250})\s*:\s*pass")
RAW = "email"  # the whole mail, where "POST the raw, full MIME message" is switched on


class Sendgrid(Provider):
    """Inbound Parse, parsed or raw, and the event webhook (a JSON array)."""

    name: ClassVar[str] = NAME
    channels: ClassVar[tuple[str, ...]] = (received.CHANNEL,)
    webhook_credentials: ClassVar[tuple[str, ...]] = (SECRET,)
    unverified: ClassVar[str] = received.NO_SECRET

    def account_hints(self, request: WebhookRequest) -> frozenset[str]:
        try:
            found = [read(one, False) for one in _payloads(request)]
        except Unreadable:
            return frozenset()
        return frozenset(bare(address) for one in found for address in one.recipients)

    def verify(self, request: WebhookRequest, accounts: Sequence[Account]) -> Verified | None:
        return received.by_secret(request, accounts)

    def split(self, request: WebhookRequest, verified: Verified) -> list[Delivery]:
        return [
            received.deliver(one, read, verified, volatile={**one, "again": ""})
            for one in _payloads(request)
        ]


def _payloads(request: WebhookRequest) -> list[Json]:
    """One payload for a mail, one for each event. Raises `Unreadable`."""
    if request.content_type == "application/json":
        listed = read_object(b'{"events":' + request.body + b"}").get("events")
        events = [one for one in as_list(listed) if isinstance(one, dict)]
        if not events:
            raise Unreadable("a list of events is needed")
        unique = {digest(one): one for one in events}
        return [{NAMED: NAME, "event": one} for one in unique.values()]
    given = fields(request)
    charsets = as_object(_json(_raw(given, "charsets").decode("utf-8", "replace")))
    texts = {
        one.name: decoded(one.body, as_text(charsets.get(one.name)))
        for one in given
        if one.file is None and one.name != RAW
    }
    files = [_file(one) for one in given if one.file is not None and one.name != RAW]
    kept: Json = {NAMED: NAME, "fields": texts, "files": files}
    raw = _raw(given, RAW)
    return [{**kept, "mime": received.kept(raw)} if raw else kept]


def _raw(given: Sequence[Field], name: str) -> bytes:
    return next((one.body for one in given if one.name == name), b"")


def _file(field: Field) -> Json:
    content = b64encode(field.body).decode()
    return {"field": field.name, "name": field.file, "type": field.type, "content": content}


def _json(text: Any) -> Any:
    try:
        return json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None


# ---------------------------------------------------------------------- reading


def read(payload: Json, deep: bool) -> Received:
    """What a kept payload brings."""
    told = as_object(payload.get("event"))
    if told or "fields" not in payload:
        return Received(name=as_text(told.get("event")) or "event", report=_report(told))
    form = as_object(payload.get("fields"))
    envelope = as_object(_json(form.get("envelope")))
    if "mime" in payload:
        mail = received.letter_of(payload.get("mime"), deep)
    else:
        mail = letter(
            _headers(form),
            plain=as_text(form.get("text")) or "",
            html=(as_text(form.get("html")) or "") if deep else "",
            files=_files(payload, form) if deep else (),
        )
    listed = [as_text(one) or "" for one in as_list(envelope.get("to"))]
    told_to = [as_text(form.get("to")) or "", *mail.every("to")]
    envelope_from = as_text(envelope.get("from")) or ""
    return Received(
        name="inbound",
        letter=mail,
        recipients=tuple(dict.fromkeys(one for _, one in addresses([*listed, *told_to]))),
        fallback_sender=envelope_from,
        unproved=_is_forged(form, envelope_from, mail),
    )


def _is_forged(form: Json, envelope_from: str, mail: Letter) -> bool:
    """Whether neither DKIM nor SPF speaks for the host in `From`: a stranger's own pass too."""
    spf = (as_text(form.get("SPF")) or "").lower()
    dkim = (as_text(form.get("dkim")) or "").lower()
    if not (spf or dkim):
        return False  # not looked at
    passed = PASSED.findall(dkim)
    if spf == "pass":
        passed.append(envelope_from.lower().rpartition("@")[2])
    return not received.speak_for(passed, mail, envelope_from)


def _headers(form: Json) -> tuple[tuple[str, str], ...]:
    """The headers as sent, subject and recipients as the decoded fields have them.

    The sender too where the headers do not name it: what is decoded hides where a name ends.
    """
    block = as_text(form.get("headers")) or ""
    listed = headers_of(block.encode("utf-8", "replace") + b"\n\n")
    sent = {name for name, _ in listed}
    names = ("subject", "to") if "from" in sent else ("from", "subject", "to")
    own = [(name, as_text(form.get(name)) or "") for name in names]
    given = {name for name, text in own if text}
    return (*((n, t) for n, t in own if t), *(p for p in listed if p[0] not in given))


def _files(payload: Json, form: Json) -> tuple[File, ...]:
    """The attachments under the names `attachment-info` gives them."""
    told = as_object(_json(form.get("attachment-info")))
    found: list[File] = []
    for number, one in enumerate(map(as_object, as_list(payload.get("files"))), 1):
        info = as_object(told.get(as_text(one.get("field")) or ""))
        kind = as_text(info.get("type")) or as_text(one.get("type")) or "application/octet-stream"
        given = (
            as_text(info.get("filename")) or as_text(info.get("name")) or as_text(one.get("name"))
        )
        file = received.file_of(safe_name(given, kind, number), kind, one.get("content"))
        found += [file] if file else []
    return tuple(found)


def _report(told: Json) -> Report | None:
    event = (as_text(told.get("event")) or "").lower()
    kind = codes.SENDGRID.get(event)
    if kind is None or (as_text(told.get("type")) == "blocked" and event == "bounce"):
        return None
    named = (as_text(told.get("sg_message_id")) or "").partition(".")[0]
    smtp = (as_text(told.get("smtp-id")) or "").strip("<> ")
    detail = as_text(told.get("reason")) or ""
    recipient = as_text(told.get("email"))
    return Report(
        kind=kind,
        name=event,
        ids=tuple(one for one in (named, smtp) if one),
        recipients=(recipient.lower(),) if recipient and kind is Kind.UNFOLLOW else (),
        code=as_text(told.get("status")) or received.status_in(detail) or event,
        detail=detail,
    )


PROVIDER = Sendgrid()
