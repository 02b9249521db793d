"""What each event asks of the clocks. Called by `jobs` for what `reactions` sends here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..events.calendars import CalendarChanged
from ..events.clocks import PoliciesChanged
from ..events.tickets import TicketOpened
from ..platform.context import Context
from ..platform.eventlog import Recorded
from . import flows, walking
from .of_tickets import PREFIX as TICKET


def react(event: Recorded, context: Context) -> None:
    """Bring the clocks that hear an event up to date."""
    STEPS.get(event.name, _its_subject)(event, context)


def _its_subject(event: Recorded, context: Context) -> None:
    """Events of tickets, and messages that belong to one; others have no clocks."""
    if event.subject.startswith(TICKET):
        flows.settle("ticket", event.subject, context)


def _opened(event: Recorded, context: Context) -> None:
    flows.settle("ticket", event.subject, context, first=event)


def _other_terms(_event: Recorded, _context: Context) -> None:
    walking.begin()


STEPS: Mapping[str, Callable[[Recorded, Context], None]] = {
    TicketOpened.name: _opened,
    PoliciesChanged.name: _other_terms,
    CalendarChanged.name: _other_terms,
}
