"""E-mail: what a mail or a report of one means, by whichever provider it came.

The inbound worker calls `parse`, the outbound worker `prepare` and `classify`; each provider's way
of sending is in `sending`. What is a message, what is ignored, stands in the README.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from ..base import Account, Adapter, Delivery
from ..event import Attachment, ContactHints, Failure, InboundEvent, Json, Kind
from ..sending import Capabilities, HttpRequest, HttpResponse, NotTold, OutboundMessage, SendResult
from ..wire import as_object, as_text
from . import codes, composing, mailgun, postmark, received, reports, sendgrid, sending, ses, sns
from .letter import (
    File,
    Letter,
    is_automatic,
    is_own,
    is_sure,
    is_to_many,
    message_id,
    references,
    sender,
    sent_at,
    ticket_number,
)
from .received import Received, Report


class EmailAdapter(Adapter):
    """What all providers have in common; `read` takes their payloads apart."""

    channel: ClassVar[str] = received.CHANNEL
    source: ClassVar[str] = "email"
    capabilities: ClassVar[Capabilities] = composing.CARRIES
    media_inside: ClassVar[bool] = True

    @abstractmethod
    def read(self, payload: Json, deep: bool) -> Received:
        """What a kept payload brings; its texts and attachments only where `deep`."""

    @abstractmethod
    def request(self, mail: composing.Mail, account: Account) -> HttpRequest:
        """How the provider is asked to send a mail. Raises `CannotSend`."""

    def parse(self, delivery: Delivery) -> InboundEvent:
        """One push in our words; what nobody is to act on is `UNKNOWN` and says why."""
        found = self.read(delivery.payload, True)
        plain = InboundEvent(
            kind=Kind.UNKNOWN,
            channel=self.channel,
            account_id=delivery.account_id,
            event_key=delivery.event_key,
            user_id=None,
            provider_event=found.name,
            raw=delivery.payload,
        )
        if found.letter is not None:
            return _mail(plain, found, found.letter)
        return plain if found.report is None else _report(plain, found.report)

    def media_body(self, number: int, raw: Json) -> bytes | None:
        """The bytes of an attachment, by its index among those of the event."""
        letter = self.read(raw, True).letter
        files = letter.files if letter is not None else ()
        return files[number].body if number < len(files) and not files[number].url else None

    def prepare(
        self, message: OutboundMessage, account: Account, *, now: datetime
    ) -> list[HttpRequest]:
        """One mail, whole. Raises `CannotSend`."""
        return [self.request(composing.compose(message, account, now=now), account)]

    def classify(self, response: HttpResponse) -> SendResult:
        return sending.result_of(response)


def _mail(plain: InboundEvent, found: Received, letter: Letter) -> InboundEvent:
    """A mail that came in."""
    who = sender(letter, plain.account_id, found.fallback_sender)
    bounce = reports.bounce_of(letter)
    if bounce is not None:
        return _report(plain, bounce)
    why = _ignored(plain.account_id, found, letter, who)
    if why or who is None:
        return replace(plain, provider_event=why)
    name, address = who
    proved = not found.unproved and is_sure(letter, address, found.fallback_sender)
    answered = references(letter)
    subject = letter.header("subject") or None
    own_id = message_id(letter)
    return replace(
        plain,
        kind=Kind.MESSAGE,
        user_id=address,
        occurred_at=sent_at(letter),
        provider_message_id=own_id,
        text=as_text(letter.own),
        subject=subject,
        attachments=tuple(_attachment(file) for file in letter.files),
        reply_to=answered[0] if answered else None,
        about_ids=answered,
        thread=_thread(letter, own_id),
        ticket=ticket_number(letter, found.recipients),
        automatic=is_automatic(letter),
        contact=ContactHints(name=name or None, emails=(address,), verified=proved),
        identity_verified=proved,
    )


def _ignored(mailbox: str, found: Received, letter: Letter, who: tuple[str, str] | None) -> str:
    """Why nobody is to act on a mail; '' when somebody is."""
    if found.refused:
        return found.refused
    if who is None:
        return "no_sender"
    if is_own(letter, mailbox, who[1]):
        return "own_mail"
    if codes.POSTMASTER.match(who[1]):
        return "bounce"
    if is_to_many(letter, mailbox):
        return "to_many"
    said = letter.own or letter.files or letter.header("subject")
    return "" if said else "empty"


def _thread(letter: Letter, own_id: str | None) -> str | None:
    """The `References` of an answer: those of the mail, then the mail itself (RFC 5322 §3.6.4)."""
    line = [*reversed(references(letter)), *([own_id] if own_id else [])]
    known = list(dict.fromkeys(line))
    kept = (
        known
        if len(known) <= composing.MOST_REFERENCES
        else [
            known[0],
            *known[-composing.MOST_REFERENCES + 1 :],
        ]
    )
    return " ".join(f"<{one}>" for one in kept) or None


def _attachment(file: File) -> Attachment:
    return Attachment(kind=codes.kind_of(file.type), name=file.name, size=file.size, url=file.url)


def _report(plain: InboundEvent, report: Report) -> InboundEvent:
    """What became of a mail of ours; who reports it as spam is not written to any more."""
    complained = next(iter(report.recipients), None)
    if report.kind is Kind.UNFOLLOW and complained is None:
        return plain
    failed = report.kind is Kind.FAILED
    return replace(
        plain,
        kind=report.kind,
        provider_event=report.name,
        user_id=complained if report.kind is Kind.UNFOLLOW else None,
        about_ids=report.ids,
        failure=_failure(report) if failed else None,
    )


def _failure(report: Report) -> Failure:
    code = report.code[:60]
    gone = codes.is_unreachable(code)
    return Failure(code=code, reason=codes.reason_of(code), unreachable=gone)


# ---------------------------------------------------------------- by each provider


class SesEmail(EmailAdapter):
    """Amazon SES; signed with the stage's own credentials when it sends."""

    provider: ClassVar[str] = ses.NAME
    hosts: ClassVar[frozenset[str]] = sending.SES_HOSTS
    sending_credentials: ClassVar[tuple[str, ...]] = ()
    further_credentials: ClassVar[tuple[str, ...]] = (ses.TOPIC, received.SECRET)
    sandbox_credentials: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    def read(self, payload: Json, deep: bool) -> Received:
        return ses.read(payload, deep)

    def request(self, mail: composing.Mail, account: Account) -> HttpRequest:
        return sending.by_ses(mail, account)

    def missing(
        self, event: InboundEvent, account: Account, *, now: datetime
    ) -> HttpRequest | None:
        """A subscription to a topic of ours is confirmed by calling the address it names."""
        envelope = as_object(event.raw.get("envelope"))
        confirming = event.provider_event == sns.SUBSCRIPTION
        address = sns.subscribe_url(envelope) if confirming else None
        return None if address is None else HttpRequest(method="GET", url=address)

    def filled(self, event: InboundEvent, response: HttpResponse) -> InboundEvent:
        if response.status != 200:
            raise NotTold("SNS did not confirm the subscription")
        return replace(event, provider_event="subscription_confirmed")

    def kept_at(self, delivery: Delivery) -> tuple[str | None, str] | None:
        return ses.place_of(delivery.payload)

    def opened(self, delivery: Delivery, content: bytes) -> Delivery:
        return replace(delivery, payload={**delivery.payload, "mime": received.kept(content)})


class MailgunEmail(EmailAdapter):
    provider: ClassVar[str] = mailgun.NAME
    hosts: ClassVar[frozenset[str]] = sending.MAILGUN_HOSTS
    sending_credentials: ClassVar[tuple[str, ...]] = (sending.API_KEY,)
    further_credentials: ClassVar[tuple[str, ...]] = (mailgun.SIGNING_KEY,)
    sandbox_credentials: ClassVar[Mapping[str, tuple[str, ...]]] = {sending.API_KEY: ("sandbox",)}

    def read(self, payload: Json, deep: bool) -> Received:
        return mailgun.read(payload, deep)

    def request(self, mail: composing.Mail, account: Account) -> HttpRequest:
        return sending.by_mailgun(mail, account)

    def media_headers(self, account: Account) -> Mapping[str, str]:
        return sending.mailgun_login(account) if account.secret(sending.API_KEY) else {}


class SendgridEmail(EmailAdapter):
    provider: ClassVar[str] = sendgrid.NAME
    hosts: ClassVar[frozenset[str]] = sending.SENDGRID_HOSTS
    sending_credentials: ClassVar[tuple[str, ...]] = (sending.API_KEY,)
    further_credentials: ClassVar[tuple[str, ...]] = (received.SECRET,)
    sandbox_credentials: ClassVar[Mapping[str, tuple[str, ...]]] = {sending.API_KEY: ("sandbox",)}

    def read(self, payload: Json, deep: bool) -> Received:
        return sendgrid.read(payload, deep)

    def request(self, mail: composing.Mail, account: Account) -> HttpRequest:
        return sending.by_sendgrid(mail, account)


class PostmarkEmail(EmailAdapter):
    provider: ClassVar[str] = postmark.NAME
    hosts: ClassVar[frozenset[str]] = sending.POSTMARK_HOSTS
    sending_credentials: ClassVar[tuple[str, ...]] = (sending.SERVER_TOKEN,)
    further_credentials: ClassVar[tuple[str, ...]] = (received.SECRET,)
    sandbox_credentials: ClassVar[Mapping[str, tuple[str, ...]]] = {
        sending.SERVER_TOKEN: ("sandbox",)
    }

    def read(self, payload: Json, deep: bool) -> Received:
        return postmark.read(payload, deep)

    def request(self, mail: composing.Mail, account: Account) -> HttpRequest:
        return sending.by_postmark(mail, account)


ADAPTERS = (SesEmail(), MailgunEmail(), SendgridEmail(), PostmarkEmail())
