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


@pytest.fixture(scope="module")
def tried(_cloud: Cloud) -> Iterator[Tried]:
    _cloud.wipe()
    world = World.made(_cloud)
    lan = world.agent("Lan")
    world.zalo("Cho mình đổi size áo với ạ, sđt 0912 345 678")
    world.facebook("Đơn DH10293 giao trễ quá, làm ơn kiểm tra giúp")
    world.run()
    for ticket in world.tickets():
        assert lan.post(f"/tickets/{ticket['id']}/replies", {"text": "Dạ"}).status == 202
    world.run()
    schema = schemathesis.openapi.from_wsgi(
        "/v1/openapi.json", _served(Application(Gateway(app, http_handler(app))))
    )
    known = {
        "ticket_id": [one["id"] for one in world.tickets()],
        "task_id": [one["id"] for one in world.list("/tasks", department_id="logistics")],
        "profile_id": [one["id"] for one in world.list("/profiles")],
        "conversation_id": [one["id"] for one in world.list("/conversations")],
        "agent_id": list(world.agents.values()),
        "department_id": ["customer_care", "logistics"],
        "account_id": [one["id"] for one in world.list("/channel-accounts")],
    }
    yield Tried(schema=schema, known=known, token=make_token(Role.ADMIN))
    _cloud.wipe()


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
