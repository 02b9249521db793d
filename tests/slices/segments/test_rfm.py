"""Fifths from histograms, held against exact fifths of the customers themselves."""

from __future__ import annotations

import random
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.segments import rfm, rules
from chalicelib.segments.rfm import EXACT, Scores, bounds, score

TODAY = date(2026, 11, 21)


def exact(values: Sequence[float], value: float) -> int:
    """The same formula on the values themselves."""
    below = bisect_left(sorted(values), value)
    return 1 + min(4, 5 * below // len(values))


@given(st.lists(st.integers(0, 40), min_size=5, max_size=200))
def test_bounds_of_whole_numbers_give_exact_fifths(values: list[int]) -> None:
    lowest = bounds(Counter(values))
    assert [score(value, lowest) for value in values] == [exact(values, v) for v in values]


@pytest.mark.parametrize("customers", [0, 4])
def test_too_few_customers_have_no_fifths(customers: int) -> None:
    assert bounds({1: customers}) == []


def test_equal_customers_are_all_in_the_lowest_fifth() -> None:
    lowest = bounds({7: 100})
    assert score(7, lowest) == 1
    assert score(8, lowest) == 5


@pytest.mark.parametrize("seed", range(5))
def test_fifths_of_money_differ_from_exact_ones_only_at_a_boundary(seed: int) -> None:
    chance = random.Random(seed)
    amounts = [int(chance.lognormvariate(13, 1.4)) for _ in range(3_000)]

    def bucket(amount: int) -> int:
        return rfm.buckets(last_day=TODAY, orders=1, amount=amount)["m"]

    lowest = bounds(Counter(bucket(amount) for amount in amounts))
    ordered = sorted(amounts)
    boundaries = [ordered[len(ordered) * fifth // 5] for fifth in range(1, 5)]
    differing = 0
    for amount in amounts:
        found, wanted = score(bucket(amount), lowest), exact(amounts, amount)
        if found != wanted:
            differing += 1
            nearest = min(max(amount, b) / max(1, min(amount, b)) for b in boundaries)
            assert nearest <= 2 ** (1 / rfm.STEPS) * 1.001
    assert differing / len(amounts) < 0.12


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_more_is_never_a_lower_bucket(one: int, other: int) -> None:
    low, high = sorted((one, other))
    lower = rfm.buckets(last_day=TODAY, orders=low, amount=low)
    higher = rfm.buckets(last_day=TODAY + timedelta(days=1), orders=high, amount=high)
    assert lower["f"] <= higher["f"]
    assert lower["m"] <= higher["m"]
    assert lower["r"] < higher["r"]
    assert high > EXACT or (lower["f"] == higher["f"]) == (low == high)


def test_nothing_paid_is_below_one_dong() -> None:
    free = rfm.buckets(last_day=TODAY, orders=1, amount=0)
    paid = rfm.buckets(last_day=TODAY, orders=1, amount=1)
    assert free["m"] < paid["m"]


def test_nobody_scores_before_bounds_were_made() -> None:
    where = rfm.buckets(last_day=TODAY, orders=1, amount=1)
    assert rfm.scores(where, {}) is None
    assert rfm.scores(where, {"r": [1] * 4, "f": [1] * 4, "m": []}) is None
    high = rfm.scores(where, {"r": [1] * 4, "f": [1] * 4, "m": [1] * 4})
    assert high == Scores(recency=5, frequency=5, monetary=5)


BEST = Scores(recency=4, frequency=4, monetary=5)


@pytest.mark.parametrize(
    ("by_hand", "delivered", "scores", "expected"),
    [
        (None, 0, None, ("prospect", "orders")),
        (None, 1, None, ("one_time", "orders")),
        (None, 2, None, ("repeat", "orders")),
        (None, 9, Scores(recency=3, frequency=5, monetary=5), ("repeat", "orders")),
        (None, 9, Scores(recency=5, frequency=3, monetary=5), ("repeat", "orders")),
        (None, 9, Scores(recency=5, frequency=5, monetary=4), ("repeat", "orders")),
        (None, 9, BEST, ("vip", "rfm")),
        ("prospect", 9, BEST, ("prospect", "hand")),
        ("vip", 0, None, ("vip", "hand")),
    ],
)
def test_the_tier_of_a_customer(
    by_hand: str | None, delivered: int, scores: Scores | None, expected: tuple[str, str]
) -> None:
    found = rules.tier(by_hand=by_hand, delivered=delivered, scores=scores)
    assert (found.name, found.why) == expected


def test_moves_touch_only_what_was_looked_at() -> None:
    found = rules.moves(was=["a", "b", "old"], meets=["b", "c"], known=["a", "b", "c", "d"])
    assert found == rules.Moves(enters=("c",), leaves=("a",))
    assert rules.Moves(enters=("c", "d"), leaves=("a",)).first(2) == rules.Moves(
        enters=("c",), leaves=("a",)
    )
