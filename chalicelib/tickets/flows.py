"""The life of a ticket: the writes that open it, add to it, reopen it and finish it.

`intake` uses them for customers' messages, `commands` for people's. Each
returns writes with their events; the caller commits.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from ..events.tickets import (
    TaskOpened,
    TicketConversationJoined,
    TicketOpened,
    TicketReopened,
    TicketWaiting,
)
from ..platform import eventlog, store
from ..platform.clock import iso, parse, zone
from ..platform.context import Context
from ..platform.control import next_number
from ..platform.errors import Conflict, NotFound
from ..platform.fact import frozen
from ..team import flows as team
from ..team.rules import can_take
from . import recent, rules
from .model import TASK, TICKET, Task, Ticket, status_at
from .rules import Classified, Open, Status, WaitingOn

TICKET_WRITE = "ticket"
#: How many of a profile's newest tickets are looked at for joining.
RECENT = 10


class TicketIsDone(Conflict):
    code, title = "ticket_done", "The ticket is done; reopen it first"


class TicketNotFound(NotFound):
    code, title = "ticket_not_found", "No such ticket"


@frozen
class Matter:
    """What a new ticket is about and where it came from. `at`: when it was first said.

    `origin_id` is the original it comes with where that was merged into `profile_id`. `what`:
    the code of a matter that we begin ourselves, by which policies know it.
    """

    profile_id: str
    origin_id: str | None = None
    at: datetime
    classified: Classified
    source: str
    channel: str | None = None
    conversation_id: str | None = None
    message_id: str | None = None
    subject: str | None = None
    branch: str | None = None
    tier: str | None = None
    team_id: str | None = None
    account_id: str | None = None
    order: str | None = None
    product: str | None = None
    what: str | None = None
    imported_at: datetime | None = None


@frozen
class Opened:
    """A new ticket and its writes."""

    ticket: Ticket
    writes: list[store.Write]


def find(ticket_id: str) -> Ticket | None:
    """The ticket as it is now, or None."""
    return store.get(Ticket, ticket_id, TICKET)


def load(ticket_id: str) -> Ticket:
    """The ticket. Raises `TicketNotFound`."""
    found = find(ticket_id)
    if found is None:
        raise TicketNotFound(field="ticket_id")
    return found


def several(ticket_ids: Iterable[str]) -> dict[str, Ticket]:
    """Those of these tickets that exist, by id; one read for a hundred."""
    found = store.get_many(Ticket, [(one, TICKET) for one in ticket_ids])
    return {pk: ticket for (pk, _), ticket in found.items()}


def same(ticket_id: str) -> Ticket:
    """The ticket by its key, to be updated."""
    return store.ref(Ticket, ticket_id, TICKET)


def as_open(ticket: Ticket) -> Open:
    """The ticket as the joining rules see it."""
    return Open(
        ticket_id=ticket.pk,
        status=ticket.status,
        sub_type=ticket.sub_type,
        order=ticket.order,
        opened_at=parse(ticket.opened_at),
        done_at=parse(ticket.done_at) if ticket.done_at else None,
        conversation_id=ticket.conversation_id,
    )


def of_profile(profile_id: str) -> tuple[Open, ...]:
    """A profile's newest tickets."""
    return tuple(as_open(one) for one in recent.newest_of(profile_id, most=RECENT))


def open_ticket(matter: Matter, context: Context, *, ticket_id: str | None = None) -> Opened:
    """A new ticket that waits for an agent of its department."""
    known = matter.classified
    identifier = ticket_id or context.new_id()
    opened_at = iso(matter.at)
    ticket = Ticket(
        identifier,
        TICKET,
        number=_next_number(context),
        status=Status.NEW,
        status_at=status_at(Status.NEW, opened_at),
        waiting_on=WaitingOn.AGENT,
        type=known.type,
        sub_type=known.sub_type,
        source=matter.source,
        channel=matter.channel,
        priority=known.priority,
        severity=known.severity,
        stage=known.stage,
        touchpoint=known.touchpoint,
        branch=matter.branch,
        order=matter.order,
        product=matter.product,
        subject=matter.subject,
        department_id=known.department_id,
        team_id=matter.team_id,
        profile_id=matter.profile_id,
        origin_id=matter.origin_id if matter.origin_id != matter.profile_id else None,
        conversation_id=matter.conversation_id,
        waiting_key=rules.line(known.department_id, known.sub_type),
        waiting_since=opened_at,
        opened_at=opened_at,
    )
    opened = eventlog.record(_opened(ticket, matter), context, at=matter.at)
    task = _linked_task(ticket, known, context)
    return Opened(ticket=ticket, writes=[store.put(TICKET_WRITE, ticket), opened, *task])


def _next_number(context: Context) -> str:
    year = context.now.astimezone(zone()).year
    return rules.number(year, next_number(f"tickets:{year}"))


def about(ticket: Ticket, **more: Any) -> dict[str, Any]:
    """What every event of a ticket carries; `more` says what is otherwise with this one."""
    return {
        "ticket_id": ticket.pk,
        "profile_id": ticket.origin,
        "type": ticket.type,
        "sub_type": ticket.sub_type,
        "source": ticket.source,
        "channel": ticket.channel,
        "priority": ticket.priority,
        "department_id": ticket.department_id,
        "agent_id": ticket.agent_id,
        "opened_at": ticket.opened_at,
        **more,
    }


def _opened(ticket: Ticket, matter: Matter) -> TicketOpened:
    return TicketOpened(
        **about(ticket),
        number=ticket.number,
        waiting_on=ticket.waiting_on,
        stage=ticket.stage,
        touchpoint=ticket.touchpoint,
        severity=known_severity(ticket),
        branch=ticket.branch,
        tier=matter.tier,
        team_id=ticket.team_id,
        account_id=matter.account_id,
        message_id=matter.message_id,
        conversation_id=matter.conversation_id,
        what=matter.what,
        imported_at=None if matter.imported_at is None else iso(matter.imported_at),
    )


def known_severity(ticket: Ticket) -> int | None:
    """How bad a complaint is, as a number."""
    return None if ticket.severity is None else int(ticket.severity)


def _linked_task(ticket: Ticket, known: Classified, context: Context) -> list[store.Write]:
    if known.task_department is None:
        return []
    return open_task(ticket, known.sub_type or known.type, known.task_department, context)


def find_task(ticket_id: str, task_id: str) -> Task | None:
    """A task of a ticket as it is now, or None."""
    return store.get(Task, ticket_id, TASK + task_id)


def several_tasks(named: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Task]:
    """Those of these tasks that exist, by ticket and task id; one read for a hundred."""
    found = store.get_many(Task, [(ticket, TASK + task) for ticket, task in named])
    return {(pk, task.id): task for (pk, _), task in found.items()}


def open_task(
    ticket: Ticket, what: str, department_id: str, context: Context, *, task_id: str | None = None
) -> list[store.Write]:
    """A piece of work for a department inside a ticket; `what` is a code."""
    identifier = task_id or context.new_id()
    created_at = iso(context.now)
    task = Task(
        ticket.pk,
        TASK + identifier,
        task_status="open",
        task_department=department_id,
        what=what,
        waiting_key=f"task#{department_id}",
        waiting_since=created_at,
        created_at=created_at,
    )
    opened = TaskOpened(**about(ticket, department_id=department_id), task_id=identifier, what=what)
    return [store.put("task", task), eventlog.record(opened, context)]


def is_open() -> Condition:
    """Holds while a ticket is not done."""
    held: Condition = Ticket.pk.exists() & (Ticket.status != Status.DONE)
    return held


def require_open(ticket: Ticket) -> None:
    """Raises `TicketIsDone`."""
    if ticket.status == Status.DONE:
        raise TicketIsDone(field="ticket_id")


def merged(first: list[store.Write], second: list[store.Write]) -> list[store.Write]:
    """Two lists of writes as one, with what both do to the ticket in a single update.

    A transaction may name an item once.
    """
    if not second:
        return first
    one = next(write for write in first if write.name == TICKET_WRITE)
    two = next(write for write in second if write.name == TICKET_WRITE)
    assert one.condition is not None
    assert two.condition is not None
    both = store.update(
        TICKET_WRITE,
        one.item,
        *one.actions,
        *two.actions,
        condition=one.condition & two.condition,
    )
    rest = [write for write in [*first, *second] if write.name != TICKET_WRITE]
    return [both, *rest]


def turn_to(
    ticket: Ticket, whom: WaitingOn, context: Context, *, at: datetime | None = None
) -> tuple[list[Action], list[store.Write]]:
    """The action and event of whose turn it is now; none when it is theirs already."""
    if ticket.waiting_on == whom:
        return [], []
    waiting = TicketWaiting(**about(ticket), waiting_on=whom.value)
    return [Ticket.waiting_on.set(whom)], [eventlog.record(waiting, context, at=at)]


def append(
    ticket: Ticket, conversation_id: str, context: Context, *, at: datetime
) -> list[store.Write]:
    """A customer's message, said `at`, on an open ticket: the turn is ours again.

    When nothing changes, the ticket is only checked to be open still.
    """
    actions, events = turn_to(ticket, WaitingOn.AGENT, context, at=at)
    if ticket.conversation_id != conversation_id:
        actions += _moved_to(ticket, conversation_id)
    if not actions:
        return [store.check(TICKET_WRITE, same(ticket.pk), is_open())]
    return [store.update(TICKET_WRITE, same(ticket.pk), *actions, condition=is_open()), *events]


def _moved_to(ticket: Ticket, conversation_id: str) -> list[Action]:
    """The customer went on in another conversation; where they began is remembered."""
    actions: list[Action] = [Ticket.conversation_id.set(conversation_id)]
    if ticket.conversation_id is not None and ticket.opened_in is None:
        actions.append(Ticket.opened_in.set(ticket.conversation_id))
    return actions


def join(
    ticket: Ticket, conversation_id: str, why: str, context: Context, *, at: datetime
) -> list[store.Write]:
    """A message of another conversation that belongs to this open ticket."""
    joined = TicketConversationJoined(**about(ticket), conversation_id=conversation_id, why=why)
    appended = append(ticket, conversation_id, context, at=at)
    return [*appended, eventlog.record(joined, context, at=at)]


def reopen(
    ticket: Ticket,
    context: Context,
    *,
    why: str,
    at: datetime,
    conversation_id: str | None = None,
    message_id: str | None = None,
    command: bool = False,
) -> list[store.Write]:
    """A done ticket becomes work again, with its old agent if that one can take it now.

    Otherwise it waits in its department's queue, where routing gives it to
    somebody who is there.
    """
    keeps = _can_go_on(ticket.agent_id)
    turned, events = turn_to(ticket, WaitingOn.AGENT, context, at=at)
    actions = [*_again(ticket), *turned]
    if conversation_id is not None and conversation_id != ticket.conversation_id:
        actions += _moved_to(ticket, conversation_id)
    if command:
        actions.append(Ticket.revision.add(1))
    load_writes: list[store.Write] = []
    if keeps and ticket.agent_id is not None:
        load_writes = [team.take_on(ticket.agent_id, now=context.now, must_be_available=True)]
    else:
        actions += _in_line(ticket)
    reopened = TicketReopened(
        **about(ticket, agent_id=ticket.agent_id if keeps else None),
        why=why,
        outcome=ticket.outcome,
        message_id=message_id,
    )
    still_done = (Ticket.status == Status.DONE) & (Ticket.revision == ticket.revision)
    update = store.update(TICKET_WRITE, same(ticket.pk), *actions, condition=still_done)
    return [update, *load_writes, eventlog.record(reopened, context, at=at), *events]


def _again(ticket: Ticket) -> list[Action]:
    return [
        Ticket.status.set(Status.IN_PROGRESS),
        Ticket.status_at.set(status_at(Status.IN_PROGRESS, ticket.opened_at)),
        Ticket.outcome.remove(),
        Ticket.done_at.remove(),
        Ticket.reopened.add(1),
    ]


def _in_line(ticket: Ticket) -> list[Action]:
    return [
        Ticket.agent_id.remove(),
        Ticket.waiting_key.set(rules.line(ticket.department_id, ticket.sub_type)),
        Ticket.waiting_since.set(ticket.opened_at),
    ]


def _can_go_on(agent_id: str | None) -> bool:
    candidate = team.candidate(agent_id) if agent_id else None
    return candidate is not None and can_take(candidate)


def index_words(ticket_ids: Iterable[str]) -> None:
    """Bring the search keys of tickets up to date; called by the indexing reactor."""
    from .search import write

    write(ticket_ids)
