"""The log alone is enough: every ticket retold from its events is the ticket that is stored."""

from __future__ import annotations

import pytest

from infra import operations
from tests.client import Caller
from tests.world import World

LATE = "Shop ơi đơn DH12345 giao hàng trễ quá, 5 ngày rồi chưa nhận được"


def storied(world: World) -> None:
    """Everything that can happen to tickets, on three of them."""
    lan, mai = world.agent("Lan"), world.agent("Mai", role="lead")
    world.zalo(LATE)
    world.run()
    first = world.ticket()["id"]
    steps(world, lan, mai, first)
    world.facebook("Nhân viên của shop thái độ rất tệ", user="551")
    world.facebook("Cho mình hỏi giá áo này", user="552")
    world.run()


def steps(world: World, lan: Caller, mai: Caller, ticket: str) -> None:
    said = {"text": "Dạ chị cho em xin mã đơn ạ", "expects_answer": True}
    done = {"outcome": "resolved"}
    for caller, method, path, body in (
        (mai, "POST", "assignment", {"agent_id": world.agents["Lan"]}),
        (lan, "POST", "replies", said),
        (lan, "PATCH", "", {"sub_type": "wrong_or_missing_item", "priority": "urgent"}),
        (lan, "PATCH", "", {"waiting_on": "third_party"}),
        (lan, "POST", "done", done),
        (mai, "POST", "reopen", {}),
        (mai, "PATCH", "", {"department_id": "logistics"}),
        (mai, "PATCH", "", {"department_id": "customer_care", "sub_type": "staff_attitude"}),
    ):
        where = f"/tickets/{ticket}" + (f"/{path}" if path else "")
        answer = caller.call(method, where, body)
        assert answer.status < 300, answer.body
        world.run()
    world.zalo("Mình vẫn chưa nhận được hàng")
    world.run()


def test_every_ticket_is_what_its_events_tell(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    storied(world)
    assert len(world.tickets()) == 3
    assert operations.main(["verify"]) == 0
    assert "3 tickets are what their events tell" in capsys.readouterr().out


def test_a_ticket_changed_behind_the_log_is_found(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    from chalicelib.tickets import flows
    from chalicelib.tickets.model import Ticket

    world.zalo(LATE)
    world.run()
    flows.load(world.ticket()["id"]).update(actions=[Ticket.priority.set("low")])
    assert operations.main(["verify"]) == 1
    assert "priority" in capsys.readouterr().out
