"""Queueing a message of ours: the writes that make it wait for the sender.

Called by `tickets` for an agent's reply; the event it writes is what brings it
to `outbound.fifo`, so nothing is sent that was not stored.
"""

from __future__ import annotations

from typing import Any

from ..channels.event import Author
from ..channels.registry import adapter
from ..events.conversations import MessageQueued
from ..language.text import normalise
from ..platform import eventlog, store
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.errors import Conflict, Invalid
from ..platform.fact import frozen
from .flows import MESSAGE_WRITE, touch
from .model import MESSAGE, Conversation, Message
from .rules import Status
from .storing import about


class CannotReply(Conflict):
    code, title = "cannot_reply", "No reply can go out on this conversation"


@frozen
class Queued:
    """The waiting message and its writes."""

    message: Message
    writes: list[store.Write]


def queue(
    conversation: Conversation,
    text: str,
    context: Context,
    *,
    author: Author,
    agent_id: str | None,
    ticket_id: str | None,
    reply_to: str | None = None,
    privately: bool = False,
    takes_ticket: bool = True,
    subject: str | None = None,
) -> Queued:
    """A message that waits to be sent. Raises `CannotReply` when its channel never sends.

    `privately`: never where others read it. `takes_ticket`: from now on the conversation is
    about the message's ticket.
    """
    message = _waiting(
        conversation,
        _sayable(conversation, text),
        context,
        ticket_id=ticket_id,
        author=author.value,
        agent_id=agent_id,
        reply_to=reply_to,
        privately=privately or None,
        subject=subject if _has_subject(conversation) else None,
    )
    about_ticket = ticket_id if takes_ticket else None
    touched = touch(conversation, at=context.now, inbound=False, ticket_id=about_ticket)
    told = eventlog.record(MessageQueued(**about(message, conversation)), context)
    return Queued(message=message, writes=[store.put(MESSAGE_WRITE, message), touched, told])


def _waiting(conversation: Conversation, said: str, context: Context, **fields: Any) -> Message:
    """The item; what it answers is fixed now, whatever is said before it goes out."""
    identifier = context.new_id()
    moment = iso(context.now)
    return Message(
        conversation.pk,
        MESSAGE + identifier,
        thread=conversation.pk,
        at=f"{moment}#{identifier}",
        direction="out",
        channel=conversation.channel,
        status=Status.QUEUED,
        text=said,
        answers=conversation.answers,
        provider_thread=conversation.provider_thread,
        occurred_at=moment,
        received_at=moment,
        **fields,
    )


def _sayable(conversation: Conversation, text: str) -> str:
    chosen = adapter(conversation.channel)
    if chosen is None or not chosen.capabilities.can_send:
        raise CannotReply(f"{conversation.channel} cannot send", field="conversation_id")
    if conversation.unfollowed:
        raise CannotReply("the customer has unfollowed", field="conversation_id")
    said = normalise(text)
    if not said:
        raise Invalid("nothing but blanks", field="text")
    return said


def _has_subject(conversation: Conversation) -> bool:
    chosen = adapter(conversation.channel)
    return chosen is not None and chosen.capabilities.threaded
