"""Postmark's webhook: mails it took in and events of those we sent, `/webhooks/postmark`.

Postmark signs nothing: its address carries a secret (postmarkapp.com, "Protecting your webhook").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from ..base import Account, Delivery, Provider, Unreadable, Verified, WebhookRequest
from ..event import Json, Kind
from ..wire import as_list, as_object, as_text, read_object
from . import codes, received
from .letter import File, Letter, addresses, bare, letter
from .mime import QUOTING
from .names import safe_name
from .received import PROVIDER as NAMED
from .received import SECRET, Received, Report

NAME = "postmark"
FAILED = re.compile(r"\s*(?:soft)?fail", re.IGNORECASE)  # of Received-SPF (RFC 7208)


class Postmark(Provider):
    """Inbound mails (JSON) and the bounce, delivery, open and complaint webhooks."""

    name: ClassVar[str] = NAME
    channels: ClassVar[tuple[str, ...]] = (received.CHANNEL,)
    webhook_credentials: ClassVar[tuple[str, ...]] = (SECRET,)
    unverified: ClassVar[str] = received.NO_SECRET

    def account_hints(self, request: WebhookRequest) -> frozenset[str]:
        try:
            found = read(_payload(request), False)
        except Unreadable:
            return frozenset()
        return frozenset(bare(address) for address in found.recipients)

    def verify(self, request: WebhookRequest, accounts: Sequence[Account]) -> Verified | None:
        return received.by_secret(request, accounts)

    def split(self, request: WebhookRequest, verified: Verified) -> list[Delivery]:
        payload = _payload(request)
        return [received.deliver(payload, read, verified, volatile=payload["mail"])]


def _payload(request: WebhookRequest) -> Json:
    return {NAMED: NAME, "mail": read_object(request.body)}


def read(payload: Json, deep: bool) -> Received:
    """What a kept payload brings."""
    mail = as_object(payload.get("mail"))
    kind = as_text(mail.get("RecordType"))
    if kind is not None and kind.lower() != "inbound":
        return Received(name=kind, report=_report(mail, kind.lower()))
    if not {"From", "FromFull", "MessageID", "RawEmail"} & mail.keys():
        return Received(name="unknown")
    raw = as_text(mail.get("RawEmail"))
    text = as_text(mail.get("TextBody")) or as_text(mail.get("StrippedTextReply"))
    known = letter(
        _headers(mail),
        plain=text or "",
        html=(as_text(mail.get("HtmlBody")) or "") if deep else "",
        files=_files(mail) if deep else (),
    )
    if raw and deep and not (known.text or known.files):
        whole = received.letter_of(received.kept(raw.encode("utf-8", "replace")), deep)
        known = letter(known.headers, plain=whole.text, html="", files=whole.files)
    return Received(
        name="inbound",
        letter=known,
        recipients=tuple(_recipients(mail)),
        provider_id=as_text(mail.get("MessageID")),
        refused="spam" if known.header("x-spam-status").lower().startswith("yes") else "",
        unproved=_is_forged(known),
    )


def _is_forged(known: Letter) -> bool:
    failed = any(FAILED.match(one) is not None for one in known.every("received-spf"))
    return failed or "dmarc=fail" in known.header("authentication-results").lower()


def _recipients(mail: Json) -> list[str]:
    listed = [one for name in ("ToFull", "CcFull", "BccFull") for one in as_list(mail.get(name))]
    named = [as_text(as_object(one).get("Email")) or "" for one in listed]
    found = addresses([as_text(mail.get("OriginalRecipient")) or "", *named])
    return list(dict.fromkeys(address for _, address in found))


def _headers(mail: Json) -> tuple[tuple[str, str], ...]:
    """The headers Postmark lists, and those it has as fields of their own."""
    listed = [
        [as_object(one).get("Name"), as_object(one).get("Value")]
        for one in as_list(mail.get("Headers"))
    ]
    full = as_object(mail.get("FromFull"))
    address = as_text(full.get("Email"))
    name = QUOTING.sub("'", as_text(full.get("Name")) or "")
    who = f'"{name}" <{address}>' if address else as_text(mail.get("From"))
    own = [["from", who], ["subject", mail.get("Subject")], ["date", mail.get("Date")]]
    own.append(["reply-to", mail.get("ReplyTo")])
    return tuple(pair for pair in received.pairs([*own, *listed]) if pair[1])


def _files(mail: Json) -> tuple[File, ...]:
    found: list[File] = []
    for number, one in enumerate(map(as_object, as_list(mail.get("Attachments"))), 1):
        kind = (as_text(one.get("ContentType")) or "application/octet-stream").lower()
        name = safe_name(as_text(one.get("Name")), kind, number)
        file = received.file_of(name, kind, one.get("Content") or one.get("Data"))
        found += [file] if file else []
    return tuple(found)


def _report(mail: Json, record: str) -> Report | None:
    """A delivery event; a bounce that only delays, or an automatic answer, says nothing yet."""
    kind = codes.POSTMARK.get(record)
    if record == "subscriptionchange" and mail.get("SuppressSending") is True:
        kind = Kind.UNFOLLOW
    bounce = (as_text(mail.get("Type")) or "").lower()
    if kind is None or (kind is Kind.FAILED and bounce in codes.POSTMARK_PASSING):
        return None
    named = as_text(mail.get("MessageID"))
    detail = as_text(mail.get("Details")) or as_text(mail.get("Description")) or ""
    recipient = as_text(mail.get("Email")) or as_text(mail.get("Recipient"))
    return Report(
        kind=kind,
        name=as_text(mail.get("RecordType")) or record,
        ids=(named,) if named else (),
        recipients=(recipient.lower(),) if recipient and kind is Kind.UNFOLLOW else (),
        code=received.status_in(detail) or as_text(mail.get("Type")) or "bounce",
        detail=detail,
        from_address=next((one for _, one in addresses([as_text(mail.get("From")) or ""])), ""),
    )


PROVIDER = Postmark()
