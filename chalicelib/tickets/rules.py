"""What a ticket is and what a message means for it. Pure: for the tickets' and intake's flows."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from ..platform.fact import frozen
from ..profiles.tiers import VIP
from .taxonomy import COMPLAINT, CUSTOMER_CARE, SUB_TYPES

if TYPE_CHECKING:  # the phrases behind it are for workers: HTTP never reads a text
    from ..language.topics import Understanding

REOPEN_WITHIN = timedelta(hours=72)
JOIN_WITHIN = timedelta(hours=48)
SUBJECT_LENGTH = 120


class Status(StrEnum):
    NEW = "new"
    IN_PROGRESS = "in_progress"
    DONE = "done"


class WaitingOn(StrEnum):
    AGENT = "agent"
    CUSTOMER = "customer"
    THIRD_PARTY = "third_party"


class Priority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


@frozen
class Classified:
    """Everything about a new ticket that follows from what it is about."""

    type: str
    sub_type: str | None
    department_id: str
    task_department: str | None
    stage: str | None
    touchpoint: str | None
    priority: Priority
    severity: int | None = None  # of a complaint


def classify(
    type_: str, sub_type: str | None, *, urgent_words: bool = False, tier: str | None = None
) -> Classified:
    """Department, linked task, journey and priority by the default tables (domain.md §3–4).

    A complaint stays with customer care, who does the talking; the department
    of the table gets a task. A complaint about staff goes to the lead.
    """
    row = SUB_TYPES.get(sub_type or "")
    worker = row.department if row else CUSTOMER_CARE
    complaint = type_ == COMPLAINT
    priority = Priority.HIGH if complaint else Priority.NORMAL
    if tier == VIP:
        priority = Priority.URGENT if complaint else Priority.HIGH
    if urgent_words:
        priority = Priority.URGENT
    return Classified(
        type=type_,
        sub_type=sub_type,
        department_id=CUSTOMER_CARE if complaint else worker,
        task_department=worker if complaint and worker != CUSTOMER_CARE else None,
        stage=row.stage if row else None,
        touchpoint=row.touchpoint if row else None,
        priority=priority,
        severity=severity(type_, sub_type, urgent_words=urgent_words, tier=tier),
    )


#: Complaints in which money of the customer's is gone.
MONEY = frozenset({"billing_error"})
SEVERITIES = (1, 2, 3)


def severity(
    type_: str, sub_type: str | None, *, urgent_words: bool = False, tier: str | None = None
) -> int | None:
    """How bad a complaint is as far as is known when it comes (domain.md §7); people correct it.

    1: inconvenience · 2: money lost, or a VIP · 3: words of safety, law, press or exposure.
    """
    if type_ != COMPLAINT:
        return None
    if urgent_words:
        return 3
    return 2 if tier == VIP or sub_type in MONEY else 1


def for_lead(sub_type: str | None) -> bool:
    """A complaint about staff goes to a lead, never to the person complained of."""
    return sub_type == "staff_attitude"


def line(department_id: str, sub_type: str | None) -> str:
    """The line in which a ticket without an agent waits."""
    return f"{department_id}#lead" if for_lead(sub_type) else department_id


def lines_of(department_id: str) -> tuple[str, str]:
    """Every line of a department."""
    return department_id, f"{department_id}#lead"


@frozen
class Open:
    """A ticket as far as joining and reopening depend on it."""

    ticket_id: str
    status: str
    sub_type: str | None
    order: str | None
    opened_at: datetime
    done_at: datetime | None
    conversation_id: str | None


class Step(StrEnum):
    """What a customer's message does."""

    STORE = "store"  # a courtesy or an opt-out: kept, nothing else
    APPEND = "append"
    REOPEN = "reopen"
    JOIN = "join"
    OPEN = "open"


@frozen
class Decision:
    """The step, the ticket it concerns, and for a join the reason."""

    step: Step
    ticket_id: str | None = None
    why: str = ""


def decide(
    understanding: Understanding,
    *,
    current: Open | None,
    others: tuple[Open, ...],
    at: datetime,
    may_join: bool = True,
) -> Decision:
    """Which ticket a message belongs to (domain.md §2, issue order).

    `current` is the ticket of the message's own conversation, `others` the
    profile's further tickets, newest first.
    """
    if understanding.courtesy or understanding.opt_out:
        here = current.ticket_id if current and current.status != Status.DONE else None
        return Decision(step=Step.STORE, ticket_id=here)
    if current is not None and current.status != Status.DONE:
        return Decision(step=Step.APPEND, ticket_id=current.ticket_id)
    if current is not None and _recently_done(current, at):
        return Decision(step=Step.REOPEN, ticket_id=current.ticket_id, why="customer_wrote")
    if may_join and (joined := _joinable(understanding, others, at)) is not None:
        return joined
    return Decision(step=Step.OPEN)


def _recently_done(ticket: Open, at: datetime) -> bool:
    return ticket.done_at is not None and at - ticket.done_at <= REOPEN_WITHIN


def _joinable(
    understanding: Understanding, others: tuple[Open, ...], at: datetime
) -> Decision | None:
    for other in others:
        if other.status == Status.DONE:
            continue
        if other.order is not None and other.order in understanding.orders:
            return Decision(step=Step.JOIN, ticket_id=other.ticket_id, why="same_order")
        same = understanding.sub_type is not None and other.sub_type == understanding.sub_type
        if same and abs(at - other.opened_at) <= JOIN_WITHIN:
            return Decision(step=Step.JOIN, ticket_id=other.ticket_id, why="same_sub_type")
    return None


def number(year: int, count: int) -> str:
    """A ticket's number for people: `CX-26-004217`; grows wider past a million a year."""
    return f"CX-{year % 100:02d}-{count:06d}"


def subject(text: str | None, fallback: str | None = None) -> str | None:
    """A ticket's heading: the first line of what was said, cut at a word."""
    first = next((line.strip() for line in (text or "").splitlines() if line.strip()), None)
    line = fallback or first
    if line is None or len(line) <= SUBJECT_LENGTH:
        return line
    cut = line[:SUBJECT_LENGTH].rsplit(" ", 1)[0]
    return f"{cut or line[:SUBJECT_LENGTH]}…"
