"""Customers enter and leave by what happens to them, once, with exact counts."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.platform import context, queue, store
from chalicelib.platform.store import Write
from chalicelib.segments import belongings, flows, standing
from chalicelib.segments.model import STANDING, State
from tests.slices.conftest import Later
from tests.slices.segments.conftest import Fact, Shop


def test_orders_make_the_tier_and_what_does_not_count_takes_it_back(shop: Shop) -> None:
    lan = shop.order("lan", external_id="L1")
    shop.run()
    assert shop.tier(lan) == "one_time"
    shop.order("lan", external_id="L2")
    shop.run()
    assert shop.tier(lan) == "repeat"
    shop.told("L2", "lan", status="returned")
    shop.run()
    assert shop.tier(lan) == "one_time"
    told = [
        (e["data"]["before"], e["data"]["tier"]) for e in shop.told_of(lan, "profile.tier_changed")
    ]
    assert told == [("prospect", "one_time"), ("one_time", "repeat"), ("repeat", "one_time")]


def test_a_segment_is_entered_and_left_with_events_and_an_exact_count(
    shop: Shop, fact: Fact
) -> None:
    big = shop.segment("Mua nhiều", fact("delivered_amount", "gte", 1_000_000))
    mai = shop.order("mai", amount=600_000, external_id="M1")
    shop.run()
    assert shop.count(big) == 0
    shop.order("mai", amount=600_000, external_id="M2")
    shop.order("hoa", amount=2_000_000)
    shop.run()
    assert shop.count(big) == 2
    shop.told("M2", "mai", status="cancelled", amount=600_000)
    shop.run()
    assert shop.count(big) == 1
    assert mai not in shop.members(big)
    for name in ("segment.entered", "segment.left"):
        assert [e["data"]["segment_id"] for e in shop.told_of(mai, name)].count(big) == 1


def test_the_same_events_again_change_nothing(shop: Shop, fact: Fact) -> None:
    one = shop.segment("Đã mua", fact("delivered_orders", "gte", 1))
    lan = shop.order("lan")
    entries = []
    shop.world.pump._stream()
    entries += shop.world.cloud.entries(queue.SEGMENTING)
    shop.run()
    events = len(shop.world.cloud.items("events"))
    for _ in range(2):
        queue.send(queue.SEGMENTING, [queue.Message(body=body) for body in entries])
        shop.run()
    assert entries
    assert shop.count(one) == 1
    assert len(shop.world.cloud.items("events")) == events
    assert shop.tier(lan) == "one_time"


def test_a_new_condition_is_taken_round_all_customers_and_says_how_far_it_is(
    shop: Shop, fact: Fact, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.segments import walks

    monkeypatch.setattr(walks, "CHUNK", 2)
    ids = {shop.order(f"k{number}", amount=number * 1000) for number in range(1, 8)}
    shop.run()
    answer = shop.world.admin.post(
        "/segments", {"name": "Mọi khách", "condition": fact("delivered_orders", "gte", 1)}
    )
    assert (answer.body["state"], answer.body["evaluated"]) == ("building", 0)
    shop.run()
    shown = shop.read(answer.body["id"])
    assert (shown.body["state"], shown.body["evaluated"]) == ("ready", 7)
    assert shop.members(answer.body["id"]) == ids
    edited = shop.world.admin.with_headers(If_Match=shown.etag).patch(
        f"/segments/{answer.body['id']}",
        {"condition": fact("delivered_amount", "gt", 4000)},
    )
    assert (edited.status, edited.body["state"]) == (200, "building")
    shop.run()
    assert shop.count(answer.body["id"]) == 3
    assert shop.read(answer.body["id"]).body["state"] == "ready"


def test_who_was_judged_by_a_condition_that_changed_meanwhile_is_judged_again(
    shop: Shop, fact: Fact, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = shop.segment("Đã mua", fact("delivered_orders", "gte", 1))
    lan = shop.order("lan")
    commit = store.commit
    changed: list[bool] = []

    def change_first(writes: Any) -> None:
        named: list[Write] = list(writes)
        if not changed and any(write.name.startswith("member") for write in named):
            changed.append(True)
            shop.world.admin.patch(
                f"/segments/{one}", {"condition": fact("delivered_orders", "gte", 5)}
            )
        commit(named)

    monkeypatch.setattr(store, "commit", change_first)
    shop.run()
    assert changed
    assert shop.count(one) == 0
    assert lan


def test_older_facts_never_win_over_newer_ones(
    shop: Shop, fact: Fact, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one worker judges, the order is cancelled and another worker sees to that."""
    one = shop.segment("Đã mua", fact("delivered_orders", "gte", 1))
    lan = shop.order("lan", external_id="L1")
    commit = store.commit
    overtaken: list[bool] = []

    def overtake(writes: Any) -> None:
        named: list[Write] = list(writes)
        if not overtaken and any(write.name == "standing kept" for write in named):
            overtaken.append(True)
            shop.told("L1", "lan", status="cancelled")
            standing.settle([lan], context.begin())
        commit(named)

    monkeypatch.setattr(store, "commit", overtake)
    standing.settle([lan], context.begin())
    assert overtaken
    assert shop.count(one) == 0
    assert shop.tier(lan) == "prospect"


def test_a_removed_segment_leaves_nobody_in_it(
    shop: Shop, fact: Fact, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.segments import walks

    monkeypatch.setattr(walks, "CHUNK", 2)
    one = shop.segment("Đã mua", fact("delivered_orders", "gte", 1))
    lan = min(shop.order(f"k{number}") for number in range(5))
    shop.run()
    assert shop.count(one) == 5
    assert shop.world.admin.delete(f"/segments/{one}").status == 200
    shop.run()
    assert shop.read(one).status == 404
    assert not [i for i in shop.world.cloud.items("segments") if one in i["pk"]["S"]]
    state = store.get(State, lan, STANDING)
    assert state is not None
    assert one not in (state.segments or ())
    shop.order("k0")
    shop.run()
    assert flows.of_customer(lan) == []


def test_a_merge_and_its_undoing_judge_both(shop: Shop, fact: Fact) -> None:
    three = shop.segment("Ba đơn", fact("delivered_orders", "gte", 3))
    once = shop.segment("Đã mua", fact("delivered_orders", "gte", 1))
    lan, mai = shop.order("lan"), shop.order("mai")
    shop.order("mai")
    shop.run()
    assert (shop.count(once), shop.count(three)) == (2, 0)
    merged = shop.world.admin.post(f"/profiles/{lan}/merge", {"profile_id": mai})
    assert merged.status == 201, merged.body
    shop.run()
    assert (shop.members(once), shop.members(three)) == ({lan}, {lan})
    assert shop.tier(lan) == "repeat"
    assert [one.name for one in flows.of_customer(lan)] == ["Ba đơn", "Đã mua"]
    undone = shop.world.admin.post(f"/merges/{merged.body['id']}/undo")
    assert undone.status == 200, undone.body
    shop.run()
    assert (shop.members(once), shop.members(three)) == ({lan, mai}, set())
    assert (shop.tier(lan), shop.tier(mai)) == ("one_time", "repeat")
    assert (shop.count(once), shop.count(three)) == (2, 0)


def test_tickets_count_when_they_end_and_at_the_next_look(shop: Shop, later: Later) -> None:
    shop.schedule("segments_catch_up")  # from now on
    lan = shop.world.agent("Lan", department="sales")
    shop.world.zalo("Cho mình hỏi giá áo khoác này với ạ")
    shop.run()
    assert shop.default("open_inquiry") == set()
    later(minutes=5)
    shop.schedule("segments_catch_up")
    ticket = shop.world.ticket()
    assert shop.default("open_inquiry") == {ticket["profile_id"]}
    done = lan.post(f"/tickets/{ticket['id']}/done", {"outcome": "resolved"})
    assert done.status == 200, done.body
    shop.run()
    assert shop.default("open_inquiry") == set()


def test_what_time_alone_changes_is_seen_at_night(shop: Shop, later: Later) -> None:
    lan = shop.order("lan", days_ago=30)
    shop.order("lan", days_ago=19)
    shop.run()
    assert shop.default("at_risk") == set()
    later(days=4)
    shop.schedule("segments_recompute_rfm")
    assert shop.default("at_risk") == {lan}
    shop.order("lan")
    shop.run()
    assert shop.default("at_risk") == set()


def test_nothing_is_kept_of_who_is_erased(shop: Shop, fact: Fact) -> None:
    one = shop.segment("Đã mua", fact("delivered_orders", "gte", 1))
    lan = shop.order("lan")
    shop.order("mai")
    shop.run()
    kept = list(belongings.BELONGINGS.export(lan))
    assert [(kind, record["segment"]) for kind, record in kept] == [("segments", "Đã mua")]
    assert list(belongings.BELONGINGS.erase(lan)) == [1]
    assert list(belongings.BELONGINGS.erase(lan)) == []
    assert list(belongings.BELONGINGS.export(lan)) == []
    assert shop.count(one) == 1
    left = [item for item in shop.world.cloud.items("segments") if lan in str(item)]
    assert left == []


def test_more_segments_than_fit_one_transaction_are_entered_one_after_another(
    shop: Shop, fact: Fact, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing, "MOST_MOVES", 2)
    made = {shop.segment(f"Nhóm {n}", fact("delivered_orders", "gte", 1)) for n in range(5)}
    lan = shop.order("lan")
    shop.run()
    assert {one.segment_id for one in flows.of_customer(lan)} == made
    assert list(belongings.BELONGINGS.erase(lan)) == [1]
    assert [shop.count(one) for one in made] == [0] * 5
