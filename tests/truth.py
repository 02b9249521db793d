"""What every answer of the API is held to, and the requests that try it: made up by schemathesis.

Used by the tests that hold the API to its own OpenAPI document, in process
(`meta`) and over a running `infra/up` (`engine`).
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import CHECKS, load_all_checks

import app  # noqa: F401  its import registers every route
from chalicelib.platform.http import Api, NoQuery, Route

load_all_checks()
EXAMPLES = 8  # of each kind for each route
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """The served document, and the ids of what is there by the name a path gives them."""

    schema: Any
    known: dict[str, list[str]]
    token: str


def tries() -> list[Any]:
    """Test parameters: every route, with valid requests and, where it takes any, broken ones."""
    return [
        pytest.param(route, mode, id=f"{route.method} {route.path} {mode.value}")
        for route in sorted(Api.ROUTES, key=lambda route: (route.path, route.method))
        for mode in schemathesis.GenerationMode
        if _takes_something(route) or mode is schemathesis.GenerationMode.POSITIVE
    ]


def hold(tried: Tried, route: Route, mode: schemathesis.GenerationMode) -> None:
    """Send requests of one kind to one route; half of the ids are of things that are there."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=tried.schema[route.path][route.method].as_strategy(generation_mode=mode))
    def holds(case: Any) -> None:
        case.path_parameters = _with_known_ids(case.path_parameters or {}, tried.known)
        headers = {"Authorization": f"Bearer {tried.token}"}
        case.validate_response(case.call(headers=headers), checks=HELD)

    holds()


def _takes_something(route: Route) -> bool:
    """A path alone is only broken together with a token: an empty part of it is another path."""
    named = "{" in route.path and bool(route.roles)
    return route.body is not None or route.query is not NoQuery or named


def _with_known_ids(parameters: dict[str, Any], known: dict[str, list[str]]) -> dict[str, Any]:
    def chosen(name: str, made_up: Any) -> Any:
        there = known.get(name)
        digit = sha256(repr(made_up).encode()).digest()[0]
        return there[digit % len(there)] if there and digit % 2 else made_up

    return {name: chosen(name, value) for name, value in parameters.items()}
