"""The API against its own OpenAPI document: whatever is sent, what comes back is what it says.

Requests pass through the same WSGI gateway that serves `infra/up`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis

from app import app
from chalicelib.platform.http import Route
from chalicelib.platform.roles import Role
from infra.local.gateway import Application, Gateway
from infra.local.sources import http_handler
from tests.client import make_token
from tests.cloud import Cloud
from tests.truth import Tried, hold, tries
from tests.world import World

#: What a shop and a CRM have told, so that there is one of each.
TOLD: dict[str, dict[str, Any]] = {
    "/products": {"sku": "AO-1", "name": "Áo thun", "warranty_months": 6},
    "/orders": {
        "source": "shop",
        "external_id": "DH10293",
        "status": "delivered",
        "lines": [{"sku": "AO-1", "unit_price": 150_000}],
        "customer": {"phone": "0912345678", "phone_verified": True},
    },
    "/deals": {"source": "crm", "external_id": "1", "customer": {"phone": "0912345678"}},
}


@pytest.fixture(scope="module")
def tried(_cloud: Cloud) -> Iterator[Tried]:
    _cloud.wipe()
    world = World.made(_cloud)
    lan = world.agent("Lan")
    world.zalo("Cho mình đổi size áo với ạ, sđt 0912 345 678")
    world.facebook("Đơn DH10293 giao trễ quá, làm ơn kiểm tra giúp")
    world.run()
    for path, body in TOLD.items():
        assert world.admin.post(path, body).status == 200
    for ticket in world.tickets():
        assert lan.post(f"/tickets/{ticket['id']}/replies", {"text": "Dạ"}).status == 202
    world.run()
    for channel in ("live_chat", "store", "zalo_mini_app"):
        world.connect(channel, "shop", {})
    schema = schemathesis.openapi.from_wsgi(
        "/v1/openapi.json", _served(Application(Gateway(app, http_handler(app))))
    )
    known = {
        "ticket_id": [one["id"] for one in world.tickets()],
        "task_id": [one["id"] for one in world.list("/tasks", department_id="logistics")],
        "profile_id": [one["id"] for one in world.list("/profiles")],
        "conversation_id": [one["id"] for one in world.list("/conversations")],
        "agent_id": list(world.agents.values()),
        "product_id": [one["id"] for one in world.list("/products")],
        "order_id": [one["id"] for one in world.list("/orders")],
        "deal_id": [one["id"] for one in world.list("/deals")],
        "department_id": ["customer_care", "logistics"],
        "site_id": ["shop"],
        "account_id": [one["id"] for one in world.list("/channel-accounts")],
        "segment_id": [_segment(world)],
        "simulation_id": [_simulation(world)],
        "calendar_id": ["default", "always-open"],
        "version": ["1"],
    }
    yield Tried(schema=schema, known=known, token=make_token(Role.ADMIN))
    _cloud.wipe()


def _segment(world: World) -> str:
    condition = {"fact": "open_tickets", "op": "gte", "value": 1}
    made = world.admin.post("/segments", {"name": "Đang hỏi", "condition": condition})
    return str(made.body["id"])


def _simulation(world: World) -> str:
    held = world.admin.get("/sla-policies").body
    body = {name: held[name] for name in ("policies", "steps", "clocks")}
    return str(world.admin.post("/sla-policies/simulate", body).body["id"])


def _served(application: Application) -> Callable[..., Any]:
    """As a server hands requests over: with the whole address asked for, and the caller's."""

    def serve(environ: dict[str, Any], start: Any) -> Any:
        query = environ["QUERY_STRING"]
        asked = environ["REQUEST_URI"].partition("?")[0] + (f"?{query}" if query else "")
        return application({**environ, "REQUEST_URI": asked, "REMOTE_ADDR": "127.0.0.1"}, start)

    return serve


@pytest.mark.parametrize(("route", "mode"), tries())
def test_no_answer_is_a_crash_or_undocumented(
    tried: Tried, route: Route, mode: schemathesis.GenerationMode
) -> None:
    hold(tried, route, mode)
