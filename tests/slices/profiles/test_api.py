"""Profiles through the API: corrected, searched, told of."""

from __future__ import annotations

from typing import Any

import pytest

from tests.slices import speech
from tests.world import World

SIZE = "Cho mình đổi size áo với ạ"


def customer(world: World, name: str = "Nguyễn Thị Thủy", phone: str = "0912345678") -> Any:
    """A customer who wrote and handed over who they are."""
    world.zalo(SIZE, user=name)
    speech.submits(world, user=name, name=name, phone=phone)
    world.run()
    return next(p for p in world.list("/profiles") if p["name"] == name)


@pytest.mark.parametrize("words", ["thuy nguyen", "Thủy", "0912345678", "+84912345678"])
def test_found_by_name_and_phone_without_accents(world: World, words: str) -> None:
    wanted = customer(world)
    customer(world, name="Trần Bình", phone="0987654321")
    assert [p["id"] for p in world.list("/profiles", q=words)] == [wanted["id"]]


def test_correction_is_normalised_told_and_found(world: World) -> None:
    profile = customer(world)
    path = f"/profiles/{profile['id']}"
    change = {"name": "Lê Thủy", "phones": ["0987 654 321"], "emails": ["THUY@example.vn"]}
    changed = world.admin.patch(path, change)
    assert changed.status == 200, changed.body
    assert changed.body["phones"] == ["+84987654321"]
    assert changed.body["emails"] == ["thuy@example.vn"]
    world.run()
    assert len(world.list("/profiles", q="le thuy")) == 1
    assert world.list("/profiles", q="nguyen") == []
    told = world.list(f"{path}/timeline")[0]
    assert (told["name"], told["data"]["changed"]) == (
        "profile.updated",
        ["name", "phones", "emails"],
    )


def test_a_birthday_is_corrected_however_it_is_written(world: World) -> None:
    path = f"/profiles/{customer(world)['id']}"
    shown = [
        world.admin.patch(path, {"birthday": told}).body["birthday"]
        for told in ("31/07/1990", "1990-07-31", "31/7", None)
    ]
    assert shown == ["1990-07-31", "1990-07-31", "--07-31", None]


def test_stale_correction_changes_nothing(world: World) -> None:
    profile = customer(world)
    path = f"/profiles/{profile['id']}"
    etag = world.admin.get(path).etag
    assert world.admin.with_headers(If_Match=etag).patch(path, {"name": "A"}).status == 200
    refused = world.admin.with_headers(If_Match=etag).patch(path, {"name": "B"})
    assert refused.status == 412
    assert world.admin.get(path).body["name"] == "A"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"phones": ["12"]}, "phones"),
        ({"emails": ["an@"]}, "emails"),
        ({"birthday": "mùa hè"}, "birthday"),
        ({"vip": True}, "vip"),
    ],
)
def test_bad_values_are_refused(world: World, change: Any, field: str) -> None:
    profile = customer(world)
    refused = world.admin.patch(f"/profiles/{profile['id']}", change)
    assert (refused.status, refused.body["field"]) == (422, field)


def test_events_carry_no_personal_data(world: World) -> None:
    customer(world)
    logged = str(world.cloud.items("events"))
    for words in ("Thủy", "912345678", "đổi size"):
        assert words not in logged


def test_two_first_events_of_one_customer_make_one_profile(world: World) -> None:
    speech.zalo(world, "user_click_chatnow", message={})
    world.zalo(SIZE)
    speech.submits(world, name="An", phone="0912345678")
    world.run()
    assert len(world.list("/profiles")) == 1
    assert len(world.list("/conversations")) == 1
