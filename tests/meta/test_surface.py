"""The table of `app.py`: each module's areas are exactly those its routes lie in, and a process
on Lambda answers from what it imports for one request."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from typing import Any

from app import HANDLERS, ROUTES, app
from chalicelib.platform.http import Api
from chalicelib.platform.surface import area
from infra.names import ROOT


def test_every_module_is_named_with_exactly_the_areas_it_answers() -> None:
    answered: dict[str, set[str]] = defaultdict(set)
    for path, methods in app.routes.items():
        for entry in methods.values():
            answered[entry.view_function.__module__].add(area(path))
    assert {name: set(areas.split()) for name, areas in ROUTES.items()} == dict(answered)


def test_modules_of_functions_have_no_routes_and_all_functions_are_in_them() -> None:
    fed: list[Any] = [*app.event_sources, *app.builtin_auth_handlers, *app.pure_lambda_functions]
    assert {one.handler_string.rpartition(".")[0] for one in fed} == set(HANDLERS)
    assert not set(HANDLERS) & set(ROUTES)


_COLD = """
import json, sys
from app import app
request = {"resource": path, "path": path, "httpMethod": "GET", "headers": {},
    "multiValueHeaders": {}, "queryStringParameters": None, "pathParameters": {},
    "multiValueQueryStringParameters": None, "stageVariables": None, "body": None,
    "isBase64Encoded": False, "requestContext": {"resourcePath": path, "httpMethod": "GET"}}
answer = app(request, None)
told = [name for name in sys.modules if name.startswith("chalicelib.")]
print(json.dumps([answer["statusCode"], answer["body"], told]))
"""


def _first_answer(path: str) -> tuple[int, str, list[str]]:
    """Status, body and the modules of a cold process that is asked one thing as Lambda asks."""
    done = subprocess.run(
        [sys.executable, "-c", f"path = {path!r}\n{_COLD}"],
        env={**os.environ, "PYTHONPATH": str(ROOT), "AWS_LAMBDA_FUNCTION_NAME": "one"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    status, body, modules = json.loads(done.stdout.splitlines()[-1])
    return status, body, modules


def test_a_cold_process_imports_what_it_is_asked_for() -> None:
    status, _, modules = _first_answer("/v1/health")
    assert status == 200
    assert "chalicelib.intake.api" in modules, "the next request may be a webhook"
    assert "chalicelib.tickets.api" not in modules
    assert "chalicelib.profiles.api" not in modules


def test_a_cold_process_protects_what_needs_a_token() -> None:
    status, body, modules = _first_answer("/v1/tickets")
    assert (status, json.loads(body)["code"]) == (401, "unauthenticated")
    assert "chalicelib.tickets.api" in modules


def test_the_document_of_a_cold_process_is_whole() -> None:
    status, body, _ = _first_answer("/v1/openapi.json")
    assert status == 200
    assert set(json.loads(body)["paths"]) == {route.path for route in Api.ROUTES}
