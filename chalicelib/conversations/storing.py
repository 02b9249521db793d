"""What is kept of one event: the place it has, the item of what was said.

Called by `intake` through the events' handlers, and by `flows` for texts.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pynamodb.expressions.update import Action

from ..channels.event import MEDIA, Attachment, AttachmentKind, Author, InboundEvent, Kind
from ..language.text import normalise
from ..platform import blobs, store
from ..platform.clock import iso
from ..platform.errors import NotFound
from ..platform.fact import frozen
from .model import MESSAGE, Conversation, Message, conversation_id, message_id
from .rules import Status

#: DynamoDB items end at 400 KB; these parts of a message together stay below. Bytes of UTF-8.
LONGEST_TEXT = 150_000
LARGEST_ATTACHMENTS = 60_000
LARGEST_RAW = 120_000
LONGEST_FIELD = 2_000  # characters


class ConversationNotFound(NotFound):
    code, title = "conversation_not_found", "No such conversation"


@frozen
class Place:
    """Where a message stands: its conversation, and the conversation's account and customer."""

    conversation_id: str
    channel: str
    account: str
    account_id: str
    user_id: str


def place_of(event: InboundEvent, account: str) -> Place:
    """The place of an event that has a customer."""
    if event.user_id is None:
        raise ConversationNotFound("the event names no customer")
    return Place(
        conversation_id=conversation_id(event.channel, event.account_id, event.user_id),
        channel=event.channel,
        account=account,
        account_id=event.account_id,
        user_id=event.user_id,
    )


def key_of(event: InboundEvent) -> str:
    """What makes a message the same message: the provider's id of it, else the event's key.

    A reaction carries the id of the message it is about, not one of its own.
    """
    if event.kind is Kind.REACTION:
        return event.event_key
    return event.provider_message_id or event.event_key


def inbound(
    event: InboundEvent,
    place: Place,
    *,
    at: datetime,
    received_at: datetime,
    ticket_id: str | None,
    courtesy: bool,
    media: Sequence[int] = (),
) -> Message:
    """The item of what a customer said. `media` are the attachments that are to be copied."""
    return _stored(
        event,
        place,
        at=at,
        received_at=received_at,
        ticket_id=ticket_id,
        direction="in",
        author=Author.CUSTOMER,
        status=Status.RECEIVED,
        courtesy=courtesy,
        media=media,
    )


def outside(
    event: InboundEvent,
    place: Place,
    *,
    at: datetime,
    received_at: datetime,
    ticket_id: str | None,
    media: Sequence[int] = (),
) -> Message:
    """The item of what our side said outside this product (page inbox, OA manager, a bot)."""
    return _stored(
        event,
        place,
        at=at,
        received_at=received_at,
        ticket_id=ticket_id,
        direction="out",
        author=event.author,
        status=Status.SENT,
        courtesy=None,
        sent_at=iso(at),
        media=media,
    )


def _stored(
    event: InboundEvent,
    place: Place,
    *,
    at: datetime,
    received_at: datetime,
    ticket_id: str | None,
    media: Sequence[int],
    **fields: Any,
) -> Message:
    identifier = message_id(place.conversation_id, key_of(event))
    attachments = listed(event.attachments)
    return Message(
        place.conversation_id,
        MESSAGE + identifier,
        thread=place.conversation_id,
        at=f"{iso(at)}#{identifier}",
        ticket_id=ticket_id,
        channel=place.channel,
        text=storable(event.text),
        attachments=attachments or None,
        copies=pending(attachments, media) or None,
        reply_to=_short(event.reply_to),
        postback=_short(event.postback),
        about_message=event.app_message_id if event.kind is Kind.ANSWER else None,
        reaction=_short(event.reaction),
        subject=_short(event.subject),
        provider_message_id=event.provider_message_id,
        provider_event=event.provider_event,
        **_raw(event.raw, f"messages/{place.conversation_id}/{identifier}"),
        edited_at=iso(at) if event.kind is Kind.EDIT else None,
        occurred_at=iso(at),
        received_at=iso(received_at),
        **fields,
    )


def storable(text: str | None) -> str | None:
    """A text as it is kept: normalised, and cut (with a sign) where an item could not hold it."""
    if not text:
        return None
    clean = normalise(text)
    body = clean.encode()
    if len(body) <= LONGEST_TEXT:
        return clean
    return body[:LONGEST_TEXT].decode(errors="ignore") + " […]"


def _short(text: str | None) -> str | None:
    return text[:LONGEST_FIELD] if text else text


def listed(parts: Sequence[Attachment]) -> list[dict[str, Any]]:
    """As many attachments as an item holds, and a last one that says how many more there were."""
    kept: list[dict[str, Any]] = []
    size = 0
    for number, part in enumerate(parts):
        values = {name: value for name, value in asdict(part).items() if value is not None}
        size += len(json.dumps(values, ensure_ascii=False).encode())
        if size > LARGEST_ATTACHMENTS:
            more = f"+{len(parts) - number}"
            return [*kept, {"kind": AttachmentKind.OTHER.value, "title": more}]
        kept.append(values)
    return kept


def pending(kept: Sequence[dict[str, Any]], media: Sequence[int]) -> dict[str, Any]:
    """The copies (`copying`) still to be made, of attachments (`listed`) there was room for."""
    there = [number for number in media if number < len(kept) and kept[number]["kind"] in MEDIA]
    return {str(number): {"state": "pending"} for number in there}


def _raw(raw: dict[str, Any], key: str) -> dict[str, Any]:
    """A provider's payload as compressed JSON: in the item, or in the bucket if it is too large."""
    text = json.dumps(raw, ensure_ascii=False, separators=(",", ":"))
    body = zlib.compress(text.encode("utf-8", "surrogatepass"), 6)
    if len(body) <= LARGEST_RAW:
        return {"raw": body}
    blobs.put(key, body, content_type="application/zlib")
    return {"raw_blob": key}


def heard(event: InboundEvent) -> dict[str, str]:
    """What an answer to this event will have to name, by the field it is kept in."""
    named = {
        "answers": event.provider_message_id,
        "provider_thread": event.thread,
        "subject": _short(event.subject),
    }
    return {name: value for name, value in named.items() if value}


def hear(conversation: Conversation, event: InboundEvent, *, at: datetime) -> list[Action]:
    """The actions that keep it (`heard`); of a late event none, for the latest one counts.

    Of two of one moment (some providers tell whole seconds) it is the one that came last.
    """
    if iso(at) < (conversation.last_inbound_at or ""):
        return []
    return store.assign(Conversation, heard(event))


def about(message: Message, conversation: Conversation) -> dict[str, Any]:
    """What every event of a message of ours says of it."""
    return {
        "conversation_id": message.pk,
        "message_id": message.id,
        "ticket_id": message.ticket_id,
        "profile_id": conversation.origin,
        "channel": conversation.channel,
        "account_id": conversation.account_id,
        "author": message.author,
        "agent_id": message.agent_id,
    }
