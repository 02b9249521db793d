"""Orders in a merge and back: listed with whom they belong, counted with whom they came."""

from __future__ import annotations

from chalicelib.commerce import sums
from tests.slices.commerce.shop import ago, bought, happened, order
from tests.world import World


def test_what_is_told_after_a_merge_goes_back_with_its_order(world: World) -> None:
    lan = bought(world)["profile_id"]
    other = order(
        world,
        "DH2",
        total=50_000,
        placed_at=ago(days=4),
        customer={"phone": "0987 654 321", "phone_verified": True},
    )["profile_id"]
    merged = world.admin.post(f"/profiles/{lan}/merge", {"profile_id": other})
    assert merged.status in (200, 201), merged.body
    # before anything has moved: the push must not strand what it gives
    line = {"sku": "X", "name": "Túi", "quantity": 1, "unit_price": 50_000}
    order(world, "DH2", status="delivered", delivered_at=ago(days=1), lines=[line])
    world.run()
    assert {one["number"] for one in world.list("/orders", profile_id=lan)} == {"DH1001", "DH2"}
    assert [one["sku"] for one in world.list(f"/profiles/{lan}/items")] == ["X"]
    assert (sums.sums([lan]).delivered_count, sums.sums([other]).delivered_count) == (0, 1)
    assert sums.sums([lan, other]).delivered_amount == 50_000
    again = order(world, "DH3", customer={"phone": "0987654321", "phone_verified": True})
    assert (again["profile_id"], again["origin_id"]) == (lan, other)
    undone = world.admin.post(f"/merges/{merged.body['id']}/undo")
    assert undone.status == 200, undone.body
    world.run()
    assert {one["number"] for one in world.list("/orders", profile_id=other)} == {"DH2", "DH3"}
    assert [one["number"] for one in world.list("/orders", profile_id=lan)] == ["DH1001"]
    assert [one["sku"] for one in world.list(f"/profiles/{other}/items")] == ["X"]
    assert "order.delivered" in happened(world, other)
