"""Care contacts: due once a period, made once, by whomever; never against a customer's will."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.calendars import flows as calendars
from chalicelib.calendars.arithmetic import is_open, next_open
from chalicelib.calendars.defaults import DEFAULT
from chalicelib.platform import eventlog, store
from chalicelib.platform.clock import iso, now, parse
from chalicelib.platform.context import Context
from chalicelib.platform.errors import Conflict
from chalicelib.platform.eventlog import EventItem
from chalicelib.standards import caring
from chalicelib.standards.model import CARE, Care
from chalicelib.standards.tiers import Contacts
from tests.slices.speech import owner_of
from tests.world import World

AN, BINH = "7812345678901234567", "7812345678901234568"
MONTH = timedelta(days=30)


def opening(at: datetime) -> datetime:
    """The next working moment."""
    return next_open(at, calendars.of(DEFAULT))


def moment(at: datetime) -> Context:
    return Context(now=at, actor="system", correlation_id="test")


def customer(world: World, user: str = AN, *, tier: str | None = "vip") -> str:
    """Somebody who wrote once, whose ticket is done; of a tier set by hand."""
    world.zalo("Cho mình hỏi giá áo", user=user)
    world.run()
    profile_id = owner_of(user)
    assert profile_id is not None
    for ticket in world.tickets(profile_id=profile_id):
        world.admin.post(f"/tickets/{ticket['id']}/done", {"outcome": "resolved"})
    if tier is not None:
        in_tier(world, profile_id, tier)
    world.run()
    return profile_id


def in_tier(world: World, profile_id: str, tier: str) -> None:
    answer = world.admin.put(f"/profiles/{profile_id}/tier", {"tier": tier})
    assert answer.status == 200, answer.body
    world.run()


def kept(profile_id: str) -> Care | None:
    return store.get(Care, profile_id, CARE)


def known(profile_id: str) -> Care:
    found = kept(profile_id)
    assert found is not None
    return found


def look(profile_id: str, *, after: timedelta = timedelta()) -> datetime:
    """Let the schedule come when the contact is due, or later; returns when that was."""
    at = opening(max(parse(known(profile_id).due_at), now()) + after)
    caring.watch(moment(at))
    return at


def told(profile_id: str) -> list[str]:
    events = map(eventlog.recorded, store.query(EventItem, f"profile#{profile_id}"))
    return [one.name for one in events if one.name.startswith("care.")]


def open_tasks(world: World, department: str = "customer_care") -> list[dict[str, Any]]:
    found = world.list("/tasks", department_id=department)
    return [one for one in found if one["what"] == "care_contact"]


def test_who_comes_into_a_tier_with_contacts_is_due_within_its_period(world: World) -> None:
    profile_id = customer(world)
    due = parse(known(profile_id).due_at)
    assert now() + MONTH / 2 - timedelta(minutes=5) < due < opening(now() + MONTH)
    assert is_open(due, calendars.of(DEFAULT))
    shown = world.admin.get(f"/profiles/{profile_id}/care").body
    assert (shown["tier"], shown["contacts"]) == ("vip", {"count": 1, "days": 30})
    assert shown["due_at"] == known(profile_id).due_at


def test_who_leaves_it_is_contacted_no_more(world: World) -> None:
    profile_id = customer(world)
    in_tier(world, profile_id, "one_time")
    assert kept(profile_id) is None
    assert world.admin.get(f"/profiles/{profile_id}/care").body["contacts"] is None


def test_a_contact_that_falls_due_is_one_task_with_the_customer_s_last_agent(
    world: World,
) -> None:
    world.agent("Lan")
    profile_id = customer(world)
    look(profile_id)
    caring.look(profile_id, moment(opening(now() + 3 * MONTH)), at_once=True)
    world.run()
    (task,) = open_tasks(world)
    ticket = world.admin.get(f"/tickets/{task['ticket_id']}").body
    assert (ticket["agent_id"], ticket["status"]) == (world.agents["Lan"], "new")
    assert (ticket["type"], ticket["subject"]) == ("inquiry", "Chăm sóc khách hàng định kỳ")
    assert told(profile_id) == ["care.contact_opened"]
    shown = world.admin.get(f"/profiles/{profile_id}/care").body
    assert (shown["due_at"], shown["ticket_id"]) == (None, ticket["id"])


def test_nobody_waits_on_a_ticket_that_begins_with_us_its_task_has_the_clock(
    world: World,
) -> None:
    profile_id = customer(world)
    look(profile_id)
    world.run()
    events = map(eventlog.recorded, store.query(EventItem, f"ticket#{known(profile_id).ticket_id}"))
    agreed = {
        one.data["about"].partition("#")[0]: (one.data["policy"], one.data["terms"])
        for one in events
        if one.name == "clock.terms_agreed"
    }
    assert agreed["ticket"] == ("care", {})
    policy, terms = agreed["task"]
    assert (policy, list(terms)) == ("care_tasks", ["resolve"])


def test_outside_working_hours_nothing_is_opened(world: World) -> None:
    profile_id = customer(world)
    sunday = datetime(2027, 6, 6, 3, tzinfo=UTC)
    assert caring.watch(moment(sunday)) == {"looked": 0}
    assert caring.watch(moment(opening(sunday)))["looked"] == 1
    assert known(profile_id).task_id is not None


def test_completing_the_task_records_the_contact_and_the_next_is_a_period_later(
    world: World,
) -> None:
    profile_id = customer(world)
    look(profile_id)
    care = known(profile_id)
    done = world.admin.post(f"/tickets/{care.ticket_id}/tasks/{care.task_id}/done", {})
    assert done.status == 200
    world.run()
    after = known(profile_id)
    assert not after.task_id
    assert parse(after.due_at) == opening(parse(str(after.contacted_at)) + MONTH)
    assert told(profile_id) == ["care.contact_opened", "care.contact_recorded"]


def test_a_ticket_that_is_done_takes_its_task_along(world: World) -> None:
    profile_id = customer(world)
    look(profile_id)
    care = known(profile_id)
    world.admin.post(f"/tickets/{care.ticket_id}/done", {"outcome": "resolved"})
    look(profile_id)
    assert known(profile_id).contacted_at is not None
    assert open_tasks(world) == []


def test_a_rejected_one_is_no_contact(world: World) -> None:
    profile_id = customer(world)
    look(profile_id)
    world.admin.post(f"/tickets/{known(profile_id).ticket_id}/done", {"outcome": "rejected"})
    look(profile_id)
    assert known(profile_id).contacted_at is None
    assert told(profile_id)[-1] == "care.contact_skipped"


def test_any_person_s_message_is_a_contact_and_no_task_is_opened(world: World) -> None:
    agent = world.agent("Lan")
    profile_id = customer(world)
    world.zalo("Áo còn size M không shop", user=AN)
    world.run()
    ticket = next(one for one in world.tickets() if one["status"] != "done")
    agent.post(f"/tickets/{ticket['id']}/replies", {"text": "Dạ còn ạ"})
    world.run()
    look(profile_id)
    care = known(profile_id)
    assert open_tasks(world) == []
    assert parse(care.due_at) == opening(parse(str(care.contacted_at)) + MONTH)
    assert told(profile_id) == ["care.contact_recorded"]


def test_a_contact_about_another_matter_makes_an_open_task_needless(world: World) -> None:
    agent = world.agent("Lan")
    profile_id = customer(world)
    caring.look(profile_id, moment(now()), at_once=True)
    care_ticket = known(profile_id).ticket_id
    world.zalo("Đơn hàng của em giao trễ quá", user=AN)
    world.run()
    ticket = next(one for one in world.tickets() if one["id"] != care_ticket)
    assert ticket["status"] == "in_progress"
    agent.post(f"/tickets/{ticket['id']}/replies", {"text": "Dạ em xin lỗi chị"})
    world.run()
    look(profile_id)
    assert open_tasks(world) == []
    shown = world.admin.get(f"/tickets/{care_ticket}").body
    assert (shown["status"], shown["outcome"]) == ("done", "resolved")


def test_a_task_that_stays_open_is_looked_at_every_day_and_not_opened_again(
    world: World,
) -> None:
    profile_id = customer(world)
    first = look(profile_id)
    second = look(profile_id)
    assert second == opening(first + timedelta(days=1))
    assert len(open_tasks(world)) == 1


def test_who_wants_no_care_is_left_alone(world: World) -> None:
    profile_id = customer(world)
    refused = {"purpose": "care", "state": "withdrawn", "source": "phone"}
    assert world.admin.post(f"/profiles/{profile_id}/consents", refused).status in (200, 201)
    look(profile_id)
    assert open_tasks(world) == []
    assert told(profile_id) == ["care.contact_skipped"]
    assert parse(known(profile_id).due_at) > now() + MONTH


def test_who_said_stop_is_contacted_by_telephone_or_not_at_all(world: World) -> None:
    silent, reachable = customer(world, AN), customer(world, BINH)
    for user in (AN, BINH):
        world.zalo("STOP", user=user)
    world.run()
    changed = world.admin.patch(f"/profiles/{reachable}", {"phones": ["0901234567"]})
    assert changed.status == 200, changed.body
    for profile_id in (silent, reachable):
        caring.look(profile_id, moment(opening(now() + MONTH)), at_once=True)
    assert known(silent).task_id is None
    assert known(reachable).task_id is not None


def test_two_who_become_one_are_contacted_once_and_apart_again_each(world: World) -> None:
    one, other = customer(world, AN), customer(world, BINH)
    caring.look(other, moment(now()), at_once=True)
    asked = known(other).task_id
    merged = world.admin.post(f"/profiles/{one}/merge", {"profile_id": other})
    assert merged.status in (200, 201), merged.body
    world.run()
    assert kept(other) is None
    assert known(one).task_id == asked
    look(one)
    assert len(open_tasks(world)) == 1
    undone = world.admin.post(f"/merges/{merged.body['id']}/undo")
    assert undone.status == 200, undone.body
    world.run()
    assert {kept(one) is not None, kept(other) is not None} == {True}


def test_two_who_were_both_to_be_contacted_are_one_task_once_they_are_one(world: World) -> None:
    one, other = customer(world, AN), customer(world, BINH)
    for profile_id in (one, other):
        caring.look(profile_id, moment(now()), at_once=True)
    assert len(open_tasks(world)) == 2
    double = known(other).ticket_id
    world.admin.post(f"/profiles/{one}/merge", {"profile_id": other})
    world.run()
    assert [task["id"] for task in open_tasks(world)] == [known(one).task_id]
    assert world.admin.get(f"/tickets/{double}").body["outcome"] == "duplicate"


def test_nothing_is_left_of_who_is_erased(world: World) -> None:
    profile_id = customer(world)
    look(profile_id)
    world.admin.post(f"/profiles/{profile_id}/erase", {"verified_by": "call_back"})
    world.run()
    assert kept(profile_id) is None
    caring.review(profile_id, moment(now()))
    assert kept(profile_id) is None


def test_other_standards_reach_everybody_in_their_tier(world: World) -> None:
    vip, once = customer(world, AN), customer(world, BINH, tier="one_time")
    body = standards(world)
    body["one_time"]["contacts"] = {"count": 1, "days": 60}
    body["vip"]["contacts"] = None
    answer = world.admin.put("/standards", {"tiers": body})
    assert (answer.status, answer.body["version"]) == (200, 1), answer.body
    world.run()
    assert kept(vip) is None
    assert known(once).tier == "one_time"
    assert world.admin.get("/standards/versions/0").body["tiers"]["vip"]["contacts"] is not None


def standards(world: World) -> dict[str, Any]:
    shown = world.admin.get("/standards").body["tiers"]
    return {
        tier: {name: value for name, value in one.items() if name != "name"}
        for tier, one in shown.items()
    }


@pytest.mark.parametrize(
    ("tier", "change", "field"),
    [
        ("prospect", {"contacts": {"count": 1, "days": 30}}, "tiers.prospect.contacts"),
        ("vip", {"contacts": {"count": 3, "days": 2}}, "tiers.vip.contacts.count"),
        ("vip", {"policies": ["nobody"]}, "tiers.vip.policies.0"),
    ],
)
def test_standards_that_cannot_be_are_refused(
    world: World, tier: str, change: dict[str, Any], field: str
) -> None:
    body = standards(world)
    body[tier] |= change
    answer = world.admin.put("/standards", {"tiers": body})
    assert (answer.status, answer.body["field"]) == (422, field)
    del body["repeat"]
    assert world.admin.put("/standards", {"tiers": body}).status == 422


def test_standards_changed_meanwhile_are_not_overwritten(world: World) -> None:
    body = {"tiers": standards(world)}
    fresh = world.admin.with_headers(If_Match='"0"')
    assert fresh.put("/standards", body).status == 200
    assert fresh.put("/standards", body).status == 412
    assert world.agent("Lan").put("/standards", body).status == 403


def test_first_contacts_are_spread_over_half_a_period() -> None:
    since = iso(datetime(2026, 3, 2, 2, tzinfo=UTC))
    dues = {
        caring.next_due(Care(f"p{n}", CARE, since=since), Contacts(count=1, days=30))
        for n in range(200)
    }
    assert len(dues) > 50
    assert min(dues) >= parse(since) + MONTH / 2
    assert max(dues) <= opening(parse(since) + MONTH)


def test_one_who_cannot_be_looked_at_keeps_no_other_waiting(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = [customer(world, user) for user in (AN, BINH)]
    at = opening(max(parse(known(one).due_at) for one in both))
    whole, seen = caring.look, list[str]()

    def look_at(profile_id: str, context: Context) -> None:
        seen.append(profile_id)
        if len(seen) == 1:
            raise Conflict  # as when they are merged or erased under it
        whole(profile_id, context)

    monkeypatch.setattr(caring, "look", look_at)
    assert caring.watch(moment(at)) == {"looked": 1}
    assert sorted(seen) == sorted(both)
