"""Conversations and messages: the writes that store what was said.

`intake` commits them with ticket and profile, `tickets` with a reply's effects.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pynamodb.expressions.update import Action

from ..channels.base import Attachment, AttachmentKind, Author, InboundEvent, Kind
from ..events.conversations import ConversationConsentChanged, ConversationStarted, MessageEdited
from ..language.text import normalise
from ..platform import blobs, eventlog, store
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.errors import NotFound, Transient
from ..platform.fact import frozen
from ..platform.pages import Page, PageRequest, page
from .model import CONVERSATION, MESSAGE, Conversation, Message, conversation_id, message_id
from .rules import Status

EVERY_CONVERSATION, MESSAGE_WRITE = "conversations", "message"
CONVERSATION_WRITE = "conversation"
#: DynamoDB items end at 400 KB; these parts of a message together stay below. Bytes of UTF-8.
LONGEST_TEXT = 150_000
LARGEST_ATTACHMENTS = 60_000
LARGEST_RAW = 120_000
LONGEST_FIELD = 2_000  # characters


#: How a customer says it → where it is kept.
CONSENT = {
    "word": (Conversation.opted_out, Conversation.opted_at),
    "follow": (Conversation.unfollowed, Conversation.followed_at),
}


class BeingErased(Transient):
    code, title = "conversation_being_erased", "The conversation is being erased: what comes waits"


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


def find(conversation: str) -> Conversation | None:
    """The conversation as it is now, or None. Raises `BeingErased`."""
    found = store.get(Conversation, conversation, CONVERSATION)
    if found is not None and found.erasing:
        raise BeingErased
    return found


def load(conversation: str) -> Conversation:
    """The conversation. Raises `ConversationNotFound`."""
    found = find(conversation)
    if found is None:
        raise ConversationNotFound(field="conversation_id")
    return found


def find_message(conversation: str, message: str) -> Message | None:
    """The message as it is now, or None."""
    return store.get(Message, conversation, MESSAGE + message)


def several(keys: Iterable[tuple[str, str]]) -> list[Message]:
    """Those of these messages that exist; each is named by its conversation and its id."""
    wanted = [(conversation, MESSAGE + message) for conversation, message in keys]
    return list(store.get_many(Message, wanted, consistent=True).values())


def key_of(event: InboundEvent) -> str:
    """What makes a message the same message: the provider's id of it, else the event's key.

    A reaction carries the id of the message it is about, not one of its own.
    """
    if event.kind is Kind.REACTION:
        return event.event_key
    return event.provider_message_id or event.event_key


def start(
    place: Place,
    profile_id: str,
    context: Context,
    *,
    origin: str,
    at: datetime,
    ticket_id: str | None,
    inbound: bool,
    **fields: Any,
) -> list[store.Write]:
    """The writes of a conversation's first event; refused when it exists already.

    It comes with the profile `origin`, for which `profile_id` stands now.
    """
    item = Conversation(
        place.conversation_id,
        CONVERSATION,
        thread=EVERY_CONVERSATION,
        at=iso(at),
        profile_id=profile_id,
        origin_id=origin if origin != profile_id else None,
        current_ticket=ticket_id,
        channel=place.channel,
        account=place.account,
        account_id=place.account_id,
        user_id=place.user_id,
        last_inbound_at=iso(at) if inbound else None,
        created_at=iso(context.now),
        **fields,
    )
    started = ConversationStarted(
        conversation_id=place.conversation_id,
        profile_id=origin,
        channel=place.channel,
        account_id=place.account_id,
    )
    return [store.put(CONVERSATION_WRITE, item), eventlog.record(started, context)]


def touch(
    conversation: Conversation,
    *,
    at: datetime,
    inbound: bool,
    ticket_id: str | None,
    extra: tuple[Action, ...] = (),
) -> store.Write:
    """The write that tells a conversation of one more message.

    Refused when the conversation moved to another ticket since it was loaded:
    then whatever was decided for this message has to be decided again. A late
    message does not turn its times back.
    """
    actions: list[Action] = [*extra]
    moment = iso(at)
    if moment > conversation.at:
        actions.append(Conversation.at.set(moment))
    if inbound and moment > (conversation.last_inbound_at or ""):
        actions.append(Conversation.last_inbound_at.set(moment))
    if ticket_id != conversation.current_ticket and ticket_id is not None:
        actions.append(Conversation.current_ticket.set(ticket_id))
    known = conversation.current_ticket
    unchanged = (
        Conversation.current_ticket.does_not_exist()
        if known is None
        else Conversation.current_ticket == known
    )
    same = store.ref(Conversation, conversation.pk, CONVERSATION)
    kept = Conversation.pk.exists() & Conversation.erasing.does_not_exist() & unchanged
    if not actions:
        return store.check(CONVERSATION_WRITE, same, kept)
    return store.update(CONVERSATION_WRITE, same, *actions, condition=kept)


def inbound(
    event: InboundEvent,
    place: Place,
    *,
    at: datetime,
    received_at: datetime,
    ticket_id: str | None,
    courtesy: bool,
) -> Message:
    """The item of what a customer said."""
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
    )


def outside(
    event: InboundEvent,
    place: Place,
    *,
    at: datetime,
    received_at: datetime,
    ticket_id: str | None,
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
    )


def _stored(
    event: InboundEvent,
    place: Place,
    *,
    at: datetime,
    received_at: datetime,
    ticket_id: str | None,
    **fields: Any,
) -> Message:
    identifier = message_id(place.conversation_id, key_of(event))
    return Message(
        place.conversation_id,
        MESSAGE + identifier,
        thread=place.conversation_id,
        at=f"{iso(at)}#{identifier}",
        ticket_id=ticket_id,
        channel=place.channel,
        text=storable(event.text),
        attachments=_attachments(event.attachments) or None,
        reply_to=_short(event.reply_to),
        postback=_short(event.postback),
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


def _attachments(parts: Sequence[Attachment]) -> list[dict[str, Any]]:
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


def _raw(raw: dict[str, Any], key: str) -> dict[str, Any]:
    """A provider's payload as compressed JSON: in the item, or in the bucket if it is too large."""
    text = json.dumps(raw, ensure_ascii=False, separators=(",", ":"))
    body = zlib.compress(text.encode("utf-8", "surrogatepass"), 6)
    if len(body) <= LARGEST_RAW:
        return {"raw": body}
    blobs.put(key, body, content_type="application/zlib")
    return {"raw_blob": key}


def change_consent(
    conversation: Conversation, context: Context, *, opted_out: bool, how: str, at: datetime
) -> tuple[tuple[Action, ...], list[store.Write]]:
    """The actions and event of consent said `at`, by `CONSENT`.

    What was said before the latest word (or, for a follow, before the last
    message) changes nothing, however late it comes; what changes nothing has
    no event but moves that time.
    """
    flag, said_at = CONSENT[how]
    moment = iso(at)
    latest = getattr(conversation, said_at.attr_name) or ""
    if how == "follow" and opted_out:
        latest = max(latest, conversation.last_inbound_at or "")
    if moment <= latest:
        return (), []
    if bool(getattr(conversation, flag.attr_name)) == opted_out:
        return (said_at.set(moment),), []
    told = consent_changed(
        conversation.pk, conversation.origin, context, opted_out=opted_out, how=how
    )
    return (flag.set(opted_out), said_at.set(moment)), [told]


def consent_changed(
    conversation: str, profile_id: str, context: Context, *, opted_out: bool, how: str
) -> store.Write:
    """The event of a changed consent."""
    changed = ConversationConsentChanged(
        conversation_id=conversation, profile_id=profile_id, opted_out=opted_out, how=how
    )
    return eventlog.record(changed, context)


def referred_by(referrer: str | None) -> tuple[Action, ...]:
    """The action that remembers where a customer came from, where that is said."""
    return () if referrer is None else (Conversation.referrer.set(referrer),)


def edit(
    message: Message, words: str | None, profile_id: str, context: Context, *, at: datetime
) -> list[store.Write]:
    """The writes of a customer's edit made `at`; none for one older than what stands there."""
    text = storable(words)
    old = iso(at) <= (message.edited_at or "")
    if old or message.text == text or message.deleted_at is not None:
        return []
    edited = MessageEdited(
        conversation_id=message.pk,
        message_id=message.id,
        ticket_id=message.ticket_id,
        profile_id=profile_id,
    )
    actions = [Message.edited_at.set(iso(at))]
    actions.append(Message.text.remove() if text is None else Message.text.set(text))
    return [
        store.update(
            MESSAGE_WRITE,
            store.ref(Message, message.pk, message.sk),
            *actions,
            condition=Message.pk.exists() & Message.deleted_at.does_not_exist(),
        ),
        eventlog.record(edited, context, at=at),
    ]


def messages(request: PageRequest, conversation: str) -> Page[Message]:
    """The messages of a conversation, newest first."""
    return page(Message, request, conversation, index=Message.by_time)


def messages_of_ticket(request: PageRequest, ticket_id: str) -> Page[Message]:
    """The messages of a ticket over all its conversations, newest first."""
    return page(Message, request, ticket_id, index=Message.by_ticket)


def everything(request: PageRequest, *, account: str | None) -> Page[Conversation]:
    """All conversations by their last message; `account` keeps those of one channel account.

    The account is a filter after reading: another moving index would cost two
    write units for every message, and inboxes are read far more rarely.
    """

    def of_account(item: Conversation) -> bool:
        return account is None or item.account == account

    return page(
        Conversation, request, EVERY_CONVERSATION, index=Conversation.by_time, keep=of_account
    )


def of_profile(request: PageRequest, profile_id: str) -> Page[Conversation]:
    """The conversations of a profile, by their last message."""
    return page(Conversation, request, profile_id, index=Conversation.by_profile)
