"""Tickets as subjects of service clocks: what is heard of them, who is told, what a step does.

Registered in `subjects`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from ..platform import store
from ..platform.context import Context
from ..profiles.family import ProfileIsErased, ProfileNotFound, root_of
from ..team import flows as team
from ..team import leading
from ..tickets import escalating
from ..tickets import flows as tickets
from ..tickets.model import Ticket
from ..tickets.rules import Status
from . import in_charge
from .in_charge import ON_CALL, Finding
from .plan import Plan
from .policies import Traits
from .settling import Read
from .steps import PRIORITY, REASSIGN, TAG
from .story import of_ticket
from .subjects import Subject

PREFIX = "ticket#"


def subject(key: str) -> Subject:
    """The ticket of a key (`ticket#<id>`)."""
    return Subject(
        key=key,
        log=key,
        hears=of_ticket,
        recipients=partial(recipients, key.removeprefix(PREFIX)),
        acts=acts,
    )


def recipients(ticket_id: str, whom: Sequence[str], now: datetime) -> tuple[str, ...]:
    """The agents who are told of a ticket now, each once, in the order they are named.

    Who is on call is called when nobody works by the organisation's own hours.
    """
    ticket = tickets.find(ticket_id)
    return () if ticket is None else in_charge.told(whom, _of(ticket), now)


def _of(ticket: Ticket) -> Finding:
    return {
        "agent": lambda: [] if ticket.agent_id is None else [ticket.agent_id],
        "lead": lambda: _leads(ticket),
        "manager": lambda: leading.managers(ticket.department_id),
        ON_CALL: lambda: leading.on_call(ticket.department_id),
    }


def _leads(ticket: Ticket) -> list[str]:
    """The lead of its team; without one those of its department."""
    its_team = None if ticket.team_id is None else team.team(ticket.team_id)
    if its_team is not None and its_team.lead_id is not None:
        return [its_team.lead_id]
    return leading.leads(ticket.department_id)


def tier(key: str) -> Traits:
    """The tier its customer is in now; nothing of one who is gone."""
    ticket = tickets.find(key.removeprefix(PREFIX))
    if ticket is None:
        return {}
    try:
        return {"tier": str(root_of(ticket.profile_id).tier)}
    except (ProfileNotFound, ProfileIsErased):
        return {}


def acts(found: Read, plan: Plan, context: Context) -> list[store.Write]:
    """What the steps of a plan do to an open ticket; none are done to one that is over.

    Refused when the ticket has moved since it was read: then it is settled again.
    """
    steps = [one.step for one in plan.tell if one.step is not None and one.step.actions]
    if not steps:
        return []
    ticket = tickets.find(found.subject.key.removeprefix(PREFIX))
    if ticket is None or ticket.status == Status.DONE:
        return []
    named = [name for step in steps for name in step.actions]
    tags = [step.actions[TAG] for step in steps if TAG in step.actions]
    return escalating.escalated(
        ticket,
        context,
        raised=named.count(PRIORITY),
        tags=[tag for tag in tags if tag is not None],
        leads=_leads(ticket) if REASSIGN in named else (),
    )
