"""Queueing a message of ours: the writes that make it wait for the sender.

Called by `tickets` for an agent's reply and by `template_messages` for a template; the event it
writes is what brings it to `outbound.fifo`, so nothing is sent that was not stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..channels.event import Author
from ..channels.registry import adapter
from ..channels.sending import Choice
from ..events.conversations import MessageQueued
from ..language.text import normalise
from ..platform import eventlog, store
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.errors import Conflict, Invalid
from ..platform.fact import frozen
from ..profiles import consent
from . import choosing, unsubscribing
from .flows import MESSAGE_WRITE, touch
from .model import CARE, MESSAGE, TRACKING, Conversation, Message, Tracking, reference
from .rules import Status
from .storing import about


class CannotReply(Conflict):
    code, title = "cannot_reply", "No reply can go out on this conversation"


@frozen
class Offering:
    """What a message is besides its words: its subject (mail), what it offers to tap, what it is
    sent for, and where (up to the token) its customer ends messages for that (`unsubscribing`).

    `commitments`: ids of the very texts of public commitments that are told in it."""

    subject: str | None = None
    choices: tuple[Choice, ...] = ()
    purpose: str = CARE
    unsubscribe: str | None = None
    commitments: tuple[str, ...] = ()


WORDS = Offering()


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
    offering: Offering = WORDS,
) -> Queued:
    """A message that waits to be sent. Raises `CannotReply` when its channel never sends, or the
    customer has not agreed to be written to for the purpose (`consent_rules.PURPOSES`).

    `privately`: never where others read it. `takes_ticket`: from now on the conversation is
    about the message's ticket.
    """
    _require_agreed(conversation, offering.purpose)
    message = _waiting(
        conversation,
        _sayable(conversation, text),
        context,
        ticket_id=ticket_id,
        author=author.value,
        agent_id=agent_id,
        reply_to=reply_to,
        privately=privately or None,
        **_offered(conversation, offering),
    )
    touched = touch(
        conversation,
        at=context.now,
        inbound=False,
        ticket_id=ticket_id if takes_ticket else None,
        offered=choosing.offer(message.id, offering.choices),
    )
    told = _queued(message, conversation, offering, context)
    return Queued(message=message, writes=[store.put(MESSAGE_WRITE, message), touched, told])


def _queued(
    message: Message, conversation: Conversation, offering: Offering, context: Context
) -> store.Write:
    commitments = offering.commitments or None
    told = MessageQueued(**about(message, conversation), commitments=commitments)
    return eventlog.record(told, context)


def queue_template(
    conversation: Conversation,
    template: Mapping[str, Any],
    text: str,
    context: Context,
    *,
    identifier: str,
    begun: Sequence[store.Write] | None = None,
    **fields: Any,
) -> Queued:
    """An approved template that waits to be sent; `template` is kept with the message.

    `begun` are the writes of a conversation that begins with it. Its tracking id finds it before
    the provider has answered. `fields` are those of the message.
    """
    message = _waiting(
        conversation, text, context, identifier=identifier, template=dict(template), **fields
    )
    ticket_id = fields.get("ticket_id") if conversation.current_ticket is None else None
    if begun is None:
        begun = [touch(conversation, at=context.now, inbound=False, ticket_id=ticket_id)]
    tracking = Tracking(
        message.pk,
        TRACKING + message.id,
        reference=reference(conversation.account, template["tracking_id"]),
        at=message.at,
    )
    told = MessageQueued(**about(message, conversation), template=template["id"])
    writes = [store.put(MESSAGE_WRITE, message), store.put("tracking", tracking), *begun]
    return Queued(message=message, writes=[*writes, eventlog.record(told, context)])


def _waiting(
    conversation: Conversation,
    said: str,
    context: Context,
    *,
    identifier: str | None = None,
    **fields: Any,
) -> Message:
    """The item; what it answers is fixed now, whatever is said before it goes out."""
    identifier = identifier or context.new_id()
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


def _require_agreed(conversation: Conversation, purpose: str) -> None:
    """What is not about the customer's own matter needs their consent, and that they have not
    asked for silence here."""
    if purpose == CARE:
        return
    agreed = consent.may_contact(conversation.origin, purpose, conversation.channel)
    if conversation.opted_out or not agreed:
        raise CannotReply("the customer has not agreed to this purpose", field="purpose")


def _offered(conversation: Conversation, offering: Offering) -> dict[str, Any]:
    """The message's fields of what it is besides words."""
    return {
        "subject": offering.subject if _has_subject(conversation) else None,
        "choices": choosing.kept(offering.choices) or None,
        "purpose": offering.purpose if offering.purpose != CARE else None,
        "unsubscribe": _ended_at(conversation, offering),
    }


def _ended_at(conversation: Conversation, offering: Offering) -> str | None:
    if offering.purpose == CARE or offering.unsubscribe is None:
        return None
    return f"{offering.unsubscribe}/{unsubscribing.token_of(conversation.pk, offering.purpose)}"


def _has_subject(conversation: Conversation) -> bool:
    chosen = adapter(conversation.channel)
    return chosen is not None and chosen.capabilities.threaded
