"""Other policies tried on a period: those in force give what was, others what would have been."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.events.clocks import SimulationAsked
from chalicelib.platform import queue
from chalicelib.platform.clock import local_day, now
from chalicelib.platform.context import Context, begin
from chalicelib.sla import comparing, settling, simulating
from chalicelib.sla.comparing import Row, Tally
from chalicelib.sla.rules import Heard, Signal, agreed
from chalicelib.sla.subjects import Subject
from tests.slices.conftest import Later
from tests.slices.sla.stories import BASIS, at, decide, in_order, opened
from tests.world import World

ANGRY = "Shop giao hàng trễ quá, tôi rất thất vọng!"
ASKING = "Cho mình hỏi giá áo khoác"


def month(world: World, later: Later) -> None:
    """Complaints and questions, answered in time or late, done, reopened and spam."""
    lan = world.agent("Lan")
    for number, (text, wait) in enumerate(
        [(ANGRY, 2), (ANGRY, 12), (ASKING, 20), (ASKING, 90), (ANGRY, 1), (ASKING, 3)]
    ):
        world.zalo(text, user=f"{number}")
        world.run()
        later(minutes=wait)
        path = f"/tickets/{world.tickets()[0]['id']}"
        lan.post(f"{path}/replies", {"text": "Dạ em xử lý ngay ạ"})
        world.run()
        if number % 2:
            outcome = "spam" if number == 5 else "resolved"
            assert lan.post(f"{path}/done", {"outcome": outcome}).status == 200
        world.pump.schedule("sla_watch_clocks")
        world.run()


def in_force(world: World) -> dict[str, Any]:
    """The policies in force, as they are put."""
    body = world.admin.get("/sla-policies").body
    return {name: body[name] for name in ("policies", "steps", "clocks")}


def today() -> dict[str, str]:
    """Days around the present: a test may begin just before midnight."""
    day = local_day(now())
    return {"first_day": str(date.fromordinal(day.toordinal() - 1)), "last_day": str(day)}


def simulated(world: World, body: dict[str, Any]) -> dict[str, Any]:
    asked = world.admin.post("/sla-policies/simulate", {**body, **today()})
    assert asked.status == 202, asked.body
    assert asked.body["state"] == "running"
    world.run()
    done: dict[str, Any] = read(world, asked.body["id"])
    assert (done["state"], done["progress"]) == ("done", 1.0)
    return done


def read(world: World, simulation: str) -> dict[str, Any]:
    found: dict[str, Any] = world.admin.get(f"/sla-policies/simulations/{simulation}").body
    return found


def total(done: dict[str, Any], clock: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in done["totals"] if one["clock"] == clock)
    return found


def reality(world: World, clock: str) -> tuple[int, int]:
    """Met in time and broken by the events of the log, spam aside."""
    met, broken = set[tuple[str, str]](), set[tuple[str, str]]()
    for ticket in world.tickets():
        if ticket["outcome"] == "spam":
            continue
        for event in world.list(f"/tickets/{ticket['id']}/events", limit=100):
            data = event["data"]
            if data.get("clock") != clock:
                continue
            key = (ticket["id"], data["started_at"])
            if event["name"] == "clock.breached":
                broken.add(key)
            if event["name"] == "clock.met" and data["in_time"]:
                met.add(key)
    return len(met), len(broken)


def test_the_policies_in_force_give_what_really_was(world: World, later: Later) -> None:
    month(world, later)
    done = simulated(world, in_force(world))
    assert (done["tickets"], done["left_out"]) == (5, 1)
    for clock in ("acknowledge", "update", "resolve"):
        one = total(done, clock)
        assert one["before"] == one["after"]
        assert (one["before"]["met"], one["before"]["broken"]) == reality(world, clock)
        assert (one["would_break"], one["would_keep"]) == (0, 0)
    acknowledge = total(done, "acknowledge")["before"]
    assert acknowledge["compliance"] == acknowledge["met"] / 5
    assert {row["policy"] for row in done["rows"]} == {"complaint_1", "others", "tasks"}


def test_other_policies_tell_who_would_have_kept_and_who_not(world: World, later: Later) -> None:
    month(world, later)
    tickets = {one["opened_at"]: one["id"] for one in world.tickets()}
    in_order = [tickets[opened] for opened in sorted(tickets)]
    tried = in_force(world)
    for policy in tried["policies"]:
        if policy["id"] == "complaint_1":
            policy["promises"]["acknowledge"]["seconds"] = 30 * 60
        if policy["id"] == "others":
            policy["promises"]["acknowledge"] = {"seconds": 600, "calendar": "always-open"}
    done = simulated(world, tried)
    rows = {(row["policy"], row["clock"]): row for row in done["rows"]}
    complaints, others = rows["complaint_1", "acknowledge"], rows["others", "acknowledge"]
    assert complaints["would_keep"] == {"count": 1, "ticket_ids": [in_order[1]]}
    assert complaints["would_break"]["count"] == 0
    assert (complaints["before"]["broken"], complaints["after"]["broken"]) == (1, 0)
    assert complaints["after"]["compliance"] == 1.0
    assert others["would_break"]["ticket_ids"] == in_order[2:4]
    assert others["policy_name"] == "Các việc khác"


def test_a_clock_that_would_not_be_there_counts_only_before(world: World, later: Later) -> None:
    month(world, later)
    tried = in_force(world)
    for policy in tried["policies"]:
        policy["promises"].pop("update", None)
    update = total(simulated(world, tried), "update")
    assert update["before"]["pending"] + update["before"]["met"] > 0
    assert update["after"] == {"met": 0, "broken": 0, "pending": 0, "compliance": None}


def test_cut_off_anywhere_it_ends_with_the_same(
    world: World, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    month(world, later)
    monkeypatch.setattr(simulating, "A_PAGE", 2)
    tried = in_force(world)
    tried["policies"][-1]["promises"]["acknowledge"]["seconds"] = 60
    whole = simulated(world, tried)
    asked = world.admin.post("/sla-policies/simulate", {**tried, **today()}).body["id"]
    simulating.go_on(asked, 0, begin())
    half = read(world, asked)
    assert half["state"] == "running"
    assert 0 < half["progress"] < 1
    assert half["tickets"] == 2
    # The entry comes again: as if the first run had been killed before it sent the next one.
    waiting = len(world.cloud.entries(queue.CLOCKS))
    simulating.go_on(asked, 0, begin())
    assert len(world.cloud.entries(queue.CLOCKS)) == waiting + 1
    assert read(world, asked) == half
    simulating.go_on(asked, 2, begin())  # nobody of ours can have sent that yet
    assert read(world, asked) == half
    world.run()
    done = read(world, asked)
    same = ("tickets", "left_out", "totals", "rows")
    assert {name: done[name] for name in same} == {name: whole[name] for name in same}


def test_a_step_that_a_copy_was_quicker_with_counts_nothing(
    world: World, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    month(world, later)
    asked = world.admin.post("/sla-policies/simulate", {**in_force(world), **today()}).body["id"]
    working = simulating._step

    def overtaken(item: simulating.Simulation, context: Context) -> Any:
        monkeypatch.setattr(simulating, "_step", working)
        simulating.go_on(asked, 0, begin())
        return working(item, context)

    monkeypatch.setattr(simulating, "_step", overtaken)
    simulating.go_on(asked, 0, begin())
    assert (read(world, asked)["tickets"], read(world, asked)["state"]) == (5, "done")


def test_without_days_it_is_the_month_before(world: World) -> None:
    shown = world.admin.post("/sla-policies/simulate", in_force(world)).body
    assert simulating.last_month(at("2026-03-01 00:30")) == (date(2026, 2, 1), date(2026, 2, 28))
    first, last = simulating.last_month(now())
    assert local_day(datetime.fromisoformat(shown["since"])) == first
    assert local_day(datetime.fromisoformat(shown["until"])) == last


@pytest.mark.parametrize(
    ("days", "field"),
    [
        ({"first_day": "2026-03-02", "last_day": "2026-03-01"}, "last_day"),
        ({"first_day": "2024-01-01", "last_day": "2026-03-01"}, "last_day"),
        ({"first_day": "2090-01-01", "last_day": "2090-01-02"}, "first_day"),
    ],
)
def test_days_that_make_no_period_are_refused(
    world: World, days: dict[str, str], field: str
) -> None:
    answer = world.admin.post("/sla-policies/simulate", {**in_force(world), **days})
    assert (answer.status, answer.body["field"]) == (422, field)


def test_only_who_makes_policies_tries_them(world: World) -> None:
    lan = world.agent("Lan", role="lead")
    assert lan.post("/sla-policies/simulate", in_force(world)).status == 403
    assert world.admin.get("/sla-policies/simulations/unknown").status == 404
    assert SimulationAsked.name == "sla.simulation_asked"


def test_after_thirty_days_it_is_gone(world: World, later: Later) -> None:
    asked = world.admin.post("/sla-policies/simulate", in_force(world)).body["id"]
    later(days=31)
    assert world.admin.get(f"/sla-policies/simulations/{asked}").status == 404


# ------------------------------------------------------------------ the sums


def test_sums_keep_few_ids_and_all_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "MOST_IDS", 3)
    monkeypatch.setattr(comparing, "MOST_IDS_IN_ALL", 5)
    rows: dict[str, Row] = {}
    for number in range(10):
        one = Row(matters=1, after=Tally(broken=1), worse=1, worse_ids=(f"{number}",))
        rows = comparing.added(rows, iter([("a/x", one), ("b/x", one)]))
    assert [row.worse for row in rows.values()] == [10, 10]
    assert [len(row.worse_ids) for row in rows.values()] == [3, 2]
    assert comparing.totals(rows)["x"].after == Tally(broken=20)
    assert comparing.from_json(comparing.to_json(rows)) == rows


def test_nothing_decided_is_no_compliance() -> None:
    assert Tally(pending=3).compliance is None
    assert Tally(met=3, broken=1).compliance == 0.75


MOVES = st.sampled_from(
    [
        (Signal.ANSWERED, {}),
        (Signal.TURNED, {"turn": "customer"}),
        (Signal.TURNED, {"turn": "agent"}),
        (Signal.DONE, {}),
        (Signal.REOPENED, {"turn": "agent"}),
        (Signal.CHANGED, {"traits": {"type": "complaint", "severity": "2"}}),
        (Signal.CHANGED, {"traits": {"type": "inquiry"}}),
        (Signal.AGREED, {"traits": {"tier": "vip"}}),
    ]
)


@given(st.lists(st.tuples(st.integers(1, 5000), MOVES), max_size=20))
@settings(max_examples=150, deadline=None)
def test_any_life_under_the_same_policies_is_the_same_again(
    moves: list[tuple[int, tuple[Signal, dict[str, Any]]]],
) -> None:
    """What was agreed at the time, and what would have been: corrections and new tiers too."""
    begin = at("2026-11-27 16:00")
    lives = [
        Heard(signal=signal, at=begin + timedelta(minutes=minute), id=f"{number:03}", **more)
        for number, (minute, (signal, more)) in enumerate(moves)
    ]
    story = recorded([opened("2026-11-27 16:00", type="service_request"), *in_order(lives)])
    end = begin + timedelta(minutes=9000)
    subject = Subject(
        key="ticket#1", log="ticket#1", hears=lambda _: story, recipients=lambda *_: ()
    )
    before = settling.read(subject, [], BASIS, now=end)
    after = settling.read(comparing.as_if_new(subject), [], BASIS, now=end)
    assert before is not None
    assert after is not None
    for _, row in comparing.compared("1", before, after, at=end):
        assert row.before == row.after
        assert (row.worse, row.better) == (0, 0)


def recorded(story: list[Heard]) -> list[Heard]:
    """The story with all that was agreed on at the time: other tiers bring terms with them."""
    traits: dict[str, str | None] = {}
    told = []
    for one in story:
        traits.update(one.traits or {})
        terms = decide(dict(traits), one.at) if one.signal is Signal.AGREED else None
        told.append(replace(one, terms=terms))
    return [replace(one, id=one.id or f"terms of {one.because}") for one in agreed(told, decide)]
