"""What providers' events say, in words common to all channels.

Made by the adapters (`base.Adapter.parse`), acted on by `intake`.
"""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import Any

from ..platform.fact import frozen

Json = dict[str, Any]


class Kind(StrEnum):
    """What happened, in words common to all channels."""

    MESSAGE = "message"  # the customer says something (text, media, button, postback)
    ECHO = "echo"  # our side said something outside this product, or our own send comes back
    EDIT = "edit"
    DELETE = "delete"
    REACTION = "reaction"
    ANSWER = "answer"  # to a message of ours, by stars or a button; the message says whose it is
    SENT = "sent"  # the provider has taken a message of ours, whatever became of its answer
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"  # the provider could not bring a message of ours to the customer after all
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    CONTACT = "contact"  # the customer hands over name, phone, address
    REVOKED = "revoked"  # they take back what they allowed us, and want their data gone
    CALL = "call"  # one stage of a telephone call, or the record of a whole one
    ORDER = "order"  # a shop tells of an order
    ACCOUNT = "account"  # the provider speaks of the account itself: access ends, or has ended
    TEMPLATE = "template"  # the provider speaks of an approved template: paused, of low quality
    CONTEXT = "context"  # where the customer came from: referral, chat button, opt-in
    UNKNOWN = "unknown"  # authentic, kept raw, not acted on


class Author(StrEnum):
    CUSTOMER = "customer"
    HUMAN = "human"  # a person of ours, also one who typed in the provider's own inbox
    APP = "app"  # a bot, an automatic message, or our own send coming back


class AttachmentKind(StrEnum):
    IMAGE = "image"
    STICKER = "sticker"
    FILE = "file"
    AUDIO = "audio"
    VIDEO = "video"
    LINK = "link"
    LOCATION = "location"
    CONTACT = "contact"  # a business card
    TEMPLATE = "template"
    OTHER = "other"


#: Kinds of attachments whose bytes are copied to our bucket (`chalicelib.media`).
MEDIA = frozenset(
    {
        AttachmentKind.IMAGE,
        AttachmentKind.STICKER,
        AttachmentKind.FILE,
        AttachmentKind.AUDIO,
        AttachmentKind.VIDEO,
    }
)


@frozen
class Attachment:
    """A part of a message that is not its text. Sizes in bytes, coordinates in degrees."""

    kind: AttachmentKind
    url: str | None = None
    name: str | None = None
    title: str | None = None
    size: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    phone: str | None = None
    provider_id: str | None = None  # sticker id, product id …


@frozen
class ContactHints:
    """What the event tells of the person. `verified` when the provider vouches for the phone."""

    name: str | None = None
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    address: str | None = None
    birthday: str | None = None  # as the provider wrote it
    gender: str | None = None
    verified: bool = False


@frozen
class Failure:
    """Why a message of ours did not arrive: the provider's code, and a reason for people.

    `unreachable`: this customer cannot be reached here, so that another channel may do; what
    the same code means as the answer to a send (`Outcome.UNREACHABLE`).
    """

    code: str
    reason: str = ""
    unreachable: bool = False


class CallStage(StrEnum):
    """How far a call has come, or one telephone that rang for it."""

    RINGING = "ringing"
    ANSWERED = "answered"
    ENDED = "ended"  # over, after a person of ours and the customer have talked
    MISSED = "missed"  # over, and they have not
    NOTED = "noted"  # says nothing of that: a recording, keys that were pressed


@frozen
class Call:
    """What one event tells of a telephone call. Numbers as `numbers` writes them, times in seconds.

    `id` is the provider's; None where it tells of a missed call without naming one.
    `extension` is the telephone of ours that rang or answered; with `one_leg` the stage is that
    telephone's only, and the call goes on. `between_us`: a number of ours rings that telephone,
    as a call begins that we place. `presumed`: nobody said that a person answered, it is taken so
    unless telephones of ours are known to have rung in vain. Keys and words of the
    customer are the event's `postback` and `text`, `step` the question they answer.
    """

    id: str | None
    stage: CallStage
    outbound: bool | None = None  # None: not said
    from_number: str | None = None
    to_number: str | None = None
    hotline: str | None = None
    extension: str | None = None
    one_leg: bool = False
    between_us: bool | None = None
    presumed: bool = False
    queue: str | None = None
    queue_seconds: int | None = None
    ring_seconds: int | None = None
    talk_seconds: int | None = None
    hold_seconds: int | None = None
    recording_url: str | None = None
    abandoned: bool = False  # the customer hung up while waiting
    cause: str | None = None  # the provider's word for why it ended
    step: str | None = None


@frozen
class Access:
    """That our access to an account ends (`ends`) or has ended (None); `code` says by what.

    `renewable`: a new access token mends it; else the shop's owner has to agree again.
    """

    code: str
    ends: datetime | None = None
    renewable: bool = False


@frozen
class TemplateNews:
    """What a provider tells of one approved template (`approved.Facts`, whose id it has).

    None: not told. `state` is one of `approved.State`, `kind` the provider's own word.
    """

    id: str
    state: str | None = None
    quality: str | None = None
    kind: str | None = None
    reason: str | None = None


@frozen
class Asked:
    """What a customer asks or says of an order by the shop's own forms, or the shop of it.

    A return, a cancellation, a review, a delivery that failed. `id` is the provider's, each is
    one matter; `title` and `text` are for people, `text` holds the customer's own words.
    `sub_type` (domain.md §2) is what the shop says it is; None: its words decide.
    """

    id: str
    title: str
    text: str | None = None
    sub_type: str | None = None
    rating: int | None = None  # stars, 1 to 5


@frozen
class KnownAs:
    """Who a customer is on another channel account, said by the provider of both."""

    channel: str
    account_id: str  # the provider's
    user_id: str


@frozen
class InboundEvent:
    """A provider's event in our words; the raw payload stays beside it.

    `user_id` is the customer's id on this channel account, always a string,
    also for echoes and receipts; None when the event has no customer.
    `provider_message_id` is the message the event is about. `about_ids` and
    `watermark` say which sent messages a receipt covers, or an answer is to. `app_message_id` is
    what we attached to a send and the provider gives back: our own message id, or the tracking
    id of a template; of an answer, once it is found, the id of our message that it is to.
    `thread` is what an answer must name besides the customer: the provider's own
    conversation, a post, the references of a mail; the latest one counts.
    A mail names by `about_ids` the messages it may answer, the nearest first, and by `ticket`
    the number of one of our tickets that its address or subject carries.
    """

    kind: Kind
    channel: str
    account_id: str
    event_key: str
    user_id: str | None
    author: Author = Author.CUSTOMER
    occurred_at: datetime | None = None
    provider_message_id: str | None = None
    text: str | None = None
    attachments: tuple[Attachment, ...] = ()
    reply_to: str | None = None
    thread: str | None = None
    postback: str | None = None  # machine value of a button or quick reply
    reaction: str | None = None
    contact: ContactHints | None = None
    about_ids: tuple[str, ...] = ()
    watermark: datetime | None = None
    app_message_id: str | None = None
    failure: Failure | None = None
    call: Call | None = None
    order_facts: Json | None = None  # as POST /v1/orders takes them, amounts as decimal texts
    asked: Asked | None = None
    access: Access | None = None
    template: TemplateNews | None = None
    daily_quota: int | None = None  # how many templates the account may send in a day from now on
    may_be_ours: bool = False  # an echo that does not say whether a person typed it or we sent it
    referrer: str | None = None
    advertisement: str | None = None  # the provider's id of the one they came by
    subject: str | None = None
    ticket: str | None = None
    automatic: bool = False  # a machine of the customer's wrote it: it asks for nothing
    order: str | None = None  # the number of an order, as the customer wrote it
    product: str | None = None
    consent: bool | None = None  # agreed to be contacted; None: was not asked
    also: tuple[KnownAs, ...] = ()  # the same customer elsewhere, as far as the provider tells
    known_as: str | None = None  # the channel whose ids `user_id` is one of, where not this one's
    identity_verified: bool = True  # False: the channel cannot vouch that the user is who they say
    provider_event: str = ""  # the provider's own name of the event
    raw: Json = field(default_factory=dict)
