"""Long ways through all customers: entries that come twice, late or broken."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.platform import context, queue, store
from chalicelib.segments import flows, standing, walks, work
from tests.slices.conftest import Later
from tests.slices.segments.conftest import Fact, Shop


def chunk(segment_id: str, *, after: str = "0", step: int = 0, defined: int = 1) -> dict[str, Any]:
    return {
        "name": walks.WALK,
        "segment_id": segment_id,
        "defined": defined,
        "after": after,
        "step": step,
    }


def building(shop: Shop, condition: Any) -> str:
    """A segment whose walk did not begin yet."""
    edit = flows.create({"name": "Mới", "condition": condition}, context.begin())
    store.commit([write for write in edit.writes if not write.name.startswith("event")])
    return edit.item.id


def test_a_chunk_that_comes_twice_is_counted_once_and_goes_on_once_more(
    shop: Shop, fact: Fact, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walks, "CHUNK", 2)
    for number in range(3):
        shop.order(f"k{number}")
    shop.run()
    one = building(shop, fact("delivered_orders", "gte", 1))
    for _ in range(2):  # the second time as if the first had stopped before it sent the next
        work.do([chunk(one)], context.begin())
    assert flows.load(one).evaluated == 2
    assert len(shop.world.cloud.entries(queue.SEGMENTING)) == 2
    shop.run()
    shown = shop.read(one).body
    assert (shown["state"], shown["evaluated"], shown["members"]) == ("ready", 3, 3)
    work.do([chunk(one)], context.begin())
    assert shop.world.cloud.entries(queue.SEGMENTING) == []
    assert flows.load(one).evaluated == 3


def test_a_walk_of_an_earlier_condition_ends_by_itself(shop: Shop, fact: Fact) -> None:
    shop.order("lan")
    shop.run()
    one = building(shop, fact("delivered_orders", "gte", 1))
    work.do([chunk(one, defined=7), chunk("nothing")], context.begin())
    assert flows.load(one).state == "building"
    assert shop.count(one) == 0


def test_an_entry_nobody_of_ours_can_have_sent_goes_to_quarantine_and_spoils_no_other(
    shop: Shop, fact: Fact
) -> None:
    one = shop.segment("Đã mua", fact("delivered_orders", "gte", 1))
    shop.order("lan")
    queue.send(queue.SEGMENTING, [queue.Message(body="no JSON")])
    shop.run()
    assert [entry["reason"] for entry in shop.world.list("/quarantine")] == ["malformed"]
    assert shop.count(one) == 1


def test_what_is_new_is_looked_at_once_in_small_entries(
    shop: Shop, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walks, "SENT_TOGETHER", 2)
    monkeypatch.setattr(walks, "MOST_CAUGHT_UP", 3)
    shop.schedule("segments_catch_up")
    later(minutes=2)
    for number in range(5):
        shop.world.facebook("Cho mình hỏi giá áo", user=f"1234567890{number}")
    shop.run()
    later(minutes=2)
    named: list[str] = []
    for _ in range(3):
        shop.world.pump.schedule("segments_catch_up")
        for body in shop.world.cloud.entries(queue.SEGMENTING):
            told = json.loads(body)
            assert told["name"] == walks.LOOK
            assert len(told["profile_ids"]) <= 2
            named += told["profile_ids"]
        shop.run()
    assert sorted(named) == sorted({ticket["profile_id"] for ticket in shop.world.tickets()})
    assert len(shop.default("open_inquiry")) == 5


def test_who_is_never_left_in_peace_is_tried_again_later(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    lan = shop.order("lan")

    def refuse(*_: Any, **__: Any) -> bool:
        return False

    monkeypatch.setattr(standing, "_carried_out", refuse)
    with pytest.raises(standing.Unsettled) as raised:
        standing.settle([lan], context.begin())
    assert raised.value.transient
