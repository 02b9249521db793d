"""Deals of a CRM and external daily series."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.platform.clock import now
from tests.slices.commerce.shop import PHONE, ago
from tests.world import World

LAN = {"name": "Lan", "phone": PHONE, "phone_verified": True}


def deal(world: World, **more: Any) -> Any:
    answer = world.admin.post("/deals", {"source": "crm", "external_id": "7", **more})
    assert answer.status == 200, answer.body
    return answer.body


def test_a_deal_is_opened_won_and_never_turned_back(world: World) -> None:
    first = deal(world, customer=LAN, amount=5_000_000, updated_at=ago(hours=3))
    won = deal(world, state="won", updated_at=ago(hours=1))
    late = deal(world, state="lost", reason="price", updated_at=ago(hours=2))
    assert (first["state"], won["state"], late["state"]) == ("open", "won", "won")
    assert won["amount"] == 5_000_000
    assert won["closed_at"] is not None
    assert [one["id"] for one in world.list("/deals", profile_id=won["profile_id"])] == [won["id"]]
    assert world.admin.get(f"/deals/{won['id']}").body["state"] == "won"
    assert len(world.list("/deals")) == 1


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({}, "customer"),
        ({"customer": LAN, "state": "lost"}, "reason"),
        ({"customer": LAN, "state": "lost", "reason": "mood"}, "reason"),
        ({"customer": LAN, "currency": "XXX"}, "currency"),
        ({"customer": LAN, "opened_at": "2090-01-01T00:00:00Z"}, "opened_at"),
    ],
)
def test_a_wrong_deal_is_refused_by_field(world: World, told: dict[str, Any], field: str) -> None:
    answer = world.admin.post("/deals", {"source": "crm", "external_id": "7", **told})
    assert (answer.status, answer.body["field"]) == (422, field)
    assert world.list("/deals") == []


def test_a_batch_of_deals_tells_row_by_row(world: World) -> None:
    rows = [
        {"source": "crm", "external_id": "1", "customer": LAN, "state": "lost", "reason": "price"},
        {"source": "crm", "external_id": "2"},
    ]
    answer = world.admin.post("/deals/batch", {"items": rows})
    assert [one["field"] for one in answer.body["results"]] == [None, "customer"]


def test_the_last_value_of_a_day_and_branch_counts(world: World) -> None:
    today, yesterday = now().date(), now().date() - timedelta(days=1)
    rows: list[dict[str, Any]] = [
        {"name": "revenue", "date": str(yesterday), "value": 10.5, "branch": "hcm-1"},
        {"name": "revenue", "date": str(yesterday), "value": 7},
        {"name": "revenue", "date": str(today), "value": 1, "branch": "hcm-1"},
        {"name": "revenue", "date": str(today), "value": 2, "branch": "hcm-1"},
        {"name": "revenue", "date": str(today + timedelta(days=9)), "value": 2},
        {"name": "Doanh thu", "date": str(today), "value": 2},
    ]
    answer = world.admin.put("/metrics", {"items": rows})
    assert [one["field"] for one in answer.body["results"]] == [*[None] * 4, "date", "name"]
    world.admin.put("/metrics", {"items": [{**rows[2], "value": 3}]})
    branch = world.list("/metrics", name="revenue", branch="hcm-1")
    assert [(one["date"], one["value"]) for one in branch] == [
        (str(today), 3),
        (str(yesterday), 10.5),
    ]
    older = world.list("/metrics", name="revenue", since=yesterday, until=yesterday)
    assert sorted(one["value"] for one in older) == [7, 10.5]
    assert world.admin.get("/metrics").status == 422
