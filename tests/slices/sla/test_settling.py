"""Clocks of real tickets, on moto: promised, warned of, broken, met; once, whatever comes twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.platform import eventlog, store
from chalicelib.platform.clock import iso, parse
from chalicelib.platform.context import Context
from chalicelib.platform.eventlog import EventItem, Recorded
from chalicelib.platform.ids import new_id
from chalicelib.sla import flows, governing, watching
from chalicelib.sla.model import CLOCKS, NOT_DUE, Clocks
from tests.world import World

ANGRY = "Shop giao hàng trễ quá, tôi rất thất vọng!"


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    governing.forget()
    yield
    governing.forget()


def moment(at: datetime) -> Context:
    return Context(now=at, actor="system", correlation_id="test")


def told(subject: str) -> list[Recorded]:
    """What the log says of the subject's clocks."""
    items = store.query(EventItem, subject)
    return [one for one in map(eventlog.recorded, items) if one.data.get("about") == subject]


def names(subject: str) -> list[str]:
    return [f"{one.name} {one.data.get('clock', '')}".strip() for one in told(subject)]


def complaint(world: World) -> tuple[str, datetime]:
    """A complaint that came in; its subject and when."""
    world.zalo(ANGRY, user="a")
    world.run()
    (ticket,) = world.tickets()
    return f"ticket#{ticket['id']}", parse(ticket["opened_at"])


def settle(subject: str, at: datetime) -> bool:
    return flows.settle("ticket", subject, moment(at))


def stored(subject: str) -> Clocks:
    found = store.get(Clocks, subject, CLOCKS)
    assert found is not None
    return found


def test_a_new_ticket_is_promised_something(world: World) -> None:
    subject, at = complaint(world)
    settle(subject, at + timedelta(seconds=1))
    assert names(subject) == ["clock.terms_agreed"]
    agreed = told(subject)[0].data
    assert (agreed["policy"], agreed["version"]) == ("complaint_1", 0)
    item = stored(subject)
    assert item.clocks["acknowledge"]["due_at"] == iso(at + timedelta(minutes=5))
    assert item.due_at is not None
    assert parse(item.due_at) == at + timedelta(seconds=225), "the warning comes first"


def test_settling_twice_tells_nothing_twice(world: World) -> None:
    subject, at = complaint(world)
    settle(subject, at + timedelta(seconds=1))  # its queue has done so already
    assert not settle(subject, at + timedelta(seconds=1))
    assert stored(subject).turns == 1


def test_warned_broken_and_called_for_help_each_once(world: World) -> None:
    world.agent("Hà", role="lead")
    subject, at = complaint(world)
    world.presence("Hà", "away")
    for seconds in (1, 226, 230, 301, 302, 460, 461):
        settle(subject, at + timedelta(seconds=seconds))
    assert names(subject) == [
        "clock.terms_agreed",
        "clock.warned acknowledge",
        "clock.breached acknowledge",
        "clock.escalated acknowledge",
        "clock.escalated acknowledge",
    ]
    warned, broken, first, second = told(subject)[1:]
    assert (warned.data["percent"], warned.data["late_by"]) == (75, 1)
    assert broken.data["late_by"] == 1
    assert (first.data["level"], second.data["level"]) == (1, 2)
    assert world.agents["Hà"] in first.data["to"]


def test_exactly_at_its_due_moment_nothing_is_broken(world: World) -> None:
    subject, at = complaint(world)
    settle(subject, at + timedelta(minutes=5))
    assert "clock.breached acknowledge" not in names(subject)


def test_a_reply_meets_and_a_late_one_shows_how_late(world: World) -> None:
    world.agent("Lan")
    subject, at = complaint(world)
    settle(subject, at + timedelta(seconds=1))
    world.admin.post(f"/tickets/{subject.removeprefix('ticket#')}/replies", {"text": "Dạ em xem"})
    settle(subject, at + timedelta(seconds=20))
    met = [one for one in told(subject) if one.name == "clock.met"]
    assert [(one.data["clock"], one.data["in_time"]) for one in met] == [("acknowledge", True)]


def test_the_watch_reads_what_is_due_and_catches_up_in_order(world: World) -> None:
    subject, at = complaint(world)
    settle(subject, at + timedelta(seconds=1))
    assert watching.watch(moment(at + timedelta(seconds=200)))["settled"] == 0
    assert watching.watch(moment(at + timedelta(hours=1)))["settled"] == 1
    assert names(subject)[1:] == [
        "clock.warned acknowledge",
        "clock.breached acknowledge",
        "clock.escalated acknowledge",
        "clock.escalated acknowledge",
    ]
    assert told(subject)[2].data["late_by"] == 3300


def test_a_finished_matter_keeps_only_what_was_promised_afterwards(world: World) -> None:
    world.agent("Lan")
    subject, at = complaint(world)
    path = f"/tickets/{subject.removeprefix('ticket#')}"
    world.admin.post(f"{path}/replies", {"text": "Dạ em xử lý ngay"})
    world.admin.post(f"{path}/done", {"outcome": "resolved"})
    settle(subject, at + timedelta(seconds=30))
    item = stored(subject)
    assert item.clocks["resolve"]["state"] == "met"
    assert item.clocks["follow_up"]["state"] == "running"
    assert item.due_at not in (None, NOT_DUE)


def test_spam_has_no_clocks_left(world: World) -> None:
    subject, at = complaint(world)
    path = f"/tickets/{subject.removeprefix('ticket#')}"
    world.admin.post(f"{path}/done", {"outcome": "spam"})
    settle(subject, at + timedelta(seconds=30))
    item = stored(subject)
    assert {one["state"] for one in item.clocks.values()} == {"cancelled"}
    assert item.due_at is None


def policies(world: World, clocks: dict[str, object], **promises: object) -> None:
    """One policy for everything, with the usual warning and escalation."""
    body = {
        "policies": [{"id": "all", "name": "Mọi việc", "promises": promises}],
        "steps": [{"percent": 75, "tell": ["agent"]}, {"percent": 150, "level": 1}],
        "clocks": clocks,
    }
    answer = world.admin.put("/sla-policies", body)
    assert answer.status == 200, answer.body
    governing.forget()


def test_more_than_one_transaction_holds_is_told_in_several(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clocks stood still for an hour while somebody chatted: a round for every answer."""
    subject, at = complaint(world)
    path = f"/tickets/{subject.removeprefix('ticket#')}/replies"
    assert world.admin.post(path, {"text": "Dạ em xem"}).status == 202
    (said,) = [item for item in store.query(EventItem, subject) if item.name == "message.queued"]
    for number in range(12):
        said.sk, said.at = new_id(), iso(at + timedelta(seconds=30 + number))
        said.data = {**said.data, "message_id": f"m{number}"}
        said.save()
    monkeypatch.setattr(flows, "MOST_TOLD", 5)
    monkeypatch.setattr(store, "MOST_WRITES", 8)
    assert watching.watch(moment(at + timedelta(hours=5)))["settled"] == 1
    met = [one.data["started_at"] for one in told(subject) if one.name == "clock.met"]
    assert len(met) == 13, "the first answer, and every round but the last"
    assert names(subject)[-1] == "clock.escalated update"
    assert not settle(subject, at + timedelta(hours=5))


def test_a_promise_its_calendar_never_fills_holds_up_no_other_clock(world: World) -> None:
    tiny = {"id": "tiny", "name": "Một giây", "hours": {"mon": [["08:00:00", "08:00:01"]]}}
    assert world.admin.post("/calendars", tiny).status == 201
    policies(
        world,
        {},
        acknowledge={"seconds": 300, "calendar": "always-open"},
        resolve={"seconds": 31_000_000, "calendar": "tiny", "then_open": "tiny"},
    )
    subject, at = complaint(world)
    settle(subject, at + timedelta(seconds=301))
    assert names(subject)[1:] == ["clock.warned acknowledge", "clock.breached acknowledge"]
    shown = stored(subject).clocks["resolve"]
    assert (shown["state"], "due_at" in shown) == ("running", False)
    answer = world.admin.get(f"/tickets/{subject.removeprefix('ticket#')}/agreement")
    assert answer.status == 200
    (resolve,) = [one for one in answer.body["clocks"] if one["name"] == "resolve"]
    assert (resolve["due_at"], resolve["wall_seconds_left"]) == (None, None)
    assert resolve["explained"]["en"].startswith("never due")


def test_a_clock_that_was_abolished_keeps_its_verdicts(world: World) -> None:
    calls = {"seconds": 10, "calendar": "always-open"}
    policies(world, {"ring": {"starts": ["opened"], "meets": ["answered"]}}, ring=calls)
    subject, at = complaint(world)
    settle(subject, at + timedelta(seconds=60))
    before = names(subject)
    assert "clock.breached ring" in before
    policies(world, {}, acknowledge={"seconds": 300, "calendar": "always-open"})
    settle(subject, at + timedelta(seconds=70))
    assert names(subject) == [*before, "clock.terms_agreed"]


def test_the_name_of_a_clock_never_means_something_else(world: World) -> None:
    ring: dict[str, Any] = {"starts": ["opened"], "meets": ["answered"]}
    promise = {"seconds": 10, "calendar": "always-open"}
    policies(world, {"ring": ring}, ring=promise)
    policies(world, {}, acknowledge=promise)
    policies(world, {"ring": ring}, ring=promise)
    other = {
        "policies": [{"id": "all", "name": "Mọi việc", "promises": {"ring": promise}}],
        "steps": [],
        "clocks": {"ring": ring | {"starts": ["followed_up"]}},
    }
    refused = world.admin.put("/sla-policies", other)
    assert (refused.status, refused.body["field"]) == (422, "clocks.ring")
