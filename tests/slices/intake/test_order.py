"""Deliveries in any order, any number of times: the same in the end."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from tests.slices.test_faults import of_kind, said, settled
from tests.world import World

WORDS = (
    "Giao hàng trễ quá shop",
    "Đơn giao trễ 5 ngày rồi",
    "Sao giao hàng lâu thế, trễ hẹn rồi",
)


def outcome(world: World) -> dict[str, Any]:
    """What must not depend on the order."""
    return {
        "messages": sorted(item["text"]["S"] for item in of_kind(world.cloud, *MESSAGES)),
        "tickets": [t["sub_type"]["S"] for t in of_kind(world.cloud, "tickets", "ticket")],
        "tasks": len(of_kind(world.cloud, "tickets", "task")),
        "profiles": len(of_kind(world.cloud, "profiles", "profile")),
        "loads": sorted(agent["load"] for agent in world.list("/agents")),
        "events": Counter(event["name"]["S"] for event in world.cloud.items("events")),
        "kept": world.list("/quarantine"),
    }


MESSAGES = ("conversations", "message")


@pytest.mark.parametrize("seed", range(8))
def test_two_customers_shuffled_with_duplicates(world: World, seed: int) -> None:
    dice = random.Random(seed)
    world.agent("Lan")
    deliveries = [said(user, n, text) for user in ("an", "binh") for n, text in enumerate(WORDS)]
    deliveries += dice.choices(deliveries, k=6)
    dice.shuffle(deliveries)
    for event in deliveries:
        assert world.zalo_event({**event, "timestamp": "1"}) == 200
        if dice.random() < 0.5:
            settled(world)
    settled(world)
    found = outcome(world)
    assert found["messages"] == sorted(WORDS * 2)
    assert found["tickets"] == ["delivery_late"] * 2
    assert (found["tasks"], found["profiles"], found["loads"]) == (2, 2, [2])
    assert found["events"]["message.received"] == 6
    assert found["events"]["ticket.opened"] == found["events"]["ticket.assigned"] == 2
    assert found["events"]["profile.created"] == found["events"]["conversation.started"] == 2
    assert found["kept"] == []


@pytest.mark.parametrize("seed", range(4))
def test_reactors_may_run_again_in_any_order(world: World, seed: int) -> None:
    """The stream from its beginning, and every queue shuffled."""
    dice = random.Random(seed)
    lan = world.agent("Lan")
    for user in ("an", "binh"):
        assert world.zalo_event({**said(user, 1, WORDS[0]), "timestamp": "1"}) == 200
    settled(world)
    for ticket in world.tickets():
        lan.post(f"/tickets/{ticket['id']}/replies", {"text": "Dạ"})
    settled(world)
    before = outcome(world)
    world.pump.stream_position = 0
    while world.pump._stream():
        pass
    for queue in world.cloud._queues().values():
        dice.shuffle(queue._messages)
    settled(world)
    assert outcome(world) == before
