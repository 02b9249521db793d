"""Conversations and messages: the writes that store what was said.

`intake` commits them with ticket and profile, `tickets` with a reply's effects.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pynamodb.expressions.update import Action

from ..events.conversations import ConversationConsentChanged, ConversationStarted, MessageEdited
from ..platform import eventlog, store
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.errors import Transient
from ..platform.pages import Page, PageRequest, page
from .model import CONVERSATION, MESSAGE, Conversation, Message
from .storing import ConversationNotFound, Place, storable

EVERY_CONVERSATION, MESSAGE_WRITE = "conversations", "message"
CONVERSATION_WRITE = "conversation"

#: How a customer says it → where it is kept.
CONSENT = {
    "word": (Conversation.opted_out, Conversation.opted_at),
    "follow": (Conversation.unfollowed, Conversation.followed_at),
}


class BeingErased(Transient):
    code, title = "conversation_being_erased", "The conversation is being erased: what comes waits"


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
    offered: dict[str, Any] | None = None,
) -> store.Write:
    """The write that tells a conversation of one more message.

    `offered` is what one of ours offers to tap (`choosing`): it lasts until we say another thing.
    Refused when the conversation moved to another ticket since it was loaded:
    then whatever was decided for this message has to be decided again. A late
    message does not turn its times back.
    """
    actions: list[Action] = [*extra]
    moment = iso(at)
    if offered is not None:
        actions.append(Conversation.offered.set(offered))
    elif conversation.offered and not inbound:
        actions.append(Conversation.offered.remove())
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
