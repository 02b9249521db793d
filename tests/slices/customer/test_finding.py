"""The list of customers: each once, found by name, phone, address and number."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.platform import store
from chalicelib.platform.clock import iso, now
from chalicelib.platform.errors import Invalid
from chalicelib.profiles import family, search
from chalicelib.profiles.model import PROFILE, Profile
from chalicelib.profiles.search import keys_of, terms
from tests.slices.customer.families import customer, merged, names, parted
from tests.world import World

THUY = "Nguyễn Thị Thủy"


@pytest.fixture
def thuy(world: World) -> str:
    """A customer among others of nearly the same name."""
    found = customer(THUY, phones=("0901 234 567",), emails=("Thuy.Nguyen88@example.vn",))
    customer("Nguyễn Thị Bình", phones=("0912 345 678",))
    customer("Trần Thủy", emails=("shop@example.vn",))
    world.run()
    return found


@pytest.mark.parametrize(
    "words",
    [
        "nguyễn thị thủy",
        "thuy nguyen",
        "THỦY NGUYỄN THỊ",
        "thuy thi",
        "0901234567",
        "+84 901 234 567",
        "84901234567",
        "0901.234.567",
        "(0901) 234-567",
        "4567",
        "234 567",
        "thuy 4567",
        "0901 234 567 thuy",
        "thuy.nguyen88@example.vn",
        "THUY.NGUYEN88@EXAMPLE.VN",
        "thuy.nguyen88",
        "nguyen88",
    ],
)
def test_found_by(world: World, thuy: str, words: str) -> None:
    assert [one["id"] for one in world.list("/profiles", q=words)] == [thuy]


@pytest.mark.parametrize(
    "words", ["nguyen binh thuy", "9999", "thuy 5678", "0901234568", "x@example.vn", "gmail"]
)
def test_not_found_by(world: World, thuy: str, words: str) -> None:
    assert world.list("/profiles", q=words) == []


@pytest.mark.parametrize("words", ["", "?", "+", " . "])
def test_a_search_for_nothing_is_refused(world: World, words: str) -> None:
    refused = world.admin.get("/profiles", q=words)
    assert (refused.status, refused.body["field"]) == (422, "q")


def test_found_by_the_number_of_a_ticket(world: World) -> None:
    world.zalo("Đơn hàng giao trễ quá")
    world.run()
    ticket = world.ticket()
    for written in (ticket["number"], ticket["number"].lower(), f" {ticket['number']} "):
        found = [one["id"] for one in world.list("/profiles", q=written)]
        assert found == [ticket["profile_id"]]


def test_a_rare_pair_of_words_is_looked_for_not_the_commonest_word() -> None:
    assert terms("Nguyễn Thị Thủy")[0].key == "nguyen+thuy"
    assert terms("Trần Văn Quyết Tâm")[0].key == "quyet+tam"
    assert terms("nguyen")[0].key == "nguyen"
    assert terms("thuy 0901234567")[0].key == "+84901234567"


@pytest.mark.parametrize("text", ["nguyen thi thuy", "thuy", "4567", "lan@example.vn", "90123"])
def test_what_is_looked_for_first_is_a_key_of_who_has_it_all(text: str) -> None:
    item = Profile(
        "p",
        PROFILE,
        name=THUY,
        phones=["+84901234567", "+84987690123"],
        emails=["lan@example.vn"],
        created_at="2026-11-21",
    )
    keys = keys_of(family.Family(root=item, others=()))
    asked = terms(text)
    assert asked[0].key in keys
    assert all(term.found_in(frozenset(keys)) for term in asked)


def test_a_merged_customer_is_listed_and_found_once_and_an_undo_brings_both_back(
    world: World,
) -> None:
    one = customer("Lê Văn Nam", phones=("0901 234 567",))
    other = customer("Nam Lê", phones=("0912 345 678",))
    world.run()
    merge = merged(one, other)
    world.run()
    assert names(world) == ["Lê Văn Nam"]
    assert world.list("/profiles")[0]["phones"] == ["+84901234567", "+84912345678"]
    for words in ("le nam", "0901234567", "0912345678", "5678"):
        assert [found["id"] for found in world.list("/profiles", q=words)] == [one]
    parted(merge)
    world.run()
    assert names(world) == ["Nam Lê", "Lê Văn Nam"]
    assert [found["id"] for found in world.list("/profiles", q="5678")] == [other]
    assert [found["id"] for found in world.list("/profiles", q="4567")] == [one]
    assert len(world.list("/profiles", q="nam le")) == 2


def test_search_keys_stand_under_who_stands_for_the_customer(world: World) -> None:
    ids = [customer(f"Nam Anh {letter}") for letter in "ABC"]
    world.run()
    merged(ids[1], ids[2])
    merged(ids[0], ids[1])
    world.run()
    owners = {
        item["sk"]["S"]
        for item in world.cloud.items("profiles")
        if item["pk"]["S"].startswith("word#")
    }
    assert owners == {ids[0]}


def test_who_was_erased_has_no_keys_and_is_not_listed(world: World) -> None:
    one = customer("Lê Văn Nam")
    world.run()
    gone = store.ref(Profile, one, PROFILE)
    erased = Profile.erased_at.set(iso(now()))
    store.commit([store.update("erased", gone, erased, Profile.listing.remove(), condition=None)])
    search.write([one])
    assert names(world) == []
    assert not any(i["pk"]["S"].startswith("word#") for i in world.cloud.items("profiles"))
    assert world.admin.get(f"/profiles/{one}").status == 410


def test_a_tier_narrows(world: World) -> None:
    vip = customer("Lê Văn Nam")
    customer("Trần Bình")
    item = store.ref(Profile, vip, PROFILE)
    store.commit([store.update("tier", item, Profile.tier.set("vip"), condition=None)])
    assert names(world, tier="vip") == ["Lê Văn Nam"]
    refused = world.admin.get("/profiles", tier="gold")
    assert (refused.status, refused.body["field"]) == (422, "tier")


def test_pages_of_a_search_follow_each_other(world: World) -> None:
    for number in range(5):
        customer(f"Nam Anh {number}")
    world.run()
    first = world.admin.get("/profiles", q="anh nam", limit=2).body
    assert [one["name"] for one in first["items"]] == ["Nam Anh 4", "Nam Anh 3"]
    rest = world.admin.get("/profiles", q="anh nam", limit=10, cursor=first["next_cursor"]).body
    assert [one["name"] for one in rest["items"]] == ["Nam Anh 2", "Nam Anh 1", "Nam Anh 0"]
    other = world.admin.get("/profiles", q="nam", limit=10, cursor=first["next_cursor"])
    assert (other.status, other.body["code"]) == (422, "bad_cursor")


def test_terms_of_nothing() -> None:
    with pytest.raises(Invalid):
        terms("!")


def test_indexing_twice_is_indexing_once(world: World) -> None:
    one = customer(THUY, phones=("0901 234 567",))
    world.run()

    def keys() -> Any:
        items = world.cloud.items("profiles")
        return sorted(str({**item, "turn": None}) for item in items)  # who wrote last

    before = keys()
    search.write([one, one])
    assert keys() == before
