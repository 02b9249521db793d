"""Conversations and messages: the writes that store what was said.

`intake` commits them with ticket and profile, `tickets` with a reply's effects.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pynamodb.expressions.update import Action

from ..channels.base import Attachment, Author, InboundEvent, Kind
from ..events import (
    ConversationConsentChanged,
    ConversationStarted,
    MessageEdited,
)
from ..language.text import normalise
from ..platform import eventlog, store
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.errors import NotFound
from ..platform.pages import Page, PageRequest, page
from .model import (
    CONVERSATION,
    MESSAGE,
    Conversation,
    Message,
    conversation_id,
    message_id,
)
from .rules import Status

EVERY_CONVERSATION = "conversations"
MESSAGE_WRITE = "message"
CONVERSATION_WRITE = "conversation"
#: DynamoDB items end at 400 KB; a longer text is cut here and whole in `raw`.
LONGEST_TEXT = 100_000
LARGEST_RAW = 200_000


#: How a customer says it → where it is kept.
CONSENT = {"word": Conversation.opted_out, "follow": Conversation.unfollowed}


class ConversationNotFound(NotFound):
    code, title = "conversation_not_found", "No such conversation"


@dataclass(frozen=True, slots=True, kw_only=True)
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
    """The conversation as it is now, or None."""
    return store.get(Conversation, conversation, CONVERSATION)


def load(conversation: str) -> Conversation:
    """The conversation. Raises `ConversationNotFound`."""
    found = find(conversation)
    if found is None:
        raise ConversationNotFound(field="conversation_id")
    return found


def find_message(conversation: str, message: str) -> Message | None:
    """The message as it is now, or None."""
    return store.get(Message, conversation, MESSAGE + message)


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
    at: datetime,
    ticket_id: str | None,
    inbound: bool,
    **fields: Any,
) -> list[store.Write]:
    """The writes of a conversation's first event; refused when it exists already."""
    item = Conversation(
        place.conversation_id,
        CONVERSATION,
        thread=EVERY_CONVERSATION,
        at=iso(at),
        profile_id=profile_id,
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
        profile_id=profile_id,
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
    if not actions:
        return store.check(CONVERSATION_WRITE, same, Conversation.pk.exists() & unchanged)
    return store.update(
        CONVERSATION_WRITE, same, *actions, condition=Conversation.pk.exists() & unchanged
    )


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
    text = normalise(event.text)[:LONGEST_TEXT] if event.text else None
    return Message(
        place.conversation_id,
        MESSAGE + identifier,
        thread=place.conversation_id,
        at=f"{iso(at)}#{identifier}",
        ticket_id=ticket_id,
        channel=place.channel,
        text=text,
        attachments=[_attachment(part) for part in event.attachments] or None,
        reply_to=event.reply_to,
        postback=event.postback,
        reaction=event.reaction,
        subject=event.subject,
        provider_message_id=event.provider_message_id,
        provider_event=event.provider_event,
        raw=packed(event.raw),
        occurred_at=iso(at),
        received_at=iso(received_at),
        **fields,
    )


def _attachment(part: Attachment) -> dict[str, Any]:
    return {name: value for name, value in asdict(part).items() if value is not None}


def packed(raw: dict[str, Any]) -> bytes | None:
    """A provider's payload as compressed JSON; None when even that is too large to keep here."""
    text = json.dumps(raw, ensure_ascii=False, separators=(",", ":"))
    body = zlib.compress(text.encode("utf-8", "surrogatepass"), 6)
    return body if len(body) <= LARGEST_RAW else None


def change_consent(
    conversation: Conversation, context: Context, *, opted_out: bool, how: str
) -> tuple[tuple[Action, ...], list[store.Write]]:
    """The action and event of a changed consent, by `CONSENT`; none when it is so already."""
    field = CONSENT[how]
    if bool(getattr(conversation, field.attr_name)) == opted_out:
        return (), []
    told = consent_changed(
        conversation.pk, conversation.profile_id, context, opted_out=opted_out, how=how
    )
    return (field.set(opted_out),), [told]


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
    message: Message, text: str | None, profile_id: str, context: Context
) -> list[store.Write]:
    """The writes of a customer's edit; none when the text is already that."""
    if message.text == text or message.deleted_at is not None:
        return []
    edited = MessageEdited(
        conversation_id=message.pk,
        message_id=message.id,
        ticket_id=message.ticket_id,
        profile_id=profile_id,
    )
    actions = [Message.edited_at.set(iso(context.now))]
    actions.append(Message.text.remove() if text is None else Message.text.set(text))
    return [
        store.update(
            MESSAGE_WRITE,
            store.ref(Message, message.pk, message.sk),
            *actions,
            condition=Message.pk.exists() & Message.deleted_at.does_not_exist(),
        ),
        eventlog.record(edited, context),
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
