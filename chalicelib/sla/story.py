"""A ticket's history as its clocks hear it, and a task's. Pure; for `of_tickets`, `of_tasks`.

A subject of another kind brings a function like `of_ticket` (`subjects`): from the
recorded events of its log to what was heard, in order of time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from ..channels.event import Author
from ..events.clocks import ClockFollowedUp, TermsAgreed
from ..events.conversations import (
    CallAnswered,
    MessageFailed,
    MessageQueued,
    MessageReceived,
    MessageRecorded,
)
from ..events.tickets import (
    TaskDone,
    TaskOpened,
    TicketChanged,
    TicketDone,
    TicketOpened,
    TicketReopened,
    TicketUnassigned,
    TicketWaiting,
)
from ..platform.clock import parse
from ..platform.eventlog import Recorded
from .policies import TASK, TICKET, TRAITS
from .rules import ENDS, US, Heard, Signal
from .terms import from_json

PERSON = "agent:"  # how the actor of a person's command begins
OUTCOMES = {
    "rejected": Signal.REJECTED,
    "spam": Signal.VOID,
    "duplicate": Signal.VOID,
}


def of_ticket(events: Sequence[Recorded]) -> list[Heard]:
    """What a ticket's clocks hear, in order of time; equal times in the order of recording."""
    lost = _never_sent(events)
    mine = (event for event in events if event.data.get("about", event.subject) == event.subject)
    heard = [one for event in mine for one in _heard(event, lost)]
    return sorted(_since_we_have_it(heard, events), key=lambda one: (one.at, one.id))


def _since_we_have_it(heard: list[Heard], events: Iterable[Recorded]) -> list[Heard]:
    """Nothing was promised by us while a ticket was another system's: all that happened then
    happens when it comes to us, and a matter that was done already is none of our clocks'."""
    came = next((e.data.get("imported_at") for e in events if e.name == TicketOpened.name), None)
    if came is None:
        return heard
    since = parse(came)
    return [_no_earlier(one, since) for one in heard]


def _no_earlier(one: Heard, since: datetime) -> Heard:
    if one.at >= since:
        return one
    return replace(one, at=since, signal=Signal.VOID if one.signal in ENDS else one.signal)


def _never_sent(events: Iterable[Recorded]) -> frozenset[str]:
    """Replies that never went out, here or elsewhere: nobody was answered by them."""
    failed = (event for event in events if event.name == MessageFailed.name)
    return frozenset(
        event.data["message_id"] for event in failed if event.data.get("instead") is None
    )


def _heard(event: Recorded, lost: frozenset[str]) -> Iterator[Heard]:
    if event.data.get("message_id") in lost and event.name == MessageQueued.name:
        return
    step = STEPS.get(event.name)
    if step is not None:
        yield from step(event)


def _one(event: Recorded, signal: Signal, **more: object) -> Heard:
    return Heard(signal=signal, at=event.at, id=event.id, **more)  # type: ignore[arg-type]


def _opened(event: Recorded) -> Iterator[Heard]:
    traits = {**_traits(event), "subject": TICKET}
    yield _one(event, Signal.OPENED, turn=event.data["waiting_on"], traits=traits)
    if event.actor.startswith(PERSON):  # whom a person writes a ticket for, they have spoken to
        yield _one(event, Signal.ANSWERED)


def _traits(event: Recorded) -> dict[str, str | None]:
    return {name: _text(event.data.get(name)) for name in TRAITS}


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _received(event: Recorded) -> Iterator[Heard]:
    if not event.data["courtesy"]:
        yield _one(event, Signal.ASKED)


def _queued(event: Recorded) -> Iterator[Heard]:
    if event.data["author"] == Author.HUMAN:
        yield _one(event, Signal.ANSWERED)


def _recorded(event: Recorded) -> Iterator[Heard]:
    if event.data["human"]:
        yield _one(event, Signal.ANSWERED)


def _answered(event: Recorded) -> Iterator[Heard]:
    yield _one(event, Signal.ANSWERED)


def _waiting(event: Recorded) -> Iterator[Heard]:
    yield _one(event, Signal.TURNED, turn=event.data["waiting_on"])


def _changed(event: Recorded) -> Iterator[Heard]:
    after = event.data["after"]
    traits = {name: _text(value) for name, value in after.items() if name in TRAITS}
    if traits:
        yield _one(event, Signal.CHANGED, traits=traits)


def _moved(event: Recorded) -> Iterator[Heard]:
    if event.data.get("moved_from") is not None:
        department = {"department_id": event.data["department_id"]}
        yield _one(event, Signal.CHANGED, traits=department)


def _done(event: Recorded) -> Iterator[Heard]:
    yield _one(event, OUTCOMES.get(event.data["outcome"], Signal.DONE))


def _reopened(event: Recorded) -> Iterator[Heard]:
    yield _one(event, Signal.REOPENED, turn=US)


def _followed_up(event: Recorded) -> Iterator[Heard]:
    yield _one(event, Signal.FOLLOWED_UP)


def _agreed(event: Recorded) -> Iterator[Heard]:
    yield _one(
        event,
        Signal.AGREED,
        traits=event.data.get("traits"),
        terms=from_json(event.data["terms"]),
        because=event.data.get("because"),
    )


STEPS: Mapping[str, Callable[[Recorded], Iterator[Heard]]] = {
    TicketOpened.name: _opened,
    MessageReceived.name: _received,
    MessageQueued.name: _queued,
    MessageRecorded.name: _recorded,
    CallAnswered.name: _answered,
    TicketWaiting.name: _waiting,
    TicketChanged.name: _changed,
    TicketUnassigned.name: _moved,
    TicketDone.name: _done,
    TicketReopened.name: _reopened,
    ClockFollowedUp.name: _followed_up,
    TermsAgreed.name: _agreed,
}


# ------------------------------------------------------------------ tasks


def of_task(events: Sequence[Recorded], *, task_id: str, key: str) -> list[Heard]:
    """What the clocks of a task hear, by the log of its ticket.

    It is nobody's turn: they count until it is done. A ticket that never was a matter takes
    its tasks along, and brings those that are not done back when it is reopened.
    """
    mine = [event for event in events if _concerns(event, task_id, key)]
    heard = [one for event in mine for one in TASK_STEPS[event.name](event)]
    heard.sort(key=lambda one: (one.at, one.id))
    return list(_until_done(heard))


def _concerns(event: Recorded, task_id: str, key: str) -> bool:
    if event.name not in TASK_STEPS:
        return False
    whose = event.data.get("about", event.data.get("task_id"))
    return whose in (None, key, task_id)


def _until_done(heard: Iterable[Heard]) -> Iterator[Heard]:
    """Without what happens to the ticket once the task is done, or before there was one."""
    there, void = False, False
    for one in heard:
        there = there or one.signal is Signal.OPENED
        again = one.signal is Signal.REOPENED
        if not there or (again and not void):
            continue
        void = (void or one.signal is Signal.VOID) and not again
        yield one
        if one.signal is Signal.DONE:
            there = False


def _task_opened(event: Recorded) -> Iterator[Heard]:
    yield _one(event, Signal.OPENED, traits={**_traits(event), "subject": TASK})


def _task_done(event: Recorded) -> Iterator[Heard]:
    yield _one(event, Signal.DONE)


def _ticket_void(event: Recorded) -> Iterator[Heard]:
    if OUTCOMES.get(event.data["outcome"]) is Signal.VOID:
        yield _one(event, Signal.VOID)


def _ticket_back(event: Recorded) -> Iterator[Heard]:
    yield _one(event, Signal.REOPENED)


TASK_STEPS: Mapping[str, Callable[[Recorded], Iterator[Heard]]] = {
    TaskOpened.name: _task_opened,
    TaskDone.name: _task_done,
    TicketDone.name: _ticket_void,
    TicketReopened.name: _ticket_back,
    TermsAgreed.name: _agreed,
}
