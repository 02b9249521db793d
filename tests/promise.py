"""What the OpenAPI document promises of an answer; every call of a `Caller` is held to it."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from chalicelib.platform.http import Api, Route
from chalicelib.platform.openapi import document

#: Answers that are not the document's to promise: crashes, and what the gateway says itself.
NOT_PROMISED = frozenset({403, 405, 500})
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
WRITTEN = re.compile(r"[-\d]{10}T[:\d]{8}\.\d{3}Z")


def check_promise(method: str, url: str, status: int, body: Any) -> None:
    """Fail when an answer has a status or a shape that the document does not know."""
    _check_times(body)
    route = _route(method, url.partition("?")[0])
    if route is None or status in NOT_PROMISED:
        return
    responses = _document()["paths"][route.path][route.method.lower()]["responses"]
    assert str(status) in responses, f"{method} {route.path} does not promise a {status}: {body}"
    for kind in responses[str(status)].get("content", {}).values():
        _validator(str(kind["schema"].get("$ref", ""))).validate(body)


def _check_times(body: Any) -> None:
    """Fail when an instant is written otherwise than `clock.iso` writes it."""
    if isinstance(body, dict | list):
        for one in body.values() if isinstance(body, dict) else body:
            _check_times(one)
    elif isinstance(body, str) and INSTANT.match(body):
        assert WRITTEN.fullmatch(body), f"an instant of another form: {body}"


@cache
def _document() -> dict[str, Any]:
    return document(Api.ROUTES)


@cache
def _validator(reference: str) -> Draft202012Validator:
    schema = {"$ref": reference} if reference else {"type": "object"}
    return Draft202012Validator({**schema, "components": _document()["components"]})


def _route(method: str, path: str) -> Route | None:
    return next(
        (route for route in Api.ROUTES if route.method == method and _matches(route.path, path)),
        None,
    )


@cache
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"{\w+}", "[^/]+", template))


def _matches(template: str, path: str) -> bool:
    return "{" not in path and _pattern(template).fullmatch(path) is not None
