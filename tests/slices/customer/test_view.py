"""One customer, whole: every section, over everything that was merged into them."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.customer.habits import Said, habits
from chalicelib.platform import context, store
from chalicelib.platform.clock import now, parse
from chalicelib.profiles import consent, rights, suggestions
from chalicelib.profiles.consent_rules import State
from tests.slices import speech
from tests.slices.customer.families import customer, merged, parted, view
from tests.world import PAGE, World

FIELDS: dict[str, Any] = {
    "fields": [
        {"name": "shoe_size", "label": "Cỡ giày", "kind": "number"},
        {"name": "skin", "label": "Loại da", "kind": "choice", "choices": ["Da dầu", "Da khô"]},
    ]
}


def known(world: World) -> str:
    """A customer who wrote to the OA, with a phone; returns their profile's id."""
    world.zalo("Đơn hàng giao trễ quá")
    speech.submits(world, name="Nguyễn Thị Thủy", phone="0901234567")
    world.run()
    return str(world.list("/profiles")[0]["id"])


def test_who_wrote_is_shown_with_all_that_is_known(world: World) -> None:
    shown = view(world, known(world))
    assert (shown["name"], shown["phones"]) == ("Nguyễn Thị Thủy", ["+84901234567"])
    assert sorted(one["kind"] for one in shown["identities"]) == ["phone", "zalo_oa"]
    assert [one["status"] for one in shown["open_tickets"]] == ["new"]
    assert "Đơn hàng giao trễ quá" in [one["text"] for one in shown["last_messages"]]
    assert shown["preferred"]["channel"] == "zalo_oa"
    assert shown["acquisition"]["channel"] == "zalo_oa"
    assert shown["merged"] == shown["merge_suggestions"] == shown["notes"] == []
    assert {one["purpose"] for one in shown["consent"]} >= {"marketing"}


def test_nobody_and_nothing_yet(world: World) -> None:
    assert world.admin.get("/profiles/none").status == 404
    shown = view(world, customer("An"))
    assert shown["preferred"] is None
    assert shown["open_tickets"] == shown["last_messages"] == []


def test_a_profile_that_was_merged_away_answers_with_its_survivor(world: World) -> None:
    ids = [customer(name, phones=(phone,)) for name, phone in PEOPLE]
    inner = merged(ids[1], ids[2])
    outer = merged(ids[0], ids[1])
    for asked in ids:
        shown = view(world, asked)
        assert shown["id"] == ids[0]
        assert shown["name"] == "Nam"
        assert len(shown["phones"]) == 3
        told = [(one["id"], one["into"], one["merge_id"]) for one in shown["merged"]]
        assert told == [(ids[1], ids[0], outer), (ids[2], ids[1], inner)]
    parted(outer)
    assert view(world, ids[0])["merged"] == []
    assert [one["merge_id"] for one in view(world, ids[2])["merged"]] == [inner]


PEOPLE = (("Nam", "0901234567"), ("Nam Lê", "0912345678"), ("Lê Nam", "0987654321"))


def test_everything_of_the_merged_is_there_before_anything_was_moved(world: World) -> None:
    world.zalo("Đơn hàng giao trễ quá")
    world.facebook("Cho mình hỏi giá áo khoác")
    world.run()
    one, other = (profile["id"] for profile in world.list("/profiles"))
    for profile_id, text in ((one, "Gọi sau 17 giờ"), (other, "Khách quen")):
        path = f"/profiles/{profile_id}/notes"
        assert world.admin.post(path, {"text": text}).status == 201
    before = {one: view(world, one), other: view(world, other)}
    merge = merged(one, other)
    _holds_all_of(view(world, other), before)
    world.run()  # now everything is moved
    _holds_all_of(view(world, one), before)
    parted(merge)
    world.run()
    for profile_id, shown in before.items():
        again = view(world, profile_id)
        for section in ("identities", "last_messages", "open_tickets", "notes"):
            assert _ids(again[section]) == _ids(shown[section])


def _ids(items: Any) -> set[str]:
    return {one.get("id") or one["value"] for one in items}


def _holds_all_of(shown: Any, before: dict[str, Any]) -> None:
    for section in ("identities", "last_messages", "open_tickets", "notes"):
        wanted = [_ids(each[section]) for each in before.values()]
        assert all(wanted), section
        assert _ids(shown[section]) == set.union(*wanted), section


def test_messages_of_all_channels_are_merged_by_time(world: World) -> None:
    one, other = "Alo shop", "Shop ơi"
    world.zalo(one)
    world.facebook(other)
    world.run()
    ids = [profile["id"] for profile in world.list("/profiles")]
    merged(*ids)
    world.facebook("Mình hỏi chút")
    world.run()
    said = [message["text"] for message in view(world, ids[0])["last_messages"]]
    assert said == ["Mình hỏi chút", other, one]
    assert view(world, ids[0])["preferred"]["channels"] == {
        "facebook_message": 0.6667,
        "zalo_oa": 0.3333,
    }


def test_where_an_advertisement_sent_somebody_from(world: World) -> None:
    referral = {"source": "ADS", "type": "OPEN_THREAD", "ad_id": "6045246247433", "ref": "tet"}
    world.facebook("Giá bao nhiêu ạ", user="1", referral=referral)
    world.run()
    (profile,) = world.list("/profiles")
    came = view(world, profile["id"])["acquisition"]
    assert came.pop("at") == profile["created_at"]
    assert came == {
        "channel": "facebook_message",
        "account": PAGE,
        "advertisement": "6045246247433",
        "referrer": "tet",
    }


def test_custom_fields_stand_with_their_labels(world: World) -> None:
    assert world.admin.put("/profile-fields", FIELDS).status == 200
    profile_id = customer("An")
    changed = world.admin.patch(f"/profiles/{profile_id}", {"attributes": {"skin": "Da dầu"}})
    assert changed.status == 200, changed.body
    assert view(world, profile_id)["custom_fields"] == [
        {"name": "shoe_size", "label": "Cỡ giày", "kind": "number", "value": None},
        {"name": "skin", "label": "Loại da", "kind": "choice", "value": "Da dầu"},
    ]
    fewer = {"fields": [{**FIELDS["fields"][1], "choices": ["Da khô"]}]}
    assert world.admin.put("/profile-fields", fewer).status == 200
    assert [one["value"] for one in view(world, profile_id)["custom_fields"]] == [None]


def test_a_consent_holds_for_whom_it_was_given(world: World) -> None:
    one, other = customer("An"), customer("An Lê")
    stated = consent.Stated(
        purpose="marketing", channel=None, state=State.GRANTED, at=now(), source="paper"
    )
    store.commit(consent.record(one, [stated], context.begin()))
    merged(other, one)
    (shown,) = [c for c in view(world, other)["consent"] if c["purpose"] == "marketing"]
    assert shown["allowed_for"] == [one]


def test_who_else_it_may_be(world: World) -> None:
    one, other, third = customer("An"), customer("An Lê"), customer("Lê An")
    for pair in ((one, other), (one, third)):
        store.commit(suggestions.suggest(*pair, ["same_phone_mentioned"], context.begin()))
    assert {s["other_id"] for s in view(world, one)["merge_suggestions"]} == {other, third}
    merged(one, other)
    assert [s["other_id"] for s in view(world, one)["merge_suggestions"]] == [third]
    assert [s["other_id"] for s in view(world, third)["merge_suggestions"]] == [one]


# ------------------------------------------------------------------ habits


def said(channel: str, at: str) -> Said:
    return Said(channel=channel, at=parse(at))


@pytest.mark.parametrize(
    ("heard", "channel", "hours"),
    [
        ([said("zalo_oa", "2026-11-20T13:00:00Z")], "zalo_oa", (18, 21)),
        ([said("email", "2026-11-20T16:59:00Z")] * 2, "email", (21, 0)),
        (
            [
                said("zalo_oa", "2026-11-20T16:30:00Z"),
                said("zalo_oa", "2026-11-20T17:30:00Z"),
                said("email", "2026-11-20T02:00:00Z"),
            ],
            "zalo_oa",
            (22, 1),
        ),
        (
            [said("zalo_oa", "2026-11-19T02:00:00Z"), said("email", "2026-11-20T02:00:00Z")],
            "email",
            (7, 10),
        ),
    ],
)
def test_habits_are_in_the_organisation_s_time(
    heard: list[Said], channel: str, hours: tuple[int, int]
) -> None:
    from zoneinfo import ZoneInfo

    found = habits(heard, ZoneInfo("Asia/Ho_Chi_Minh"))
    assert found is not None
    assert (found.channel, (found.from_hour, found.until_hour)) == (channel, hours)
    assert sum(found.hours) == found.counted == len(heard)
    assert abs(sum(found.channels.values()) - 1) < 0.001


def test_who_wrote_nothing_has_no_habits() -> None:
    from zoneinfo import ZoneInfo

    assert habits([], ZoneInfo("Asia/Ho_Chi_Minh")) is None


# ------------------------------------------------------- what they buy, are, ask


def ordered(world: World, number: str, day: str, *, status: str = "delivered") -> None:
    """One order of a known phone, delivered on a day."""
    order = {
        "source": "shop",
        "external_id": number,
        "number": number,
        "status": status,
        "placed_at": f"{day}T02:00:00Z",
        "delivered_at": f"{day}T09:00:00Z" if status == "delivered" else None,
        "lines": [{"sku": "giay-39", "name": "Giày 39", "quantity": 1, "unit_price": 450_000}],
        "total": 450_000,
        "customer": {"phone": "0901234567", "name": "Nguyễn Thị Thủy"},
    }
    answer = world.admin.post("/orders", order)
    assert answer.status in (200, 201), answer.body


def test_what_was_bought_how_often_and_what_is_owned(world: World) -> None:
    for number, day in (("DH-1", "2026-01-01"), ("DH-2", "2026-01-31"), ("DH-3", "2026-03-02")):
        ordered(world, number, day)
    ordered(world, "DH-4", "2026-03-05", status="cancelled")
    world.run()
    (profile,) = world.list("/profiles", q="dh-2")
    shown = view(world, profile["id"])
    orders = shown["orders"]
    assert (orders["delivered"], orders["cancelled"]) == (3, 1)
    assert orders["delivered_amount"] == 1_350_000
    assert [order["number"] for order in orders["latest"]] == ["DH-4", "DH-3", "DH-2", "DH-1"]
    assert shown["purchase_cycle"]["days"] == 30
    assert shown["purchase_cycle"]["next_expected"] == "2026-04-01"
    assert {item["sku"] for item in shown["owned_items"]} == {"giay-39"}
    assert shown["tier"] == "repeat"


def test_the_segments_somebody_is_in_and_a_list_by_segment(world: World) -> None:
    condition = {"fact": "first_channel", "op": "eq", "value": "zalo_oa"}
    made = world.admin.post("/segments", {"name": "Đến từ Zalo", "condition": condition})
    assert made.status == 201, made.body
    world.run()
    one = customer("Nguyễn Thị Thủy")
    world.facebook("Shop ơi")
    assert world.admin.patch(f"/profiles/{one}", {"gender": "female"}).status == 200
    world.run()
    assert {"id": made.body["id"], "name": "Đến từ Zalo"} in view(world, one)["segments"]
    listed = world.list("/profiles", segment_id=made.body["id"])
    assert [profile["id"] for profile in listed] == [one]
    assert world.admin.get("/profiles", segment_id="none").status == 404
    both = world.admin.get("/profiles", segment_id=made.body["id"], q="thuy")
    assert (both.status, both.body["field"]) == (422, "segment_id")


def test_what_the_customer_asked_us_for(world: World) -> None:
    one = customer("An")
    at = context.begin()
    _, writes = rights.ask(
        one, rights.EXPORT, at, requested_at=at.now, verified_by="in_person", reason=None
    )
    store.commit(writes)
    shown = view(world, one)["rights_requests"]
    assert [(each["kind"], each["status"]) for each in shown] == [("export", "open")]
