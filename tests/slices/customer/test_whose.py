"""Whose it is that shops and imports tell of: no stranger's phone, nobody's number joins two."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.commerce import deals
from tests.slices.commerce.shop import order
from tests.slices.customer.families import merged, names, view
from tests.slices.customer.people import arrives
from tests.world import World

PHONE, BINH, AN = "0912345678", "Phạm Thu Bình", "Trần Văn An"


def bought(world: World, number: str, name: str | None = None, **customer: Any) -> str:
    """Whose an order of a shop is that tells this of its customer."""
    told = {"name": name, "phone": PHONE, **customer}
    return str(order(world, number, customer=told, total=1)["profile_id"])


def reasons(world: World, *pair: str) -> list[str]:
    """Why two customers are suggested to be one."""
    world.run()
    found = world.list("/merge-suggestions")
    ids = [{one["profile_id"], one["other_id"]} for one in found]
    assert ids == [set(pair)]
    return list(found[0]["reasons"])


@pytest.fixture
def blocked(world: World) -> None:
    answer = world.admin.put("/blocked-values", {"kind": "phone", "value": PHONE})
    assert answer.status == 200


@pytest.mark.usefixtures("blocked")
def test_a_blocked_phone_is_nobody_s_like_a_made_up_one(world: World) -> None:
    for number, verified in enumerate((True, False)):
        customer = {"name": BINH, "phone": PHONE, "phone_verified": verified}
        assert order(world, str(number), customer=customer)["profile_id"] is None
    row = {"name": BINH, "phones": [PHONE], "vouched": True}
    answer = world.admin.post("/profiles/batch", {"source": "s", "items": [row]})
    assert answer.body["results"][0]["field"] == "external_id"


@pytest.mark.usefixtures("blocked")
def test_a_blocked_phone_leaves_the_other_proofs(world: World) -> None:
    told = {"email": "binh@khach.vn", "email_verified": True, "phone_verified": True}
    one = bought(world, "1", BINH, **told)
    assert bought(world, "2", BINH, **told) == one
    world.run()
    assert view(world, one)["phones"] == ["+84912345678"]


@pytest.mark.usefixtures("blocked")
def test_a_blocked_phone_joins_no_two_of_a_shop_s_customers(world: World) -> None:
    told = [bought(world, n, BINH, external_customer_id=n, phone_verified=True) for n in ("1", "2")]
    rows = [
        {"external_id": n, "name": BINH, "phones": [PHONE], "vouched": True} for n in ("3", "4")
    ]
    answer = world.admin.post("/profiles/batch", {"source": "s", "items": rows})
    writers = [arrives("zalo_oa", n, phones=(PHONE,), vouched=True, name=BINH) for n in ("5", "6")]
    world.run()
    assert len({*told, *writers, *(one["id"] for one in answer.body["results"])}) == 6
    assert len(world.list("/profiles")) == 6
    assert world.list("/merge-suggestions") == []


def test_a_phone_blocked_later_joins_nobody_any_more(world: World) -> None:
    one = bought(world, "1", BINH, phone_verified=True)
    assert world.admin.put("/blocked-values", {"kind": "phone", "value": PHONE}).status == 200
    other = bought(world, "2", BINH, phone_verified=True, external_customer_id="c2")
    world.run()
    assert one != other


def test_a_phone_typed_at_a_checkout_is_no_way_into_a_customer(world: World) -> None:
    victim = bought(world, "1", BINH, address="12 Lê Lợi")
    attacker = bought(world, "2", "Mallory Quách", email="mallory@evil.vn")
    assert victim != attacker
    assert view(world, victim)["emails"] == []
    assert view(world, attacker)["address"] is None
    assert reasons(world, victim, attacker) == ["same_phone_mentioned"]
    assert bought(world, "3", "Quách Mallory") == attacker
    assert bought(world, "4", "Chị Bình") == victim
    assert bought(world, "5") == victim


def test_a_proved_phone_of_another_name_is_a_customer_of_their_own(world: World) -> None:
    one = bought(world, "1", BINH, phone_verified=True)
    assert world.admin.patch(f"/profiles/{one}", {"phones": []}).status == 200
    other = bought(world, "2", AN, phone_verified=True)
    assert one != other
    assert reasons(world, one, other) == ["same_phone_verified", "names_differ"]
    assert bought(world, "3", "Văn An Trần", phone_verified=True) == other
    assert bought(world, "4", BINH, phone_verified=True) == one


def test_who_goes_by_two_names_is_found_by_either(world: World) -> None:
    one = bought(world, "1", BINH, phone_verified=True)
    other = bought(world, "2", AN, phone_verified=True)
    merged(one, other)
    world.run()
    bought(world, "3", BINH, phone_verified=True)
    bought(world, "4", AN, phone_verified=True)
    world.run()
    assert len(names(world)) == 1


def test_people_of_one_name_and_phone_are_told_apart_by_birthday(world: World) -> None:
    def row(number: str, birthday: str) -> dict[str, Any]:
        return {"name": BINH, "phones": [PHONE], "birthday": birthday}

    rows = [row("1", "1990-05-17"), row("2", "1961-01-02"), row("3", "1990-05-17")]
    answer = world.admin.post("/profiles/batch", {"source": "s", "items": rows})
    ids = [one["id"] for one in answer.body["results"]]
    assert ids[0] == ids[2] != ids[1]


def test_a_shop_s_own_id_never_reads_as_a_typed_phone(world: World) -> None:
    typed = bought(world, "1", BINH)
    for number, value in enumerate(("phone:+84912345678", "typed:phone:+84912345678")):
        assert bought(world, f"m{number}", external_customer_id=value, phone=None) != typed


def test_a_deal_is_no_way_in_either(world: World) -> None:
    victim = bought(world, "1", BINH)
    body = {"source": "shop", "external_id": "D1", "customer": {"name": AN, "phone": PHONE}}
    answer = world.admin.post("/deals", body)
    assert answer.status == 200, answer.body
    assert deals.load(answer.body["id"]).profile_id != victim
