"""Who has a ticket: automatic assignment, claims, hand-overs, and draining the queue.

`jobs` calls `assign`, `drain` and `release`; `commands` and `replying` use the rest. An
agent's load changes only in the transaction of the ticket it counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from ..events.tickets import TicketAssigned, TicketStarted, TicketUnassigned
from ..platform import ahead, eventlog, listing, store
from ..platform.clock import iso
from ..platform.context import Context
from ..team import flows as team
from ..team.rules import Candidate, choose
from .flows import TICKET_WRITE, about, find, is_open, same
from .model import TICKET, Ticket, status_at
from .rules import Status, for_lead, line, lines_of

#: A drained queue is read this far at once; the assignments that follow bring the next event.
DRAIN_AT_ONCE = 25
#: How often another agent is tried when the chosen one filled up meanwhile.
TRIES = 5


class Rosters:
    """Departments' agents as one batch of tickets sees them: read once, loads counted along.

    What it shows may be some tenths of a second old; `take_on` decides.
    """

    def __init__(self) -> None:
        self._known: dict[str, list[Candidate]] = {}

    def of(self, department_id: str) -> list[Candidate]:
        """The agents of a department."""
        if department_id not in self._known:
            self._known[department_id] = team.roster(department_id)
        return self._known[department_id]

    def has(self, department_id: str) -> bool:
        """Whether a department was read before."""
        return department_id in self._known

    def took(self, agent: Candidate, context: Context) -> None:
        """An agent has one ticket more."""
        busier = replace(agent, load=agent.load + 1, last_assigned_at=context.now)
        known = self._known[agent.department_id]
        self._known[agent.department_id] = [busier if one is agent else one for one in known]

    def forget(self, department_id: str) -> None:
        """Somebody is not as they seemed: read anew."""
        self._known.pop(department_id, None)


def read_ahead(ticket_ids: Iterable[str]) -> None:
    """Read together the tickets that a batch is about to `assign`."""
    keys = [(ticket_id, TICKET) for ticket_id in ticket_ids]
    if len(keys) > 1:
        ahead.hold(Ticket, keys, store.get_many(Ticket, keys, consistent=True))


def assign(ticket_id: str, context: Context, rosters: Rosters | None = None) -> str | None:
    """Give a waiting ticket to the best agent of its department; None when nobody can take it.

    Does nothing to a ticket that has an agent or is done, so it may run twice.
    Raises `Contended` when others were quicker every time: then somebody may be free.
    """
    known = rosters or Rosters()
    refused: set[str] = set()
    for _ in range(TRIES):
        ticket = find(ticket_id)
        if ticket is None or ticket.agent_id is not None or ticket.status == Status.DONE:
            return None
        fresh = not known.has(ticket.department_id)
        roster = known.of(ticket.department_id)
        chosen = _best(ticket, roster, frozenset(refused))
        if chosen is None and fresh:
            return None
        if chosen is None:
            known.forget(ticket.department_id)  # somebody may have come since it was read
            continue
        try:
            store.commit(_given_to(chosen, ticket, roster, context))
        except store.ConditionFailed as error:
            if TICKET_WRITE not in error.names:
                refused.add(chosen.agent_id)
                known.forget(ticket.department_id)
            continue
        known.took(chosen, context)
        return chosen.agent_id
    raise store.Contended(f"{TRIES} agents were taken while ticket {ticket_id} was given away")


def _given_to(
    chosen: Candidate, ticket: Ticket, roster: list[Candidate], context: Context
) -> list[store.Write]:
    return [
        *given(
            ticket,
            chosen.agent_id,
            context,
            how="least_load",
            load=chosen.load,
            candidates=len(roster),
        ),
        team.take_on(chosen.agent_id, now=context.now, must_be_available=True),
    ]


def _best(ticket: Ticket, roster: list[Candidate], refused: frozenset[str]) -> Candidate | None:
    """A complaint about staff goes to a lead; without one it waits for one, in sight of all."""
    role = "lead" if for_lead(ticket.sub_type) else None
    return choose(roster, team_id=ticket.team_id, role=role, exclude=refused)


def given(
    ticket: Ticket,
    agent_id: str,
    context: Context,
    *,
    how: str,
    condition: Condition | None = None,
    start: bool = False,
    command: bool = False,
    load: int | None = None,
    candidates: int | None = None,
) -> list[store.Write]:
    """The writes that give a ticket to an agent. Their load is counted by the caller.

    By default refused when somebody has it meanwhile. `start`: a person took it
    themselves, so the work has begun.
    """
    actions: list[Action] = [
        Ticket.agent_id.set(agent_id),
        Ticket.waiting_key.remove(),
        Ticket.waiting_since.remove(),
    ]
    assigned = TicketAssigned(
        **about(ticket, agent_id=agent_id),
        before=ticket.agent_id,
        how=how,
        load=load,
        candidates=candidates,
    )
    events = [eventlog.record(assigned, context)]
    if start and ticket.status == Status.NEW:
        began, told = started(ticket, context, why="claimed")
        actions += began
        events += told
    if command:
        actions.append(Ticket.revision.add(1))
    free = still_with(None) & is_open()
    held = free if condition is None else condition
    return [store.update(TICKET_WRITE, same(ticket.pk), *actions, condition=held), *events]


def given_at_once(ticket: Ticket, agent_id: str, context: Context) -> list[store.Write]:
    """The writes that make a ticket, not written yet, its customer's agent's from the first."""
    _, *told = given(ticket, agent_id, context, how="customers_agent")
    ticket.agent_id = agent_id
    ticket.waiting_key = None
    ticket.waiting_since = None
    return [*told, team.take_on(agent_id, now=context.now, must_be_available=True)]


def still_with(agent_id: str | None) -> Condition:
    """Holds while the ticket is with this agent (None: with nobody)."""
    held: Condition = (
        Ticket.agent_id.does_not_exist() if agent_id is None else Ticket.agent_id == agent_id
    )
    return held


def started(
    ticket: Ticket, context: Context, *, why: str, at: datetime | None = None
) -> tuple[list[Action], list[store.Write]]:
    """The actions and event of `new` → `in_progress`."""
    actions: list[Action] = [
        Ticket.status.set(Status.IN_PROGRESS),
        Ticket.status_at.set(status_at(Status.IN_PROGRESS, ticket.opened_at)),
        Ticket.started_at.set(iso(at or context.now)),
    ]
    began = TicketStarted(**about(ticket), why=why)
    return actions, [eventlog.record(began, context, at=at)]


def taken_back(
    ticket: Ticket,
    context: Context,
    *,
    why: str,
    department_id: str | None = None,
    sub_type: str | None = None,
) -> list[store.Write]:
    """The writes that put a ticket into the line of its department, or of another one.

    The team that answers for its channel has no say in another department.
    `sub_type` is what it will be: a lead's business waits in a line of its own.
    """
    goes_to = department_id or ticket.department_id
    unassigned = TicketUnassigned(
        **about(ticket, department_id=goes_to, agent_id=None),
        before=ticket.agent_id,
        moved_from=ticket.department_id if goes_to != ticket.department_id else None,
        why=why,
    )
    unchanged = (Ticket.revision == ticket.revision) & still_with(ticket.agent_id) & is_open()
    writes = [
        store.update(
            TICKET_WRITE,
            same(ticket.pk),
            Ticket.agent_id.remove(),
            Ticket.waiting_key.set(line(goes_to, sub_type)),
            Ticket.waiting_since.set(ticket.opened_at),
            Ticket.revision.add(1),
            *([] if goes_to == ticket.department_id else [Ticket.team_id.remove()]),
            condition=unchanged,
        ),
        eventlog.record(unassigned, context),
    ]
    if ticket.agent_id is not None:
        writes += team.let_go(ticket.agent_id, context)
    return writes


def release(agent_id: str, context: Context) -> bool:
    """Put the open tickets of an agent who left back into the queue; True: there are more."""
    released = 0
    for status in (Status.NEW, Status.IN_PROGRESS):
        prefix = Ticket.status_at.startswith(f"{status}#")
        for pk, _ in listing.keys(Ticket.by_agent, agent_id, prefix, limit=DRAIN_AT_ONCE):
            ticket = find(pk)
            if ticket is not None and ticket.agent_id == agent_id:
                store.commit(
                    taken_back(ticket, context, why="agent_left", sub_type=ticket.sub_type)
                )
                released += 1
    return released >= DRAIN_AT_ONCE


def drain(department_id: str, context: Context) -> bool:
    """Give a department's waiting tickets to whoever can take them, oldest first.

    True when a full round was given away, so there may be more. Tickets that
    wait for a lead have a line of their own: they hold up nobody.
    """
    more = [_drain(line, context) for line in lines_of(department_id)]
    return any(more)


def _drain(line: str, context: Context) -> bool:
    waiting = [pk for pk, _ in listing.keys(Ticket.waiting, line, limit=DRAIN_AT_ONCE)]
    rosters = Rosters()
    for ticket_id in waiting:
        if assign(ticket_id, context, rosters) is None and _still_waiting(ticket_id):
            return False
    return len(waiting) == DRAIN_AT_ONCE


def _still_waiting(ticket_id: str) -> bool:
    ticket = find(ticket_id)
    return ticket is not None and ticket.agent_id is None and ticket.status != Status.DONE
