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
    media: int | None = None  # how many attachments are to be copied
    about_message_id: str | None = None  # the template of ours that stars or a button are to


class MessageRecorded(MessageEvent):
    """Our side said something outside this product; `human` stops the clock, a bot does not."""

    name: ClassVar[str] = "message.recorded"
    channel: str
    account_id: str
    human: bool
    media: int | None = None


class MessageQueued(MessageEvent):
    """A message of ours waits to be sent. `template`: the approved template it goes out as.

    `commitments`: which texts of public commitments the customer is told (`<id>@<version>`).
    """

    name: ClassVar[str] = "message.queued"
    channel: str
    account_id: str
    author: str
    agent_id: str | None = None
    template: str | None = None
    commitments: tuple[str, ...] | None = None


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
    """It will never be sent as it is. `instead`: the message that goes out on another channel."""

    name: ClassVar[str] = "message.failed"
    author: str
    agent_id: str | None = None
    code: str
    instead: str | None = None


class MessageDelivered(MessageEvent):
    name: ClassVar[str] = "message.delivered"


class MessageRead(MessageEvent):
    name: ClassVar[str] = "message.read"


class MessageEdited(MessageEvent):
    name: ClassVar[str] = "message.edited"
    mentions: tuple[str, ...] = ()


class MessageDeleted(MessageEvent):
    name: ClassVar[str] = "message.deleted"
    media: int | None = None  # how many attachments had or were to have a copy


class MessageMediaCopied(MessageEvent):
    """Attachments are in our bucket."""

    name: ClassVar[str] = "message.media_copied"
    copied: int


class MessageMediaFailed(MessageEvent):
    """Attachments could not be copied; `codes` say why (`media.rules.REASONS`)."""

    name: ClassVar[str] = "message.media_failed"
    failed: int
    codes: tuple[str, ...]


class MessageMediaRequested(MessageEvent):
    """Somebody wants to have tried once more what could not be copied."""

    name: ClassVar[str] = "message.media_requested"
    media: int


class CallRequested(MessageEvent):
    """We want to call a customer: the provider is asked for it, once. `automatic`: a machine of
    ours will speak."""

    name: ClassVar[str] = "call.requested"
    channel: str
    account_id: str
    author: str
    agent_id: str | None = None
    automatic: bool = False


class CallFailed(MessageEvent):
    """The provider was asked for a call and did not take it, or nobody knows (`in_doubt`)."""

    name: ClassVar[str] = "call.failed"
    author: str
    agent_id: str | None = None
    code: str


class CallAnswerGiven(MessageEvent):
    """The customer answered a question of our machine: `key` was pressed, which stands for
    `value`; `spoken`: in words, which the message holds."""

    name: ClassVar[str] = "call.answer_given"
    channel: str
    account_id: str
    step: str
    key: str | None = None
    value: str | None = None
    spoken: bool = False


class CallEvent(MessageEvent):
    """A stage of a telephone call, which is the message; times in seconds. `automatic`: a machine
    of ours spoke, and no person."""

    channel: str
    account_id: str
    outbound: bool
    automatic: bool = False
    extension: str | None = None
    queue_seconds: int | None = None
    ring_seconds: int | None = None


class CallStarted(CallEvent):
    name: ClassVar[str] = "call.started"


class CallAnswered(CallEvent):
    """A person of ours and the customer talk."""

    name: ClassVar[str] = "call.answered"


class CallEnded(CallEvent):
    """It is over, after they have talked; of an automatic one, after the customer picked up."""

    name: ClassVar[str] = "call.ended"
    talk_seconds: int | None = None
    hold_seconds: int | None = None


class CallMissed(CallEvent):
    """It is over, and they have not. `abandoned`: the customer hung up while waiting; `outcome`:
    why one of ours was in vain (busy, no_answer, rejected, cancelled, failed)."""

    name: ClassVar[str] = "call.missed"
    abandoned: bool = False
    outcome: str | None = None
