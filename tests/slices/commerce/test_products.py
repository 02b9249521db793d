"""Products: one a sku, found without accents."""

from __future__ import annotations

from tests.slices.commerce.shop import product
from tests.world import World


def test_a_product_is_one_a_sku_and_keeps_what_is_left_out(world: World) -> None:
    first = product(world, price=150_000, stock=3, category="Áo")
    after = world.admin.post("/products", {"sku": "AO-1", "stock": 2}).body
    assert (first["created"], after["created"]) == (True, False)
    assert (after["id"], after["price"], after["stock"]) == (first["id"], 150_000, 2)
    assert [one["sku"] for one in world.list("/products")] == ["AO-1"]
    assert world.admin.get(f"/products/{first['id']}").body["name"] == "Áo thun"
    assert world.admin.get("/products/none").status == 404


def test_a_product_is_found_by_words_without_accents(world: World) -> None:
    product(world, names=["T-shirt cổ tròn"])
    product(world, "GIAY-9", name="Giày chạy bộ", category="Giày dép")
    world.run()
    assert [one["sku"] for one in world.list("/products", q="giay dep")] == ["GIAY-9"]
    assert [one["sku"] for one in world.list("/products", q="co tron")] == ["AO-1"]
    assert [one["sku"] for one in world.list("/products", q="giay 9")] == ["GIAY-9"]
    assert world.admin.get("/products", q="!!").status == 422
    world.admin.post("/products", {"sku": "GIAY-9", "name": "Dép lê", "category": None})
    world.run()
    assert world.list("/products", q="giay chay") == []
    assert [one["sku"] for one in world.list("/products", category="Giày dép")] == []


def test_a_batch_of_products_tells_row_by_row(world: World) -> None:
    rows = [
        {"sku": "A", "name": "Áo"},
        {"sku": "B"},
        {"sku": "C", "name": "Cốc", "price": "10"},
        {"sku": "D", "name": "Dép", "currency": "XYZ"},
    ]
    answer = world.admin.post("/products/batch", {"items": rows})
    told = [(one["result"], one["field"]) for one in answer.body["results"]]
    assert told == [
        ("created", None),
        ("refused", "name"),
        ("refused", "price"),
        ("refused", "currency"),
    ]
    assert [one["sku"] for one in world.list("/products")] == ["A"]
