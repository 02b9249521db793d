"""What is said on the channels, and what became of our answers."""

from __future__ import annotations

from typing import Any, ClassVar

from ..platform.eventlog import Event


class ConversationEvent(Event):
    """Kept under the conversation."""

    conversation_id: str

    @classmethod
    def subject_of(cls, event: Any) -> str:
        return f"conversation#{event.conversation_id}"


class ConversationStarted(ConversationEvent):
    name: ClassVar[str] = "conversation.started"
    channel: str
    account_id: str


class ConversationConsentChanged(ConversationEvent):
    """The customer asked for no more messages, or for them again (word, unfollow, follow)."""

    name: ClassVar[str] = "conversation.consent_changed"
    opted_out: bool
    how: str


class ConversationContextGiven(ConversationEvent):
    """Where the customer came from: an advertisement, a link, a chat button."""

    name: ClassVar[str] = "conversation.context_given"
    what: str


class MessageEvent(Event):
    """Kept under the ticket the message belongs to, else under its conversation."""

    conversation_id: str
    message_id: str
    ticket_id: str | None = None
    channel: str | None = None
    account_id: str | None = None

    @classmethod
    def subject_of(cls, event: Any) -> str:
        if event.ticket_id is not None:
            return f"ticket#{event.ticket_id}"
        return f"conversation#{event.conversation_id}"


class MessageReceived(MessageEvent):
    """A customer said something. `courtesy`: it only thanks or greets (domain.md §1).

    `mentions`: what it names of a person or an order (phone, email, order), as kinds only.
    """

    name: ClassVar[str] = "message.received"
    channel: str
    account_id: str
    courtesy: bool
    late: bool = False  # older than a message already there
    mentions: tuple[str, ...] = ()


class MessageRecorded(MessageEvent):
    """Our side said something outside this product; `human` stops the clock, a bot does not."""

    name: ClassVar[str] = "message.recorded"
    channel: str
    account_id: str
    human: bool


class MessageQueued(MessageEvent):
    """A reply of ours waits to be sent."""

    name: ClassVar[str] = "message.queued"
    channel: str
    account_id: str
    author: str
    agent_id: str | None = None


class MessageSent(MessageEvent):
    name: ClassVar[str] = "message.sent"
    author: str
    agent_id: str | None = None


class MessageDelayed(MessageEvent):
    """The provider did not take it now; `until` is the next attempt (ISO 8601)."""

    name: ClassVar[str] = "message.delayed"
    author: str
    agent_id: str | None = None
    outcome: str
    code: str | None = None
    until: str


class MessageFailed(MessageEvent):
    """It will never be sent as it is."""

    name: ClassVar[str] = "message.failed"
    author: str
    agent_id: str | None = None
    code: str


class MessageDelivered(MessageEvent):
    name: ClassVar[str] = "message.delivered"


class MessageRead(MessageEvent):
    name: ClassVar[str] = "message.read"


class MessageEdited(MessageEvent):
    name: ClassVar[str] = "message.edited"
    mentions: tuple[str, ...] = ()


class MessageDeleted(MessageEvent):
    name: ClassVar[str] = "message.deleted"
