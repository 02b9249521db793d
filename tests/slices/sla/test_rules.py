"""What starts, stops and pauses clocks, and the edge rules of domain.md §6, as stories."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.sla import clock as clocks
from chalicelib.sla.clock import Clock, Counting, End, Target
from chalicelib.sla.policies import DEFAULTS, chosen
from chalicelib.sla.rules import Heard, Signal, agreed, told, waits
from tests.slices.sla.stories import at, calendars, decide, heard, in_order, opened, standing

ASKED, ANSWERED, TURNED = Signal.ASKED, Signal.ANSWERED, Signal.TURNED
DONE, REOPENED, CHANGED = Signal.DONE, Signal.REOPENED, Signal.CHANGED


def due(one: Clock) -> str:
    """When a clock is due, in Vietnam."""
    found = clocks.due_at(one, calendars)
    assert found is not None
    return found.astimezone(at("2026-01-01 00:00").tzinfo).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("traits", "policy"),
    [
        ({"type": "complaint", "severity": "3", "tier": "vip"}, "complaint_3"),
        ({"type": "complaint", "severity": "2", "priority": "urgent"}, "complaint_2"),
        ({"type": "complaint", "severity": "1"}, "complaint_1"),
        ({"type": "inquiry", "priority": "urgent"}, "complaint_1"),
        ({"type": "inquiry", "tier": "vip"}, "vip"),
        ({"type": "suggestion", "sub_type": "praise", "tier": "vip"}, "praise"),
        ({"type": "service_request"}, "requests"),
        ({"type": "technical_support"}, "requests"),
        ({"type": "inquiry"}, "others"),
        ({}, "others"),
    ],
)
def test_the_first_rule_that_fits_decides(traits: dict[str, str], policy: str) -> None:
    found = chosen(DEFAULTS, traits)
    assert found is not None
    assert found.id == policy


def test_a_vip_one_minute_before_closing() -> None:
    """17:29 on Friday: five minutes whatever the hours; eight hours of work end on Monday."""
    now = standing(opened("2026-11-27 17:29", tier="vip"))
    assert due(now.clocks["acknowledge"]) == "2026-11-27 17:34"
    # 1 minute on Friday, 4 h on Saturday, 3 h 59 on Monday.
    assert due(now.clocks["resolve"]) == "2026-11-30 11:59"


def test_nothing_is_promised_for_praise() -> None:
    assert standing(opened("2026-11-27 10:00", sub_type="praise")).clocks == {}


def test_the_first_answer_acknowledges_and_starts_the_silence() -> None:
    now = standing(opened("2026-11-30 09:00", type="inquiry"), heard(ANSWERED, "2026-11-30 09:10"))
    assert now.clocks["acknowledge"].end is End.MET
    assert due(now.clocks["update"]) == "2026-12-01 09:10"
    later = standing(
        opened("2026-11-30 09:00", type="inquiry"),
        heard(ANSWERED, "2026-11-30 09:10"),
        heard(ANSWERED, "2026-11-30 11:00"),
    )
    assert (later.clocks["update"].round, due(later.clocks["update"])) == (2, "2026-12-01 11:00")
    assert [one.end for one in later.past] == [End.MET]


def test_work_outside_leaves_only_the_silence_counting() -> None:
    now = standing(
        opened("2026-11-30 09:00", type="inquiry"),
        heard(ANSWERED, "2026-11-30 09:10"),
        heard(TURNED, "2026-11-30 09:10", turn="third_party"),
    )
    assert now.clocks["resolve"].paused
    assert now.clocks["update"].running


def test_waiting_for_the_customer_stops_both() -> None:
    """Also where the turn is told of before the answer of the same moment."""
    for order in (1, -1):
        told_of = [
            heard(ANSWERED, "2026-11-30 09:10"),
            heard(TURNED, "2026-11-30 09:10", turn="customer"),
        ][::order]
        now = standing(opened("2026-11-30 09:00", type="inquiry"), *told_of)
        assert now.clocks["resolve"].paused
        assert now.clocks["update"].paused
        assert clocks.due_at(now.clocks["resolve"], calendars) is None


def test_time_of_the_customer_does_not_count() -> None:
    now = standing(
        opened("2026-11-30 08:00", type="service_request"),
        heard(TURNED, "2026-11-30 10:00", turn="customer"),
        heard(TURNED, "2026-12-01 10:00", turn="agent"),
    )
    # 16 h: 2 used on Monday, 14 from Tuesday ten o'clock: 6 that day, 8 on Wednesday.
    assert due(now.clocks["resolve"]) == "2026-12-02 17:30"


def test_done_settles_everything_and_asks_to_follow_up() -> None:
    now = standing(
        opened("2026-11-27 09:00", type="complaint", severity="2"), heard(DONE, "2026-11-27 16:00")
    )
    assert now.clocks["acknowledge"].end is End.CANCELLED
    assert now.clocks["resolve"].end is End.MET
    # 24 hours later it is Saturday afternoon: the next open moment is Monday morning.
    assert due(now.clocks["follow_up"]) == "2026-11-30 08:00"


@pytest.mark.parametrize(
    ("signal", "resolve"), [(Signal.REJECTED, End.MET), (Signal.VOID, End.CANCELLED)]
)
def test_what_is_rejected_or_no_matter_is_not_followed_up(signal: Signal, resolve: End) -> None:
    now = standing(
        opened("2026-11-27 09:00", type="complaint", severity="1"),
        heard(signal, "2026-11-27 10:00"),
    )
    assert now.clocks["resolve"].end is resolve
    assert "follow_up" not in now.clocks


def test_reopened_work_goes_on_with_what_it_has_used() -> None:
    now = standing(
        opened("2026-11-30 08:00", type="complaint", severity="1"),
        heard(ANSWERED, "2026-11-30 08:03"),
        heard(DONE, "2026-11-30 10:00"),
        heard(REOPENED, "2026-12-01 08:00", turn="agent"),
    )
    # 8 h, two of them used.
    assert due(now.clocks["resolve"]) == "2026-12-01 15:30"
    assert now.clocks["follow_up"].end is End.CANCELLED
    assert now.clocks["acknowledge"].end is End.MET
    assert now.clocks["update"].round == 2


@pytest.mark.parametrize("signal", [ANSWERED, Signal.FOLLOWED_UP])
def test_a_contact_afterwards_is_the_follow_up(signal: Signal) -> None:
    now = standing(
        opened("2026-11-30 08:00", type="complaint", severity="1"),
        heard(DONE, "2026-11-30 10:00"),
        heard(signal, "2026-11-30 15:00"),
    )
    assert now.clocks["follow_up"].end is End.MET
    assert "update" not in now.clocks, "a done matter promises no further news"


def test_tightened_terms_count_from_the_change() -> None:
    """16 h from Monday 8:00; at 9:00 it becomes a complaint with 4: due at 13:30 + 30 min …"""
    now = standing(
        opened("2026-11-30 08:00", type="service_request"),
        heard(CHANGED, "2026-11-30 09:00", traits={"type": "complaint", "severity": "2"}),
    )
    assert due(now.clocks["resolve"]) == "2026-11-30 14:30"
    assert due(now.clocks["acknowledge"]) == "2026-11-30 08:30", "the old due moment was earlier"


def test_a_tightened_clock_keeps_an_earlier_due_moment() -> None:
    now = standing(
        opened("2026-11-30 08:00", type="inquiry"),
        heard(CHANGED, "2026-12-02 16:30", traits={"type": "service_request"}),
    )
    assert due(now.clocks["resolve"]) == "2026-12-02 17:30"


def test_loosened_terms_keep_what_is_used() -> None:
    now = standing(
        opened("2026-11-30 08:00", type="complaint", severity="2"),
        heard(CHANGED, "2026-11-30 10:00", traits={"severity": "1"}),
    )
    assert due(now.clocks["resolve"]) == "2026-11-30 17:30"


def test_what_was_broken_stays_broken_and_nothing_breaks_backwards() -> None:
    broken = standing(
        opened("2026-11-30 08:00", type="complaint", severity="2"),
        heard(CHANGED, "2026-11-30 15:00", traits={"severity": "1"}),
    ).clocks["resolve"]
    assert clocks.broken_at(broken, at("2026-11-30 15:00"), calendars) == at("2026-11-30 12:00")
    fresh = standing(
        opened("2026-11-30 08:00", type="inquiry"),
        heard(CHANGED, "2026-12-01 17:00", traits={"type": "complaint", "severity": "3"}),
    ).clocks["resolve"]
    assert due(fresh) == "2026-12-01 19:00"


def test_a_matter_that_is_promised_something_only_later_starts_then() -> None:
    now = standing(
        opened("2026-11-30 08:00", sub_type="praise"),
        heard(CHANGED, "2026-11-30 09:00", traits={"sub_type": "billing_error"}),
    )
    assert due(now.clocks["acknowledge"]) == "2026-11-30 10:00"
    assert due(now.clocks["resolve"]) == "2026-12-03 09:00"


def test_a_matter_that_is_promised_nothing_any_more_has_no_clock_left() -> None:
    now = standing(
        opened("2026-11-30 08:00", type="inquiry"),
        heard(CHANGED, "2026-11-30 09:00", traits={"sub_type": "praise"}),
    )
    assert {one.end for one in now.clocks.values()} == {End.CANCELLED}


def test_another_calendar_keeps_the_time_that_was_used() -> None:
    """Two of four hours are used; the other two, on Mondays from eight to nine, take two weeks."""
    other = Target(seconds=4 * 3600, counting=Counting(calendar="short", version=1))
    story = [
        *agreed([opened("2026-11-30 08:00", type="complaint", severity="2")], decide),
        heard(Signal.AGREED, "2026-11-30 10:00", terms={"resolve": other}),
    ]
    assert due(told(story, calendars).clocks["resolve"]) == "2026-12-14 09:00"


def test_a_broken_promise_of_a_paused_clock_is_seen() -> None:
    now = standing(
        opened("2026-11-30 08:00", type="complaint", severity="3"),
        heard(TURNED, "2026-11-30 10:30", turn="customer"),
    ).clocks["resolve"]
    assert clocks.broken_at(now, at("2026-12-02 08:00"), calendars) == at("2026-11-30 10:00")


def test_what_ends_while_it_stands_still_was_not_broken_by_the_wait() -> None:
    """Two hours, one used; then the customer's turn, and two hours later it is done."""
    now = standing(
        opened("2026-11-30 08:00", type="complaint", severity="3"),
        heard(TURNED, "2026-11-30 09:00", turn="customer"),
        heard(DONE, "2026-11-30 11:00"),
    ).clocks["resolve"]
    assert clocks.broken_at(now, at("2026-12-01 08:00"), calendars) is None
    assert clocks.used(now, at("2026-12-01 08:00"), calendars) == 3600


def test_met_exactly_when_due_is_met() -> None:
    now = standing(
        opened("2026-11-30 08:00", type="complaint", severity="3"), heard(DONE, "2026-11-30 10:00")
    )
    assert clocks.broken_at(now.clocks["resolve"], at("2026-12-01 08:00"), calendars) is None


def test_shares_of_a_promise() -> None:
    one = standing(opened("2026-11-30 08:00", type="complaint", severity="1")).clocks["resolve"]
    moments = [clocks.at_share(one, percent, calendars) for percent in (75, 100, 150)]
    assert moments == [at("2026-11-30 15:30"), at("2026-11-30 17:30"), at("2026-12-01 12:00")]


def test_waits_end_with_an_answer_or_uncounted() -> None:
    found = waits(
        [
            opened("2026-11-30 08:00"),
            heard(ASKED, "2026-11-30 08:00"),
            heard(ASKED, "2026-11-30 08:05"),
            heard(ANSWERED, "2026-11-30 08:20"),
            heard(ANSWERED, "2026-11-30 08:30"),
            heard(ASKED, "2026-11-30 09:00"),
            heard(DONE, "2026-11-30 09:30"),
            heard(ASKED, "2026-11-30 11:00"),
        ]
    )
    assert [(one.since, one.until) for one in found] == [
        (at("2026-11-30 08:00"), at("2026-11-30 08:20")),
        (at("2026-11-30 11:00"), None),
    ]


def test_terms_are_agreed_once() -> None:
    story = [opened("2026-11-30 08:00", type="inquiry")]
    first = list(agreed(story, decide))
    kept = [replace(one, id=one.id or "kept") for one in first]
    assert len(first) == 2
    assert list(agreed(kept, decide)) == kept


MOVES = st.sampled_from(
    [
        (ASKED, {}),
        (ANSWERED, {}),
        (TURNED, {"turn": "customer"}),
        (TURNED, {"turn": "agent"}),
        (TURNED, {"turn": "third_party"}),
        (DONE, {}),
        (REOPENED, {"turn": "agent"}),
        (CHANGED, {"traits": {"type": "complaint", "severity": "2"}}),
        (CHANGED, {"traits": {"type": "inquiry", "severity": None}}),
    ]
)


@given(st.lists(st.tuples(st.integers(0, 5000), MOVES), max_size=25), st.randoms())
@settings(max_examples=200, deadline=None)
def test_any_life_keeps_its_clocks_in_order(
    moves: list[tuple[int, tuple[Signal, dict[str, object]]]], random: object
) -> None:
    """Whatever happens in whatever order it is told: rounds follow each other, use never shrinks,
    and no clock that ended counts on."""
    begin = at("2026-11-27 16:00")
    lives = [
        Heard(
            signal=signal,
            at=begin + timedelta(minutes=minute),
            id=f"{number:03}",
            **more,  # type: ignore[arg-type]
        )
        for number, (minute, (signal, more)) in enumerate(moves, start=1)
    ]
    story = [opened("2026-11-27 16:00", type="service_request"), *in_order(lives)]
    now = standing(*story)
    end = begin + timedelta(minutes=9000)
    for one in now.all:
        assert one.started_at <= (one.ended_at or end)
        spent = [clocks.used(one, begin + timedelta(minutes=m), calendars) for m in (0, 3000, 9000)]
        assert spent == sorted(spent)
        if one.ended_at is not None:
            assert clocks.used(one, end, calendars) == clocks.used(one, one.ended_at, calendars)
    for name in {one.name for one in now.all}:
        rounds = [one for one in now.all if one.name == name]
        assert [one.round for one in rounds] == list(range(1, len(rounds) + 1))
        for before, after in pairwise(rounds):
            assert before.ended_at is not None
            assert before.ended_at <= after.started_at
