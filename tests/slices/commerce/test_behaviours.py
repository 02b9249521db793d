"""What customers do on sites: only with their consent, once each, for a year."""

from __future__ import annotations

from typing import Any

from chalicelib.commerce import portrait
from chalicelib.commerce.model import BEHAVIOUR, ONLY, Behaviour
from chalicelib.platform import store
from chalicelib.platform.clock import now
from chalicelib.platform.control import epoch
from tests.slices.commerce.shop import ago, bought, happened, product
from tests.world import World


def allow(world: World, profile_id: str, state: str = "granted") -> None:
    """The customer agrees to tracking, or no longer does."""
    body = {"purpose": "tracking", "state": state, "source": "form", "wording": "cookies_1"}
    answer = world.admin.post(f"/profiles/{profile_id}/consents", body)
    assert answer.status == 201, answer.body


def tell(world: World, profile_id: str, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    """Send behaviours; returns what became of each."""
    answer = world.admin.post(f"/profiles/{profile_id}/behaviours", {"items": list(rows)})
    assert answer.status == 200, answer.body
    results: list[dict[str, Any]] = answer.body["results"]
    return results


def test_nothing_is_kept_of_who_has_not_agreed(world: World) -> None:
    profile_id = bought(world)["profile_id"]
    row = {"kind": "product_view", "occurred_at": ago(hours=1), "sku": "AO-1"}
    (refused,) = tell(world, profile_id, row)
    assert refused["code"] == "no_tracking_consent"
    assert world.list(f"/profiles/{profile_id}/behaviours") == []
    allow(world, profile_id)
    assert tell(world, profile_id, row)[0]["result"] == "kept"
    allow(world, profile_id, "withdrawn")
    assert tell(world, profile_id, {**row, "occurred_at": ago(hours=2)})[0]["result"] == "refused"


def test_rows_are_kept_once_and_refused_alone(world: World) -> None:
    profile_id = bought(world)["profile_id"]
    allow(world, profile_id)
    rows: list[dict[str, Any]] = [
        {"kind": "cart_abandoned", "occurred_at": ago(hours=1), "external_id": "c1", "value": 5},
        {"kind": "page_view", "occurred_at": ago(hours=3), "page": "/ao"},
        {"kind": "page_view", "occurred_at": ago(days=400)},
        {"kind": "page_view", "occurred_at": ago(days=-3)},
        {"kind": "telepathy", "occurred_at": ago(hours=1)},
        {"kind": "page_view", "occurred_at": ago(hours=3), "page": "/ao"},
    ]
    first = tell(world, profile_id, *rows)
    assert [one["field"] for one in first] == [
        None,
        None,
        "occurred_at",
        "occurred_at",
        "kind",
        None,
    ]
    assert first[5]["id"] == first[1]["id"]
    rows[1] = rows[1] | {"page": "/new"}
    tell(world, profile_id, *rows)
    kept = world.list(f"/profiles/{profile_id}/behaviours")
    assert [one["kind"] for one in kept] == ["cart_abandoned", "page_view", "page_view"]
    assert happened(world, profile_id).count("behaviour.seen") == 1


def test_a_hundred_rows_go_at_once_and_end_in_a_year(world: World) -> None:
    profile_id = bought(world)["profile_id"]
    allow(world, profile_id)
    rows = [{"kind": "cart_abandoned", "occurred_at": ago(minutes=n)} for n in range(100)]
    results = tell(world, profile_id, *rows)
    assert {one["result"] for one in results} == {"kept"}
    item = store.get(Behaviour, BEHAVIOUR + results[0]["id"], ONLY)
    assert item is not None
    days = (int(item.expires_at) - epoch(now())) / 86_400
    assert 364 < days <= 365


def test_unknown_customers_and_unreadable_batches_are_refused(world: World) -> None:
    path = "/profiles/nobody/behaviours"
    row = {"kind": "page_view", "occurred_at": ago(hours=1)}
    assert world.admin.post(path, {"items": [row]}).status == 404
    assert world.admin.post(path, {"items": []}).status == 422


def test_the_portrait_shows_what_somebody_buys_and_looks_at(world: World) -> None:
    product(world, warranty_months=12)
    profile_id = bought(world, status="delivered", delivered_at=ago(days=2))["profile_id"]
    bought(world, "DH2")
    allow(world, profile_id)
    seen = [("product_view", "AO-1"), ("product_view", "X"), ("cart_added", "AO-1")]
    tell(
        world,
        profile_id,
        *({"kind": kind, "sku": sku, "occurred_at": ago(hours=1)} for kind, sku in seen),
    )
    world.admin.post(
        "/deals",
        {
            "source": "crm",
            "external_id": "1",
            "state": "lost",
            "reason": "price",
            "customer": {"profile_id": profile_id},
        },
    )
    shown = portrait.summary([profile_id])
    assert (shown.sums.delivered_count, shown.sums.open_count) == (1, 1)
    assert {order.number for order in shown.orders} == {"DH1001", "DH2"}
    assert [item.sku for item in shown.items] == ["AO-1"]
    assert shown.refusals == {"price": 1}
    assert [(one.sku, one.name, one.points) for one in shown.interests] == [
        ("AO-1", "Áo thun", 4),
        ("X", None, 1),
    ]
