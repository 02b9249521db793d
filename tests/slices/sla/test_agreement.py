"""What people are shown of a matter's clocks: the examples of domain.md §6 with their sums."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.calendars.arithmetic import elapsed
from chalicelib.platform.clock import parse
from chalicelib.platform.eventlog import Recorded
from chalicelib.sla.agreement import Account, Agreement, agreement
from chalicelib.sla.rules import Heard, Signal
from chalicelib.sla.settling import Read, read
from chalicelib.sla.spelling import spelled
from chalicelib.sla.subjects import Subject
from tests.slices.conftest import Later
from tests.slices.sla.stories import BASIS, STANDARD, at, calendars, heard, in_order, opened
from tests.world import World

ASKED, ANSWERED, TURNED = Signal.ASKED, Signal.ANSWERED, Signal.TURNED
DONE, REOPENED, CHANGED = Signal.DONE, Signal.REOPENED, Signal.CHANGED
ANGRY = "Shop giao hàng trễ quá, tôi rất thất vọng!"


def looked(when: str, *story: Heard, events: tuple[Recorded, ...] = ()) -> Agreement:
    """The agreement of a story as it stands at a moment."""
    return agreement(reading(story, at(when), events), STANDARD, now=at(when))


def reading(story: Sequence[Heard], now: datetime, events: tuple[Recorded, ...] = ()) -> Read:
    """A story as read from the log of a ticket."""
    subject = Subject(
        key="ticket#1", log="ticket#1", hears=lambda _: list(story), recipients=lambda *_: ()
    )
    found = read(subject, events, BASIS, now=now)
    assert found is not None
    return found


def clock(one: Agreement, name: str) -> Account:
    """The latest round of a clock."""
    return next(account for account in one.accounts if account.clock.name == name)


def said(account: Account) -> tuple[str, str]:
    both = spelled(account, calendars)
    return both.vi, both.en


def test_a_sum_over_two_days_is_spelled_out() -> None:
    found = looked("2026-11-27 17:00", opened("2026-11-27 16:50", type="complaint", severity="2"))
    resolve = clock(found, "resolve")
    assert resolve.due_at == at("2026-11-28 11:20")
    assert said(resolve) == (
        "T6 16:50 + 4 giờ = T7 11:20, vì 40 phút thứ Sáu và 3 giờ 20 phút thứ Bảy",
        "Fri 16:50 + 4 h = Sat 11:20, because 40 min on Friday and 3 h 20 min on Saturday",
    )
    assert (resolve.terms.policy, resolve.terms.version) == ("complaint_2", 3)
    assert (resolve.used, resolve.live.left) == (600, 4 * 3600 - 600)


def test_a_vip_one_minute_before_closing_and_a_holiday() -> None:
    """17:29 on the last evening before 30/4 and 1/5 2026: Saturday 2 May is worked."""
    found = looked("2026-04-30 09:00", opened("2026-04-29 17:29", type="inquiry", tier="vip"))
    acknowledge, resolve = clock(found, "acknowledge"), clock(found, "resolve")
    assert acknowledge.due_at == at("2026-04-29 17:34")
    assert said(acknowledge)[0].startswith("T4 17:29 + 5 phút = T4 17:34, tính liên tục 24/7")
    assert resolve.due_at == at("2026-05-04 11:59")
    assert said(resolve)[0].startswith(
        "T4 17:29 + 8 giờ = T2 11:59, vì 1 phút thứ Tư, 4 giờ thứ Bảy và 3 giờ 59 phút thứ Hai"
    )
    assert "nghỉ 30/4" in said(resolve)[0]
    live = resolve.live
    assert (live.runs_now, live.runs_until, live.left) == (False, None, 8 * 3600 - 60)
    assert live.runs_again_at == at("2026-05-02 08:00")


def test_a_pause_over_lunch_counts_only_what_was_open() -> None:
    found = looked(
        "2026-11-30 14:00",
        opened("2026-11-30 08:00", type="service_request"),
        heard(TURNED, "2026-11-30 11:30", turn="customer"),
        heard(TURNED, "2026-11-30 13:45", turn="agent"),
    )
    resolve = clock(found, "resolve")
    assert [(one.since, one.until, one.why) for one in resolve.stops] == [
        (at("2026-11-30 11:30"), at("2026-11-30 13:45"), "customer")
    ]
    assert (resolve.stopped, resolve.stopped_wall) == (45 * 60, 135 * 60)
    assert said(resolve)[0].endswith("không tính 45 phút tạm dừng")
    assert resolve.used + resolve.live.left == 16 * 3600


def test_while_it_is_the_customer_s_turn_nothing_is_due() -> None:
    found = looked(
        "2026-11-30 11:00",
        opened("2026-11-30 08:00", type="service_request"),
        heard(TURNED, "2026-11-30 10:00", turn="customer"),
    )
    resolve = clock(found, "resolve")
    assert (resolve.state, resolve.due_at, resolve.live.wall) == ("paused", None, None)
    assert said(resolve) == (
        "đứng yên từ T2 30/11 10:00 (chờ khách hàng), còn 14 giờ",
        "standing still since Mon 30 Nov 10:00 (waiting for the customer), 14 h left",
    )


def test_whose_turn_it_was_is_told_apart() -> None:
    found = looked(
        "2026-12-01 11:00",
        opened("2026-11-30 08:00", type="service_request"),
        heard(TURNED, "2026-11-30 10:00", turn="customer"),
        heard(TURNED, "2026-11-30 15:00", turn="third_party"),
        heard(TURNED, "2026-12-01 09:00", turn="agent"),
    )
    stops = clock(found, "resolve").stops
    assert [(one.why, one.until) for one in stops] == [
        ("customer", at("2026-11-30 15:00")),
        ("third_party", at("2026-12-01 09:00")),
    ]


def test_a_reopened_matter_goes_on_and_shows_the_time_it_was_done() -> None:
    found = looked(
        "2026-12-01 14:00",
        opened("2026-11-30 08:00", type="complaint", severity="1"),
        heard(ANSWERED, "2026-11-30 08:03"),
        heard(DONE, "2026-11-30 10:00"),
        heard(REOPENED, "2026-12-01 08:00", turn="agent"),
    )
    resolve = clock(found, "resolve")
    assert [(one.why, one.since, one.until) for one in resolve.stops] == [
        ("done", at("2026-11-30 10:00"), at("2026-12-01 08:00"))
    ]
    assert resolve.due_at == at("2026-12-01 15:30")
    assert said(resolve)[0] == (
        "T2 08:00 + 8 giờ = T3 15:30, vì 2 giờ thứ Hai và 6 giờ thứ Ba, không tính 6 giờ tạm dừng"
    )
    assert [one.clock.round for one in found.accounts if one.clock.name == "update"] == [2, 1]
    follow_up = clock(found, "follow_up")
    assert (follow_up.state, follow_up.stops) == ("cancelled", ())


def test_what_ended_for_good_did_not_stand_still_afterwards() -> None:
    found = looked(
        "2026-12-05 08:00",
        opened("2026-11-30 08:00", type="complaint", severity="1"),
        heard(DONE, "2026-11-30 10:00"),
    )
    resolve = clock(found, "resolve")
    assert (resolve.state, resolve.stops, resolve.wall) == ("met", (), 7200)
    assert said(resolve)[1].endswith("done Mon 30 Nov 10:00, 2 h used")


def test_a_follow_up_outside_the_hours_is_moved_and_says_so() -> None:
    found = looked(
        "2026-11-27 16:00",
        opened("2026-11-27 09:00", type="complaint", severity="2"),
        heard(DONE, "2026-11-27 16:00"),
    )
    vi, en = said(clock(found, "follow_up"))
    assert vi.startswith("T6 16:00 + 24 giờ = T7 16:00, tính liên tục 24/7; ")
    assert vi.endswith("; ngoài giờ làm việc nên dời đến T2 30/11 08:00")
    assert en.endswith("; outside the hours, so moved to Mon 30 Nov 08:00")


def test_other_terms_tell_what_changed_and_what_became_of_each_clock() -> None:
    change = Recorded(
        id="2026-11-30 10:00",
        name="ticket.changed",
        at=at("2026-11-30 10:00"),
        subject="ticket#1",
        actor="agent:1",
        correlation_id="-",
        profile_id=None,
        data={},
    )
    found = looked(
        "2026-11-30 11:00",
        opened("2026-11-30 08:00", type="complaint", severity="2"),
        heard(CHANGED, "2026-11-30 10:00", traits={"severity": "1"}),
        events=(change,),
    )
    latest, first = found.terms
    assert (first.because, dict(first.changes), first.policy) == (None, {}, "complaint_2")
    assert (latest.because, latest.policy) == ("ticket.changed", "complaint_1")
    assert latest.changes == {"severity": ("2", "1")}
    (resolve,) = latest.clocks
    assert (resolve.due_before, resolve.due_after) == (
        at("2026-11-30 12:00"),
        at("2026-11-30 17:30"),
    )
    assert said(clock(found, "resolve"))[0] == (
        "đã dùng 2 giờ trước T2 30/11 10:00, còn 6 giờ; "
        "T2 10:00 + 6 giờ = T2 17:30, trọn trong thứ Hai"
    )


def test_what_is_late_says_by_how_much() -> None:
    found = looked("2026-11-30 11:00", opened("2026-11-30 08:00", type="complaint", severity="1"))
    acknowledge = clock(found, "acknowledge")
    assert acknowledge.broken_at == at("2026-11-30 08:05")
    assert acknowledge.live.left == acknowledge.live.wall == -175 * 60
    assert said(acknowledge)[0].endswith("đã trễ 175 phút")


@pytest.mark.parametrize(
    ("when", "runs", "until", "again"),
    [
        ("2026-11-30 09:00", True, "2026-11-30 12:00", None),
        ("2026-11-30 12:30", False, None, "2026-11-30 13:30"),
        ("2026-11-30 17:30", False, None, "2026-12-01 08:00"),
        ("2026-12-02 16:00", True, None, None),  # used up at closing: it does not outlast it
    ],
)
def test_a_front_end_can_count_by_itself(
    when: str, runs: bool, until: str | None, again: str | None
) -> None:
    found = looked(when, opened("2026-11-30 08:00", type="inquiry"))
    live = clock(found, "resolve").live
    assert (live.runs_now, live.runs_until, live.runs_again_at) == (
        runs,
        until and at(until),
        again and at(again),
    )


def test_waits_are_measured_both_ways() -> None:
    found = looked(
        "2026-11-30 15:00",
        opened("2026-11-30 11:50", type="inquiry"),
        heard(ASKED, "2026-11-30 11:50"),
        heard(ANSWERED, "2026-11-30 13:40"),
        heard(ASKED, "2026-11-30 14:30"),
    )
    assert [(one.wall, one.open) for one in found.waits] == [(6600, 1200), (1800, 1800)]
    assert [one.until is None for one in found.waits] == [False, True]
    assert found.answer is not None
    assert (found.answer.wall, found.answer.open) == (6600, 1200)


MOVES = st.sampled_from(
    [
        (ASKED, {}),
        (ANSWERED, {}),
        (TURNED, {"turn": "customer"}),
        (TURNED, {"turn": "agent"}),
        (TURNED, {"turn": "third_party"}),
        (DONE, {}),
        (REOPENED, {"turn": "agent"}),
    ]
)


@given(st.lists(st.tuples(st.integers(1, 5000), MOVES), max_size=20), st.integers(1, 9000))
@settings(max_examples=150, deadline=None)
def test_what_counted_and_what_did_not_make_up_the_whole_time(
    moves: list[tuple[int, tuple[Signal, dict[str, Any]]]], later: int
) -> None:
    """Used and paused add up to the open time from a clock's start to its end, or to now."""
    begin = at("2026-11-27 16:00")
    lives = [
        Heard(signal=signal, at=begin + timedelta(minutes=minute), id=f"{number:03}", **more)
        for number, (minute, (signal, more)) in enumerate(moves)
    ]
    story = [opened("2026-11-27 16:00", type="complaint", severity="1"), *in_order(lives)]
    until = max(begin + timedelta(minutes=later), story[-1].at)
    found = agreement(reading(story, until), STANDARD, now=until)
    for one in found.accounts:
        end = one.clock.ended_at or until
        calendar = calendars(one.clock.counting.calendar, 1)
        whole = elapsed(one.clock.started_at, end, calendar).total_seconds()
        assert one.used + one.stopped == whole
        assert one.wall == (end - one.clock.started_at).total_seconds()
        assert all(said(one))


# ------------------------------------------------------------------ over the API


def test_the_agreement_of_a_real_ticket(world: World) -> None:
    lan = world.agent("Lan")
    world.zalo(ANGRY)
    world.run()
    ticket = world.ticket()
    lan.post(f"/tickets/{ticket['id']}/replies", {"text": "Dạ em xin lỗi anh chị"})
    world.run()
    answer = lan.get(f"/tickets/{ticket['id']}/agreement")
    assert answer.status == 200
    shown = {one["name"]: one for one in answer.body["clocks"]}
    acknowledge = shown["acknowledge"]
    assert (acknowledge["state"], acknowledge["policy_name"]) == (
        "met",
        "Khiếu nại mức 1 hoặc việc khẩn",
    )
    assert acknowledge["label"]["vi"] == "Tiếp nhận"
    assert [one["event"] for one in acknowledge["told"]] == ["clock.met"]
    assert parse(shown["update"]["due_at"]) - parse(answer.body["now"]) <= timedelta(hours=2)
    assert shown["resolve"]["target"]["seconds"] == 8 * 3600
    (terms,) = answer.body["terms"]
    assert (terms["because"], terms["version"]) == ("ticket.opened", 0)
    assert [one["clock"] for one in terms["clocks"]] == ["acknowledge", "resolve"]
    assert len(answer.body["waits"]) == 1
    (task,) = answer.body["tasks"]
    assert [(one["name"], one["policy"], one["state"]) for one in task["clocks"]] == [
        ("resolve", "tasks", "running")
    ]
    assert world.admin.get("/tickets/unknown/agreement").status == 404


def test_the_clocks_of_a_page_of_tickets_come_together(world: World) -> None:
    world.agent("Lan")
    world.zalo(ANGRY, user="1")
    world.zalo("Cho mình hỏi giá áo khoác", user="2")
    world.run()
    ids = [one["id"] for one in world.tickets()]
    answer = world.admin.get("/clocks", ticket_ids=",".join([ids[0], "unknown", ids[1]]))
    assert [one["ticket_id"] for one in answer.body["items"]] == ids
    one = answer.body["items"][0]["clocks"]["acknowledge"]
    assert one["state"] == "running"
    left = parse(one["due_at"]) - parse(answer.body["now"])
    assert one["wall_seconds_left"] == int(left.total_seconds())
    assert one["warn_at"] < one["due_at"]
    assert world.admin.get("/clocks", ticket_ids=",").status == 422
    crowd = ",".join(f"t{number}" for number in range(101))
    assert world.admin.get("/clocks", ticket_ids=crowd).body["field"] == "ticket_ids"


def test_a_breach_of_this_second_shows_before_anybody_noticed(world: World, later: Later) -> None:
    world.zalo(ANGRY)
    world.run()
    ticket = world.ticket()
    later(minutes=6)
    (item,) = world.admin.get("/clocks", ticket_ids=ticket["id"]).body["items"]
    acknowledge = item["clocks"]["acknowledge"]
    assert acknowledge["broken_at"] == acknowledge["due_at"]
    assert acknowledge["wall_seconds_left"] < 0
    assert item["clocks"]["resolve"]["broken_at"] is None
