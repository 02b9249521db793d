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
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"  # the provider could not bring a message of ours to the customer after all
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    CONTACT = "contact"  # the customer hands over name, phone, address
    CALL = "call"  # one stage of a telephone call, or the record of a whole one
    ORDER = "order"  # a shop tells of an order
    ACCOUNT = "account"  # the provider speaks of the account itself: access ends, or has ended
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
    """Why a message of ours did not arrive: the provider's code, and a reason for people."""

    code: str
    reason: str = ""


@frozen
class InboundEvent:
    """A provider's event in our words; the raw payload stays beside it.

    `user_id` is the customer's id on this channel account, always a string,
    also for echoes and receipts; None when the event has no customer.
    `provider_message_id` is the message the event is about. `about_ids` and
    `watermark` say which sent messages a receipt covers. `app_message_id` is
    our own message id when the provider gives back what we attached to a send.
    `thread` is what an answer must name besides the customer: the provider's own
    conversation, a post, the references of a mail; the latest one counts.
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
    referrer: str | None = None
    advertisement: str | None = None  # the provider's id of the one they came by
    subject: str | None = None
    order: str | None = None  # the number of an order, as the customer wrote it
    product: str | None = None
    consent: bool | None = None  # agreed to be contacted; None: was not asked
    identity_verified: bool = True  # False: the channel cannot vouch that the user is who they say
    provider_event: str = ""  # the provider's own name of the event
    raw: Json = field(default_factory=dict)
