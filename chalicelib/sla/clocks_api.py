"""Routes of clocks: what was agreed on a ticket, the clocks of a page of them, what comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ..calendars import flows as calendars
from ..calendars.defaults import DEFAULT
from ..platform import versions
from ..platform.clock import iso, parse
from ..platform.errors import Invalid
from ..platform.eventlog import Recorded
from ..platform.http import Api, Call
from ..platform.roles import STAFF
from ..tickets import flows as tickets
from . import flows, foreseeing, governing, of_tasks
from .agreement import Agreement, agreement
from .clocks_views import AgreementView
from .forecast_views import (
    LONGEST_ID,
    MOST_AT_ONCE,
    ClocksQuery,
    ClocksView,
    ForecastQuery,
    ForecastView,
    StateView,
    TicketClocks,
)
from .model import Clocks
from .of_tickets import PREFIX
from .subjects import Subject, of_kind

bp = Api(__name__)


@bp.get(
    "/tickets/{ticket_id}/agreement",
    roles=STAFF,
    returns=AgreementView,
    summary="Every clock of a ticket with its sum, every change of terms, the customer's waits",
)
def read_agreement(call: Call[None], ticket_id: str) -> AgreementView:
    tickets.load(ticket_id)
    now = call.context.now
    ticket = of_kind("ticket", PREFIX + ticket_id)
    events = flows.log(ticket.log)
    tasks = {
        task_id: _agreement(of_kind("task", of_tasks.key_of(ticket_id, task_id)), events, now)
        for task_id in of_tasks.opened(events)
    }
    one = _agreement(ticket, events, now)
    return AgreementView.of(ticket_id, one, tasks, calendars.at_version, _policy_name)


def _agreement(subject: Subject, events: Sequence[Recorded], now: datetime) -> Agreement:
    """What was agreed; nothing where the log does not tell how it began."""
    found = flows.read(subject, events, now=now)
    if found is None:
        return Agreement(now=now, accounts=(), terms=(), waits=(), answer=None)
    return agreement(found, calendars.of(DEFAULT), now=now)


def _policy_name(policy: str | None, version: int) -> str | None:
    """What a policy was called in that version."""
    try:
        known = governing.of_version(version).policies
    except versions.NoSuchVersion:
        return None  # a log that came from elsewhere
    return next((one.name for one in known if one.id == policy), None)


@bp.get(
    "/clocks",
    roles=STAFF,
    returns=ClocksView,
    query=ClocksQuery,
    summary="The clocks of up to a hundred tickets, as a list of them shows them",
)
def read_clocks(call: Call[None]) -> ClocksView:
    ids = list(dict.fromkeys(filter(None, call.query.ticket_ids.split(","))))
    if not 0 < len(ids) <= MOST_AT_ONCE:
        raise Invalid(f"name one ticket to {MOST_AT_ONCE}", field="ticket_ids")
    if any(len(one) > LONGEST_ID for one in ids):
        raise Invalid("no ticket has an id as long as that", field="ticket_ids")
    found = foreseeing.several(PREFIX + one for one in ids)
    items = [
        _shown(one, found[PREFIX + one], call.context.now) for one in ids if PREFIX + one in found
    ]
    return ClocksView(now=call.context.now, items=items)


def _shown(ticket_id: str, item: Clocks, now: datetime) -> TicketClocks:
    clocks = {name: _state(one, now) for name, one in item.clocks.items()}
    return TicketClocks(
        ticket_id=ticket_id, policy=item.policy, version=int(item.version), clocks=clocks
    )


def _state(one: Mapping[str, Any], now: datetime) -> StateView:
    """As stored, with what has come since: nobody need have looked at a breach of this second."""
    due = one.get("due_at") if one["state"] == "running" else None
    broken = one.get("broken_at") or (due if due is not None and due < iso(now) else None)
    left = None if due is None else int((parse(due) - now).total_seconds())
    return StateView(**{**one, "broken_at": broken}, wall_seconds_left=left)


@bp.get(
    "/sla/forecast",
    roles=STAFF,
    returns=ForecastView,
    query=ForecastQuery,
    summary="What warns and what breaks in the next hours, by department, team and agent",
)
def read_forecast(call: Call[None]) -> ForecastView:
    query = call.query
    fields = ("department_id", "team_id", "agent_id")
    wanted = {name: value for name in fields if (value := getattr(query, name)) is not None}
    return ForecastView.of(foreseeing.foreseen(query.hours, wanted, now=call.context.now))
