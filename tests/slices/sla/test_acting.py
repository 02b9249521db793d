"""What the steps of policies do to tickets: raise, tag, hand over; once, and over nobody's head."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.platform import store
from chalicelib.platform.context import begin
from chalicelib.sla import flows, governing, of_tickets
from chalicelib.sla.governing import DEFAULT
from chalicelib.sla.steps import PRIORITY, REASSIGN, TAG, Step
from chalicelib.tickets import flows as tickets
from chalicelib.tickets.model import Ticket
from tests.slices.sla.test_settling import complaint, names, settle, told
from tests.world import World


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    governing.forget()
    yield
    governing.forget()


def stepping(*steps: Step) -> None:
    """The default policies with other steps."""
    _, writes = governing.replaced(replace(DEFAULT, steps=steps), begin())
    store.commit(writes)
    governing.forget()


def ticket_of(subject: str) -> Ticket:
    return tickets.load(subject.removeprefix("ticket#"))


def changes(world: World, subject: str) -> list[dict[str, Any]]:
    path = f"/tickets/{subject.removeprefix('ticket#')}/events"
    return [one for one in world.list(path) if one["name"] == "ticket.changed"]


def test_a_step_raises_the_priority_and_tags_once(world: World) -> None:
    stepping(Step(percent=50, actions={PRIORITY: None, TAG: "gấp"}))
    subject, at = complaint(world)
    assert ticket_of(subject).priority == "high"
    for seconds in (151, 152, 153, 600):
        settle(subject, at + timedelta(seconds=seconds))
    after = ticket_of(subject)
    assert (after.priority, after.tags) == ("urgent", ["gấp"])
    (change,) = changes(world, subject)
    assert change["actor"] == "system"
    assert change["data"]["after"] == {"priority": "urgent"}
    assert change["data"]["changed"] == ["priority", "tags"]
    assert names(subject).count("clock.warned acknowledge") == 1
    assert after.revision == 1


def test_what_a_step_changes_may_change_the_terms_and_repeats_no_step(world: World) -> None:
    """A question that becomes urgent is promised an answer in five minutes."""
    stepping(*(Step(percent=share, actions={PRIORITY: None}) for share in (25, 50)))
    world.zalo("Cho mình hỏi giá áo khoác", user="b")
    world.run()
    (ticket,) = world.tickets()
    subject = f"ticket#{ticket['id']}"
    later = flows.log(subject)[0].at + timedelta(days=6)
    settle(subject, later)
    settle(subject, later + timedelta(seconds=1))
    world.run()
    told_of = [one.data for one in told(subject) if "percent" in one.data]
    steps = [(one["clock"], one["percent"]) for one in told_of]
    assert len(steps) == len(set(steps))
    assert {("acknowledge", 25), ("acknowledge", 50)} <= set(steps)
    agreed = [one.data["policy"] for one in told(subject) if one.name == "clock.terms_agreed"]
    assert agreed == ["others", "complaint_1"]
    assert ticket_of(subject).priority == "urgent"


def test_a_step_hands_over_to_the_lead_and_counts_for_both(world: World) -> None:
    stepping(Step(percent=100, level=1, actions={REASSIGN: None, TAG: "quá hạn"}))
    world.agent("Lan")
    subject, at = complaint(world)
    assert ticket_of(subject).agent_id == world.agents["Lan"]
    world.agent("Hà", role="lead")
    for seconds in (301, 302):
        settle(subject, at + timedelta(seconds=seconds))
    assert ticket_of(subject).agent_id == world.agents["Hà"]
    loads = {one["name"]: one["load"] for one in world.list("/agents")}
    assert (loads["Lan"], loads["Hà"]) == (0, 1)
    (given,) = [
        one
        for one in world.list(f"/tickets/{subject.removeprefix('ticket#')}/events")
        if one["name"] == "ticket.assigned" and one["data"]["how"] == "escalated"
    ]
    assert given["data"]["before"] == world.agents["Lan"]


def test_without_a_lead_and_for_what_is_done_nothing_is_done(world: World) -> None:
    stepping(Step(percent=75, actions={REASSIGN: None, TAG: "trễ"}))
    subject, at = complaint(world)
    path = f"/tickets/{subject.removeprefix('ticket#')}"
    world.admin.post(f"{path}/replies", {"text": "Dạ"})
    world.admin.post(f"{path}/done", {"outcome": "resolved"})
    world.run()
    settle(subject, at + timedelta(hours=20))
    assert "clock.warned follow_up" in names(subject)
    assert ticket_of(subject).tags == []


def test_a_person_who_was_quicker_loses_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    stepping(Step(percent=50, actions={PRIORITY: None, TAG: "gấp"}))
    subject, at = complaint(world)
    path, plain = f"/tickets/{subject.removeprefix('ticket#')}", of_tickets.acts
    between = iter([True])

    def acts(*found: Any) -> list[store.Write]:
        writes = plain(*found)
        if next(between, False):
            assert world.admin.patch(path, {"tags": ["vip"], "priority": "normal"}).status == 200
        return writes

    monkeypatch.setattr(of_tickets, "acts", acts)
    settle(subject, at + timedelta(seconds=151))
    after = ticket_of(subject)
    assert (after.priority, after.tags) == ("high", ["vip", "gấp"])
    assert names(subject).count("clock.warned acknowledge") == 1
