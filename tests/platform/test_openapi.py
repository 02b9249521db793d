"""The OpenAPI document: valid, complete, and not promising what a route cannot do."""

from __future__ import annotations

import json
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from app import app
from chalicelib.platform.http import Api, Route
from chalicelib.platform.openapi import document
from tests.client import Caller

Json = dict[str, Any]
DOCUMENT: Json = document(Api.ROUTES)


def operation(route: Route) -> Json:
    found: Json = DOCUMENT["paths"][route.path][route.method.lower()]
    return found


def test_the_document_is_valid_and_served() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()
    served = Caller(app=app).get("/openapi.json")
    assert served.status == 200
    assert served.body == json.loads(json.dumps(DOCUMENT))


@pytest.mark.parametrize("route", Api.ROUTES, ids=lambda route: route.function.__name__)
def test_a_route_stands_in_it_with_who_may_call_it(route: Route) -> None:
    told = operation(route)
    assert told["operationId"] == route.function.__name__
    assert told.get("x-roles", []) == sorted(route.roles)
    assert ("security" in told) == bool(route.roles)
    assert str(route.status) in told["responses"]


@pytest.mark.parametrize("route", Api.ROUTES, ids=lambda route: route.function.__name__)
def test_a_route_promises_only_refusals_of_its_kind(route: Route) -> None:
    statuses = set(operation(route)["responses"])
    assert ("401" in statuses) == (bool(route.roles) or 401 in route.refuses)
    assert ("404" in statuses) == ("{" in route.path or 404 in route.refuses)
    assert ("412" in statuses) == route.command
    assert ("400" in statuses) == (route.body is not None)


@pytest.mark.parametrize("route", Api.ROUTES, ids=lambda route: route.function.__name__)
def test_a_parameter_says_what_it_takes_and_never_null(route: Route) -> None:
    for parameter in operation(route)["parameters"]:
        assert '"null"' not in json.dumps(parameter)
        assert parameter["schema"].get("default", "") is not None
        assert "type" in parameter["schema"] or "$ref" in parameter["schema"]


@pytest.mark.parametrize(
    "route", [r for r in Api.ROUTES if r.body], ids=lambda route: route.function.__name__
)
def test_a_body_is_asked_for_where_something_must_be_said(route: Route) -> None:
    asked = operation(route)["requestBody"]
    name = asked["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    schema = DOCUMENT["components"]["schemas"][name]
    assert asked["required"] == bool(schema.get("required"))
    assert schema["additionalProperties"] is False


def test_every_reference_leads_somewhere_and_every_shape_is_used() -> None:
    text = json.dumps(DOCUMENT)
    for name in DOCUMENT["components"]["schemas"]:
        assert f'"#/components/schemas/{name}"' in text, name
