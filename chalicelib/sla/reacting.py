"""What each event asks of the clocks. Called by `jobs` for what `reactions` sends here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from ..events.calendars import CalendarChanged
from ..events.clocks import PoliciesChanged, SimulationAsked
from ..events.conversations import MessageReceived
from ..events.customers import RightsAnswered, RightsRequested, TierChanged
from ..events.tickets import TaskDone, TaskOpened, TicketDone, TicketOpened, TicketReopened
from ..platform.context import Context
from ..platform.eventlog import Recorded
from . import flows, governing, of_rights, of_tasks, simulating, walking
from .flows import Asked
from .of_tickets import PREFIX as TICKET
from .rules import Signal
from .story import OUTCOMES


def react(events: Sequence[tuple[Recorded, Context]]) -> None:
    """Bring all clocks that hear these events up to date, each once."""
    asked: list[Asked] = []
    for event, context in events:
        if event.name in ACTS:
            ACTS[event.name](event, context)
        else:
            named = SUBJECTS.get(event.name, _its_ticket)(event)
            asked += [
                Asked(kind=kind, key=key, context=context, first=first)
                for kind, key, first in named
            ]
    flows.settle_all(asked)


#: Kind and key of a subject, and the event where that is what began it.
Named = tuple[str, str, Recorded | None]


def _its_ticket(event: Recorded) -> Iterable[Named]:
    """Events of tickets, and messages that belong to one; others have no clocks."""
    return [("ticket", event.subject, None)] if event.subject.startswith(TICKET) else []


def _opened(event: Recorded) -> Iterable[Named]:
    return [("ticket", event.subject, event)]


def _said(event: Recorded) -> Iterable[Named]:
    """Most organisations promise nothing that a customer's further message would start."""
    return _its_ticket(event) if Signal.ASKED in governing.current().listens_to else []


def _with_tasks(event: Recorded) -> Iterable[Named]:
    """What ends as no matter at all takes its tasks along, and brings them back."""
    yield from _its_ticket(event)
    if OUTCOMES.get(event.data.get("outcome") or "") is Signal.VOID:
        for key in of_tasks.keys_of(event.subject.removeprefix(TICKET)):
            yield "task", key, None


def _task(event: Recorded) -> Iterable[Named]:
    key = of_tasks.key_of(event.subject.removeprefix(TICKET), event.data["task_id"])
    return [("task", key, event if event.name == TaskOpened.name else None)]


def _rights(event: Recorded) -> Iterable[Named]:
    key = of_rights.PREFIX + event.data["request_id"]
    return [(of_rights.KIND, key, event if event.name == RightsRequested.name else None)]


def _other_terms(_event: Recorded, _context: Context) -> None:
    walking.begin()


def _simulated(event: Recorded, context: Context) -> None:
    simulating.go_on(event.data["simulation_id"], 0, context)


def _other_tier(event: Recorded, context: Context) -> None:
    if event.profile_id is not None:
        walking.other_tier(event.profile_id, context)


#: Whose clocks hear an event; of others the ticket that it is an event of.
SUBJECTS: Mapping[str, Callable[[Recorded], Iterable[Named]]] = {
    TicketOpened.name: _opened,
    MessageReceived.name: _said,
    TicketDone.name: _with_tasks,
    TicketReopened.name: _with_tasks,
    TaskOpened.name: _task,
    TaskDone.name: _task,
    RightsRequested.name: _rights,
    RightsAnswered.name: _rights,
}
#: What concerns more than one subject.
ACTS: Mapping[str, Callable[[Recorded, Context], None]] = {
    TierChanged.name: _other_tier,
    PoliciesChanged.name: _other_terms,
    CalendarChanged.name: _other_terms,
    SimulationAsked.name: _simulated,
}
