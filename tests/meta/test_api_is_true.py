"""The API against its own OpenAPI document: whatever is sent, what comes back is what it says.

Requests are made up by schemathesis, valid ones and broken ones; half of the
ids are of things that are there. They pass through the same WSGI gateway that
serves `infra/up`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import CHECKS, load_all_checks

from app import app
from chalicelib.platform.http import Api, NoQuery, Route
from chalicelib.platform.roles import Role
from infra.local.gateway import Application, Gateway
from infra.local.sources import http_handler
from tests.client import make_token
from tests.cloud import Cloud
from tests.world import World

load_all_checks()
HELD: list[Any] = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
        "response_headers_conformance",
        "negative_data_rejection",
    ]
)
EXAMPLES = 8
ROUTES = sorted(Api.ROUTES, key=lambda route: (route.path, route.method))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """The served document, and the ids of what is there by the name a path gives them."""

    schema: Any
    known: dict[str, list[str]]
    token: str


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


def _with_known_ids(parameters: dict[str, Any], known: dict[str, list[str]]) -> dict[str, Any]:
    def chosen(name: str, made_up: Any) -> Any:
        there = known.get(name)
        digit = sha256(repr(made_up).encode()).digest()[0]
        return there[digit % len(there)] if there and digit % 2 else made_up

    return {name: chosen(name, value) for name, value in parameters.items()}


def _tries() -> Iterator[Any]:
    for route in ROUTES:
        takes = route.body is not None or route.query is not NoQuery or "{" in route.path
        for mode in schemathesis.GenerationMode:
            if takes or mode is schemathesis.GenerationMode.POSITIVE:
                yield pytest.param(route, mode, id=f"{route.method} {route.path} {mode.value}")


@pytest.mark.parametrize(("route", "mode"), list(_tries()))
def test_no_answer_is_a_crash_or_undocumented(
    tried: Tried, route: Route, mode: schemathesis.GenerationMode
) -> None:
    operation = tried.schema[route.path][route.method]

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def holds(case: Any) -> None:
        case.path_parameters = _with_known_ids(case.path_parameters or {}, tried.known)
        headers = {"Authorization": f"Bearer {tried.token}"}
        case.validate_response(case.call(headers=headers), checks=HELD)

    holds()
