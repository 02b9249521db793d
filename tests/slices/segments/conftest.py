"""A shop with customers and orders, and the default segments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from chalicelib.platform import context
from chalicelib.platform.clock import iso, now
from chalicelib.segments import flows
from tests.client import Answer
from tests.world import World

_numbers = count(1)

Fact = Callable[[str, str, Any], dict[str, Any]]


@dataclass
class Shop:
    """The organisation, as these scenarios speak of it."""

    world: World

    def order(
        self, customer: str, *, days_ago: float = 0, amount: int = 100_000, **more: Any
    ) -> str:
        """A delivered order of a customer of the shop; returns their profile's id."""
        at = iso(now() - timedelta(days=days_ago, minutes=1))
        wanted = {
            "source": "shop",
            "external_id": f"O{next(_numbers)}",
            "status": "delivered",
            "placed_at": at,
            "delivered_at": at,
            "total": amount,
            "customer": {"external_customer_id": customer, "name": f"Khách {customer}"},
            **more,
        }
        answer = self.world.admin.post("/orders", wanted)
        assert answer.status == 200, answer.body
        return str(answer.body["profile_id"])

    def told(self, external_id: str, customer: str, **more: Any) -> None:
        """Another state of an order."""
        self.order(customer, external_id=external_id, **more)

    def run(self) -> None:
        """Everything behind the events; nothing may have failed."""
        self.world.run()
        assert self.world.pump.failures == {}

    def schedule(self, name: str) -> None:
        """Run a schedule and what it sets going."""
        self.world.pump.schedule(name)
        self.run()

    def segment(self, name: str, condition: Any) -> str:
        """A new segment, gone through with everybody."""
        answer = self.world.admin.post("/segments", {"name": name, "condition": condition})
        assert answer.status == 201, answer.body
        self.run()
        return str(answer.body["id"])

    def read(self, segment_id: str) -> Answer:
        return self.world.admin.get(f"/segments/{segment_id}")

    def count(self, segment_id: str) -> int:
        """The number of members that the API shows; it is always that of the list."""
        shown = int(self.read(segment_id).body["members"])
        assert shown == len(self.members(segment_id))
        return shown

    def members(self, segment_id: str) -> set[str]:
        listed = self.world.list(f"/segments/{segment_id}/members", limit=100)
        return {one["profile_id"] for one in listed}

    def default(self, code: str) -> set[str]:
        """The members of a default segment."""
        return self.members(flows.default_ids()[code])

    def tier(self, profile_id: str) -> str:
        return str(self.world.admin.get(f"/profiles/{profile_id}").body["tier"])

    def told_of(self, profile_id: str, name: str) -> list[dict[str, Any]]:
        """Events of one name in a customer's timeline, oldest first."""
        timeline = self.world.list(f"/profiles/{profile_id}/timeline", limit=100)
        return [one for one in reversed(timeline) if one["name"] == name]


@pytest.fixture
def shop(world: World) -> Shop:
    """A shop that began just now, with the default segments."""
    flows.load_defaults(context.begin())
    made = Shop(world=world)
    made.run()
    return made


@pytest.fixture
def fact() -> Fact:
    return lambda name, op, value: {"fact": name, "op": op, "value": value}
