"""Taking customers' requests down, their time limit, and how long things are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.conversations.model import MESSAGE, Conversation, Message
from chalicelib.customer import retention
from chalicelib.platform import context, store
from chalicelib.platform.clock import iso, now
from chalicelib.platform.roles import Role
from chalicelib.profiles import rights
from tests.slices.customer.people import arrives
from tests.world import World

ASKED = {"verified_by": "id_document"}


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        # Monday 23:30 in Việt Nam: Tuesday is a holiday, so Wednesday and Thursday.
        (datetime(2026, 11, 23, 16, 30, tzinfo=UTC), "2026-11-26T16:59:59.999Z"),
        # Already the next day there.
        (datetime(2026, 11, 16, 17, 30, tzinfo=UTC), "2026-11-19T16:59:59.999Z"),
    ],
)
def test_a_request_is_due_at_the_end_of_the_second_working_day(asked: datetime, due: str) -> None:
    assert iso(rights.due(asked)) == due


def test_requests_are_listed_the_most_urgent_first(world: World) -> None:
    one, other = arrives("zalo_oa", "1"), arrives("zalo_oa", "2")
    assert world.admin.post(f"/profiles/{one}/export", ASKED).status == 202
    earlier = ASKED | {"requested_at": iso(now() - timedelta(days=9))}
    assert world.admin.post(f"/profiles/{other}/erase", earlier).status == 202
    assert [r["profile_id"] for r in world.list("/rights-requests")] == [other, one]
    again = world.admin.post(f"/profiles/{one}/export", ASKED)
    assert (again.status, again.body["code"]) == (409, "already_requested")
    world.run()
    assert world.list("/rights-requests") == []
    assert [r["status"] for r in world.list("/rights-requests", status="done")] == ["done"] * 2
    assert world.admin.post(f"/profiles/{other}/erase", ASKED).status == 410


def test_who_may_ask(world: World) -> None:
    customer = arrives("zalo_oa", "1")
    for role, export, erase in (
        (Role.AGENT, 403, 403),
        (Role.INTEGRATION, 403, 403),
        (Role.LEAD, 202, 403),
        (Role.MANAGER, 409, 202),
    ):
        caller = world.admin.token(role)
        assert caller.post(f"/profiles/{customer}/export", ASKED).status == export
        assert caller.post(f"/profiles/{customer}/erase", ASKED).status == erase


def test_times_that_cannot_be_are_refused(world: World) -> None:
    customer = arrives("zalo_oa", "1")
    for at in (now() + timedelta(minutes=5), now() - timedelta(days=31)):
        answer = world.admin.post(f"/profiles/{customer}/erase", ASKED | {"requested_at": iso(at)})
        assert (answer.status, answer.body["field"]) == (422, "requested_at")


def test_a_request_given_up_on_is_taken_up_again(world: World) -> None:
    customer = arrives("zalo_oa", "1")
    asked = world.admin.post(f"/profiles/{customer}/erase", ASKED).body
    item = rights.load(asked["id"])
    long_ago = rights.RightsRequest.received_at.set(iso(now() - timedelta(hours=2)))
    store.commit([store.update("request", item, long_ago, condition=None)])
    world.pump.stream_position = len(world.pump._records())  # its event has been lost
    world.run()
    assert world.list("/rights-requests")[0]["status"] == "open"
    world.pump.schedule("customer_go_on_with_rights")
    world.run()
    assert world.list("/rights-requests", status="done")[0]["id"] == asked["id"]


def test_old_payloads_go_and_what_was_said_stays(world: World) -> None:
    world.zalo("Cho mình hỏi giá áo khoác này")
    world.run()
    (conversation,) = world.list("/conversations")
    year = timedelta(days=365)
    later = context.Context(now=now() + year, actor="system", correlation_id="later")
    assert retention.apply(later, seconds=20) == {"conversations": 1, "payloads": 1}
    assert retention.apply(later, seconds=20)["payloads"] == 0
    (message,) = store.query(Message, conversation["id"], prefix=MESSAGE)
    assert not message.raw
    assert message.text == "Cho mình hỏi giá áo khoác này"
    assert store.get(Conversation, conversation["id"], "conversation") is not None
    world.pump.schedule("customer_apply_retention")


def test_periods_are_data(world: World) -> None:
    before = {row["kind"]: row["days"] for row in world.admin.get("/retention").body["items"]}
    assert before["raw_payloads"] == 180
    assert world.admin.put("/retention/raw_payloads", {"days": 30}).status == 200
    after = {row["kind"]: row["days"] for row in world.admin.get("/retention").body["items"]}
    assert after == before | {"raw_payloads": 30}
    assert world.admin.put("/retention/quarantine", {"days": 30}).status == 409
    assert world.admin.put("/retention/dreams", {"days": 30}).status == 404
    assert world.admin.put("/retention/raw_payloads", {"days": 0}).status == 422
    assert world.admin.token(Role.MANAGER).put("/retention/raw_payloads", {"days": 9}).status == 403
