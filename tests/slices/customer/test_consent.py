"""Consent as customers say it on channels, in forms and to people; never wider by a merge."""

from __future__ import annotations

import json
from datetime import timedelta

from chalicelib.platform.clock import iso, now
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
        ({"wording": "Tôi đồng ý"}, "wording"),
    ):
        answer = world.admin.post(f"/profiles/{customer}/consents", good | wrong)
        assert (answer.status, answer.body["field"]) == (422, field)
    assert world.admin.post("/profiles/nobody/consents", good).status == 404
