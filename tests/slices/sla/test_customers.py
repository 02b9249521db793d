"""What customers bring along: their tier, another id, a word afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from chalicelib.sla import flows, of_tickets
from chalicelib.sla.model import NOT_DUE
from tests.client import Answer
from tests.slices.customer.families import customer, merged, parted
from tests.slices.sla.test_settling import complaint, moment, names, settle, stored, told
from tests.world import World


def question(world: World, profile_id: str) -> str:
    """A question somebody has, written down by a person; its subject."""
    body = {"profile_id": profile_id, "type": "inquiry", "source": "hotline", "subject": "Hỏi giá"}
    answer = world.admin.post("/tickets", body)
    assert answer.status == 201, answer.body
    world.run()
    return f"ticket#{answer.body['id']}"


def agreements(subject: str) -> list[dict[str, Any]]:
    return [dict(one.data) for one in told(subject) if one.name == "clock.terms_agreed"]


def becomes(world: World, profile_id: str, tier: str) -> None:
    assert world.admin.put(f"/profiles/{profile_id}/tier", {"tier": tier}).status == 200
    world.run()


def test_another_tier_is_agreed_on_with_what_was_used(world: World) -> None:
    lan = customer("Lan")
    subject = question(world, lan)
    opened = flows.log(subject)[0].at
    becomes(world, lan, "vip")
    first, second = agreements(subject)
    assert (first["policy"], second["policy"]) == ("others", "vip")
    assert second["traits"] == {"tier": "vip"}
    assert "because" not in second
    item = stored(subject)
    assert item.policy == "vip"
    assert item.clocks["resolve"]["started_at"].startswith(f"{opened:%Y-%m-%dT%H:%M}")
    world.run()
    settle(subject, opened + timedelta(minutes=1))
    assert len(agreements(subject)) == 2, "and stays so, read from the log"


def test_only_open_tickets_and_those_of_all_originals(world: World) -> None:
    lan, twin, other = customer("Lan"), customer("Lan B"), customer("Khác")
    mine, hers, done, not_hers = (question(world, one) for one in (lan, twin, lan, other))
    world.admin.post(f"/tickets/{done.removeprefix('ticket#')}/done", {"outcome": "resolved"})
    merged(lan, twin)
    world.run()
    becomes(world, lan, "vip")
    assert [len(agreements(one)) for one in (mine, hers, done, not_hers)] == [2, 2, 1, 1]


def test_many_open_tickets_are_taken_in_handfuls(world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr("chalicelib.sla.walking.A_HANDFUL", 2)
    lan = customer("Lan")
    subjects = [question(world, lan) for _ in range(5)]
    becomes(world, lan, "vip")
    assert {len(agreements(one)) for one in subjects} == {2}


def test_a_tier_that_went_back_before_anybody_looked_changes_nothing(world: World) -> None:
    lan = customer("Lan")
    subject = question(world, lan)
    flows.settle(
        "ticket",
        subject,
        moment(flows.log(subject)[0].at + timedelta(seconds=9)),
        traits=lambda: of_tickets.tier(subject),
    )
    assert len(agreements(subject)) == 1


def test_merging_customers_and_parting_them_moves_no_clock(world: World) -> None:
    lan, twin = customer("Lan"), customer("Lan B")
    subject = question(world, twin)
    before = stored(subject)
    merge_id = merged(lan, twin)
    world.run()
    together = stored(subject)
    parted(merge_id)
    world.run()
    apart = stored(subject)
    assert before.clocks == together.clocks == apart.clocks
    assert before.due_at == together.due_at == apart.due_at
    assert names(subject) == ["clock.terms_agreed"]


def follow_up(world: World, subject: str, **body: object) -> Answer:
    return world.admin.post(f"/tickets/{subject.removeprefix('ticket#')}/follow-ups", body)


def test_a_contact_on_record_meets_what_was_promised_afterwards(world: World) -> None:
    subject, _ = complaint(world)
    early = follow_up(world, subject, satisfied=True)
    assert (early.status, early.body["code"]) == (409, "ticket_not_done")
    path = f"/tickets/{subject.removeprefix('ticket#')}"
    world.admin.post(f"{path}/done", {"outcome": "resolved"})
    world.run()
    assert stored(subject).clocks["follow_up"]["state"] == "running"
    answer = follow_up(world, subject, satisfied=True, note="Khách hài lòng", channel="voice")
    assert answer.status == 201, answer.body
    world.run()
    assert names(subject)[-1] == "clock.met follow_up"
    assert stored(subject).clocks["follow_up"]["state"] == "met"
    assert stored(subject).due_at in (None, NOT_DUE)
    (note,) = world.list(f"{path}/notes")
    assert (note["id"], note["text"]) == (answer.body["note_id"], "Khách hài lòng")
    (event,) = [one for one in told(subject) if one.name == "clock.contact_recorded"]
    assert event.data["satisfied"] is True
    assert event.data["channel"] == "voice"
    assert "Khách" not in str(event.data)


def test_an_unknown_channel_and_an_empty_note_are_refused(world: World) -> None:
    subject, _ = complaint(world)
    assert follow_up(world, subject, channel="pigeon").status == 422
    assert follow_up(world, subject, note="").status == 422
