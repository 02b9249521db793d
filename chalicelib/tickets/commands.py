"""What people do with tickets: note, correct, hand over, give back, finish (`replying`: answer).

Called by `api`. Each returns the ticket as it will be and the writes that make
it so; `http` commits them with the idempotency answer.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..events.tickets import TaskDone, TicketChanged, TicketDone, TicketNoteAdded
from ..platform import eventlog, store
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.errors import Conflict, Forbidden, Invalid, NotFound
from ..platform.roles import LEADS, Principal
from ..profiles import rights
from ..team import flows as team
from . import assignment
from .assignment import still_with
from .flows import (
    TICKET_WRITE,
    about,
    find_task,
    is_open,
    known_severity,
    merged,
    require_open,
    same,
    turn_to,
)
from .model import NOTE, Note, Task, Ticket, status_at
from .rules import SEVERITIES, Status, WaitingOn, for_lead, severity
from .taxonomy import COMPLAINT, OUTCOMES, PRIORITIES, STAGES, SUB_TYPES, TOUCHPOINTS, TYPES


class TicketIsErased(Conflict):
    code, title = "ticket_erased", "The ticket's customer was erased; nothing is noted of them"


class TicketNotDone(Conflict):
    code, title = "ticket_not_done", "The ticket is not done"


class TicketTaken(Conflict):
    code, title = "ticket_taken", "Somebody else has the ticket"


def note(ticket: Ticket, text: str, context: Context) -> tuple[Note, list[store.Write]]:
    """An internal note; the customer never sees it, and no clock cares.

    Its writes raise `TicketIsErased`.
    """
    item = Note(
        ticket.pk,
        NOTE + context.new_id(),
        text=text,
        author=context.actor,
        created_at=iso(context.now),
    )
    added = TicketNoteAdded(**about(ticket), note_id=item.id)
    alive = rights.alive(ticket.origin, TicketIsErased(field="ticket_id"))
    return item, [alive, store.put("note", item), eventlog.record(added, context)]


#: Which values a field may be corrected to; None: any text.
CHOICES: dict[str, frozenset[str] | frozenset[int] | None] = {
    "type": frozenset(TYPES),
    "sub_type": frozenset(SUB_TYPES),
    "priority": frozenset(PRIORITIES),
    "severity": frozenset(SEVERITIES),
    "stage": frozenset(STAGES),
    "touchpoint": frozenset(TOUCHPOINTS),
    "branch": None,
    "order": None,
    "product": None,
    "subject": None,
    "tags": None,
    "waiting_on": frozenset(WaitingOn),
    "department_id": None,
}
#: Fields whose values are words of people, not codes: events carry only that they changed.
NOT_CODES = frozenset({"subject", "tags", "order", "product", "branch"})
NEVER_EMPTY = frozenset({"type", "priority", "waiting_on", "department_id"})


def checked_type(type_: str, sub_type: str | None) -> tuple[str, str | None]:
    """A type and a sub-type that belong together. Raises `Invalid` naming the field."""
    if type_ not in TYPES:
        raise Invalid(f"one of {', '.join(TYPES)}", field="type")
    if sub_type is not None and (row := SUB_TYPES.get(sub_type)) is None:
        raise Invalid(f"one of {', '.join(SUB_TYPES)}", field="sub_type")
    if sub_type is not None and row is not None and row.type != type_:
        raise Invalid(f"{sub_type} belongs to {row.type}", field="sub_type")
    return type_, sub_type


def corrected(ticket: Ticket, wanted: dict[str, Any]) -> dict[str, Any]:
    """The fields that really change, checked. A sub-type brings its type along."""
    fields = dict(wanted)
    for name, value in fields.items():
        allowed = CHOICES[name]
        if value is None and name in NEVER_EMPTY:
            raise Invalid("cannot be empty", field=name)
        if value is not None and allowed is not None and value not in allowed:
            raise Invalid(f"one of {', '.join(map(str, sorted(allowed)))}", field=name)
    _fit_type(ticket, fields)
    return {name: value for name, value in fields.items() if value != getattr(ticket, name)}


def _fit_type(ticket: Ticket, fields: dict[str, Any]) -> None:
    """Sub-type and severity belong to the type: bring along or clear what does not fit."""
    sub_type = fields.get("sub_type")
    if sub_type is not None:
        of_type = SUB_TYPES[sub_type].type
        if fields.setdefault("type", of_type) != of_type:
            raise Invalid(f"{sub_type} belongs to {of_type}", field="sub_type")
    elif "type" in fields and fields["type"] != ticket.type:
        fields.setdefault("sub_type", None)  # the old sub-type belongs to the old type
    if "type" in fields and fields["type"] != ticket.type:
        fields.setdefault("severity", severity(fields["type"], sub_type))
    if fields.get("severity") is not None and fields.get("type", ticket.type) != COMPLAINT:
        raise Invalid("only complaints have one", field="severity")


def change(
    ticket: Ticket, wanted: dict[str, Any], context: Context, *, principal: Principal
) -> tuple[dict[str, Any], list[store.Write]]:
    """Correct fields of a ticket; one that belongs elsewhere then goes into that queue.

    That takes it from its agent, which only the agent and leads may do.
    """
    require_open(ticket)
    fields = corrected(ticket, wanted)
    if not fields:
        return {}, []
    department = fields.get("department_id")
    if department is not None and team.department(department) is None:
        raise Invalid("no such department", field="department_id")
    changed = TicketChanged(
        **about(ticket),
        changed=tuple(sorted(fields)),
        before={n: _before(ticket, n) for n in fields if n not in NOT_CODES},
        after={n: v for n, v in fields.items() if n not in NOT_CODES},
    )
    events = [eventlog.record(changed, context)]
    if "waiting_on" in fields:
        events += turn_to(ticket, WaitingOn(fields["waiting_on"]), context)[1]
    actions = store.assign(Ticket, fields)
    condition = (Ticket.revision == ticket.revision) & is_open()
    update = store.update(TICKET_WRITE, same(ticket.pk), *actions, condition=condition)
    if not _leaves(ticket, fields):
        counted = replace(update, actions=(*update.actions, Ticket.revision.add(1)))
        return fields, [counted, *events]
    _require_owner(ticket, principal)
    moved = assignment.taken_back(
        ticket,
        context,
        why="moved",
        department_id=department,
        sub_type=fields.get("sub_type", ticket.sub_type),
    )
    after = {"agent_id": None} | ({"team_id": None} if department else {})
    return fields | after, [*merged([update], moved), *events]


def _before(ticket: Ticket, name: str) -> Any:
    return known_severity(ticket) if name == "severity" else getattr(ticket, name)


def _leaves(ticket: Ticket, fields: dict[str, Any]) -> bool:
    """Whether a correction takes a ticket from its agent or its line.

    Another department does. So does a sub-type that is a lead's business; the
    reverse only moves a ticket that nobody has, because a lead may keep theirs.
    """
    if "department_id" in fields:
        return True
    sub_type = fields.get("sub_type", ticket.sub_type)
    if for_lead(sub_type) == for_lead(ticket.sub_type):
        return False
    return ticket.agent_id is None or for_lead(sub_type)


def hand_to(
    ticket: Ticket, agent_id: str, context: Context, *, principal: Principal
) -> list[store.Write]:
    """Claim a free ticket, or hand one over. Of parallel claims one wins.

    Whoever has it may hand it on; leads and above may hand over anybody's.
    """
    require_open(ticket)
    if ticket.agent_id == agent_id:
        return []
    mine = ticket.agent_id is not None and ticket.agent_id == principal.agent_id
    claims = agent_id == principal.agent_id
    if ticket.agent_id is not None and not mine and principal.role not in LEADS:
        raise TicketTaken("another agent has it; they or a lead may hand it over", field="agent_id")
    if ticket.agent_id is None and not claims and principal.role not in LEADS:
        raise Forbidden("only leads give tickets to others")
    taker = team.candidate(agent_id)
    if taker is None or not taker.active:
        raise Invalid("no such agent, or gone", field="agent_id")
    return [
        *assignment.given(
            ticket,
            agent_id,
            context,
            how="claimed" if claims else "handed_over",
            condition=still_with(ticket.agent_id) & is_open(),
            start=claims,
            command=True,
        ),
        team.take_on(agent_id, now=context.now, must_be_available=False),
        *(team.let_go(ticket.agent_id, context) if ticket.agent_id else []),
    ]


def _require_owner(ticket: Ticket, principal: Principal) -> None:
    others = ticket.agent_id is not None and ticket.agent_id != principal.agent_id
    if others and principal.role not in LEADS:
        raise TicketTaken(
            "it is another agent's; they or a lead may take it away", field="agent_id"
        )


def give_back(ticket: Ticket, context: Context, *, principal: Principal) -> list[store.Write]:
    """Put a ticket back into the queue: its agent, or a lead."""
    require_open(ticket)
    if ticket.agent_id is None:
        return []
    _require_owner(ticket, principal)
    return assignment.taken_back(ticket, context, why="given_back", sub_type=ticket.sub_type)


def finish(ticket: Ticket, outcome: str, context: Context) -> list[store.Write]:
    """Done, with an outcome; `new` → `done` is legal (spam)."""
    require_open(ticket)
    if outcome not in OUTCOMES:
        raise Invalid(f"one of {', '.join(OUTCOMES)}", field="outcome")
    done = TicketDone(**about(ticket), outcome=outcome)
    update = store.update(
        TICKET_WRITE,
        same(ticket.pk),
        Ticket.status.set(Status.DONE),
        Ticket.status_at.set(status_at(Status.DONE, ticket.opened_at)),
        Ticket.outcome.set(outcome),
        Ticket.done_at.set(iso(context.now)),
        Ticket.waiting_key.remove(),
        Ticket.waiting_since.remove(),
        Ticket.revision.add(1),
        condition=(Ticket.revision == ticket.revision) & is_open() & still_with(ticket.agent_id),
    )
    freed = team.let_go(ticket.agent_id, context) if ticket.agent_id else []
    return [update, *freed, eventlog.record(done, context)]


def load_task(ticket_id: str, task_id: str) -> Task:
    """A task of a ticket. Raises `NotFound`."""
    found = find_task(ticket_id, task_id)
    if found is None:
        raise NotFound("no such task", field="task_id")
    return found


def finish_task(ticket: Ticket, task: Task, context: Context) -> list[store.Write]:
    """A department has done its part; doing it again changes nothing."""
    if task.task_status == "done":
        return []
    done = TaskDone(**about(ticket, department_id=task.task_department), task_id=task.id)
    return [
        store.update(
            "task",
            store.ref(Task, task.pk, task.sk),
            Task.task_status.set("done"),
            Task.finished_at.set(iso(context.now)),
            Task.waiting_key.remove(),
            Task.waiting_since.remove(),
            condition=Task.task_status == "open",
        ),
        eventlog.record(done, context),
    ]
