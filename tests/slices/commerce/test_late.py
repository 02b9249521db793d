"""Orders that come late: told once a promise, cared for once, the customer hears of it first."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.commerce import promises
from chalicelib.commerce.model import ONLY, ORDER, Order
from chalicelib.platform import context, store
from chalicelib.platform.clock import iso, now
from chalicelib.tickets import care
from tests.slices.commerce.shop import ago, bought, happened, order
from tests.slices.conftest import Later
from tests.slices.speech import owner_of
from tests.world import World

AN = "7812345678901234567"


def soon(**time: float) -> str:
    """An instant that much from now."""
    return iso(now() + timedelta(**time))


def late_orders(world: World) -> int:
    """Run the schedule and everything behind it; returns how many orders are told of as late."""
    world.pump.schedule("commerce_check_promises")
    world.run()
    return sum(one["late"] for one in world.list("/orders"))


def an(world: World, text: str = "Cho mình hỏi giá áo") -> str:
    """Somebody writes to the OA; returns their profile."""
    world.zalo(text, user=AN)
    world.run()
    found = owner_of(AN)
    assert found is not None
    return found


def test_a_late_order_is_told_of_once_a_promise(world: World, later: Later) -> None:
    shown = bought(world, promised_at=soon(hours=1))
    assert late_orders(world) == 0
    later(hours=2)
    assert late_orders(world) == 1
    assert late_orders(world) == 1
    assert happened(world, shown["profile_id"]).count("order.late") == 1
    order(world, promised_at=soon(hours=1))
    assert late_orders(world) == 0
    later(hours=2)
    assert late_orders(world) == 1
    assert happened(world, shown["profile_id"]).count("order.late") == 2


@pytest.mark.parametrize("status", ["delivered", "cancelled", "returned"])
def test_an_order_that_came_to_its_end_is_never_late(world: World, status: str) -> None:
    bought(world, promised_at=ago(hours=1), status=status)
    assert late_orders(world) == 0
    assert world.tickets() == []


def test_a_late_order_is_a_ticket_of_high_priority_before_anybody_asks(
    world: World, later: Later
) -> None:
    world.agent("Lan")
    bought(world, promised_at=soon(hours=1), branch="hcm-1", channel="shopee")
    later(hours=2)
    late_orders(world)
    ticket = world.ticket()
    expected = {
        "type": "inquiry",
        "sub_type": "order_status",
        "stage": "delivery",
        "touchpoint": "delivery",
        "priority": "high",
        "source": "marketplace",
        "branch": "hcm-1",
        "order": "DH1001",
        "department_id": "customer_care",
        "agent_id": world.agents["Lan"],
        "subject": "Đơn hàng DH1001 giao trễ hẹn",
    }
    assert {name: ticket[name] for name in expected} == expected


def test_who_writes_with_us_hears_of_it_before_they_ask(world: World, later: Later) -> None:
    lan = world.agent("Lan", department="sales")
    profile_id = an(world)
    first = world.ticket()
    lan.post(f"/tickets/{first['id']}/done", {"outcome": "resolved"})
    order(world, customer={"profile_id": profile_id}, promised_at=soon(hours=1))
    later(hours=2)
    late_orders(world)
    ticket = next(one for one in world.tickets() if one["order"] == "DH1001")
    assert ticket["agent_id"] == first["agent_id"] == world.agents["Lan"]
    assert (ticket["department_id"], ticket["status"]) == ("sales", "new")
    assert world.events(ticket["id"])[:2] == ["ticket.opened", "ticket.assigned"]
    assert world.list("/agents")[0]["load"] == 1
    (said,) = world.messages(ticket["id"])
    assert (said["direction"], said["author"], said["status"]) == ("out", "app", "sent")
    assert "DH1001" in said["text"]
    assert "đến trễ" in said["text"]
    found = world.list("/tickets", profile_id=profile_id)
    assert len(found) == 2


def test_an_open_ticket_of_the_order_gets_a_task_instead(world: World, later: Later) -> None:
    profile_id = an(world, "Đơn #DH1001 bao giờ tới shop ơi")
    ticket = world.ticket()
    assert ticket["order"] == "DH1001"
    order(world, customer={"profile_id": profile_id}, promised_at=soon(hours=1))
    later(hours=2)
    late_orders(world)
    assert len(world.tickets()) == 1
    tasks = [one["what"] for one in world.list("/tasks", department_id="logistics")]
    assert tasks == ["order_late"]
    said = [one for one in world.messages(ticket["id"]) if one["direction"] == "out"]
    assert len(said) == 1


@pytest.mark.parametrize("how", ["window", "care", "word"])
def test_nobody_is_written_to_against_their_will_or_the_channel_s(
    world: World, later: Later, how: str
) -> None:
    profile_id = an(world)
    if how == "care":
        body = {"purpose": "care", "state": "withdrawn", "source": "phone", "wording": "w1"}
        assert world.admin.post(f"/profiles/{profile_id}/consents", body).status == 201
    if how == "word":
        world.zalo("STOP", user=AN)
        world.run()
    order(world, customer={"profile_id": profile_id}, promised_at=soon(hours=1))
    later(days=8 if how == "window" else 1)
    late_orders(world)
    ticket = next(one for one in world.tickets() if one["order"] == "DH1001")
    assert ticket["priority"] == "high"
    for one in world.tickets():
        assert [m for m in world.messages(one["id"]) if m["direction"] == "out"] == []


def test_care_runs_twice_and_does_it_once(world: World) -> None:
    profile_id = an(world)
    shown = order(
        world,
        customer={"profile_id": profile_id},
        placed_at=ago(days=2),
        promised_at=ago(hours=1),
    )
    for _ in range(3):
        care.order_is_late(shown["id"], shown["promised_at"], context.begin())
    assert len([one for one in world.tickets() if one["order"] == "DH1001"]) == 1
    sent = [one for ticket in world.tickets() for one in world.messages(ticket["id"])]
    assert len([one for one in sent if one["direction"] == "out"]) == 1
    world.admin.post("/orders", {"source": "shop", "external_id": "DH1001", "status": "delivered"})
    care.order_is_late(shown["id"], ago(hours=1), context.begin())
    assert len([one for one in world.tickets() if one["order"] == "DH1001"]) == 1


def test_an_index_behind_its_item_tells_of_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = bought(world, promised_at=ago(hours=1))
    keys = [(ORDER + shown["id"], ONLY)]
    order(world, status="delivered")
    monkeypatch.setattr("chalicelib.platform.due.due", lambda *_args, **_more: keys)
    assert promises.check(context.begin()) == {"due": 1, "late": 0}
    item = store.get(Order, *keys[0])
    assert item is not None
    assert item.late_for is item.due_shard is None
