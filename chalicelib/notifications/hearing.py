"""What each event tells, and whom: the table behind every notification. Called by `keeping`.

Who did something is not told of it. Whoever wants a further event told adds a row here and
one in `reactions`; its words are in `kinds`, and what fills a new gap of theirs in `wording`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from ..events.channels import AccountExpiryAnnounced, AccountTokenFailed
from ..events.clocks import ClockBreached, ClockEscalated, ClockWarned
from ..events.conversations import MessageFailed
from ..events.tickets import TaskOpened, TicketAssigned, TicketReopened, TicketWaiting
from ..platform.eventlog import Recorded
from ..platform.remembered import Remembered
from ..team import leading
from . import kinds
from .rules import Told

#: What a clock's steps carry along: codes, shares and times.
OF_A_CLOCK = ("clock", "percent", "due", "level")
WARNED, BROKEN = 0, 1
#: Beginning of a subject's key → where it is looked at; a task within its ticket.
LINKS = {
    "ticket": "ticket",
    "task": "ticket",
    "account": "channel-account",
    "rights": "rights-request",
}


def heard(event: Recorded) -> list[Told]:
    """What an event tells, each agent once; nothing for one without a row."""
    found = {one.agent_id: one for one in HEARD.get(event.name, _nobody)(event)}
    return [one for agent, one in found.items() if event.actor != f"agent:{agent}"]


def _nobody(_event: Recorded) -> Iterator[Told]:
    yield from ()


def _told(event: Recorded, agent_id: str, kind: str, about: str | None = None, **more: Any) -> Told:
    return Told(
        agent_id=agent_id,
        event_id=event.id,
        kind=kind,
        link=link(about or event.subject),
        at=event.at,
        **more,
    )


def link(key: str) -> str:
    """Where a subject (`ticket#<id>`, `task#<ticket>#<id>` …) is looked at."""
    kind, _, rest = key.partition("#")
    return f"{LINKS.get(kind, kind)}/{rest.partition('#')[0]}"


# ------------------------------------------------------------------ clocks


def _clock(event: Recorded, whom: Sequence[str], kind: str, rank: int) -> Iterator[Told]:
    data = event.data
    said = {name: data[name] for name in OF_A_CLOCK if data.get(name) is not None}
    for agent_id in whom:
        yield _told(
            event,
            agent_id,
            kind,
            about=data["about"],
            data={"matter": data["about"].partition("#")[0], **said},
            step=f"{data['about']}#{data['clock']}@{data['started_at']}",
            rank=rank,
            late_by=int(data["late_by"]),
        )


def _warned(event: Recorded) -> Iterator[Told]:
    yield from _clock(event, event.data.get("to", ()), kinds.CLOCK_WARNED, WARNED)


def _breached(event: Recorded) -> Iterator[Told]:
    yield from _clock(event, _who_has(event), kinds.CLOCK_BREACHED, BROKEN)


def _escalated(event: Recorded) -> Iterator[Told]:
    rank = BROKEN + int(event.data["level"])
    yield from _clock(event, event.data.get("to", ()), kinds.CLOCK_ESCALATED, rank)


def _who_has(event: Recorded) -> list[str]:
    """The agent who has the ticket that a clock is of."""
    from ..tickets import flows as tickets  # a breach alone needs it

    kind, _, identifier = event.data["about"].partition("#")
    found = tickets.find(identifier) if kind == "ticket" else None
    return [] if found is None or found.agent_id is None else [found.agent_id]


# ------------------------------------------------------------------ tickets


def _assigned(event: Recorded) -> Iterator[Told]:
    handed = event.data["how"] == "handed_over"
    before = event.data.get("before")
    yield from _agents(event, kinds.HANDED_OVER if handed else kinds.ASSIGNED)
    if before is not None and before != event.data.get("agent_id"):
        yield _told(event, before, kinds.TAKEN_AWAY)


def _waiting(event: Recorded) -> Iterator[Told]:
    if event.data["waiting_on"] == "agent":
        yield from _agents(event, kinds.WROTE)


def _reopened(event: Recorded) -> Iterator[Told]:
    yield from _agents(event, kinds.REOPENED)


def _failed(event: Recorded) -> Iterator[Told]:
    """What goes out on another channel instead is no failure to its author."""
    if event.data.get("instead") is None:
        yield from _agents(event, kinds.REPLY_FAILED, data={"code": event.data["code"]})


def _agents(event: Recorded, kind: str, **more: Any) -> Iterator[Told]:
    agent_id = event.data.get("agent_id")
    if agent_id is not None:
        yield _told(event, agent_id, kind, **more)


def _task(event: Recorded) -> Iterator[Told]:
    for agent_id in _in_charge(event.data["department_id"]):
        yield _told(event, agent_id, kinds.TASK_OPENED)


_known: Remembered[list[str]] = Remembered(60)


def forget() -> None:
    """Drop what this process remembers."""
    _known.forget()


def _in_charge(department_id: str) -> list[str]:
    """Its leads, without any its manager. Remembered for a minute."""
    look = partial(_look_up, department_id)
    return _known.get(department_id, look) or []


def _look_up(department_id: str) -> list[str]:
    return leading.leads(department_id) or leading.manager(department_id)


# ----------------------------------------------------------------- accounts


def _account_lost(event: Recorded) -> Iterator[Told]:
    for agent_id in leading.managing():
        yield _account(event, agent_id, kinds.ACCOUNT_LOST, "code")


def _account_ends(event: Recorded) -> Iterator[Told]:
    for agent_id in leading.managing():
        yield _account(event, agent_id, kinds.ACCOUNT_ENDS, "code", "ends")


def _account(event: Recorded, agent_id: str, kind: str, *names: str) -> Told:
    return _told(event, agent_id, kind, data={name: event.data[name] for name in names})


HEARD: Mapping[str, Callable[[Recorded], Iterator[Told]]] = {
    ClockWarned.name: _warned,
    ClockBreached.name: _breached,
    ClockEscalated.name: _escalated,
    TicketAssigned.name: _assigned,
    TicketWaiting.name: _waiting,
    TicketReopened.name: _reopened,
    TaskOpened.name: _task,
    MessageFailed.name: _failed,
    AccountTokenFailed.name: _account_lost,
    AccountExpiryAnnounced.name: _account_ends,
}
