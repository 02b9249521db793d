"""What each event asks of the clocks. Called by `jobs` for what `reactions` sends here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..events.calendars import CalendarChanged
from ..events.clocks import PoliciesChanged, SimulationAsked
from ..events.conversations import MessageReceived
from ..events.customers import RightsAnswered, RightsRequested, TierChanged
from ..events.tickets import TaskDone, TaskOpened, TicketDone, TicketOpened, TicketReopened
from ..platform.context import Context
from ..platform.eventlog import Recorded
from . import flows, governing, of_rights, of_tasks, simulating, walking
from .of_tickets import PREFIX as TICKET
from .rules import Signal
from .story import OUTCOMES


def react(event: Recorded, context: Context) -> None:
    """Bring the clocks that hear an event up to date."""
    STEPS.get(event.name, _its_subject)(event, context)


def _its_subject(event: Recorded, context: Context) -> None:
    """Events of tickets, and messages that belong to one; others have no clocks."""
    if event.subject.startswith(TICKET):
        flows.settle("ticket", event.subject, context)


def _opened(event: Recorded, context: Context) -> None:
    flows.settle("ticket", event.subject, context, first=event)


def _asked(event: Recorded, context: Context) -> None:
    """Most organisations promise nothing that a customer's further message would start."""
    if Signal.ASKED in governing.current().listens_to:
        _its_subject(event, context)


def _with_tasks(event: Recorded, context: Context) -> None:
    """What ends as no matter at all takes its tasks along, and brings them back."""
    _its_subject(event, context)
    if OUTCOMES.get(event.data.get("outcome") or "") is Signal.VOID:
        for key in of_tasks.keys_of(event.subject.removeprefix(TICKET)):
            flows.settle("task", key, context)


def _task(event: Recorded, context: Context) -> None:
    key = of_tasks.key_of(event.subject.removeprefix(TICKET), event.data["task_id"])
    flows.settle("task", key, context, first=event if event.name == TaskOpened.name else None)


def _rights(event: Recorded, context: Context) -> None:
    key = of_rights.PREFIX + event.data["request_id"]
    began = event if event.name == RightsRequested.name else None
    flows.settle(of_rights.KIND, key, context, first=began)


def _other_terms(_event: Recorded, _context: Context) -> None:
    walking.begin()


def _simulated(event: Recorded, context: Context) -> None:
    simulating.go_on(event.data["simulation_id"], 0, context)


def _other_tier(event: Recorded, context: Context) -> None:
    if event.profile_id is not None:
        walking.other_tier(event.profile_id, context)


STEPS: Mapping[str, Callable[[Recorded, Context], None]] = {
    TicketOpened.name: _opened,
    MessageReceived.name: _asked,
    TicketDone.name: _with_tasks,
    TicketReopened.name: _with_tasks,
    TaskOpened.name: _task,
    TaskDone.name: _task,
    RightsRequested.name: _rights,
    RightsAnswered.name: _rights,
    TierChanged.name: _other_tier,
    PoliciesChanged.name: _other_terms,
    CalendarChanged.name: _other_terms,
    SimulationAsked.name: _simulated,
}
