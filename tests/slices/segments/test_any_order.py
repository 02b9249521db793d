"""Whatever happens in whatever order: members, counts and histograms are what the facts say."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from chalicelib.commerce.sums import sums
from chalicelib.platform import context, store
from chalicelib.platform.clock import local_day
from chalicelib.profiles.family import families
from chalicelib.profiles.rounds import newest, originals
from chalicelib.segments import histograms, rfm, standing
from chalicelib.segments.model import STANDING, State
from tests.slices.segments.conftest import Fact, Shop

NAMES = ("lan", "mai", "hoa", "cuc")
STEPS = 22


class Story:
    """A random course of events, told step by step."""

    def __init__(self, shop: Shop, seed: int) -> None:
        self.shop, self.chance = shop, random.Random(seed)
        self.orders: list[tuple[str, str]] = []
        self.known: dict[str, str] = {}
        self.merges: list[str] = []

    def order(self) -> None:
        name = self.chance.choice(NAMES)
        number = f"S{len(self.orders)}"
        amount = self.chance.choice([1_000, 50_000, 900_000])
        days_ago = self.chance.randrange(200)
        self.shop.order(name, external_id=number, amount=amount, days_ago=days_ago)
        answer = self.shop.world.list("/orders", limit=100)
        self.known[name] = next(one["profile_id"] for one in answer if one["external_id"] == number)
        self.orders.append((name, number))

    def cancel(self) -> None:
        if self.orders:
            name, number = self.chance.choice(self.orders)
            self.shop.told(number, name, status=self.chance.choice(["cancelled", "returned"]))

    def by_hand(self) -> None:
        tier = self.chance.choice(["vip", "prospect", None])
        if self.known:
            one = self.chance.choice(sorted(self.known.values()))
            self.shop.world.admin.put(f"/profiles/{one}/tier", {"tier": tier})

    def merge(self) -> None:
        if len(self.known) > 1:
            into, other = self.chance.sample(sorted(self.known.values()), 2)
            answer = self.shop.world.admin.post(f"/profiles/{into}/merge", {"profile_id": other})
            if answer.status == 201:
                self.merges.append(answer.body["id"])

    def undo(self) -> None:
        if self.merges:
            merge = self.merges.pop(self.chance.randrange(len(self.merges)))
            self.shop.world.admin.post(f"/merges/{merge}/undo")

    def something_is_delivered(self) -> None:
        self.shop.world.pump._stream()
        self.shop.world.pump._queues()

    def everything_is_delivered(self) -> None:
        self.shop.run()

    def somebody_is_judged_out_of_turn(self) -> None:
        if self.known:
            one = self.chance.choice(sorted(self.known.values()))
            standing.settle([one], context.begin())

    def step(self) -> None:
        steps = [
            *[self.order] * 4,
            *[self.cancel] * 2,
            self.by_hand,
            *[self.merge] * 2,
            self.undo,
            *[self.something_is_delivered] * 2,
            self.everything_is_delivered,
            self.somebody_is_judged_out_of_turn,
        ]
        self.chance.choice(steps)()


@pytest.mark.parametrize("seed", range(4))
def test_members_counts_and_histograms_are_what_the_facts_say(
    shop: Shop, fact: Fact, seed: int
) -> None:
    wanted: dict[str, Any] = {
        "buyers": fact("delivered_orders", "gte", 1),
        "big": fact("delivered_amount", "gte", 100_000),
        "vip": fact("tier", "eq", "vip"),
    }
    segments = {shop.segment(name, condition): condition for name, condition in wanted.items()}
    story = Story(shop, seed)
    for _ in range(STEPS):
        story.step()
    shop.run()
    everybody = newest(100)
    for segment_id, condition in segments.items():
        tried = {"condition": condition, "profile_ids": list(everybody)}
        met = shop.world.admin.post("/segments/preview", tried).body["profile_ids"]
        assert shop.members(segment_id) == set(met)
        assert shop.count(segment_id) == len(met)
    _counted_exactly(everybody)


def _counted_exactly(everybody: tuple[str, ...]) -> None:
    found = {kind: Counter(histograms.histogram(kind)) for kind in rfm.KINDS}
    expected: dict[str, Counter[int]] = {kind: Counter() for kind in rfm.KINDS}
    for family in families(originals(everybody).values()):
        known = sums(family.ids)
        if known.delivered_count and known.last_delivered_at:
            where = rfm.buckets(
                last_day=local_day(known.last_delivered_at),
                orders=known.delivered_count,
                amount=known.delivered_amount,
            )
            for kind in rfm.KINDS:
                expected[kind][where[kind]] += 1
        state = store.get(State, family.id, STANDING)
        assert state is not None
    assert found == expected
