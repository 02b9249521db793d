"""The OpenAPI 3.1 document, generated from the registered routes and their models.

Served by `app.py` at `/v1/openapi.json` and held against the running API by schemathesis.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from .http import NoQuery, Route, View
from .idempotency import LONGEST_KEY

VERSION = "0.1.0"
REFERENCE = "#/components/schemas/{model}"


class Fault(View):
    """One field or parameter, and what is wrong with it."""

    field: str
    detail: str


class Problem(View):
    """RFC 9457 problem details. `errors`: every field at fault, the first of them also above."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    instance: str
    field: str | None = None
    errors: list[Fault] | None = None


#: What each refusal means. 401 to 429 may come from the gateway before any route runs.
REFUSALS = {
    400: "The request cannot be read",
    401: "No valid bearer token",
    403: "The role may not do this",
    404: "Not found",
    409: "The state does not allow this",
    410: "Nothing is kept of it any more",
    412: "Changed by somebody else meanwhile, or nothing that has a revision",
    413: "The request is too large",
    415: "The body must be application/json",
    422: "A field or parameter is not valid; `field` names it",
    429: "Too many requests",
    503: "Temporarily unavailable; try again",
}
#: Those in whose stead a gateway may answer in words of its own.
GATEWAY = frozenset({401, 403, 413, 415, 429, 503})
Json = dict[str, Any]


def document(routes: Iterable[Route]) -> Json:
    """The document for these routes."""
    known = sorted(routes, key=lambda route: (route.path, route.method))
    references, definitions = models_json_schema(
        [(model, "validation") for model in _models(known)], ref_template=REFERENCE
    )
    shapes = {model: reference for (model, _), reference in references.items()}
    schemas = definitions.get("$defs", {})
    paths: dict[str, Json] = {}
    for route in known:
        operation = _operation(route, shapes, schemas)
        paths.setdefault(route.path, {})[route.method.lower()] = operation
    for query in {route.query for route in known}:
        if query in shapes:
            del schemas[_name(shapes[query])]  # its parameters stand with each route
    return {
        "openapi": "3.1.0",
        "info": {"title": "Liền Mạch", "version": VERSION},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _models(routes: Iterable[Route]) -> list[type[BaseModel]]:
    found: dict[type[BaseModel], None] = {Problem: None}
    for route in routes:
        for model in (route.body, route.returns, route.query):
            if isinstance(model, type) and issubclass(model, BaseModel):
                found[model] = None
    return list(found)


def _name(reference: Json) -> str:
    return str(reference["$ref"]).rpartition("/")[2]


def _operation(route: Route, shapes: Mapping[Any, Json], schemas: Json) -> Json:
    query = {} if route.query is NoQuery else schemas[_name(shapes[route.query])]
    refusals = {str(status): _refusal(status, shapes[Problem]) for status in refuses(route)}
    operation: Json = {
        "summary": route.summary,
        "operationId": route.function.__name__,
        "parameters": [*_path_parameters(route), *_query_parameters(query), *_headers(route)],
        "responses": {str(route.status): _success(route, shapes), **refusals},
    }
    if route.roles:
        operation["security"] = [{"token": []}]
        operation["x-roles"] = sorted(route.roles)
    if route.body is not None:
        shape = shapes[route.body]
        operation["requestBody"] = {
            "required": bool(schemas[_name(shape)].get("required")),
            "content": {"application/json": {"schema": shape}},
        }
    return operation


def _path_parameters(route: Route) -> list[Json]:
    shape = {"type": "string", "minLength": 1}
    return [
        {"name": name, "in": "path", "required": True, "schema": shape}
        for name in re.findall(r"{(\w+)}", route.path)
    ]


def _query_parameters(query: Json) -> list[Json]:
    required = set(query.get("required", ()))
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _said(shape)}
        for name, shape in query.get("properties", {}).items()
    ]


def _said(shape: Json) -> Json:
    """A parameter's schema without null: a query says nothing by leaving the parameter out."""
    kinds = [kind for kind in shape.get("anyOf", ()) if kind != {"type": "null"}]
    said = {key: value for key, value in shape.items() if key not in ("anyOf", "title")}
    if said.get("default", "") is None:
        del said["default"]
    if len(kinds) == 1:
        return {**said, **kinds[0]}
    return {**said, "anyOf": kinds} if kinds else said


def _headers(route: Route) -> list[Json]:
    if not route.command:
        return []
    found: list[Json] = []
    if route.method == "POST" and route.replayable:
        shape: Json = {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY}
        found.append(_header("Idempotency-Key", "The same key gives the first answer again", shape))
    if route.locks:
        asked = "Only at the revision of one of these ETags, else 412"
        found.append(_header("If-Match", asked, {"type": "string"}))
    return found


def _header(name: str, description: str, schema: Json) -> Json:
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": description,
        "schema": schema,
    }


def _success(route: Route, shapes: Mapping[Any, Json]) -> Json:
    if route.returns is None:
        return {"description": "Done"}
    schema = {"type": "object"} if route.returns is dict else shapes[route.returns]
    return {"description": "Done", "content": {"application/json": {"schema": schema}}}


def refuses(route: Route) -> list[int]:
    """The refusals a route may give, by what it is."""
    found = {422, 429, 503, *route.refuses}
    if route.roles:
        found |= {401, 403}
    if "{" in route.path:
        found |= {404}
    if route.command:
        found |= {409, 412, 413, 415}
    if route.body is not None:
        found |= {400}
    return sorted(found)


def _refusal(status: int, problem: Json) -> Json:
    refusal: Json = {"description": REFUSALS[status]}
    if status not in GATEWAY:
        refusal["content"] = {"application/problem+json": {"schema": problem}}
    if status == 503:
        seconds = {"description": "Seconds to wait", "schema": {"type": "string"}}
        refusal["headers"] = {"Retry-After": seconds}
    return refusal
