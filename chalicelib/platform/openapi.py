"""The OpenAPI 3.1 document, generated from the registered routes and their models.

Served by `app.py` at `/v1/openapi.json` and held against the running API by schemathesis.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from .http import NoQuery, Route, View

VERSION = "0.1.0"
REFERENCE = "#/components/schemas/{model}"


class Problem(View):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    instance: str
    field: str | None = None


#: Which refusals every route may give, and what they mean.
REFUSALS = {
    400: "The request cannot be read",
    401: "No valid bearer token",
    403: "The role may not do this",
    404: "Not found",
    409: "The state does not allow this",
    412: "Changed by somebody else meanwhile",
    415: "The body must be application/json",
    422: "A field is not valid; `field` names it",
    429: "Too many requests",
    503: "Temporarily unavailable; try again",
}


def document(routes: Iterable[Route]) -> dict[str, Any]:
    """The document for these routes."""
    known = sorted(routes, key=lambda route: (route.path, route.method))
    models = _models(known)
    _, definitions = models_json_schema(
        [(model, "validation") for model in models], ref_template=REFERENCE
    )
    paths: dict[str, dict[str, Any]] = {}
    for route in known:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Liền Mạch", "version": VERSION},
        "paths": paths,
        "components": {
            "schemas": definitions.get("$defs", {}),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


@cache
def _cached_name(model: type[BaseModel]) -> str:
    return re.sub(r"[^A-Za-z0-9.\-_]", "_", model.__name__)


def _models(routes: Iterable[Route]) -> list[type[BaseModel]]:
    found: dict[type[BaseModel], None] = {Problem: None}
    for route in routes:
        for model in (route.body, route.returns, route.query):
            if isinstance(model, type) and issubclass(model, BaseModel):
                found[model] = None
    return list(found)


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": route.summary,
        "operationId": route.function.__name__,
        "parameters": [*_path_parameters(route), *_query_parameters(route), *_headers(route)],
        "responses": {str(route.status): _success(route), **_refusals(route)},
    }
    if route.roles:
        operation["security"] = [{"token": []}]
        operation["x-roles"] = sorted(route.roles)
    if route.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _reference(route.body)}},
        }
    return operation


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": REFERENCE.format(model=_cached_name(model))}


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", route.path)
    ]


def _query_parameters(route: Route) -> list[dict[str, Any]]:
    if route.query is NoQuery:
        return []
    schema = route.query.model_json_schema(ref_template=REFERENCE)
    required = set(schema.get("required", ()))
    return [
        {"name": name, "in": "query", "required": name in required, "schema": shape}
        for name, shape in schema["properties"].items()
    ]


def _headers(route: Route) -> list[dict[str, Any]]:
    if not route.command:
        return []
    names = ["Idempotency-Key"] if route.method == "POST" and route.replayable else []
    return [
        {"name": name, "in": "header", "required": False, "schema": {"type": "string"}}
        for name in [*names, "If-Match"]
    ]


def _success(route: Route) -> dict[str, Any]:
    if route.returns is None:
        return {"description": "Done"}
    if route.returns is dict:
        schema: dict[str, Any] = {"type": "object"}
    else:
        schema = _reference(route.returns)
    return {"description": "Done", "content": {"application/json": {"schema": schema}}}


def _refusals(route: Route) -> dict[str, Any]:
    schema = _reference(Problem)
    content = {"application/problem+json": {"schema": schema}}
    return {
        str(status): {"description": text, "content": content}
        if status not in (401, 403, 415)
        else {"description": text}  # API Gateway answers these itself, in its own words
        for status, text in REFUSALS.items()
    }
