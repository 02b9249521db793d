"""Amazon SES: mails it took in and reports of what we sent, `/webhooks/ses`, brought by SNS.

The mail itself is an object in the stage's bucket (S3 action, up to 40 MB) or stands in the
notification (SNS action, up to 150 KB). Authentic by SNS's signature and the topic's name, or by
the secret of the address. Docs: ses/latest/dg/receiving-email-notifications-contents.html.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as BadBase64
from collections.abc import Sequence
from typing import ClassVar

from ..base import Account, Delivery, Provider, Unreadable, Verified, WebhookRequest
from ..event import Json, Kind
from ..wire import as_list, as_object, as_text, peek_object, read_object
from . import codes, received, sns
from .letter import Letter, addresses, bare
from .received import PROVIDER as NAMED
from .received import Received, Report

NAME = "ses"
TOPIC = "topic_arn"
MIME = "message/rfc822"
#: Where the S3 action puts mails, and where they are looked for when a push has no place.
PREFIX = "mail/"
#: What SES writes before the headers of a mail (RFC 8601), and the signers it names there.
RESULTS = "authentication-results"
SIGNERS = re.compile(
    r"dkim=pass\b[^;]{0,500}?\bheader\.(?:i=[^;\s@]{0,64}@([a-z0-9.-]{1,253})|d=([a-z0-9.-]{1,253}))"
)
LARGEST_MAIL = 10_000_000  # bytes of one posted as it is: the gateway takes no more


class Ses(Provider):
    """Notifications of a topic, subscription messages, and whole mails of a server of one's own."""

    name: ClassVar[str] = NAME
    channels: ClassVar[tuple[str, ...]] = (received.CHANNEL,)
    webhook_credentials: ClassVar[tuple[str, ...]] = ()
    unverified: ClassVar[str] = "SNS signature with a topic_arn of the account, or webhook_secret"

    def account_hints(self, request: WebhookRequest) -> frozenset[str]:
        try:
            found = read(_payload(request), False)
        except Unreadable:
            return frozenset()
        return frozenset(bare(address) for address in found.recipients)

    def certificate_url(self, request: WebhookRequest, accounts: Sequence[Account]) -> str | None:
        """Amazon's certificate, for a well-formed message of a topic that one account names."""
        envelope = _envelope(request)
        if received.by_secret(request, accounts) or not _of_topic(envelope, accounts):
            return None
        well_formed = sns.signature(envelope) and sns.signed_text(envelope)
        return sns.certificate_url(envelope) if well_formed else None

    def verify(self, request: WebhookRequest, accounts: Sequence[Account]) -> Verified | None:
        """The accounts whose secret the address carries, else those of the signed topic.

        What names a certificate that is not Amazon's is forged, whatever else it knows.
        """
        envelope = _envelope(request)
        named = "SigningCertURL" in envelope or "SigningCertUrl" in envelope
        if named and sns.certificate_url(envelope) is None:
            return None
        by_secret = received.by_secret(request, accounts)
        if by_secret is not None:
            return by_secret
        found, signed = sns.signature(envelope), sns.signed_text(envelope)
        matching = _of_topic(envelope, accounts)
        trusted = sns.certificate_url(envelope) is not None and request.certificate is not None
        if not (found and signed and matching and trusted):
            return None
        from ...platform.certificates import made  # cryptography: an optional part of the package

        if not made(request.certificate or b"", found[0], signed, found[1]):
            return None
        return Verified(accounts=matching, variant=f"sns_{found[1]}")

    def split(self, request: WebhookRequest, verified: Verified) -> list[Delivery]:
        payload = _payload(request)
        said = {name: value for name, value in payload.items() if name != "envelope"}
        return [received.deliver(payload, read, verified, volatile=said)]


def _envelope(request: WebhookRequest) -> Json:
    if request.content_type == MIME or len(request.body) > sns.LARGEST:
        return {}
    return peek_object(request.body)


def _of_topic(envelope: Json, accounts: Sequence[Account]) -> tuple[Account, ...]:
    topic = envelope.get("TopicArn")
    return tuple(account for account in accounts if topic and topic in account.secrets(TOPIC))


def _payload(request: WebhookRequest) -> Json:
    """What is kept. Raises `Unreadable`."""
    if request.content_type == MIME:
        if not request.body.strip():
            raise Unreadable("an empty mail")
        return {NAMED: NAME, "mime": received.kept(request.body[:LARGEST_MAIL])}
    body = read_object(request.body)
    if "Records" in body:
        first = as_object(next(iter(as_list(body.get("Records"))), None))
        return {NAMED: NAME, "notification": as_object(first.get("ses"))}
    envelope = {
        name: body[name]
        for name in ("Type", "MessageId", "TopicArn", "Timestamp", "SubscribeURL")
        if name in body
    }
    if as_text(body.get("Type")) not in sns.SIGNED:
        return {NAMED: NAME, "notification": body}  # SNS's "raw message delivery"
    told = peek_object((as_text(body.get("Message")) or "").encode("utf-8", "replace"))
    return {NAMED: NAME, "envelope": envelope, "notification": told}


# ---------------------------------------------------------------------- reading


def read(payload: Json, deep: bool) -> Received:
    """What a kept payload brings."""
    told = as_object(payload.get("notification"))
    kind = as_text(told.get("notificationType")) or as_text(told.get("eventType"))
    receipt = as_object(told.get("receipt"))
    if "mime" not in payload and (not told.get("mail") or (kind or "Received") != "Received"):
        name = kind or as_text(as_object(payload.get("envelope")).get("Type")) or "notification"
        return Received(name=name, report=_report(told, (kind or "").lower()))
    mail = as_object(told.get("mail"))
    known = _letter(payload, told, deep)
    listed = [as_text(one) or "" for one in as_list(receipt.get("recipients"))]
    listed += [as_text(one) or "" for one in as_list(mail.get("destination"))]
    listed += [*known.every("delivered-to"), *known.every("to"), *known.every("cc")]
    return Received(
        name="received",
        letter=known,
        recipients=tuple(dict.fromkeys(one for _, one in addresses(listed))),
        fallback_sender=as_text(mail.get("source")) or "",
        provider_id=as_text(mail.get("messageId")),
        refused=next((word for word in ("virus", "spam") if _failed(receipt, word)), ""),
        unproved=_is_unproved(receipt, as_text(mail.get("source")) or "", known)
        or "dmarc=fail" in known.header(RESULTS).lower(),
    )


def _failed(receipt: Json, verdict: str) -> bool:
    return _verdict(receipt, verdict) == "FAIL"


def _is_unproved(receipt: Json, envelope_from: str, mail: Letter) -> bool:
    """Whether SES looked, and nothing speaks for the host in `From`.

    DMARC decides where that host has it. Where it has none ("GRAY"), or SES could not tell, SPF
    or DKIM must have passed for that very host: a stranger's mail passes for the stranger's own.
    """
    told = {name: _verdict(receipt, name) for name in ("dmarc", "spf", "dkim")}
    if not any(told.values()) or told["dmarc"] in ("PASS", "FAIL"):
        return told["dmarc"] == "FAIL"
    passed = [envelope_from.lower().rpartition("@")[2]] if told["spf"] == "PASS" else []
    passed += _signed_by(mail) if told["dkim"] == "PASS" else []
    return not received.speak_for(passed, mail, envelope_from)


def _signed_by(mail: Letter) -> list[str]:
    """The hosts whose DKIM signature SES found good: its own word stands before all others."""
    results = mail.header(RESULTS).lower()
    if not results.startswith("amazonses.com"):
        return []
    return [host for pair in SIGNERS.findall(results) for host in pair if host]


def _verdict(receipt: Json, name: str) -> str:
    return as_text(as_object(receipt.get(f"{name}Verdict")).get("status")) or ""


def _letter(payload: Json, told: Json, deep: bool) -> Letter:
    """The mail, from its bytes where they are there, else as far as the notification tells."""
    if "mime" in payload:
        return received.letter_of(payload.get("mime"), deep)
    content = told.get("content")
    if isinstance(content, str) and content:
        return received.letter_of(received.kept(_content(content, told)), deep)
    mail = as_object(told.get("mail"))
    listed = [
        [as_object(one).get("name"), as_object(one).get("value")]
        for one in as_list(mail.get("headers"))
    ]
    common = as_object(mail.get("commonHeaders"))
    more = [["from", next(iter(as_list(common.get("from"))), None)]]
    more += [["message-id", common.get("messageId")], ["subject", common.get("subject")]]
    named = {name for name, _ in received.pairs(listed)}
    headers = [*received.pairs(listed), *(p for p in received.pairs(more) if p[0] not in named)]
    return Letter(headers=tuple(headers), text="", own="")


def _content(content: str, told: Json) -> bytes:
    """The bytes of a mail inside a notification: as they are, or as base64."""
    action = as_object(as_object(told.get("receipt")).get("action"))
    if as_text(action.get("encoding")) != "BASE64":
        return content.encode("utf-8", "replace")
    try:
        return b64decode(content)
    except (BadBase64, ValueError):
        return b""


def place_of(payload: Json) -> tuple[str | None, str] | None:
    """(bucket, key) of a mail that lies in a bucket; bucket None: the stage's own.

    Of one that was read from there too: whoever removes the mail removes the object.
    """
    told = as_object(payload.get("notification"))
    mail = as_object(told.get("mail"))
    if told.get("content") or not mail:
        return None
    action = as_object(as_object(told.get("receipt")).get("action"))
    key, named = as_text(action.get("objectKey")), as_text(mail.get("messageId"))
    if key:
        return as_text(action.get("bucketName")), key
    kind = as_text(told.get("notificationType")) or "Received"
    return (None, f"{PREFIX}{named}") if named and kind == "Received" and action else None


def _report(told: Json, event: str) -> Report | None:
    """A report of a sending; an automatic answer that SES takes for a bounce says nothing."""
    kind = codes.SES.get(event)
    mail, more = as_object(told.get("mail")), as_object(told.get(event))
    named = as_text(mail.get("messageId"))
    bounce = (as_text(more.get("bounceType")) or "permanent").lower()
    sub_type = (as_text(more.get("bounceSubType")) or "").lower()
    final = bounce in codes.SES_FINAL or sub_type in codes.SES_FINAL_SUBTYPES
    if kind is None or not named or (event == "bounce" and not final):
        return None
    bounced = as_object(next(iter(as_list(more.get("bouncedRecipients"))), None))
    complained = [
        as_text(as_object(one).get("emailAddress"))
        for one in as_list(more.get("complainedRecipients"))
    ]
    detail = as_text(bounced.get("diagnosticCode")) or as_text(more.get("reason")) or ""
    return Report(
        kind=kind,
        name=event,
        ids=(named,),
        recipients=tuple(one.lower() for one in complained if one) if kind is Kind.UNFOLLOW else (),
        code=as_text(bounced.get("status")) or received.status_in(detail) or sub_type or event,
        detail=detail,
        from_address=next((a for _, a in addresses([as_text(mail.get("source")) or ""])), ""),
    )


PROVIDER = Ses()
