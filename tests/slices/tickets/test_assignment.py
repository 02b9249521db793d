"""Who gets a ticket, who waits, and how loads stay right."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.platform.context import begin
from chalicelib.platform.store import Contended
from chalicelib.team import flows as team
from chalicelib.tickets import assignment
from tests.world import World

SIZE = "Cho mình đổi size áo với ạ"


def asked(world: World, *users: str) -> list[str]:
    """One matter of each customer; the tickets' ids, oldest first."""
    for user in users:
        world.zalo(SIZE, user=user)
        world.run()
    return [ticket["id"] for ticket in world.tickets()[::-1]]


def holders(world: World) -> dict[str, str | None]:
    names = {agent_id: name for name, agent_id in world.agents.items()}
    return {t["id"]: names.get(t["agent_id"]) for t in world.tickets()}


def loads(world: World) -> dict[str, int]:
    return {agent["name"]: agent["load"] for agent in world.list("/agents")}


def true_loads(world: World) -> None:
    """Loads are the open tickets that agents have."""
    held = [t["agent_id"] for t in world.tickets() if t["status"] != "done"]
    assert loads(world) == {name: held.count(known) for name, known in world.agents.items()}


def test_least_load_first(world: World) -> None:
    world.agent("Lan")
    world.agent("Mai")
    asked(world, "a", "b", "c", "d")
    assert loads(world) == {"Lan": 2, "Mai": 2}
    true_loads(world)


def test_only_who_is_here_of_the_department(world: World) -> None:
    world.agent("Kho", department="logistics")
    world.agent("Lan")
    world.presence("Lan", "away")
    (ticket,) = asked(world, "a")
    assert holders(world) == {ticket: None}


def test_queue_is_drained_oldest_first_when_somebody_comes(world: World) -> None:
    first, second, third = asked(world, "a", "b", "c")
    world.agent("Lan", capacity=2)
    world.run()
    assert holders(world) == {first: "Lan", second: "Lan", third: None}
    true_loads(world)


def test_done_makes_room_for_the_next(world: World) -> None:
    lan = world.agent("Lan", capacity=1)
    first, second = asked(world, "a", "b")
    assert holders(world)[second] is None
    assert lan.post(f"/tickets/{first}/done", {"outcome": "resolved"}).status == 200
    world.run()
    assert holders(world)[second] == "Lan"
    true_loads(world)


def test_more_capacity_takes_from_the_queue(world: World) -> None:
    world.agent("Lan", capacity=1)
    _, second = asked(world, "a", "b")
    world.admin.patch(f"/agents/{world.agents['Lan']}", {"capacity": 5})
    world.run()
    assert holders(world)[second] == "Lan"


def test_tickets_of_an_agent_who_leaves_go_to_others(world: World) -> None:
    world.agent("Lan")
    asked(world, "a", "b")
    world.admin.patch(f"/agents/{world.agents['Lan']}", {"active": False})
    world.run()
    assert set(holders(world).values()) == {None}
    world.agent("Mai")
    world.run()
    assert set(holders(world).values()) == {"Mai"}
    true_loads(world)


def test_long_queue_is_drained_in_rounds(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assignment, "DRAIN_AT_ONCE", 2)
    asked(world, "a", "b", "c", "d", "e")
    world.agent("Lan")
    world.run()
    assert set(holders(world).values()) == {"Lan"}
    world.admin.patch(f"/agents/{world.agents['Lan']}", {"active": False})
    world.run()
    assert set(holders(world).values()) == {None}
    true_loads(world)


def test_agents_who_fill_up_meanwhile_are_passed_over(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.agent("Lan")
    world.agent("Mai")
    stale = team.roster("customer_care")
    world.presence("Lan", "away")
    monkeypatch.setattr(team, "roster", lambda _: stale)
    asked(world, "a", "b")
    assert set(holders(world).values()) == {"Mai"}


def test_losing_every_race_is_tried_again_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(assignment.TRIES):
        world.agent(f"Lan {number}")
    stale = team.roster("customer_care")
    for name in world.agents:
        world.presence(name, "away")
    (ticket,) = asked(world, "a")
    monkeypatch.setattr(team, "roster", lambda _: stale)
    with pytest.raises(Contended):
        assignment.assign(ticket, begin())


class TestClaims:
    def test_of_a_free_ticket(self, world: World) -> None:
        (ticket,) = asked(world, "a")
        lan = world.agent("Lan", department="technical")
        claimed = lan.post(f"/tickets/{ticket}/assignment", {})
        assert (claimed.status, claimed.body["status"]) == (200, "in_progress")
        assert claimed.body == world.ticket()
        true_loads(world)

    def test_of_one_that_somebody_has(self, world: World) -> None:
        world.agent("Lan")
        (ticket,) = asked(world, "a")
        mai = world.agent("Mai")
        refused = mai.post(f"/tickets/{ticket}/assignment", {})
        assert (refused.status, refused.body["code"]) == (409, "ticket_taken")
        given = mai.call("DELETE", f"/tickets/{ticket}/assignment")
        assert given.status == 409
        assert holders(world) == {ticket: "Lan"}
        true_loads(world)

    def test_twice_by_the_same_changes_nothing(self, world: World) -> None:
        lan = world.agent("Lan")
        (ticket,) = asked(world, "a")
        before = world.ticket()
        assert lan.post(f"/tickets/{ticket}/assignment", {}).status == 200
        assert world.ticket() == before
        true_loads(world)

    def test_whoever_has_it_hands_it_on(self, world: World) -> None:
        lan = world.agent("Lan")
        (ticket,) = asked(world, "a")
        world.agent("Mai")
        body = {"agent_id": world.agents["Mai"]}
        assert lan.post(f"/tickets/{ticket}/assignment", body).status == 200
        assert holders(world) == {ticket: "Mai"}
        true_loads(world)

    def test_agent_gives_no_free_ticket_to_another_but_a_lead_does(self, world: World) -> None:
        (ticket,) = asked(world, "a")
        lan = world.agent("Lan", department="sales")
        world.agent("Mai", department="sales")
        lead = world.agent("Trưởng", department="sales", role="lead")
        body: Any = {"agent_id": world.agents["Mai"]}
        assert lan.post(f"/tickets/{ticket}/assignment", body).status == 403
        assert lead.post(f"/tickets/{ticket}/assignment", body).status == 200
        assert holders(world) == {ticket: "Mai"}
        assert world.ticket()["status"] == "new", "work begins with whoever takes it up"

    def test_nobody_or_somebody_who_left_gets_nothing(self, world: World) -> None:
        world.agent("Lan")
        world.admin.patch(f"/agents/{world.agents['Lan']}", {"active": False})
        (ticket,) = asked(world, "a")
        for agent_id in ("nobody", world.agents["Lan"]):
            refused = world.admin.post(f"/tickets/{ticket}/assignment", {"agent_id": agent_id})
            assert (refused.status, refused.body["field"]) == (422, "agent_id")
        unnamed = world.admin.post(f"/tickets/{ticket}/assignment", {})
        assert unnamed.status == 422

    def test_given_back_it_waits_for_the_next(self, world: World) -> None:
        lan = world.agent("Lan")
        (ticket,) = asked(world, "a")
        world.presence("Lan", "away")
        assert lan.call("DELETE", f"/tickets/{ticket}/assignment").status == 200
        world.run()
        assert holders(world) == {ticket: None}
        true_loads(world)
