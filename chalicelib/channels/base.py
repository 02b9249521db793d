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
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from ..platform.errors import AppError
from ..platform.fact import frozen
from .callout import CANNOT_CALL, Called, CallOut, Dialling, Script
from .event import Attachment, InboundEvent, Json
from .sending import (
    CannotSend,
    Capabilities,
    HttpRequest,
    HttpResponse,
    NotTold,
    Once,
    OutboundMessage,
    OutFile,
    SendResult,
)

if TYPE_CHECKING:
    from .approved import Catalogue
    from .pull import Puller

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

    def base_url(self, name: str, default: str) -> str:
        """The provider's address of that name: its own, or what the settings put in its place."""
        given = self.settings.get(name)
        return given.rstrip("/") if isinstance(given, str) and given else default


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

    def asks_script(self, request: WebhookRequest) -> str | None:
        """Our own id of the call whose script an authentic request asks for; None: it asks none."""
        return None

    def scripted(
        self, request: WebhookRequest, verified: Verified, script: Script | None
    ) -> WebhookAnswer:
        """What such a request is answered with; without a script the call is ended."""
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


# ------------------------------------------------- what a channel means and sends


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
    #: The calls its provider places when it is asked to.
    dials: ClassVar[Dialling] = Dialling()
    #: How its provider's approved templates are listed and addressed; None: it has none.
    catalogue: ClassVar[Catalogue | None] = None
    #: What is fetched from the provider by the clock, and how; None: it sends all by itself.
    puller: ClassVar[Puller | None] = None

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

    def is_public(self, message: OutboundMessage) -> bool:
        """Whether everybody would read a message: a comment of ours, the answer to a review."""
        return self.capabilities.public and not message.privately

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

    def upload_request(self, file: OutFile, account: Account) -> HttpRequest:
        """What brings a file (`Capabilities.uploads`) to the provider before the message that
        names it. Its answer is read by `classify`, then by `uploaded`. Raises `CannotSend`."""
        raise CannotSend(f"{self.channel} takes no files")

    def uploaded(self, response: HttpResponse) -> str | None:
        """The provider's name of the file, for `OutFile.token`; None: it gives none."""
        return None

    def prepare(
        self, message: OutboundMessage, account: Account, *, now: datetime
    ) -> list[HttpRequest]:
        """The requests, one per part, that send a message. Raises `CannotSend`.

        First a part for each file, then those of the text, its choices with the last of them:
        so echoes are told apart (`conversations.receipts`). None at all where it is `picked_up`:
        what is stored is sent.
        """
        raise CannotSend(f"{self.channel} cannot send messages")

    def classify(self, response: HttpResponse) -> SendResult:
        """What the provider's answer to one part means."""
        raise CannotSend(f"{self.channel} cannot send messages")

    def once(self, message: OutboundMessage, account: Account) -> Once:
        """What keeps this message from going out twice when the answer to it is lost."""
        return Once.PERSON

    def call_request(self, call: CallOut, account: Account, *, now: datetime) -> HttpRequest:
        """The one request that places a call. Raises `CannotSend`."""
        raise CannotSend(CANNOT_CALL)

    def called(self, response: HttpResponse) -> Called:
        """What the provider's answer says of the call: what is unclear is never a refusal."""
        raise CannotSend(CANNOT_CALL)

    def refresh_request(self, account: Account, *, now: datetime) -> HttpRequest | None:
        """The request that renews the access token; None when tokens do not expire."""
        return None

    def refreshed(self, response: HttpResponse, *, now: datetime) -> dict[str, str]:
        """New credential values from the answer to `refresh_request`. Raises `RefreshFailed`."""
        return {}
