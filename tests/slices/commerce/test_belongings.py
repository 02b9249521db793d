"""What commerce keeps of a person follows them, is given out, and ends."""

from __future__ import annotations

from typing import Any

from chalicelib.commerce import orders, sums
from chalicelib.commerce.belongings import BELONGINGS
from chalicelib.commerce.model import Order
from tests.slices.commerce.shop import ago, bought, product
from tests.slices.commerce.test_behaviours import allow, tell
from tests.world import World


def customer(world: World) -> str:
    """Somebody with an order, an item, a deal and a behaviour."""
    product(world, warranty_months=12)
    shown = bought(
        world,
        status="delivered",
        delivered_at=ago(days=2),
        note="Giao giờ hành chính",
        recipient={"name": "Trần Thị Lan", "address": "12 Lê Lợi"},
    )
    profile_id = str(shown["profile_id"])
    allow(world, profile_id)
    tell(world, profile_id, {"kind": "product_view", "occurred_at": ago(hours=1), "sku": "AO-1"})
    body = {"source": "crm", "external_id": "1", "customer": {"profile_id": profile_id}}
    assert world.admin.post("/deals", body).status == 200
    return profile_id


def headings(profile_id: str) -> list[str]:
    return sorted(kind for kind, _ in BELONGINGS.export(profile_id))


EVERYTHING = ["behaviours", "deals", "orders", "owned_items"]


def test_everything_is_listed_under_who_it_belongs_with_and_back(world: World) -> None:
    profile_id = customer(world)
    assert sum(BELONGINGS.rehome(profile_id, lambda _origin: "root")) == 4
    assert sum(BELONGINGS.rehome(profile_id, lambda _origin: "root")) == 0
    assert (headings(profile_id), headings("root")) == ([], EVERYTHING)
    found = orders.find_by_number("DH1001")[0]
    assert (found.profile_id, found.origin) == ("root", profile_id)
    assert sums.sums([profile_id]).delivered_count == 1
    assert sum(BELONGINGS.rehome("root", lambda origin: origin)) == 4
    assert headings(profile_id) == EVERYTHING


def test_an_export_holds_what_they_told_the_shop(world: World) -> None:
    given: dict[str, Any] = dict(BELONGINGS.export(customer(world)))
    assert given["orders"]["recipient"] == {"name": "Trần Thị Lan", "address": "12 Lê Lợi"}
    assert given["orders"]["total"] == 300_000
    assert given["owned_items"]["sku"] == "AO-1"
    assert given["behaviours"]["kind"] == "product_view"


def test_erasure_leaves_the_books_and_nobody_in_them(world: World) -> None:
    profile_id = customer(world)
    assert sum(BELONGINGS.erase(profile_id)) >= 4
    assert headings(profile_id) == []
    assert sums.sums([profile_id]) == sums.Sums()
    assert orders.find_by_number("DH1001") == []
    (kept,) = world.list("/orders")
    assert (kept["total"], kept["status"], kept["profile_id"]) == (300_000, "delivered", None)
    whole = " ".join(str(item.attribute_values) for item in Order.scan())
    for trace in ("Lan", "Lê Lợi", "hành chính", "DH1001", profile_id):
        assert trace not in whole
    sum(BELONGINGS.erase(profile_id))  # again: finds nothing, and nothing breaks


def test_a_later_push_brings_nobody_back(world: World) -> None:
    profile_id = customer(world)
    sum(BELONGINGS.erase(profile_id))
    told = {
        "source": "shop",
        "external_id": "DH1001",
        "note": "Khách Lan",
        "number": "DH1001",
        "recipient": {"name": "Lan"},
        "customer": {"name": "Lan", "phone": "0912345678", "phone_verified": True},
    }
    answer = world.admin.post("/orders", told)
    assert (answer.status, answer.body["code"]) == (410, "order_erased")
    (after,) = world.list("/orders")
    assert [after[name] for name in ("profile_id", "note", "recipient", "number")] == [None] * 4
    assert orders.find_by_number("DH1001") == []
