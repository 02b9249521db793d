"""Segments and tiers over the API."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.platform import context
from chalicelib.platform.roles import Role
from chalicelib.segments import flows, histograms, rfm
from chalicelib.segments.defaults import DEFAULTS
from tests.slices.segments.conftest import Fact, Shop

VIP = {"fact": "tier", "op": "eq", "value": "vip"}
SIZE = {"fact": "attributes.size", "op": "eq", "value": "xl"}


def test_the_default_segments_are_there_and_stay_away_once_removed(shop: Shop) -> None:
    listed = shop.world.list("/segments")
    assert {one["name"] for one in listed} == {one.name for one in DEFAULTS.values()}
    assert {one["state"] for one in listed} == {"ready"}
    gone = flows.default_ids()["vip"]
    assert shop.world.admin.delete(f"/segments/{gone}").status == 200
    flows.load_defaults(context.begin())
    assert gone not in {one["id"] for one in shop.world.list("/segments")}
    assert len(shop.world.list("/segments")) == len(DEFAULTS) - 1


def test_a_segment_is_made_read_changed_and_removed(shop: Shop) -> None:
    admin = shop.world.admin
    made = admin.post("/segments", {"name": " Khách  VIP mới ", "condition": VIP})
    assert (made.status, made.body["name"], made.body["members"]) == (201, "Khách VIP mới", 0)
    path = f"/segments/{made.body['id']}"
    assert admin.get(path).etag == '"1"'
    shop.run()
    renamed = admin.with_headers(If_Match='"1"').patch(path, {"name": "VIP", "description": "…"})
    assert (renamed.status, renamed.etag, renamed.body["state"]) == (200, '"2"', "ready")
    assert admin.with_headers(If_Match='"1"').patch(path, {"name": "x"}).status == 412
    assert admin.with_headers(If_Match='"1"').delete(path).status == 412
    same = admin.patch(path, {"name": "VIP"})
    assert (same.status, same.etag) == (200, '"2"')
    assert admin.with_headers(If_Match='"2"').delete(path).status == 200
    for answer in (admin.get(path), admin.get(f"{path}/members"), admin.delete(path)):
        assert (answer.status, answer.body["code"]) == (404, "segment_not_found")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"condition": VIP}, "name"),
        ({"name": "", "condition": VIP}, "name"),
        ({"name": "a", "condition": []}, "condition"),
        ({"name": "a", "condition": {"all": [VIP, {**VIP, "op": "gt"}]}}, "condition.all[1].op"),
        ({"name": "a", "condition": {"all": []}}, "condition.all"),
    ],
)
def test_what_cannot_be_saved_is_told_with_its_place(shop: Shop, body: Any, field: str) -> None:
    before = len(shop.world.cloud.items("segments"))
    answer = shop.world.admin.post("/segments", body)
    assert (answer.status, answer.body["field"]) == (422, field)
    assert len(shop.world.cloud.items("segments")) == before


def test_custom_fields_are_asked_for_by_their_names_and_kinds(shop: Shop) -> None:
    admin = shop.world.admin
    field = {"name": "size", "label": "Cỡ", "kind": "choice", "choices": ["L", "XL"]}
    unknown = admin.post("/segments", {"name": "a", "condition": {"any": [VIP, SIZE]}})
    assert (unknown.status, unknown.body["field"]) == (422, "condition.any[1].fact")
    assert admin.put("/profile-fields", {"fields": [field]}).status == 200
    made = admin.post("/segments", {"name": "a", "condition": {"any": [VIP, SIZE]}})
    assert made.status == 201
    path = f"/segments/{made.body['id']}"
    mistaken = {**SIZE, "fact": "attributes.sise"}
    for answer in (
        admin.patch(path, {"condition": mistaken}),
        admin.post("/segments/preview", {"condition": mistaken}),
    ):
        assert (answer.status, answer.body["field"]) == (422, "condition.fact")
    assert admin.put("/profile-fields", {"fields": []}).status == 200
    assert admin.patch(path, {"name": "b"}).status == 200


def test_there_is_an_end_to_segments(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flows, "MOST_SEGMENTS", len(DEFAULTS))
    answer = shop.world.admin.post("/segments", {"name": "Thêm", "condition": VIP})
    assert (answer.status, answer.body["code"]) == (409, "too_many_segments")


def test_a_condition_is_tried_before_it_is_saved(shop: Shop, fact: Fact) -> None:
    rich = shop.order("lan", amount=5_000_000)
    poor = shop.order("mai", amount=1_000)
    shop.run()
    before = len(shop.world.cloud.items("segments"))
    big = fact("delivered_amount", "gte", 1_000_000)
    lead = shop.world.admin.token(Role.LEAD)
    newest = lead.post("/segments/preview", {"condition": big, "newest": 10})
    assert newest.body == {"evaluated": 2, "members": 1, "profile_ids": [rich]}
    named = lead.post("/segments/preview", {"condition": big, "profile_ids": [poor, "nobody"]})
    assert named.body == {"evaluated": 1, "members": 0, "profile_ids": []}
    wrong = lead.post("/segments/preview", {"condition": {"any": [{"fact": "x"}]}})
    assert (wrong.status, wrong.body["field"]) == (422, "condition.any[0].fact")
    assert len(shop.world.cloud.items("segments")) == before


def test_facts_and_their_operators_are_listed(shop: Shop) -> None:
    shown = shop.world.admin.get("/segments/facts").body
    by_name = {one["name"]: one for one in shown["items"]}
    assert by_name["tier"]["ops"][0] == "eq"
    assert "within_days" in by_name["last_order_at"]["ops"]
    asked = shown["attributes"]
    assert ("gte" in asked["number"], "gte" in asked["text"]) == (True, False)
    assert "older_than_days" in asked["date"]


def test_every_fact_is_gathered_by_the_source_that_promises_it(shop: Shop) -> None:
    from chalicelib.segments.vocabulary import FACTS, Kind

    shop.world.zalo("Áo bị rách, tôi rất bức xúc")
    lan = shop.order("lan", branch="hn-1")
    shop.run()
    zalo = shop.world.ticket()["profile_id"]
    value = {Kind.TEXT: True, Kind.NUMBER: True, Kind.FLAG: True, Kind.DATE: True, Kind.LIST: True}
    met: set[str] = set()
    for name, row in FACTS.items():
        condition = {"fact": name, "op": "is_set", "value": value[row.kind]}
        tried = {"condition": condition, "profile_ids": [lan, zalo]}
        answer = shop.world.admin.post("/segments/preview", tried)
        assert answer.status == 200, answer.body
        if answer.body["members"]:
            met.add(name)
    unknown = {"birthday_month", "gender", "cycle_days", "cycles_since_delivery"}
    scores = {"recency_score", "frequency_score", "monetary_score"}
    assert set(FACTS) - met - unknown - scores <= {"acquisition_channel"}


def test_a_tier_set_by_hand_stays_until_it_is_left_to_the_rules(shop: Shop) -> None:
    lan = shop.order("lan")
    shop.run()
    lead = shop.world.admin.token(Role.LEAD)
    path = f"/profiles/{lan}/tier"
    assert lead.put(path, {"tier": "vip"}).body == {
        "profile_id": lan,
        "tier": "vip",
        "by_hand": True,
    }
    shop.run()
    assert shop.default("vip") == {lan}
    shop.order("lan")
    shop.run()
    assert shop.tier(lan) == "vip"
    assert lead.put(path, {"tier": None}).body["tier"] == "repeat"
    shop.run()
    assert (shop.tier(lan), shop.default("vip")) == ("repeat", set())
    why = [one["data"]["why"] for one in shop.told_of(lan, "profile.tier_changed")]
    assert why == ["orders", "hand", "orders"]


def test_a_tier_set_by_hand_survives_a_merge_and_refuses_what_is_none(shop: Shop) -> None:
    lan, mai = shop.order("lan"), shop.order("mai")
    shop.run()
    shop.world.admin.put(f"/profiles/{mai}/tier", {"tier": "vip"})
    shop.run()
    merged = shop.world.admin.post(f"/profiles/{lan}/merge", {"profile_id": mai})
    shop.run()
    assert shop.tier(lan) == "vip"
    assert shop.default("vip") == {lan}
    assert shop.world.admin.put(f"/profiles/{mai}/tier", {"tier": None}).body["tier"] == "repeat"
    shop.run()
    assert shop.tier(lan) == "repeat"
    shop.world.admin.post(f"/merges/{merged.body['id']}/undo")
    shop.run()
    assert (shop.tier(lan), shop.tier(mai)) == ("one_time", "one_time")
    admin = shop.world.admin
    for body, field in (({"tier": "gold"}, "tier"), ({}, "tier")):
        answer = admin.put(f"/profiles/{lan}/tier", body)
        assert (answer.status, answer.body["field"]) == (422, field)
    assert admin.put("/profiles/nobody/tier", {"tier": "vip"}).status == 404
    stale = admin.with_headers(If_Match='"99"').put(f"/profiles/{lan}/tier", {"tier": "vip"})
    assert stale.status == 412
    agent = admin.token(Role.AGENT)
    assert agent.put(f"/profiles/{lan}/tier", {"tier": "vip"}).status == 403


def test_the_best_fifths_become_vip_at_night_and_the_histograms_stay_exact(shop: Shop) -> None:
    ids = {
        number: max(
            shop.order(f"k{number}", days_ago=60 - 10 * number + n / 100, amount=10_000 * 3**number)
            for n in reversed(range(number))
        )
        for number in range(1, 6)
    }
    shop.run()
    assert {shop.tier(one) for one in ids.values()} == {"one_time", "repeat"}
    shop.schedule("segments_recompute_rfm")
    assert [shop.tier(ids[number]) for number in range(1, 6)] == [
        "one_time",
        "repeat",
        "repeat",
        "repeat",
        "vip",
    ]
    assert shop.default("vip") == {ids[5]}
    shop.order("k1", amount=10)
    shop.run()
    for kind in rfm.KINDS:
        assert sum(histograms.histogram(kind).values()) == 5
    assert histograms.histogram("f") == {2: 2, 3: 1, 4: 1, 5: 1}
