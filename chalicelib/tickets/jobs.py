"""Entry points: the routing reactor (who gets a ticket) with the schedule behind it, and care."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from chalice.app import Blueprint

from ..events.team import AgentChanged, AgentFreed, AgentPresenceChanged
from ..events.tickets import TicketOpened, TicketReopened, TicketUnassigned
from ..platform import queue, worker
from ..platform.context import Context, begin
from ..platform.eventlog import Recorded, from_body
from ..platform.settings import resource
from ..team import flows as team
from . import assignment, care

bp = Blueprint(__name__)


@bp.on_sqs_message(queue=resource(queue.ROUTING), batch_size=10, maximum_concurrency=5)
@worker.on_queue_together
def tickets_on_routing(entries: Sequence[worker.Entry]) -> None:
    rosters = assignment.Rosters()
    events = [from_body(entry.body) for entry in entries]
    waiting = [event.data["ticket_id"] for event in events if STEPS[event.name] is _assign]
    assignment.read_ahead(waiting)
    for entry, event in zip(entries, events, strict=True):
        context = begin(correlation_id=event.correlation_id)
        if STEPS[event.name](event, context, rosters):
            queue.send(queue.ROUTING, [queue.Message(body=entry.text)])


def _assign(event: Recorded, context: Context, rosters: assignment.Rosters) -> bool:
    if event.data.get("agent_id") is None:
        assignment.assign(event.data["ticket_id"], context, rosters)
    return False


def _drain_if_available(event: Recorded, context: Context, _rosters: assignment.Rosters) -> bool:
    here = event.data["presence"] == "available"
    return here and assignment.drain(event.data["department_id"], context)


def _freed(event: Recorded, context: Context, _rosters: assignment.Rosters) -> bool:
    """Whatever waits in the department of who has room now."""
    found = team.candidate(event.data["agent_id"])
    return found is not None and assignment.drain(found.department_id, context)


def _agent_changed(event: Recorded, context: Context, _rosters: assignment.Rosters) -> bool:
    """More room or another department is new capacity; who left gives their tickets back."""
    found = team.candidate(event.data["agent_id"])
    if found is not None and found.active:
        return assignment.drain(found.department_id, context)
    return assignment.release(event.data["agent_id"], context)


#: What each event asks of routing; True: there is more, come again.
STEPS: dict[str, Callable[[Recorded, Context, assignment.Rosters], bool]] = {
    TicketOpened.name: _assign,
    TicketReopened.name: _assign,
    TicketUnassigned.name: _assign,
    AgentFreed.name: _freed,
    AgentPresenceChanged.name: _drain_if_available,
    AgentChanged.name: _agent_changed,
}


@bp.on_sqs_message(queue=resource(queue.CARE), batch_size=10, maximum_concurrency=5)
@worker.on_queue()
def tickets_on_care(entry: worker.Entry) -> None:
    event = from_body(entry.body)
    context = begin(correlation_id=event.correlation_id)
    care.order_is_late(event.data["order_id"], event.data["promised_at"], context)


@bp.schedule("rate(5 minutes)")
@worker.on_schedule
def tickets_drain_waiting() -> Mapping[str, int]:
    """Look again at what waits: an index a moment behind must not leave a ticket in limbo.

    Reads the head of each department's lines only; where nobody is here it stops there.
    """
    context = begin()
    departments = team.department_ids()
    return {"more": sum(assignment.drain(department, context) for department in departments)}
