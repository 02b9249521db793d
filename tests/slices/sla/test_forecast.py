"""What warns and breaks in the next hours: as counting over all open tickets finds it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from chalicelib.calendars import flows as calendars
from chalicelib.platform.clock import parse
from chalicelib.sla import clock as clocks
from chalicelib.sla import flows, foreseeing, governing
from chalicelib.sla.plan import warns_at
from chalicelib.sla.subjects import of_kind
from tests.slices.conftest import Later
from tests.world import World

Told = set[tuple[str, str, str, datetime]]


def crowd(world: World, later: Later) -> None:
    """Matters of several kinds that came in over some hours, some of them answered."""
    lan = world.agent("Lan")
    said = (
        "Shop giao hàng trễ quá, tôi rất thất vọng!",
        "Cho mình hỏi giá áo khoác",
        "Cho mình đổi size áo với ạ",
        "App lỗi không đăng nhập được tài khoản",
        "Tôi sẽ kiện ra toà, báo chí sẽ vào cuộc",
        "Cho mình hỏi đơn DH1029 đến đâu rồi",
    )
    for number, text in enumerate(said):
        world.zalo(text, user=f"{number}")
        world.run()
        later(minutes=7)
    for ticket in world.tickets()[::2]:
        lan.post(f"/tickets/{ticket['id']}/replies", {"text": "Dạ em xem ngay ạ"})
    world.run()


def counted(world: World, now: datetime, until: datetime) -> Told:
    """The same by folding the log of every open ticket."""
    found: Told = set()
    for ticket in world.tickets():
        subject = of_kind("ticket", f"ticket#{ticket['id']}")
        read = flows.read(subject, flows.log(subject.log), now=now)
        assert read is not None
        for one in read.standing.clocks.values():
            if not one.running:
                continue
            moments = {
                "warning": warns_at(one, governing.current().steps, calendars.at_version),
                "breach": clocks.due_at(one, calendars.at_version),
            }
            found |= {
                (ticket["id"], one.name, what, moment)
                for what, moment in moments.items()
                if moment is not None and now < moment <= until
            }
    return found


@pytest.mark.parametrize("hours", [1, 4, 48])
def test_a_forecast_is_what_counting_over_all_tickets_finds(
    world: World, later: Later, hours: int
) -> None:
    crowd(world, later)
    answer = world.admin.get("/sla/forecast", hours=hours).body
    now, until = parse(answer["now"]), parse(answer["until"])
    assert until - now == timedelta(hours=hours)
    told = {
        (one["ticket_id"], one["clock"], one["what"], parse(one["at"]))
        for one in answer["entries"]
        if one["subject"].startswith("ticket#")
    }
    assert told == counted(world, now, until)
    assert (answer["truncated"], answer["complete_until"]) == (False, answer["until"])
    moments = [one["at"] for one in answer["entries"]]
    assert moments == sorted(moments)
    for groups in ("departments", "teams", "agents"):
        assert sum(one["breaches"] for one in answer[groups]) == answer["breaches"]
        assert sum(one["warnings"] for one in answer[groups]) == answer["warnings"]


def test_a_department_s_part_opens_down_to_its_tickets(world: World, later: Later) -> None:
    crowd(world, later)
    whole = world.admin.get("/sla/forecast", hours=48).body
    assert len(whole["departments"]) > 1
    for group in whole["departments"]:
        part = world.admin.get("/sla/forecast", hours=48, department_id=group["id"]).body
        assert (part["warnings"], part["breaches"]) == (group["warnings"], group["breaches"])
        for one in part["entries"]:
            if one["number"] is not None:
                ticket = world.admin.get(f"/tickets/{one['ticket_id']}").body
                assert (ticket["department_id"], ticket["number"]) == (group["id"], one["number"])


def test_beyond_what_one_answer_holds_it_says_up_to_when_it_is_whole(
    world: World, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd(world, later)
    monkeypatch.setattr(foreseeing, "MOST", 3)
    answer = world.admin.get("/sla/forecast", hours=48).body
    assert answer["truncated"]
    now, whole = parse(answer["now"]), parse(answer["complete_until"])
    told = {
        (one["ticket_id"], one["clock"], one["what"], parse(one["at"]))
        for one in answer["entries"]
        if one["subject"].startswith("ticket#") and parse(one["at"]) < whole
    }
    early = {one for one in counted(world, now, whole) if one[3] < whole}
    assert told == early


def test_nothing_to_come_is_an_empty_forecast(world: World) -> None:
    answer = world.admin.get("/sla/forecast").body
    assert (answer["entries"], answer["departments"], answer["breaches"]) == ([], [], 0)


def test_what_is_no_ticket_s_id_is_refused(world: World) -> None:
    answer = world.admin.get("/clocks", ticket_ids="a" * 3000)
    assert (answer.status, answer.body["field"]) == (422, "ticket_ids")
