"""A ticket as its events tell it: the proof that the log alone would be enough.

Pure. `infra.operations verify` holds it against what is stored, and so do tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from ..events.tickets import (
    TicketAssigned,
    TicketChanged,
    TicketDone,
    TicketFirstReplied,
    TicketOpened,
    TicketReopened,
    TicketStarted,
    TicketUnassigned,
    TicketWaiting,
)
from ..platform.clock import iso
from ..platform.eventlog import Recorded, fold
from ..platform.fact import frozen
from .rules import Status, WaitingOn


@frozen
class Retold:
    """The fields of a ticket that events carry (texts they never do).

    `origin` is the profile it came with: under whom it is listed follows from the merges.
    """

    number: str = ""
    status: str = ""
    waiting_on: str = ""
    outcome: str | None = None
    type: str = ""
    sub_type: str | None = None
    source: str = ""
    channel: str | None = None
    priority: str = ""
    severity: int | None = None
    stage: str | None = None
    touchpoint: str | None = None
    team_id: str | None = None
    department_id: str = ""
    agent_id: str | None = None
    origin: str | None = None
    opened_at: str = ""
    started_at: str | None = None
    first_reply_at: str | None = None
    done_at: str | None = None
    reopened: int = 0


def retell(events: Iterable[Recorded]) -> Retold:
    """The ticket after these events, which are its history in order."""
    return fold(events, Retold(), STEPS)


_BORN = (
    "number", "waiting_on", "type", "sub_type", "source", "channel", "priority", "severity",
    "stage", "touchpoint", "team_id", "department_id", "opened_at",
)  # fmt: skip


def _opened(ticket: Retold, event: Recorded) -> Retold:
    born: dict[str, Any] = {name: event.data.get(name) for name in _BORN}
    return replace(ticket, status=Status.NEW.value, origin=event.profile_id, **born)


def _started(ticket: Retold, event: Recorded) -> Retold:
    return replace(ticket, status=Status.IN_PROGRESS.value, started_at=iso(event.at))


def _first_replied(ticket: Retold, event: Recorded) -> Retold:
    return replace(ticket, first_reply_at=iso(event.at))


def _waiting(ticket: Retold, event: Recorded) -> Retold:
    return replace(ticket, waiting_on=event.data["waiting_on"])


def _changed(ticket: Retold, event: Recorded) -> Retold:
    after: Mapping[str, Any] = event.data["after"]
    told = {name: value for name, value in after.items() if hasattr(ticket, name)}
    return replace(ticket, **told)


def _assigned(ticket: Retold, event: Recorded) -> Retold:
    return replace(ticket, agent_id=event.data["agent_id"])


def _unassigned(ticket: Retold, event: Recorded) -> Retold:
    moved = event.data.get("moved_from") is not None
    return replace(
        ticket,
        agent_id=None,
        department_id=event.data["department_id"],
        team_id=None if moved else ticket.team_id,
    )


def _done(ticket: Retold, event: Recorded) -> Retold:
    outcome = event.data["outcome"]
    return replace(ticket, status=Status.DONE.value, outcome=outcome, done_at=iso(event.at))


def _reopened(ticket: Retold, event: Recorded) -> Retold:
    return replace(
        ticket,
        status=Status.IN_PROGRESS.value,
        waiting_on=WaitingOn.AGENT.value,
        outcome=None,
        done_at=None,
        agent_id=event.data.get("agent_id"),
        reopened=ticket.reopened + 1,
    )


STEPS: dict[str, Callable[[Retold, Recorded], Retold]] = {
    TicketOpened.name: _opened,
    TicketStarted.name: _started,
    TicketFirstReplied.name: _first_replied,
    TicketWaiting.name: _waiting,
    TicketChanged.name: _changed,
    TicketAssigned.name: _assigned,
    TicketUnassigned.name: _unassigned,
    TicketDone.name: _done,
    TicketReopened.name: _reopened,
}
