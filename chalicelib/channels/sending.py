"""What is sent on a channel and what became of it, in words all channels share.

Made and read by the adapters (`base.Adapter`), carried out by `conversations` and `outside`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, timedelta
from enum import StrEnum

from ..platform.errors import AppError, Transient
from ..platform.fact import frozen
from .event import AttachmentKind, Author


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
    files: Mapping[AttachmentKind, int] = field(default_factory=dict)  # kind → most bytes of one
    file_types: Mapping[AttachmentKind, frozenset[str]] = field(default_factory=dict)  # None: any
    files_total: int | None = None  # most bytes of all files of one message together
    files_inside: bool = False  # a file goes as its bytes, not by its address (mail)
    uploads: frozenset[AttachmentKind] = frozenset()  # kinds brought first (`upload_request`)
    choices: int = 0  # how many one message offers to tap
    links: int = 0  # how many pages it offers to open
    mixed: bool = False  # both together, `choices` of them at most
    choice_title: int = 20  # characters of one
    choice_text: int | None = None  # characters of a text that is followed by them
    templates: bool = False  # approved templates go out at any time (`Template`)


@frozen
class Choice:
    """An answer the customer may tap instead of typing it, or a page they may open.

    A tapped answer comes back as the `postback` of an event, with `value` in it.
    """

    title: str
    value: str | None = None
    url: str | None = None  # https; instead of a value


@frozen
class OutFile:
    """A file that goes with a message. Anybody may fetch it at `address` (https) for some days.

    `body` is there where the channel sends it itself, `token` where it was brought to the
    provider before. `plain`: its provider would not take it, so it goes as a link.
    """

    kind: AttachmentKind
    name: str
    media_type: str
    size: int  # bytes
    address: str
    body: bytes = b""
    token: str | None = None
    plain: bool = False


@frozen
class Template:
    """Words the provider has approved, with what fills their gaps: name of the gap → text.

    `id` is the provider's id or name of it; `tracking_id` comes back with what the provider
    tells of this sending, where it gives one back.
    """

    id: str
    data: Mapping[str, str]
    tracking_id: str
    language: str = "vi"
    kind: str | None = None  # the provider's own word for what it is for


@frozen
class OutboundMessage:
    """One message of ours to one customer, before it is cut into parts.

    `answers` is the provider's id of the customer's latest message, `thread` and `subject`
    what came with it (`InboundEvent`). `privately`: where the customer wrote publicly, only
    they shall read it. With a `template` the text is only what people of ours read of it.
    `files` and `choices` are given to channels that can carry them (`Capabilities`); for
    others they are in the text already (`degrading`). `unsubscribe`: the address (https) at
    which the customer ends messages of this purpose. `begins`: it answers nothing, and its
    subject is its own.
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
    files: tuple[OutFile, ...] = ()
    choices: tuple[Choice, ...] = ()
    template: Template | None = None
    unsubscribe: str | None = None
    begins: bool = False


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


#: Names of failures (`platform.outward`) after which nothing had left this machine.
NEVER_LEFT = frozenset(
    {
        *("NewConnectionError", "ConnectTimeoutError", "NameResolutionError"),
        *("LocationParseError", "LocationValueError", "URLSchemeUnknown"),
        *("InvalidHeader", "ValueError", "UnicodeEncodeError"),
    }
)
#: A gateway that had no answer of those behind it, who may have taken what it handed on.
BEHIND_A_GATEWAY = frozenset({502, 504, 520, 524})


class Once(StrEnum):
    """What keeps a message whose answer was lost from going out twice."""

    KEY = "key"  # the request has an id of ours, by which the provider takes it once
    ECHO = "echo"  # the provider tells us of what it took: that is waited for before a retry
    PERSON = "person"  # nothing: a person looks, and sends it again or not


class Outcome(StrEnum):
    SENT = "sent"
    RETRY = "retry"  # soon, with backoff
    REFRESH = "refresh"  # renew the access token once, then again
    PACED = "paced"  # ours: the account's limit for this minute is used
    TOMORROW = "tomorrow"  # the day's quota is used
    MORNING = "morning"  # the provider's night rule
    HELD = "held"  # ours: not now, but at `SendResult.until`
    REAUTH = "reauth"  # a human must connect the account again
    UNREACHABLE = "unreachable"  # not this customer, not here, not now: another channel may do
    PERMANENT = "permanent"


@frozen
class Quota:
    """How many templates an account may send in a day, and how many are left; None: not told."""

    daily: int | None = None
    remaining: int | None = None


@frozen
class SendResult:
    """What became of one part. `code` is the provider's, `reason` is for people.

    `unclear`: to be tried again although it may have been taken (`lost`). `until` is when what
    is `HELD` may go, `quota` what the answer tells of the day's.
    """

    outcome: Outcome
    provider_message_id: str | None = None
    code: str | None = None
    reason: str = ""
    unclear: bool = False
    until: datetime | None = None
    quota: Quota | None = None


def passing(status: int) -> bool:
    """No answer, a rate limit, or a fault on their side: it passes."""
    return status in (0, 408, 425, 429) or status >= 500


def by_status(status: int) -> Outcome:
    """What an answer without a usable code means: a 2xx we cannot read is tried again."""
    if passing(status) or status < 300:
        return Outcome.RETRY
    return Outcome.REFRESH if status == 401 else Outcome.PERMANENT


def lost(response: HttpResponse, result: SendResult) -> bool:
    """Whether an answer leaves open if the request was carried out: none came after it had
    left, a gateway got none, or a success that says nothing. A code of theirs says that it was
    not, and any outcome but `RETRY`."""
    named = result.code not in (None, "0", str(response.status))
    if result.outcome is not Outcome.RETRY or named:
        return False
    if response.status == 0:
        return response.body.decode("ascii", "replace") not in NEVER_LEFT
    return response.status < 300 or response.status in BEHIND_A_GATEWAY


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
