"""Tickets as subjects of service clocks: what is heard of them, who is told, what a step does.

Registered in `subjects`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from ..calendars import flows as calendars
from ..calendars.arithmetic import is_open
from ..calendars.defaults import DEFAULT
from ..platform import store
from ..platform.context import Context
from ..team import flows as team
from ..team.rules import Candidate
from ..tickets import flows as tickets
from ..tickets.model import Ticket
from .flows import Read
from .plan import Plan
from .story import of_ticket
from .subjects import Subject

PREFIX, ON_CALL = "ticket#", "on_call"


def subject(key: str) -> Subject:
    """The ticket of a key (`ticket#<id>`)."""
    return Subject(
        key=key,
        log=key,
        hears=of_ticket,
        recipients=partial(recipients, key.removeprefix(PREFIX)),
        acts=_acts,
    )


def recipients(ticket_id: str, whom: Sequence[str], now: datetime) -> tuple[str, ...]:
    """The agents who are told of a ticket now, each once, in the order they are named.

    Who is on call is called when nobody works by the organisation's own hours.
    """
    ticket = tickets.find(ticket_id)
    if ticket is None:
        return ()
    outside = not is_open(now, calendars.of(DEFAULT))
    named = (one for one in whom if outside or one != ON_CALL)
    found = (agent for one in named for agent in RECIPIENTS[one](ticket))
    return tuple(dict.fromkeys(found))


def _agent(ticket: Ticket) -> list[str]:
    return [] if ticket.agent_id is None else [ticket.agent_id]


def _lead(ticket: Ticket) -> list[str]:
    """The lead of its team; without one those of its department."""
    its_team = None if ticket.team_id is None else team.team(ticket.team_id)
    if its_team is not None and its_team.lead_id is not None:
        return [its_team.lead_id]
    return [one.agent_id for one in _of_role(ticket, "lead")]


def _manager(ticket: Ticket) -> list[str]:
    """The manager of its department; without one those who manage in it."""
    department = team.department(ticket.department_id)
    if department is not None and department.manager_id is not None:
        return [department.manager_id]
    return [one.agent_id for one in _of_role(ticket, "manager")]


def _on_call(ticket: Ticket) -> list[str]:
    department = team.department(ticket.department_id)
    return [department.on_call_id] if department and department.on_call_id else []


def _of_role(ticket: Ticket, role: str) -> list[Candidate]:
    roster = team.roster(ticket.department_id)
    return sorted(
        (one for one in roster if one.active and one.role == role), key=lambda one: one.agent_id
    )


RECIPIENTS: Mapping[str, Callable[[Ticket], list[str]]] = {
    "agent": _agent,
    "lead": _lead,
    "manager": _manager,
    ON_CALL: _on_call,
}


def _acts(found: Read, plan: Plan, context: Context) -> list[store.Write]:
    return []
