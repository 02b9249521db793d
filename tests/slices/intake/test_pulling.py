"""What is fetched by the clock: pages, faults, kills, leases, tokens; and what it costs."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.channels import flows as accounts
from chalicelib.channels import pulls, tokens
from chalicelib.channels.shopee import pulling as of_shopee
from chalicelib.intake import pulling
from chalicelib.platform import outward
from chalicelib.platform.clock import parse
from chalicelib.platform.context import begin
from chalicelib.platform.errors import Transient
from tests.contracts.cases import shopee
from tests.faults import Calls, Killed, timed_out, watched
from tests.slices.conftest import Later
from tests.slices.intake.providers import COMMENTS, CONFIRM, LOST, RENEWAL, Shopee
from tests.slices.intake.shops import connect, push, seconds
from tests.world import World

SN = "260901ABCDEFGH"
LOST_PULL, REVIEWS = of_shopee.LOST, of_shopee.REVIEWS


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Shopee:
    fake = Shopee()
    monkeypatch.setattr(outward, "call", fake.call)
    return fake


def review(number: int, stars: int, text: str = "", *, ago: int = 600, **more: Any) -> Any:
    return {
        "order_sn": SN,
        "comment_id": str(number),
        "comment": text,
        "buyer_username": "lan.nguyen",
        "item_id": 16509872,
        "rating_star": stars,
        "editable": "EDITABLE",
        "hidden": False,
        "create_time": seconds(ago),
        **more,
    }


def state(world: World, account: str, name: str = LOST_PULL) -> dict[str, Any]:
    found = world.admin.get(f"/channel-accounts/{account}").body["pulls"]
    (only,) = [one for one in found if one["name"] == name]
    return dict(only)


def tick(world: World) -> None:
    """A minute's schedule, and all that follows from it."""
    world.pump.schedule("intake_pull_due")
    world.run()


def said(world: World) -> list[str]:
    """Every word of every conversation."""
    return [
        str(one["text"])
        for talk in world.list("/conversations", limit=100)
        for one in world.list(f"/conversations/{talk['id']}/messages", limit=100)[::-1]
    ]


class TestWhen:
    def test_a_live_account_is_pulled_from_at_once(self, world: World, provider: Shopee) -> None:
        account = connect(world, "shopee", mode="live")
        shown = world.admin.get(f"/channel-accounts/{account}").body["pulls"]
        assert [one["name"] for one in shown] == [LOST_PULL, REVIEWS]
        assert all(one["last_run_at"] is None and one["next_at"] for one in shown)
        tick(world)
        assert sorted(provider.asked()) == sorted([LOST, COMMENTS])
        after = state(world, account)
        assert (after["last_found"], after["failures"], after["error_code"]) == (0, 0, None)
        due = parse(after["next_at"]) - parse(after["last_run_at"])
        assert due == of_shopee.PULLER.pulls[LOST_PULL]
        tick(world)
        assert len(provider.calls) == 2  # not due yet

    def test_a_sandbox_asks_nobody(self, world: World, provider: Shopee) -> None:
        account = connect(world, "shopee")
        assert world.admin.get(f"/channel-accounts/{account}").body["pulls"] is None
        tick(world)
        assert provider.calls == []

    def test_a_disabled_account_rests_and_goes_on(self, world: World, provider: Shopee) -> None:
        account = connect(world, "shopee", mode="live")
        path = f"/channel-accounts/{account}"
        assert world.admin.patch(path, {"disabled": True}).status == 200
        assert state(world, account)["next_at"] is None
        tick(world)
        assert provider.calls == []
        assert world.admin.patch(path, {"disabled": False}).status == 200
        accounts.forget()
        tick(world)
        assert LOST in provider.asked()

    def test_a_disconnected_one_has_no_pulls_left(self, world: World, provider: Shopee) -> None:
        account = connect(world, "shopee", mode="live")
        assert world.admin.delete(f"/channel-accounts/{account}").status == 200
        assert pulls.of(account) == []
        tick(world)
        assert provider.calls == []

    def test_a_setting_no_clock_can_go_by_is_refused_and_never_stops_the_others(
        self, world: World, provider: Shopee
    ) -> None:
        account = connect(world, "shopee", mode="live")
        for wrong in (-5, 10**10, 10**40):
            said = {"settings": {"pull_reviews_minutes": wrong}}
            refused = world.admin.patch(f"/channel-accounts/{account}", said)
            assert (refused.status, refused.body["field"]) == (422, "settings.pull_reviews_minutes")
        item = tokens.find(account)
        assert item is not None
        item.settings = {"pull_reviews_minutes": 10**10}  # stored before that was checked
        item.save()
        accounts.forget()
        tick(world)
        every = of_shopee.PULLER.pulls[REVIEWS]
        after = state(world, account, REVIEWS)
        assert parse(after["next_at"]) - parse(after["last_run_at"]) == every

    def test_its_own_setting_says_how_often(
        self, world: World, provider: Shopee, later: Later
    ) -> None:
        account = connect(world, "shopee", mode="live")
        settings = {"pull_lost_pushes_minutes": 5, "pull_reviews_minutes": 0}
        world.admin.patch(f"/channel-accounts/{account}", {"settings": settings})
        accounts.forget()
        tick(world)
        later(minutes=6)
        tick(world)
        assert provider.asked() == [LOST, LOST]
        assert state(world, account, REVIEWS)["next_at"] is None

    def test_one_that_needs_a_person_leaves_the_index(
        self, world: World, provider: Shopee, later: Later
    ) -> None:
        account = connect(world, "shopee", mode="live")
        told = accounts.account(account, fresh=True)
        assert told is not None
        accounts.needs_reconnect(told, code="x", reason="x", context=begin())
        tick(world)
        assert provider.calls == []
        assert state(world, account)["next_at"] is None
        world.admin.patch(f"/channel-accounts/{account}", {"credentials": {"access_token": "AT-1"}})
        accounts.forget()
        tick(world)
        assert LOST in provider.asked()


class TestLostPushes:
    def test_come_as_if_they_had_arrived(self, world: World, provider: Shopee) -> None:
        connect(world, "shopee", mode="live")
        provider.lose(shopee.message("Shop ơi còn hàng không ạ", "m-1"))
        seen: list[int] = []

        def confirmed(path: str) -> None:
            if path == CONFIRM:  # only what is durable may be forgotten there
                seen.append(len(world.cloud.entries("inbound.fifo")))

        provider.meanwhile = confirmed
        tick(world)
        assert seen == [1]
        assert said(world) == ["Shop ơi còn hàng không ạ"]
        assert provider.lost == []
        assert world.ticket()["source"] == "marketplace"

    def test_page_after_page(self, world: World, provider: Shopee) -> None:
        account = connect(world, "shopee", mode="live")
        provider.page = 2
        for number in range(5):
            provider.lose(shopee.message(f"Tin {number}", f"m-{number}"))
        tick(world)
        assert sorted(said(world)) == [f"Tin {number}" for number in range(5)]
        assert provider.asked().count(CONFIRM) == 3
        assert state(world, account)["last_found"] == 5

    def test_more_than_a_run_takes_goes_on_a_minute_later(
        self, world: World, provider: Shopee, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pulling, "MOST_PAGES", 2)
        connect(world, "shopee", mode="live")
        provider.page = 1
        for number in range(3):
            provider.lose(shopee.message(f"Tin {number}", f"m-{number}"))
        tick(world)
        assert len(said(world)) == 2
        tick(world)
        assert len(said(world)) == 3

    def test_what_was_pushed_too_is_one(self, world: World, provider: Shopee) -> None:
        connect(world, "shopee", mode="live")
        bodies = [
            shopee.message("Còn hàng không ạ", "m-1"),
            shopee.push(2, {"extra": "x", "shop_id": int(shopee.SHOP)}, msg_id="p-1"),
        ]
        for body in bodies[:1]:
            push(world, "shopee", body)
            provider.lose(body)
        tick(world)
        assert said(world) == ["Còn hàng không ạ"]
        assert len(world.tickets()) == 1

    def test_the_other_shops_of_the_app_get_theirs(self, world: World, provider: Shopee) -> None:
        connect(world, "shopee", mode="live")
        case = shopee.CASE.account
        credentials = {name: values[0] for name, values in case.credentials.items()}
        other = {**credentials, "shop_user_id": "277000002"}
        world.connect("shopee", "727720002", other)
        body = shopee.push(
            10,
            {
                "type": "message",
                "content": {
                    "message_id": "o-1",
                    "from_id": 155000009,
                    "to_id": 277000002,
                    "message_type": "text",
                    "content": {"text": "Gian kia ơi"},
                    "created_timestamp": seconds(5),
                },
            },
            shop_id=727720002,
        )
        ours = body.replace(b"155000009", b"X").replace(b"277000002", b"155000009")
        echo = ours.replace(b"X", b"277000002").replace(b"o-1", b"o-2")
        provider.lose(body)
        provider.lose(echo)  # what that shop itself wrote is told from a buyer by its own id
        tick(world)
        (talk,) = world.list("/conversations")
        found = world.list(f"/conversations/{talk['id']}/messages")
        assert sorted(one["direction"] for one in found) == ["in", "out"]

    def test_a_shop_nobody_connected_waits_for_a_person(
        self, world: World, provider: Shopee
    ) -> None:
        connect(world, "shopee", mode="live")
        stranger = shopee.push(3, {"ordersn": SN, "status": "SHIPPED"}, shop_id=999)
        provider.lose(stranger)
        tick(world)
        (kept,) = world.list("/quarantine", status="waiting")
        assert kept["reason"] == "account_not_connected"
        assert provider.lost == []

    def test_an_entry_nobody_can_read_stands_in_nobodys_way(
        self, world: World, provider: Shopee
    ) -> None:
        connect(world, "shopee", mode="live")
        provider.lost.append((1, {"code": 3, "timestamp": 1, "data": [[["?"]]]}))
        provider.lose(shopee.message("Còn hàng không ạ", "m-1"))
        tick(world)
        assert said(world) == ["Còn hàng không ạ"]
        assert provider.lost == []

    def test_what_is_not_confirmed_comes_again_and_is_the_same(
        self, world: World, provider: Shopee, later: Later
    ) -> None:
        account = connect(world, "shopee", mode="live")
        provider.confirms = False
        provider.lose(shopee.message("Còn hàng không ạ", "m-1"))
        tick(world)
        assert state(world, account)["error_reason"] == pulling.NOT_CONFIRMED
        provider.confirms = True
        later(minutes=11)
        tick(world)
        assert said(world) == ["Còn hàng không ạ"]
        assert (provider.lost, state(world, account)["failures"]) == ([], 0)


FAULTS: list[tuple[str, tuple[int, bytes], bool]] = [
    ("too many", (429, b""), False),
    ("no answer", (0, b"ReadTimeoutError"), False),
    ("their fault", (502, b"<html>"), False),
    ("busy", (200, b'{"error":"error_server","message":"x"}'), False),
    ("garbage", (200, b"\xff\xfe{"), False),
    ("another shape", (200, b'{"error":"","response":[1,2]}'), False),
    ("null", (200, b"null"), False),
    ("no permission", (403, b'{"error":"error_permission","message":"x"}'), True),
]


class TestFaults:
    @pytest.mark.parametrize(
        ("fault", "lasting"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS]
    )
    def test_is_told_waited_for_and_over(
        self,
        world: World,
        provider: Shopee,
        later: Later,
        fault: tuple[int, bytes],
        *,
        lasting: bool,
    ) -> None:
        account = connect(world, "shopee", mode="live")
        world.admin.patch(f"/channel-accounts/{account}", {"settings": {"pull_reviews_minutes": 0}})
        accounts.forget()
        provider.lose(shopee.message("Còn hàng không ạ", "m-1"))
        waits = []
        for failures in (1, 2):
            provider.first = [fault]
            tick(world)
            told = state(world, account)
            assert (told["failures"], told["last_found"]) == (failures, 0)
            assert told["error_code"]
            assert told["error_reason"]
            wait = parse(told["next_at"]) - parse(told["last_run_at"])
            waits.append(wait)
            later(seconds=wait.total_seconds() + 1)
        assert waits == ([timedelta(days=1)] * 2 if lasting else [pulls.AGAIN, 2 * pulls.AGAIN])
        tick(world)
        assert said(world) == ["Còn hàng không ạ"]
        assert (state(world, account)["failures"], state(world, account)["error_code"]) == (0, None)

    def test_what_came_before_the_fault_is_kept(self, world: World, provider: Shopee) -> None:
        account = connect(world, "shopee", mode="live")
        provider.page = 1
        provider.comments = [review(2, 1, "Hàng hỏng"), review(1, 1, "Giao thiếu", ago=900)]

        def second(path: str) -> None:
            if provider.asked().count(COMMENTS) == 2 and path == COMMENTS:
                provider.first = [(500, b"")]

        provider.meanwhile = second
        tick(world)
        told = state(world, account, REVIEWS)
        assert (told["failures"], told["last_found"]) == (1, 1)
        item = pulls.find(account, REVIEWS)
        assert item is not None
        assert "page" not in (item.cursor or {})  # a walk begins anew: places in it may be gone

    def test_a_token_that_ran_out_is_renewed_once(self, world: World, provider: Shopee) -> None:
        account = connect(world, "shopee", mode="live")
        provider.token = "AT-2"
        provider.comments = [review(1, 1, "Giao thiếu hàng")]
        tick(world)
        assert provider.asked().count(RENEWAL) == 1
        assert provider.asked().count(COMMENTS) == 2
        assert state(world, account, REVIEWS)["last_found"] == 1

    def test_one_that_fails_holds_back_no_other(self, world: World, provider: Shopee) -> None:
        account = connect(world, "shopee", mode="live")
        provider.comments = [review(1, 1, "Giao thiếu hàng")]

        def broken(path: str) -> None:
            if path == LOST:
                provider.first = [(500, b"")]

        provider.meanwhile = broken
        tick(world)
        assert state(world, account)["failures"] == 1
        assert state(world, account, REVIEWS)["last_found"] == 1

    def test_two_at_once_are_one(self, world: World, provider: Shopee) -> None:
        account = connect(world, "shopee", mode="live")
        provider.lose(shopee.message("Còn hàng không ạ", "m-1"))
        tried: list[int] = []

        def second(path: str) -> None:
            if path == LOST:
                tried.append(
                    world.admin.post(f"/channel-accounts/{account}/pulls/{LOST_PULL}").status
                )

        provider.meanwhile = second
        tick(world)
        assert tried == [409]
        assert provider.asked().count(LOST) == 1

    @pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
    def test_killed_at_any_request_it_is_done_all_the_same(
        self, world: World, provider: Shopee, later: Later, *, after: bool
    ) -> None:
        """Also where the queue has the events and the cursor is not stored."""
        connect(world, "shopee", mode="live")
        world.run()
        tick(world)
        broken = 0
        for number in (1, *range(8 + after, 26, 2)):  # before: looks into the index
            later(hours=2)
            provider.lose(shopee.message(f"Tin {number}", f"k-{number}-{after}"))
            provider.comments = [
                review(1000 + number, 1, f"Giao thiếu {number}", ago=-7200 * number)
            ]
            accounts.forget()
            kill = Killed if number % 4 < 2 else timed_out
            calls = Calls(broken=number, after=after, error=kill)
            with watched(calls), suppress(Killed, Transient):
                world.pump.schedule("intake_pull_due")
            broken += len(calls.made) >= number
            later(minutes=11)  # a lease runs out, a failure is tried again
            accounts.forget()
            tick(world)
            assert said(world).count(f"Tin {number}") == 1
            assert sum(f"Giao thiếu {number}" in text.split("\n") for text in said(world)) == 1
            assert provider.lost == []
        assert broken > 5


class TestAsked:
    def test_runs_at_once_and_says_what_it_found(self, world: World, provider: Shopee) -> None:
        account = connect(world, "shopee", mode="live")
        tick(world)
        provider.lose(shopee.message("Còn hàng không ạ", "m-1"))
        answer = world.admin.post(f"/channel-accounts/{account}/pulls/{LOST_PULL}")
        assert answer.status == 200
        assert (answer.body["found"], answer.body["more"]) == (1, False)
        assert answer.body["pull"]["last_found"] == 1
        world.run()
        assert said(world) == ["Còn hàng không ạ"]

    def test_not_of_one_at_rest_nor_by_any_name(self, world: World, provider: Shopee) -> None:
        account = connect(world, "shopee", mode="live")
        path = f"/channel-accounts/{account}"
        assert world.admin.post(f"{path}/pulls/nothing").status == 404
        world.admin.patch(path, {"disabled": True})
        accounts.forget()
        refused = world.admin.post(f"{path}/pulls/{LOST_PULL}")
        assert (refused.status, refused.body["code"]) == (409, "account_at_rest")
        assert provider.calls == []

    def test_only_by_who_manages_accounts(self, world: World, provider: Shopee) -> None:
        account = connect(world, "shopee", mode="live")
        lan = world.agent("Lan")
        assert lan.post(f"/channel-accounts/{account}/pulls/{LOST_PULL}").status == 403


def test_what_it_costs(world: World, provider: Shopee, later: Later) -> None:
    """A minute without anything due; a pull that finds nothing; one that finds an event."""
    connect(world, "shopee", mode="live")
    tick(world)
    world.pump.schedule("intake_pull_due")
    with watched(Calls()) as idle:
        world.pump.schedule("intake_pull_due")
    assert idle.made == ["Query"] * 8
    later(minutes=16)
    accounts.forget()  # as a process that was just started
    with watched(Calls()) as empty:
        world.pump.schedule("intake_pull_due")
    # the pull, its account, the lease, what came of it
    assert sorted(empty.made[8:]) == ["GetItem", "GetItem", "UpdateItem", "UpdateItem"]
    later(minutes=16)
    accounts.forget()
    provider.lose(shopee.message("Còn hàng không ạ", "m-1"))
    with watched(Calls()) as one:
        world.pump.schedule("intake_pull_due")
    # besides: the queue, and who else is of the app
    assert sorted(one.made[8:]) == sorted([*empty.made[8:], "Query", "SendMessageBatch"])
    print(f"\nidle {len(idle.made)}, empty {len(empty.made) - 8}, found {len(one.made) - 8}")


def test_the_lease_outlasts_a_run() -> None:
    longest = timedelta(seconds=outward.WHOLE_SECONDS + outward.CONNECT_SECONDS)
    run = pulling.BUDGET + 3 * longest  # asking, renewing, asking again
    assert run < pulls.LEASE
