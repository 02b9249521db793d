"""A shop that tells of its orders: what the scenarios of this slice share."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from chalicelib.platform.clock import iso, now
from tests.world import World

Json = dict[str, Any]

PHONE = "0912 345 678"
E164 = "+84912345678"


def ago(**time: float) -> str:
    """An instant that much before now."""
    return iso(now() - timedelta(**time))


def order(world: World, external_id: str = "DH1001", **more: Any) -> Json:
    """Tell of an order of the web shop; returns it as the API shows it."""
    body = {"source": "shop", "external_id": external_id, **more}
    answer = world.admin.post("/orders", body)
    assert answer.status == 200, answer.body
    shown: Json = answer.body
    return shown


def bought(world: World, external_id: str = "DH1001", **more: Any) -> Json:
    """An order of a customer with a proved phone: two shirts for 300,000 đồng."""
    told: Json = {
        "customer": {"name": "Trần Thị Lan", "phone": PHONE, "phone_verified": True},
        "lines": [{"sku": "AO-1", "name": "Áo thun", "quantity": 2, "unit_price": 150_000}],
        "placed_at": ago(days=5),
        **more,
    }
    return order(world, external_id, **told)


def product(world: World, sku: str = "AO-1", **more: Any) -> Json:
    """Tell of a product; returns it as the API shows it."""
    answer = world.admin.post("/products", {"sku": sku, "name": "Áo thun", **more})
    assert answer.status == 200, answer.body
    shown: Json = answer.body
    return shown


def happened(world: World, profile_id: str) -> list[str]:
    """The names of what happened to a customer, oldest first."""
    found = world.list(f"/profiles/{profile_id}/timeline", limit=100)
    return [one["name"] for one in found][::-1]
