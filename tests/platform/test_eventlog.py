"""The event log: the same event from the transaction to the reactor, in order, for replay."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from chalicelib.events.conversations import MessageReceived
from chalicelib.events.customers import ProfileUpdated
from chalicelib.events.tickets import TicketChanged, TicketNoteAdded
from chalicelib.platform import eventlog, store
from chalicelib.platform.context import Context
from chalicelib.platform.eventlog import Event
from chalicelib.platform.pages import PageRequest
from tests.cloud import Cloud

NOW = datetime(2026, 11, 21, 3, 0, 0, 123000, tzinfo=UTC)
ASKED = PageRequest(scope="test", limit=50)


@pytest.fixture
def context() -> Context:
    numbers = count(1)
    return Context(
        now=NOW,
        actor="agent:a1",
        correlation_id="c1",
        new_id=lambda: f"e{next(numbers):03d}",
    )


def note(number: int) -> TicketNoteAdded:
    return TicketNoteAdded(ticket_id="t1", profile_id="p1", note_id=f"n{number}")


FACTS: list[Event] = [
    note(1),
    ProfileUpdated(profile_id="p1", changed=("name", "phones")),
    TicketChanged(ticket_id="t1", changed=("type",), before={"type": "a"}, after={"type": None}),
    MessageReceived(
        conversation_id="c", message_id="m", channel="zalo_oa", account_id="1", courtesy=False
    ),
]


@pytest.mark.parametrize("event", FACTS, ids=lambda event: event.name)
def test_an_event_is_the_same_from_the_log_the_stream_and_the_queue(
    aws: Cloud, context: Context, event: Event
) -> None:
    store.commit([eventlog.record(event, context)])
    (image,) = aws.items("events")
    told = eventlog.from_stream(image)
    (kept,) = eventlog.history(event.subject, ASKED).items
    assert told == eventlog.recorded(kept) == eventlog.from_body(eventlog.to_body(told))
    assert (told.name, told.subject, told.at) == (event.name, event.subject, NOW)
    assert (told.actor, told.correlation_id) == ("agent:a1", "c1")
    assert told.profile_id == event.profile_id
    assert "profile_id" not in told.data


def test_what_is_empty_is_left_out_and_what_is_false_is_not(context: Context) -> None:
    item: Any = eventlog.record(FACTS[3], context).item
    assert item.data["courtesy"] is False
    assert "ticket_id" not in item.data


def test_an_event_may_have_happened_before_it_was_recorded(context: Context) -> None:
    earlier = NOW - timedelta(hours=2)
    item: Any = eventlog.record(note(1), context, at=earlier).item
    assert item.at == "2026-11-21T01:00:00.123Z"


def test_a_subject_s_history_is_oldest_first_and_a_profile_s_timeline_newest_first(
    aws: Cloud, context: Context
) -> None:
    other = TicketNoteAdded(ticket_id="t2", profile_id="p1", note_id="n9")
    for event in (note(1), note(2), other, note(3)):
        store.commit([eventlog.record(event, context)])
    history = eventlog.history("ticket#t1", ASKED).items
    assert [item.data["note_id"] for item in history] == ["n1", "n2", "n3"]
    timeline = eventlog.timeline(["p1"], ASKED).items
    assert [item.data["note_id"] for item in timeline] == ["n3", "n9", "n2", "n1"]


def test_state_is_rebuilt_by_folding_the_log(aws: Cloud, context: Context) -> None:
    for number in range(3):
        store.commit([eventlog.record(note(number), context)])
    store.commit([eventlog.record(FACTS[2], context)])
    items = eventlog.history("ticket#t1", ASKED).items

    def add(notes: tuple[str, ...], event: eventlog.Recorded) -> tuple[str, ...]:
        return (*notes, event.data["note_id"])

    start: tuple[str, ...] = ()
    rebuilt = eventlog.fold(
        map(eventlog.recorded, items), start=start, steps={"ticket.note_added": add}
    )
    assert rebuilt == ("n0", "n1", "n2")


def test_everything_from_an_event_on_can_be_read_again(aws: Cloud, context: Context) -> None:
    for number in range(4):
        store.commit([eventlog.record(note(number), context)])
    assert {event.id for event in eventlog.since("e003")} == {"e003", "e004"}
    assert len(list(eventlog.since(""))) == 4


def test_an_event_without_a_subject_is_an_error_of_ours() -> None:
    with pytest.raises(LookupError, match="names no subject"):
        Event().subject  # noqa: B018


def test_a_stream_image_is_taken_as_dynamodb_writes_it() -> None:
    image: Mapping[str, Any] = {
        "pk": {"S": "ticket#t1"},
        "sk": {"S": "e1"},
        "name": {"S": "ticket.note_added"},
        "at": {"S": "2026-11-21T03:00:00.000Z"},
        "actor": {"S": "system"},
        "correlation_id": {"S": "c"},
        "data": {"S": '{"note_id":"n1"}'},
    }
    event = eventlog.from_stream(image)
    assert (event.data, event.profile_id) == ({"note_id": "n1"}, None)
