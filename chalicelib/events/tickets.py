"""The life of a ticket and of the tasks inside it."""

from __future__ import annotations

from typing import Any, ClassVar

from ..platform.eventlog import Event


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
    """A matter began: as it was at creation, with its first message.

    `what`: the code of one that we began ourselves (care_contact). `imported_at`: it was
    another system's until then.
    """

    name: ClassVar[str] = "ticket.opened"
    number: str
    waiting_on: str
    stage: str | None
    touchpoint: str | None
    branch: str | None
    severity: int | None = None
    tier: str | None = None
    team_id: str | None
    account_id: str | None = None
    message_id: str | None
    conversation_id: str | None
    what: str | None = None
    imported_at: str | None = None


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
    before: dict[str, str | int | None]
    after: dict[str, str | int | None]


class TicketAssigned(TicketEvent):
    """Who has it now (`agent_id`), who had it before, and how that was decided.

    `how`: least_load (with the agent's load then, among so many candidates),
    claimed, handed_over, replied, customers_agent (who had this customer before), escalated
    (to a lead, because a clock ran out).
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
