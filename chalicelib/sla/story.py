"""A ticket's history as its clocks hear it. Pure; called by `flows` and `simulating`.

A subject of another kind registers a function like `of_ticket` (`reactions.CLOCKED`): from the
recorded events of its log to what was heard, in order of time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

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
    TicketChanged,
    TicketDone,
    TicketOpened,
    TicketReopened,
    TicketUnassigned,
    TicketWaiting,
)
from ..platform.eventlog import Recorded
from .policies import TRAITS
from .rules import US, Heard, Signal
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
    return sorted(heard, key=lambda one: (one.at, one.id))


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
    traits = {name: _text(event.data.get(name)) for name in TRAITS}
    yield _one(event, Signal.OPENED, turn=event.data["waiting_on"], traits=traits)
    if event.actor.startswith(PERSON):  # whom a person writes a ticket for, they have spoken to
        yield _one(event, Signal.ANSWERED)


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
