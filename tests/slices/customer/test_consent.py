"""Consent as customers say it on channels, in forms and to people; never wider by a merge."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from chalicelib.conversations import recent
from chalicelib.conversations.reaching import may_write
from chalicelib.platform import context, store
from chalicelib.platform.clock import iso, now
from chalicelib.profiles import consent
from chalicelib.profiles.consent import granted, may_contact
from tests.slices.customer.people import arrives
from tests.world import World

ASKED = "Cho mình hỏi giá áo khoác này"


def writes(world: World, *texts: str) -> str:
    """Somebody writes to the OA; returns their original's id."""
    for text in texts:
        world.zalo(text)
        world.run()
    (profile,) = world.list("/profiles")
    return str(profile["id"])


def says(world: World, profile_id: str, **statement: object) -> dict[str, object]:
    body = {"source": "phone", "wording": "script-2026-11", **statement}
    answer = world.admin.post(f"/profiles/{profile_id}/consents", body)
    assert answer.status == 201, answer.body
    return dict(answer.body)


def names(world: World, profile_id: str) -> list[str]:
    return [event["name"] for event in world.list(f"/profiles/{profile_id}/timeline")]


def test_silence_allows_care_and_no_advertising(world: World) -> None:
    customer = writes(world, ASKED)
    assert may_contact(customer, "care", "zalo_oa")
    assert may_contact(customer, "survey", "zalo_oa")
    assert not may_contact(customer, "marketing", "zalo_oa")
    assert not granted(customer, "tracking")


def test_stop_and_start_in_a_message_are_statements(world: World) -> None:
    customer = writes(world, ASKED)
    says(world, customer, purpose="marketing", channel="zalo_oa", state="granted")
    writes(world, "STOP")
    assert not may_contact(customer, "marketing", "zalo_oa")
    assert not may_contact(customer, "survey", "zalo_oa")
    assert may_contact(customer, "survey", "email")
    assert may_contact(customer, "care", "zalo_oa")
    writes(world, "START")
    assert may_contact(customer, "marketing", "zalo_oa")
    assert may_contact(customer, "survey", "zalo_oa")
    view = world.admin.get(f"/profiles/{customer}/consents").body
    words = [one for one in view["statements"] if one["source"] == "word"]
    assert {one["wording"] for one in words} == {"opt_out_word", "opt_in_word"}
    assert names(world, customer).count("consent.changed") == 5


def test_whoever_wrote_stop_is_answered_and_nothing_else(world: World) -> None:
    customer = writes(world, ASKED)
    ticket = world.ticket()
    writes(world, "STOP")
    (talk,) = recent.newest_of(customer, most=1)
    assert not may_write(talk, "care", now())
    answered = world.agent("Lan").post(f"/tickets/{ticket['id']}/replies", {"text": "Dạ 250.000đ"})
    assert answered.status == 202, answered.body
    world.run()
    said = [one for one in world.messages(ticket["id"]) if one["direction"] == "out"]
    assert [one["status"] for one in said] == ["sent"]
    writes(world, "START")
    (talk,) = recent.newest_of(customer, most=1)
    assert may_write(talk, "care", now())
    assert not may_write(talk, "marketing", now())


def test_the_box_of_a_form_is_a_statement(world: World) -> None:
    world.connect("web_form", "site-1", {"widget_key": "pk_hop"})
    form = {"widget_key": "pk_hop", "website": "", "name": "Trần Văn Tèo", "message": ASKED}
    for ticked, expected in ((True, True), (False, False), (None, False)):
        sent = form | {"client_id": f"c-{ticked}", "phone": "0912 345 987"}
        body = json.dumps(sent if ticked is None else sent | {"consent": ticked}).encode()
        assert world.webhook("website/site-1", body, {"Origin": "https://a.example.vn"}) == 200
        world.run()
        newest = world.list("/profiles")[0]["id"]
        assert may_contact(newest, "marketing", "sms") is expected
        said = world.admin.get(f"/profiles/{newest}/consents").body["statements"]
        assert len(said) == (0 if ticked is None else 1)


def test_an_older_statement_that_comes_late_changes_nothing(world: World) -> None:
    customer = writes(world, ASKED)
    says(world, customer, purpose="tracking", state="withdrawn")
    earlier = iso(now() - timedelta(days=3))
    says(world, customer, purpose="tracking", state="granted", at=earlier)
    assert not granted(customer, "tracking")


def test_a_merge_widens_nothing(world: World) -> None:
    one, other = arrives("zalo_oa", "1"), arrives("facebook_message", "2")
    says(world, one, purpose="marketing", state="granted")
    says(world, other, purpose="survey", state="withdrawn")
    merged = world.admin.post(f"/profiles/{one}/merge", {"profile_id": other})
    assert merged.status in (200, 201), merged.body
    assert may_contact(one, "marketing", "zalo_oa")
    assert not may_contact(other, "marketing", "facebook_message")
    assert not may_contact(one, "survey", "zalo_oa")
    view = world.admin.get(f"/profiles/{one}/consents").body
    assert {said["profile_id"] for said in view["statements"]} == {one, other}
    says(world, other, purpose="marketing", state="withdrawn")
    assert not may_contact(one, "marketing", "zalo_oa")


def test_what_makes_no_sense_is_refused_by_name(world: World) -> None:
    customer = writes(world, ASKED)
    good = {"purpose": "marketing", "state": "granted", "source": "phone"}
    for wrong, field in (
        ({"purpose": "fun"}, "purpose"),
        ({"source": "word"}, "source"),
        ({"at": iso(now() + timedelta(days=1))}, "at"),
        ({"purpose": "tracking", "channel": "zalo_oa"}, "channel"),
        ({"channel": "pigeon"}, "channel"),
        ({"wording": "Tôi đồng ý"}, "wording"),
    ):
        answer = world.admin.post(f"/profiles/{customer}/consents", good | wrong)
        assert (answer.status, answer.body["field"]) == (422, field)
    assert world.admin.post("/profiles/nobody/consents", good).status == 404


@pytest.mark.parametrize("at", ["0999-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00"])
def test_a_statement_of_another_age_is_refused_wherever_it_is_made(world: World, at: str) -> None:
    customer = arrives("zalo_oa", "1")
    said = {"purpose": "marketing", "state": "granted", "at": at}
    answer = world.admin.post(f"/profiles/{customer}/consents", {**said, "source": "phone"})
    assert (answer.status, answer.body["field"]) == (422, "at")
    row = {"external_id": "1", "name": "Lan", "consents": [said]}
    rows = {"source": "crm", "items": [row, {"external_id": "2", "name": "An"}]}
    answer = world.admin.post("/profiles/batch", rows)
    assert answer.status == 200, answer.body
    told = [(one["result"], one["field"]) for one in answer.body["results"]]
    assert told == [("refused", "consents.0.at"), ("created", None)]
    answer = world.admin.get(f"/profiles/{customer}/timeline", since=at)
    assert (answer.status, answer.body["field"]) == (422, "since")
    assert not may_contact(customer, "marketing", "zalo_oa")


def together(world: World, one: str, other: str) -> str:
    """Make one customer of two; returns the merge's id."""
    made = world.admin.post(f"/profiles/{one}/merge", {"profile_id": other})
    assert made.status == 201, made.body
    world.run()
    return str(made.body["id"])


def test_undoing_a_merge_takes_no_withdrawal_back(world: World) -> None:
    one, other = arrives("zalo_oa", "1"), arrives("facebook_message", "2")
    for said_of in (one, other):
        says(world, said_of, purpose="marketing", state="granted")
    merge = together(world, one, other)
    says(world, one, purpose="marketing", state="withdrawn")
    says(world, one, purpose="survey", channel="email", state="withdrawn")
    assert world.admin.post(f"/merges/{merge}/undo").status == 200
    world.run()
    for parted in (one, other):
        assert not may_contact(parted, "marketing", "zalo_oa")
        assert not may_contact(parted, "survey", "email")
        assert may_contact(parted, "survey", "zalo_oa")
    view = world.admin.get(f"/profiles/{other}/consents").body
    assert [one["source"] for one in view["statements"]].count("family") == 2
    says(world, other, purpose="marketing", state="granted")
    assert may_contact(other, "marketing", "zalo_oa")
    assert not may_contact(one, "marketing", "zalo_oa")


def test_a_customer_of_several_profiles_may_agree_again(world: World) -> None:
    one, other = arrives("zalo_oa", "1"), arrives("facebook_message", "2")
    merge = together(world, one, other)
    at = iso(now() - timedelta(hours=1))
    for _ in range(2):  # the second time is the same statement
        says(world, one, purpose="marketing", state="withdrawn", at=at)
    assert not may_contact(one, "marketing", "zalo_oa")
    says(world, one, purpose="marketing", state="granted")
    assert may_contact(one, "marketing", "zalo_oa")
    assert not may_contact(other, "marketing", "zalo_oa")
    assert world.admin.post(f"/merges/{merge}/undo").status == 200
    assert may_contact(one, "marketing", "zalo_oa")


def test_an_empty_box_of_a_form_counts_for_all_of_a_customer(world: World) -> None:
    one, other = arrives("zalo_oa", "1"), arrives("web_form", "2")
    says(world, one, purpose="marketing", state="granted")
    merge = together(world, one, other)
    store.commit(consent.by_form(other, context.begin(), ticked=False, at=now()))
    assert world.admin.post(f"/merges/{merge}/undo").status == 200
    assert not may_contact(one, "marketing", "zalo_oa")
