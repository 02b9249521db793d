"""The schedule behind routing: a ticket the events left waiting is found again."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.tickets import assignment
from tests.world import World


def test_a_ticket_missed_by_its_event_is_given_away_by_the_schedule(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.agent("Lan")
    with monkeypatch.context() as patch:
        patch.setattr(assignment, "assign", lambda *_: None)  # an index a moment behind
        world.zalo("Tôi muốn đổi size áo")
        world.run()
    waiting: dict[str, Any] = world.ticket()
    assert waiting["agent_id"] is None
    world.pump.schedule("tickets_drain_waiting")
    assert world.ticket()["agent_id"] == world.agents["Lan"]


def test_the_schedule_leaves_alone_what_nobody_can_take(world: World) -> None:
    world.zalo("Tôi muốn đổi size áo")
    world.run()
    world.pump.schedule("tickets_drain_waiting")
    assert world.ticket()["agent_id"] is None
    told = [name for name in world.events(world.ticket()["id"]) if not name.startswith("clock.")]
    assert told == ["ticket.opened", "message.received"]
