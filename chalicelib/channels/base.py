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
from .event import Author, InboundEvent, Json

# ---------------------------------------------------------------- webhooks in


@frozen
class WebhookRequest:
    """One HTTP request exactly as it arrived. Header names are lower case."""

    method: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    account_id: str | None = None  # from the path, the provider's own id
    source_ip: str = ""

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
    rate_limited: ClassVar[bool] = False  # requests are limited per sender address
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

    def answer_headers(
        self, request: WebhookRequest, accounts: Sequence[Account]
    ) -> Mapping[str, str]:
        """Headers every answer to this request carries, refusals too (a browser asks for CORS)."""
        return {}


# ------------------------------------------------------------------ sending


@frozen
class Capabilities:
    """What a channel can do, declared once; senders split, degrade or refuse by it."""

    can_send: bool
    max_text: int | None = None  # characters of one part, counted on NFC text
    session_window: timedelta | None = None  # free answers after the customer's last message
    human_window: timedelta | None = None  # answers written by a human, longer
    per_minute: int | None = None


@frozen
class OutboundMessage:
    """One message of ours to one customer, before it is cut into parts.

    `answers` is the provider's id of the customer's latest message, `thread` and `subject`
    what came with it (`InboundEvent`).
    """

    message_id: str
    user_id: str
    text: str
    author: Author
    last_inbound_at: datetime | None
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
    TOMORROW = "tomorrow"  # the day's quota is used
    MORNING = "morning"  # the provider's night rule
    REAUTH = "reauth"  # a human must connect the account again
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
    """What the events of one channel mean and how one message goes out on it."""

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

    @abstractmethod
    def parse(self, delivery: Delivery) -> InboundEvent:
        """Say in our words what one event means; unknown ones are `UNKNOWN`, never an error."""

    def missing(self, event: InboundEvent, account: Account) -> HttpRequest | None:
        """What must be asked of the provider before an event can be acted on; None: nothing.

        For pushes that only say that something changed, and media that has an id only.
        """
        return None

    def filled(self, event: InboundEvent, response: HttpResponse) -> InboundEvent:
        """The event with what the provider answered. Raises `NotTold` to be asked again later;
        an event that is worth handling without the answer is returned as it is.
        """
        return event

    def prepare(
        self, message: OutboundMessage, account: Account, *, now: datetime
    ) -> list[HttpRequest]:
        """The requests, one per part, that send a message. Raises `CannotSend`."""
        raise CannotSend(f"{self.channel} cannot send messages")

    def classify(self, response: HttpResponse) -> SendResult:
        """What the provider's answer to one part means."""
        raise CannotSend(f"{self.channel} cannot send messages")

    def refresh_request(self, account: Account) -> HttpRequest | None:
        """The request that renews the access token; None when tokens do not expire."""
        return None

    def refreshed(self, response: HttpResponse, *, now: datetime) -> dict[str, str]:
        """New credential values from the answer to `refresh_request`. Raises `RefreshFailed`."""
        return {}


def split_text(text: str, limit: int) -> list[str]:
    """Cut text into parts of at most `limit` characters, at line ends or spaces where it can.

    Nothing is lost but the white space at a cut; a word longer than the limit is cut hard.
    """
    parts: list[str] = []
    rest = text.strip()
    while len(rest) > limit:
        window = rest[: limit + 1]
        cut = max(window.rfind("\n"), window.rfind(" "))
        if cut <= 0:
            cut = limit
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest else parts
