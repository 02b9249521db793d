"""The catalogue of domain events: every fact that can be in the log, with its fields.

Ids and codes only, never names, phones or texts: the log stays for ever and a
person must still be erasable. `reactions.py` says who acts on which.
"""

from __future__ import annotations

from typing import Any, ClassVar

from .platform.eventlog import Event


class ProfileEvent(Event):
    """Kept under the profile."""

    @classmethod
    def subject_of(cls, event: Any) -> str:
        return f"profile#{event.profile_id}"


class ProfileCreated(ProfileEvent):
    name: ClassVar[str] = "profile.created"
    channel: str
    account_id: str


class ProfileUpdated(ProfileEvent):
    """`changed` are field names."""

    name: ClassVar[str] = "profile.updated"
    changed: tuple[str, ...]


class IdentityAdded(ProfileEvent):
    name: ClassVar[str] = "identity.added"
    kind: str
    verified: bool


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
    """A customer said something. `courtesy`: it only thanks or greets (domain.md §1)."""

    name: ClassVar[str] = "message.received"
    channel: str
    account_id: str
    courtesy: bool
    late: bool = False  # older than a message already there


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


class MessageDeleted(MessageEvent):
    name: ClassVar[str] = "message.deleted"


class TicketEvent(Event):
    """Kept under the ticket. Carries what counters group by, as it was before the event."""

    ticket_id: str
    type: str | None = None
    sub_type: str | None = None
    source: str | None = None
    channel: str | None = None
    priority: str | None = None
    department_id: str | None = None
    agent_id: str | None = None
    opened_at: str | None = None

    @classmethod
    def subject_of(cls, event: Any) -> str:
        return f"ticket#{event.ticket_id}"


class TicketOpened(TicketEvent):
    """A matter began: as it was at creation, with its first message."""

    name: ClassVar[str] = "ticket.opened"
    number: str
    waiting_on: str
    stage: str | None
    touchpoint: str | None
    branch: str | None
    tier: str | None = None
    team_id: str | None
    account_id: str | None = None
    message_id: str | None
    conversation_id: str | None


class TicketReopened(TicketEvent):
    """`why`: customer_wrote, person. `agent_id` has it again; None: it waits in line.

    `outcome` is the one that no longer holds.
    """

    name: ClassVar[str] = "ticket.reopened"
    why: str
    outcome: str | None
    message_id: str | None = None


class TicketStarted(TicketEvent):
    """`new` → `in_progress`; `why`: claimed, replied."""

    name: ClassVar[str] = "ticket.started"
    why: str


class TicketFirstReplied(TicketEvent):
    """The first public answer of a human, wherever they wrote it."""

    name: ClassVar[str] = "ticket.first_replied"


class TicketWaiting(TicketEvent):
    """Whose turn it is now."""

    name: ClassVar[str] = "ticket.waiting"
    waiting_on: str


class TicketChanged(TicketEvent):
    """Fields a person corrected: names, and old and new codes where the values are codes."""

    name: ClassVar[str] = "ticket.changed"
    changed: tuple[str, ...]
    before: dict[str, str | None]
    after: dict[str, str | None]


class TicketAssigned(TicketEvent):
    """Who has it now (`agent_id`), who had it before, and how that was decided.

    `how`: least_load (with the agent's load then, among so many candidates),
    claimed, handed_over, replied.
    """

    name: ClassVar[str] = "ticket.assigned"
    before: str | None = None
    how: str
    load: int | None = None
    candidates: int | None = None


class TicketUnassigned(TicketEvent):
    """Nobody has it: it waits in the line of `department_id`; `agent_id` is None.

    `why`: moved (from another department or line), given_back, agent_left.
    """

    name: ClassVar[str] = "ticket.unassigned"
    before: str | None
    moved_from: str | None = None
    why: str


class TicketDone(TicketEvent):
    name: ClassVar[str] = "ticket.done"
    outcome: str


class TicketNoteAdded(TicketEvent):
    name: ClassVar[str] = "ticket.note_added"
    note_id: str


class TicketConversationJoined(TicketEvent):
    """A message of another conversation belongs to this matter too (domain.md §2)."""

    name: ClassVar[str] = "ticket.conversation_joined"
    conversation_id: str
    why: str


class TaskOpened(TicketEvent):
    """Another department (`department_id`) has work inside the ticket."""

    name: ClassVar[str] = "task.opened"
    task_id: str
    what: str


class TaskDone(TicketEvent):
    name: ClassVar[str] = "task.done"
    task_id: str


class AgentEvent(Event):
    """Kept under the agent."""

    agent_id: str

    @classmethod
    def subject_of(cls, event: Any) -> str:
        return f"agent#{event.agent_id}"


class AgentAdded(AgentEvent):
    name: ClassVar[str] = "agent.added"
    department_id: str
    role: str


class AgentChanged(AgentEvent):
    name: ClassVar[str] = "agent.changed"
    changed: tuple[str, ...]


class AgentFreed(AgentEvent):
    """They have one open ticket less, so there may be room for what waits."""

    name: ClassVar[str] = "agent.freed"


class AgentPresenceChanged(AgentEvent):
    name: ClassVar[str] = "agent.presence_changed"
    before: str | None
    presence: str
    department_id: str


class TeamEvent(Event):
    """Departments, teams and tokens, each under itself."""

    kind: str
    id: str

    @classmethod
    def subject_of(cls, event: Any) -> str:
        return f"{event.kind}#{event.id}"


class TeamStructureChanged(TeamEvent):
    """A department or team was made or changed."""

    name: ClassVar[str] = "team.structure_changed"
    changed: tuple[str, ...]


class TokenIssued(TeamEvent):
    name: ClassVar[str] = "token.issued"
    role: str


class TokenRevoked(TeamEvent):
    name: ClassVar[str] = "token.revoked"


class AccountEvent(Event):
    """Kept under the channel account (our id of it)."""

    account: str

    @classmethod
    def subject_of(cls, event: Any) -> str:
        return f"account#{event.account}"


class AccountConnected(AccountEvent):
    name: ClassVar[str] = "account.connected"
    channel: str


class AccountChanged(AccountEvent):
    name: ClassVar[str] = "account.changed"
    changed: tuple[str, ...]


class AccountTokenRenewed(AccountEvent):
    name: ClassVar[str] = "account.token_renewed"


class AccountTokenFailed(AccountEvent):
    """The provider refused the token: until somebody reconnects, nothing goes out."""

    name: ClassVar[str] = "account.token_failed"
    code: str


def catalogue() -> dict[str, type[Event]]:
    """Every event by its dotted name: the classes of this module that have one."""
    here = [one for one in globals().values() if isinstance(one, type) and issubclass(one, Event)]
    return {event.name: event for event in sorted(here, key=lambda one: one.name) if event.name}
