"""Ten tickets on moto, through the real queues: entries twice and out of order, an outage."""

from __future__ import annotations

from collections import Counter
from copy import copy
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

from chalicelib.calendars import flows as calendars
from chalicelib.platform import queue, store
from chalicelib.platform.clock import now
from chalicelib.platform.settings import resource
from chalicelib.sla import clock as clocks
from chalicelib.sla import flows, watching
from chalicelib.sla.model import CLOCKS, Clocks
from chalicelib.sla.subjects import of_kind
from tests.slices.sla.test_settling import moment
from tests.world import World

TICKETS = 10
TEXTS = (
    "Shop giao hàng trễ quá, tôi rất thất vọng!",
    "Cho mình hỏi giá áo khoác size L",
    "Mình muốn đổi size giày",
)
TELLING = {"clock.warned", "clock.breached", "clock.escalated", "clock.met"}
LATER = Random(5)


def shuffled(world: World) -> int:
    """What waits for the clocks' worker, all of it twice and in any order; how much that is."""
    waiting = world.cloud._queues()[resource(queue.CLOCKS)]._messages
    copies = [copy(one) for one in waiting]
    for number, one in enumerate(copies):
        one.__dict__["id"] = f"again-{number}-{one.id}"
    waiting.extend(copies)
    LATER.shuffle(waiting)
    return len(waiting)


def run(world: World) -> int:
    """Everything behind the 200, the clocks' entries twice."""
    doubled = 0
    while world.pump._stream():
        doubled += shuffled(world)
        for _ in range(100):
            if not world.pump._queues():
                break
    return doubled


def told(ticket_id: str) -> Counter[tuple[Any, ...]]:
    """How often each thing was told."""
    return Counter(
        (
            one.name,
            one.data["about"],
            one.data["clock"],
            one.data["started_at"],
            one.data.get("percent"),
        )
        for one in flows.log(f"ticket#{ticket_id}")
        if one.name in TELLING
    )


def broken_by_log(ticket_id: str) -> set[str]:
    """What was told to be broken, and not taken back."""
    key = f"ticket#{ticket_id}"
    said = [one for one in flows.log(key) if one.data.get("about") == key]
    return {
        f"{one.data['clock']}@{one.data['started_at']}"
        for one in said
        if one.name == "clock.breached"
    }


def broken_by_reading(ticket_id: str) -> set[str]:
    """What the log says is broken when it is read from its beginning."""
    key, at = f"ticket#{ticket_id}", now() + timedelta(days=20)
    found = flows.read(of_kind("ticket", key), flows.log(key), now=at)
    assert found is not None
    broken = partial(clocks.broken_at, at=at, calendars=calendars.at_version)
    return {one.key for one in found.standing.all if broken(one) is not None}


def test_ten_tickets_are_told_of_once(world: World) -> None:
    world.agent("Lan")
    world.agent("Hà", role="lead")
    for number in range(TICKETS):
        world.zalo(TEXTS[number % len(TEXTS)], user=f"customer {number}")
    assert run(world) > TICKETS
    tickets = [one["id"] for one in world.tickets(limit=100)]
    assert len(tickets) == TICKETS
    for number, one in enumerate(tickets):
        if number % 2:
            answer = world.admin.post(f"/tickets/{one}/replies", {"text": "Dạ em xem ngay ạ"})
            assert answer.status == 202
        if number % 5 == 0:
            outcome = "spam" if number % 10 == 0 else "resolved"
            assert world.admin.post(f"/tickets/{one}/done", {"outcome": outcome}).status == 200
    assert run(world)
    for hours in (0.1, 2, 2, 30, 30, 24 * 20):  # twice at once, and once after a long silence
        watching.watch(moment(now() + timedelta(hours=hours)))
    found = [told(one) for one in tickets]
    assert {times for one in found for times in one.values()} == {1}
    names = Counter(what[0] for one in found for what in one)
    assert min(names[name] for name in TELLING) >= 5, names
    for one in tickets:
        assert store.get(Clocks, f"ticket#{one}", CLOCKS) is not None
        assert broken_by_log(one) == broken_by_reading(one)
    assert watching.watch(moment(now() + timedelta(days=60)))["left"] == 0
