"""Events into feeds: once whatever comes twice, counted exactly, nobody told who is not here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.notifications import flows, hearing, standing
from chalicelib.platform import store
from chalicelib.platform.clock import now
from chalicelib.platform.pages import PageRequest
from tests.slices.notifications.happening import (
    assigned,
    at,
    event,
    feed,
    kinds,
    step,
    tell,
    unread,
)
from tests.world import World


def quicker(monkeypatch: pytest.MonkeyPatch, other: Callable[[], Any]) -> None:
    """Somebody else commits just before the next commit."""
    commit, waiting = store.commit, [other]

    def late(writes: Iterable[store.Write]) -> None:
        found = list(writes)
        if found and waiting:
            waiting.pop()()
        commit(found)

    monkeypatch.setattr(store, "commit", late)


def test_a_real_ticket_is_told_to_who_gets_it(world: World) -> None:
    lan = world.agent("Lan")
    world.zalo("Áo bị rách rồi shop")
    world.run()
    assert world.pump.failures == {}
    (told,) = feed(lan)
    ticket = world.ticket()
    assert (told["kind"], told["level"]) == ("ticket_assigned", "info")
    assert told["link"] == f"ticket/{ticket['id']}"
    assert told["title"]["vi"] == f"Phiếu mới: {ticket['number']}"
    assert told["text"]["en"] == f"Ticket {ticket['number']} is yours."
    assert told["read_at"] is None
    assert unread(lan) == 1


def test_the_same_event_again_tells_nothing_again(world: World) -> None:
    lan = world.agent("Lan")
    one = assigned("t1", world.agents["Lan"])
    tell(one)
    tell(one, one)
    assert kinds(lan) == ["ticket_assigned"]
    assert unread(lan) == 1


def test_what_was_read_stays_read_when_its_event_comes_again(world: World) -> None:
    lan = world.agent("Lan")
    one = assigned("t1", world.agents["Lan"])
    tell(one)
    (told,) = feed(lan)
    assert lan.post(f"/notifications/{told['id']}/read").status == 200
    tell(one)
    assert unread(lan) == 0
    assert [item["read_at"] is not None for item in feed(lan)] == [True]


def test_two_workers_with_the_same_event_tell_it_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    lan = world.agent("Lan")
    one = assigned("t1", world.agents["Lan"])
    quicker(monkeypatch, lambda: tell(one))
    tell(one, assigned("t2", world.agents["Lan"]))
    assert len(feed(lan)) == unread(lan) == 2


def test_an_ordinary_one_is_one_write_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    lan = world.agent("Lan")
    committed: list[int] = []
    commit = store.commit

    def counted(writes: Iterable[store.Write]) -> None:
        found = list(writes)
        committed.append(len(found))
        commit(found)

    monkeypatch.setattr(store, "commit", counted)
    tell(*(assigned(f"t{n}", world.agents["Lan"]) for n in range(3)))
    assert committed == [1, 1, 1], "a transaction would cost double"
    assert unread(lan) == 3


def test_who_did_it_is_not_told(world: World) -> None:
    lan = world.agent("Lan")
    own = f"agent:{world.agents['Lan']}"
    tell(assigned("t1", world.agents["Lan"], how="claimed", actor=own))
    assert feed(lan) == []


def test_who_is_gone_is_told_nothing(world: World) -> None:
    lan = world.agent("Lan")
    tell(assigned("t1", world.agents["Lan"]))
    assert world.admin.patch(f"/agents/{world.agents['Lan']}", {"active": False}).status == 200
    standing.forget()
    tell(assigned("t2", world.agents["Lan"]), assigned("t3", "nobody"))
    assert flows.read_all(world.agents["Lan"], now() + timedelta(minutes=1), at(now())) == (
        1,
        False,
    )
    assert lan.get("/notifications").status in (200, 401)


def test_handed_over_both_hear_of_it(world: World) -> None:
    lan, mai = world.agent("Lan"), world.agent("Mai")
    ids = world.agents
    tell(
        assigned("t1", ids["Mai"], how="handed_over", before=ids["Lan"], actor="agent:lead"),
        assigned(
            "t2", ids["Mai"], how="handed_over", before=ids["Lan"], actor=f"agent:{ids['Lan']}"
        ),
    )
    assert kinds(mai) == ["ticket_handed_over"] * 2
    assert kinds(lan) == ["ticket_taken_away"]


TICKET = "ticket#t1"


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("ticket.waiting", {"waiting_on": "agent"}, ["customer_wrote"]),
        ("ticket.waiting", {"waiting_on": "customer"}, []),
        ("ticket.reopened", {"why": "customer_wrote"}, ["ticket_reopened"]),
        ("message.failed", {"code": "-230"}, ["reply_failed"]),
        ("message.failed", {"code": "-230", "instead": "m2"}, []),
    ],
)
def test_what_is_told_to_who_has_the_ticket(
    world: World, name: str, data: dict[str, Any], expected: list[str]
) -> None:
    lan = world.agent("Lan")
    tell(event(name, TICKET, {"ticket_id": "t1", "agent_id": world.agents["Lan"], **data}))
    tell(event(name, TICKET, {"ticket_id": "t1", **data}))
    assert kinds(lan) == expected


def test_a_customer_who_answers_what_was_asked(world: World) -> None:
    lan = world.agent("Lan")
    world.zalo("Áo bị rách rồi shop")
    world.run()
    path = f"/tickets/{world.ticket()['id']}"
    assert lan.patch(path, {"waiting_on": "customer"}).status == 200
    world.zalo("Mình gửi ảnh áo rách đây ạ")
    world.run()
    assert kinds(lan) == ["customer_wrote", "ticket_assigned"]


def test_a_task_is_told_to_the_leads_of_its_department_else_to_its_manager(world: World) -> None:
    world.agent("Nam", department="logistics")
    opened = event("task.opened", TICKET, {"ticket_id": "t1", "department_id": "logistics"})
    yen = world.agent("Yến", role="manager")
    body = {"manager_id": world.agents["Yến"]}
    assert world.admin.patch("/departments/logistics", body).status == 200
    tell(opened)
    assert kinds(yen) == ["task_opened"]
    ha = world.agent("Hà", department="logistics", role="lead")
    hearing.forget()
    tell(event("task.opened", TICKET, {"ticket_id": "t1", "department_id": "logistics"}))
    assert kinds(ha) == kinds(yen) == ["task_opened"]


def test_a_lost_channel_is_told_to_all_who_manage(world: World) -> None:
    lan, ha = world.agent("Lan"), world.agent("Hà", department="sales", role="admin")
    account = world.connect("web_form", "w1", {"widget_key": "k"})
    subject = f"account#{account}"
    tell(event("account.token_failed", subject, {"account": account, "code": "refused"}))
    ends = {"account": account, "code": "x", "ends": "2026-12-01T00:00:00.000Z"}
    tell(event("account.expiry_announced", subject, ends))
    assert feed(lan) == []
    ending, lost = feed(ha)
    assert lost["title"]["vi"] == "Cần kết nối lại kênh web_form w1"
    assert lost["link"] == f"channel-account/{account}"
    assert "07:00 01/12/2026" in ending["text"]["vi"]


def test_nothing_of_a_customer_is_stored(world: World) -> None:
    world.agent("Lan")
    world.zalo("Tôi là Nguyễn Văn Bình, 0912345678, đơn DH123 giao trễ quá!")
    world.run()
    kept = str(world.cloud.items("notifications"))
    assert "Lan" not in kept
    for personal in ("Bình", "0912345678", "DH123", "giao", "profile"):
        assert personal not in kept


def test_an_event_of_long_ago_tells_nothing(world: World) -> None:
    lan = world.agent("Lan")
    old = step("escalated", "t1", world.agents["Lan"], level=1, at=now() - timedelta(days=91))
    tell(old)
    assert world.cloud.items("notifications") == []
    assert unread(lan) == 0


def test_what_is_over_is_neither_listed_nor_counted(world: World) -> None:
    lan = world.agent("Lan")
    tell(assigned("t1", world.agents["Lan"]))
    request = PageRequest(scope="test")
    for days, there in ((89, 1), (91, 0)):
        later, own = now() + timedelta(days=days), world.agents["Lan"]
        assert flows.unread(own, later) == (there, False)
        for unread_only in (True, False):
            assert len(flows.feed(request, own, unread=unread_only, now=later).items) == there
    (item,) = [one for one in world.cloud.items("notifications") if "kind" in one]
    ends = int(item["expires_at"]["N"]) - now().timestamp()
    assert ends == pytest.approx(90 * 86_400, abs=60), "then DynamoDB removes it"
    assert kinds(lan) == ["ticket_assigned"]


def test_an_administrator_may_say_how_long_they_are_kept(world: World) -> None:
    world.agent("Lan")
    assert world.admin.put("/retention/notifications", {"days": 30}).status == 200
    tell(assigned("t1", world.agents["Lan"]))
    assert flows.unread(world.agents["Lan"], now() + timedelta(days=31)) == (0, False)


def test_no_more_are_counted_than_somebody_would_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    lan = world.agent("Lan")
    monkeypatch.setattr(flows, "MOST_COUNTED", 2)
    for number, expected in enumerate([(1, False), (2, False), (2, True)]):
        tell(assigned(f"t{number}", world.agents["Lan"]))
        assert flows.unread(world.agents["Lan"], now()) == expected
    assert lan.get("/notifications/count").body == {"unread": 2, "more": True}


def test_a_lost_answer_of_the_store_is_made_good_by_the_queue(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    lan = world.agent("Lan")
    one = assigned("t1", world.agents["Lan"])
    commit, left = store.commit, [1]

    def lost(writes: Iterable[store.Write]) -> None:
        commit(list(writes))
        if left:
            left.pop()
            raise store.StoreUnavailable("no answer")

    monkeypatch.setattr(store, "commit", lost)
    with pytest.raises(store.StoreUnavailable):
        tell(one)
    tell(one)
    assert unread(lan) == len(feed(lan)) == 1
