"""Kept promises, counted: once each, whatever comes twice or in another order."""

from __future__ import annotations

import random
from datetime import date
from itertools import permutations
from typing import Any

import pytest

from chalicelib.platform import store
from chalicelib.platform.clock import parse
from chalicelib.platform.eventlog import Recorded
from chalicelib.sla import counting
from chalicelib.sla.counting import KEPT, KeptCount, kept, median
from tests.cloud import Cloud

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
STARTED = "2026-11-20T02:00:00.000Z"
TICKET = "ticket#1"


def event(number: int, name: str, at: str = "2026-11-20T03:00:00.000Z", **data: Any) -> Recorded:
    """A verdict on a clock; ids sort by number."""
    told = {
        "about": TICKET,
        "clock": "resolve",
        "started_at": STARTED,
        "target": 3600,
        "policy": "requests",
        **data,
    }
    return Recorded(
        id=f"{number:08}",
        name=name,
        at=parse(at),
        subject=told["about"],
        actor="system",
        correlation_id="test",
        profile_id=None,
        data=told,
    )


def met(number: int, used: int = 1800, *, in_time: bool = True, **more: Any) -> Recorded:
    return event(number, "clock.met", used=used, in_time=in_time, **more)


def breached(number: int, due: str = "2026-11-20T03:00:00.000Z", **more: Any) -> Recorded:
    return event(number, "clock.breached", due=due, **more)


def figures(first: date = FIRST, last: date = LAST) -> dict[tuple[str, str], tuple[int, int]]:
    found = kept(first, last)
    return {key: (one.met, one.breached) for key, one in found.items() if one.decided}


def test_a_promise_kept_counts_once_however_often_it_is_heard(aws: Cloud) -> None:
    for _ in range(3):
        counting.hear(met(1))
    assert figures() == {("requests", "resolve"): (1, 0)}
    (one,) = kept(FIRST, LAST).values()
    assert one.share == 1.0
    assert one.median_target == 3600
    assert one.median_used == pytest.approx(1800, rel=0.05)


def test_what_is_met_while_everything_is_closed_took_no_time(aws: Cloud) -> None:
    counting.hear(met(1, used=0))
    assert kept(FIRST, LAST)["requests", "resolve"].median_used == 0


def test_what_is_met_after_it_was_broken_is_broken_and_its_time_is_known(aws: Cloud) -> None:
    counting.hear(breached(1))
    assert kept(FIRST, LAST)["requests", "resolve"].median_used is None
    counting.hear(met(2, used=7200, in_time=False))
    assert figures() == {("requests", "resolve"): (0, 1)}
    assert kept(FIRST, LAST)["requests", "resolve"].median_used == pytest.approx(7200, rel=0.05)


def test_of_what_is_taken_back_nothing_is_left(aws: Cloud) -> None:
    counting.hear(met(1))
    counting.hear(event(2, "clock.met_revoked"))
    assert figures() == {}
    counting.hear(breached(3))
    counting.hear(event(4, "clock.breach_revoked"))
    assert figures() == {}
    (one,) = kept(FIRST, LAST).values()
    assert one.share is None
    assert one.median_used is None


STORY = [
    met(1),
    event(2, "clock.met_revoked"),
    breached(3),
    met(4, used=5000, in_time=False),
    event(5, "clock.breach_revoked"),
]


@pytest.mark.parametrize("seed", range(6))
def test_the_order_in_which_verdicts_arrive_is_nothing_to_it(aws: Cloud, seed: int) -> None:
    orders = list(permutations(STORY))
    order = random.Random(seed).choice(orders)
    for one in [*order, *order[:2]]:
        counting.hear(one)
    assert figures() == {("requests", "resolve"): (1, 0)}
    assert kept(FIRST, LAST)["requests", "resolve"].median_used == pytest.approx(5000, rel=0.05)
    cells = list(store.query(KeptCount, KEPT + "2026-11"))
    assert sum(int(cell.value) for cell in cells) == 1
    assert {int(cell.value) for cell in cells} <= {0, 1}


def test_a_verdict_belongs_to_its_day_in_the_organisation_s_time_zone(aws: Cloud) -> None:
    counting.hear(met(1, at="2026-11-30T17:30:00.000Z"))  # half past midnight in December
    assert figures() == {}
    assert figures(date(2026, 12, 1), date(2026, 12, 1)) == {("requests", "resolve"): (1, 0)}


def test_a_broken_promise_belongs_to_the_day_it_was_due_on(aws: Cloud) -> None:
    counting.hear(breached(1, due="2026-10-31T10:00:00.000Z"))
    counting.hear(met(2, in_time=False))
    assert figures() == {}
    assert figures(date(2026, 10, 31), date(2026, 11, 2)) == {("requests", "resolve"): (0, 1)}


def test_rounds_clocks_and_policies_are_counted_apart(aws: Cloud) -> None:
    counting.hear(met(1))
    counting.hear(met(2, started_at="2026-11-21T02:00:00.000Z"))
    counting.hear(met(3, clock="update"))
    counting.hear(met(4, about="ticket#2", policy=None))
    assert figures() == {
        ("requests", "resolve"): (2, 0),
        ("requests", "update"): (1, 0),
        ("-", "resolve"): (1, 0),
    }


def test_another_policy_in_between_moves_the_count(aws: Cloud) -> None:
    counting.hear(met(1))
    counting.hear(event(2, "clock.met_revoked", policy="vip"))
    counting.hear(met(3, policy="vip", target=7200))
    assert figures() == {("vip", "resolve"): (1, 0)}


def test_a_period_over_months_is_read_a_month_at_a_time(aws: Cloud) -> None:
    days = [date(2026, month, 15) for month in (10, 11, 12)]
    for number, day in enumerate(days):
        counting.hear(met(number, about=f"ticket#{number}", at=f"{day:%Y-%m-%d}T03:00:00.000Z"))
    assert figures(date(2026, 10, 15), date(2026, 12, 15)) == {("requests", "resolve"): (3, 0)}
    assert figures(date(2026, 10, 16), date(2026, 12, 14)) == {("requests", "resolve"): (1, 0)}


def test_a_median_is_the_lower_middle_and_of_nothing_none() -> None:
    assert median({}) is None
    assert median({5: 1, 9: 1}) == 5
    assert median({5: 1, 9: 2}) == 9
    assert median({5: 0, 9: 1}) == 9
