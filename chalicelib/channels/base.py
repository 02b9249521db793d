"""The contract between a channel and the rest of the product.

A channel folder implements two pure things: a `Provider` (how its webhook is
verified and cut into single events) and an `Adapter` (what one event means,
how one message is sent, what the answer to a send means). Nothing here or in a
channel folder does I/O, reads the clock or knows AWS: `intake` and
`conversations` call it and carry out what it returns.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar

from ..platform.errors import AppError, Transient
from ..platform.fact import frozen
from .cutting import split_text as split_text
from .event import Attachment, Author, InboundEvent, Json

# ---------------------------------------------------------------- webhooks in


@frozen
class WebhookRequest:
    """One HTTP request exactly as it arrived. Header names are lower case."""

    method: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    account_id: str | None = None  # from the path, the provider's own id
    path_secret: str | None = None  # what follows it: known to a provider that signs nothing
    source_ip: str = ""
    url: str = ""  # as its sender called it, with the query, as far as that is seen from here
    received_at: datetime | None = None  # None: a request put together again, verified long ago
    certificate: bytes | None = None  # what `Provider.certificate_url` names, fetched

    @property
    def content_type(self) -> str:
        """Media type without parameters, lower case; '' when not sent."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()


@frozen
class Account:
    """A connected account as a channel sees it. `id` is ours, `account_id` the provider's.

    `credentials` holds every value as a list, newest first, so that a rotated
    secret and its predecessor verify side by side.
    """

    id: str
    provider: str
    channel: str
    account_id: str
    credentials: Mapping[str, Sequence[str]]
    settings: Mapping[str, Any] = field(default_factory=dict)

    def secrets(self, name: str) -> Sequence[str]:
        """Every valid value of a credential, newest first; empty when unset."""
        return self.credentials.get(name, ())

    def secret(self, name: str) -> str | None:
        """The newest value of a credential."""
        values = self.secrets(name)
        return values[0] if values else None


@frozen
class Verified:
    """Proof that a request is authentic: the accounts whose secret matched, and how."""

    accounts: tuple[Account, ...]
    variant: str  # e.g. "app_id+body_timestamp": a metric, so that drift is seen


@frozen
class Delivery:
    """One event cut out of a request: what the inbound queue carries.

    `event_key` is the idempotency key of channels.md §1.1: the same for every
    redelivery of one event, different for an edit or a receipt of one message.
    `sender` orders the queue: events of one customer stay in order.
    """

    channel: str
    account_id: str
    sender: str
    event_key: str
    payload: Json


@frozen
class WebhookAnswer:
    """An answer a provider wants at once (handshake, probe), instead of intake."""

    status: int = 200
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class Unreadable(AppError):
    """An authentic request whose body we cannot parse: it goes to quarantine."""

    code, status, title = "unreadable", 200, "The body cannot be read"


class Provider(ABC):
    """One webhook address `/webhooks/{name}` and the channels behind it."""

    name: ClassVar[str]
    channels: ClassVar[tuple[str, ...]]
    rate_limited: ClassVar[bool] = False  # requests are counted, by `counted`
    #: Credentials of an account without which none of its requests can be verified.
    webhook_credentials: ClassVar[tuple[str, ...]] = ()
    #: What an honest sender of a refused request may have forgotten; never which part was wrong.
    unverified: ClassVar[str] = ""

    def greet(self, request: WebhookRequest, accounts: Sequence[Account]) -> WebhookAnswer | None:
        """Answer a handshake, probe or preflight; None lets the request go on."""
        return None

    @abstractmethod
    def account_hints(self, request: WebhookRequest) -> frozenset[str]:
        """Provider account ids the body names; never raises.

        Reads the body, which costs time: never called before the request is verified.
        """

    @abstractmethod
    def verify(self, request: WebhookRequest, accounts: Sequence[Account]) -> Verified | None:
        """Check the raw bytes against the accounts' secrets in constant time; None = 401.

        Anybody may make us run this: what has no well-formed signature is refused first, and
        a body is parsed here only where the signature cannot do without, within a limit of
        its size. Raises `TooLarge` beyond that.
        """

    @abstractmethod
    def split(self, request: WebhookRequest, verified: Verified) -> list[Delivery]:
        """Cut an authentic request into single events.

        Raises `Unreadable` when the body cannot be parsed, `AppError` when the
        sender is a person who must be told what to mend (web form).
        """

    def answer(self, request: WebhookRequest, verified: Verified) -> WebhookAnswer:
        """What an authentic request is answered with once its events are in the queue.

        Empty, unless the provider asks something by it (what to do with a call).
        """
        return WebhookAnswer()

    def certificate_url(self, request: WebhookRequest, accounts: Sequence[Account]) -> str | None:
        """Where the certificate is whose key signed a request; None where none is needed.

        Anybody may make us fetch it: a well-formed request only, from the provider's own hosts.
        """
        return None

    def answer_headers(
        self, request: WebhookRequest, accounts: Sequence[Account]
    ) -> Mapping[str, str]:
        """Headers every answer to this request carries, refusals too (a browser asks for CORS)."""
        return {}

    def counted(self, request: WebhookRequest, verified: Verified) -> Mapping[str, int]:
        """Whom a rate-limited request counts for → how many of theirs are taken in a minute."""
        return {request.source_ip: 10}  # a person fills in a form; a script fills in hundreds


# ------------------------------------------------------------------ sending


@frozen
class Capabilities:
    """What a channel can do, declared once; senders split, degrade or refuse by it."""

    can_send: bool
    max_text: int | None = None  # characters of one part, counted on NFC text
    session_window: timedelta | None = None  # free answers after the customer's last message
    human_window: timedelta | None = None  # answers written by a human, longer
    per_minute: int | None = None
    public: bool = False  # everybody reads what we write there: we answer, and never begin
    max_bytes: int | None = None  # of one part, where the provider counts UTF-8 besides
    picked_up: bool = False  # the customer's own page fetches what is stored: nobody is called
    threaded: bool = False  # a message says which one it answers, and has a subject (mail)


@frozen
class OutboundMessage:
    """One message of ours to one customer, before it is cut into parts.

    `answers` is the provider's id of the customer's latest message, `thread` and `subject`
    what came with it (`InboundEvent`). `privately`: where the customer wrote publicly, only
    they shall read it.
    """

    message_id: str
    user_id: str
    text: str
    author: Author
    last_inbound_at: datetime | None
    privately: bool = False
    quote_provider_id: str | None = None
    answers: str | None = None
    thread: str | None = None
    subject: str | None = None


@frozen
class HttpRequest:
    """A request to a provider, described and not yet sent.

    `aws` names the AWS service it goes to (`ses`, `sns`): then it is signed with this
    stage's own credentials, and the account needs none.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    aws: str | None = None


@frozen
class HttpResponse:
    """A provider's answer. `status` 0: no answer at all (time-out, connection)."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class Outcome(StrEnum):
    SENT = "sent"
    RETRY = "retry"  # soon, with backoff
    REFRESH = "refresh"  # renew the access token once, then again
    PACED = "paced"  # ours: the account's limit for this minute is used
    TOMORROW = "tomorrow"  # the day's quota is used
    MORNING = "morning"  # the provider's night rule
    REAUTH = "reauth"  # a human must connect the account again
    UNREACHABLE = "unreachable"  # not this customer, not here, not now: another channel may do
    PERMANENT = "permanent"


@frozen
class SendResult:
    """What became of one part. `code` is the provider's, `reason` is for people."""

    outcome: Outcome
    provider_message_id: str | None = None
    code: str | None = None
    reason: str = ""


class CannotSend(AppError):
    """The message can never go out on this channel as it is (window closed, no text …)."""

    code, status, title = "cannot_send", 409, "The message cannot be sent on this channel"


class Unreachable(CannotSend):
    """The customer cannot be written to on this channel now: its window is closed, say."""

    code = "unreachable"


class NotTold(Transient):
    """The provider did not say what an event is about: asked again with the event."""

    code, title = "provider_did_not_tell", "The provider did not answer what was asked"


class RefreshFailed(AppError):
    """The provider refused to renew the access token. `permanent`: a human must reconnect."""

    code, status, title = "refresh_failed", 502, "The access token could not be renewed"

    def __init__(self, detail: str = "", *, permanent: bool) -> None:
        super().__init__(detail)
        self.permanent = permanent


class Adapter(ABC):
    """What the events of one channel mean and how one message goes out on it.

    A channel that several providers carry has an adapter for each: `provider` is the account's,
    and the name of its webhook if it has one (`registry.PROVIDERS`).
    """

    channel: ClassVar[str]
    source: ClassVar[str]  # one of the ten sources of domain.md §2
    provider: ClassVar[str]
    capabilities: ClassVar[Capabilities]
    #: The provider's hosts: credentials go to no other, whatever an account's settings say.
    hosts: ClassVar[frozenset[str]] = frozenset()
    #: What a sandbox account sends with where it has no credentials of its own.
    sandbox_credentials: ClassVar[Mapping[str, tuple[str, ...]]] = {"access_token": ("sandbox",)}
    #: Credentials without which a live account cannot send.
    sending_credentials: ClassVar[tuple[str, ...]] = ("access_token",)
    #: Credentials the channel uses where they are given; any other name is kept all the same.
    further_credentials: ClassVar[tuple[str, ...]] = ()
    #: Credentials nobody gives us: made when an account is connected without them.
    made_credentials: ClassVar[tuple[str, ...]] = ()
    #: The events carry the bytes of their attachments (e-mail): `media_body` takes them out.
    media_inside: ClassVar[bool] = False

    @abstractmethod
    def parse(self, delivery: Delivery) -> InboundEvent:
        """Say in our words what one event means; unknown ones are `UNKNOWN`, never an error."""

    def kept_at(self, delivery: Delivery) -> tuple[str | None, str] | None:
        """(bucket, key) of an object a push only points at, a mail SES has put there; bucket None:
        the stage's own. None: the push is whole.
        """
        return None

    def opened(self, delivery: Delivery, content: bytes) -> Delivery:
        """The push together with the object."""
        return delivery

    def missing(
        self, event: InboundEvent, account: Account, *, now: datetime
    ) -> HttpRequest | None:
        """What must be asked of the provider before an event can be acted on; None: nothing.

        For pushes that only say that something changed. Asked again with what came of the
        answer, for what takes two requests.
        """
        return None

    def filled(self, event: InboundEvent, response: HttpResponse) -> InboundEvent:
        """The event with what the provider answered. Raises `NotTold` to be asked again later;
        an event that is worth handling without the answer is returned as it is.
        That the token has run out is seen by `classify` before.
        """
        return event

    def media_request(self, attachment: Attachment, account: Account) -> HttpRequest | None:
        """What asks the provider for the address of a medium that has an id only; None: nothing."""
        return None

    def media_address(self, response: HttpResponse) -> str:
        """The https address in the answer to `media_request`. Raises `NotTold`."""
        raise NotTold(f"{self.channel} names no address of its media")

    def media_headers(self, account: Account) -> Mapping[str, str]:
        """Headers that media are fetched with; sent to `hosts` alone."""
        return {}

    def media_body(self, number: int, raw: Json) -> bytes | None:
        """The bytes of an event's attachment (its index) where they came in `InboundEvent.raw`."""
        return None

    def prepare(
        self, message: OutboundMessage, account: Account, *, now: datetime
    ) -> list[HttpRequest]:
        """The requests, one per part, that send a message. Raises `CannotSend`.

        None at all where it is `picked_up`: what is stored is sent.
        """
        raise CannotSend(f"{self.channel} cannot send messages")

    def classify(self, response: HttpResponse) -> SendResult:
        """What the provider's answer to one part means."""
        raise CannotSend(f"{self.channel} cannot send messages")

    def refresh_request(self, account: Account, *, now: datetime) -> HttpRequest | None:
        """The request that renews the access token; None when tokens do not expire."""
        return None

    def refreshed(self, response: HttpResponse, *, now: datetime) -> dict[str, str]:
        """New credential values from the answer to `refresh_request`. Raises `RefreshFailed`."""
        return {}


def parts_of(text: str, able: Capabilities) -> list[str]:
    """The parts in which a text goes out on a channel."""
    parts = split_text(text, able.max_text or len(text) + 1)
    most = able.max_bytes
    return parts if most is None else [one for part in parts for one in _within(part, most)]


def _within(text: str, most: int) -> list[str]:
    """A text in parts of at most `most` bytes of UTF-8."""
    limit = len(text)
    while any(len(part.encode(errors="replace")) > most for part in split_text(text, limit)):
        limit = limit * 9 // 10
    return split_text(text, limit)
