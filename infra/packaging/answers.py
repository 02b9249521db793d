"""What API Gateway answers by itself, in the shape of our own problems (RFC 9457).

Called by `merge`, and by the local gateway, so that both answer alike. Without
it a missing token, an unknown path or too many requests are answered in
Amazon's shape, an unknown path as 403, and all of them without the header a
browser needs to read them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

# API Gateway's name of the case → status, our code, title. The last two catch
# what no other row names; a status of 0 keeps the gateway's own, and out of the body.
ANSWERS: Mapping[str, tuple[int, str, str]] = {
    "UNAUTHORIZED": (401, "unauthenticated", "Not authenticated"),
    # Our authorizer denies whom it does not know, and nothing else: what a role may, routes say.
    # Raising "Unauthorized" would say it too, but count as a fault of the function and be asked
    # anew with every request, where a denial is remembered.
    "ACCESS_DENIED": (401, "unauthenticated", "Not authenticated"),
    # Said of every path that has no route, whatever token was sent.
    "MISSING_AUTHENTICATION_TOKEN": (404, "not_found", "Not found"),
    "REQUEST_TOO_LARGE": (413, "too_large", "The request is too large"),
    "UNSUPPORTED_MEDIA_TYPE": (415, "unsupported_media_type", "The content type is not taken"),
    "THROTTLED": (429, "too_many_requests", "Too many requests"),
    "INTEGRATION_FAILURE": (503, "unavailable", "Not available, try again"),
    "INTEGRATION_TIMEOUT": (504, "timeout", "Took too long, try again"),
    "DEFAULT_4XX": (0, "refused", "The request is refused"),
    "DEFAULT_5XX": (0, "internal", "Internal error"),
}

TRY_AGAIN = frozenset({429, 503, 504})


def gateway_answers() -> Json:
    """The value of `x-amazon-apigateway-gateway-responses` in the API's definition."""
    return {case: _answer(*said) for case, said in ANSWERS.items()}


def own_answer(status: int, request_id: str) -> tuple[dict[str, str], bytes]:
    """Headers and body of API Gateway's own answer of that status."""
    rest = ANSWERS["DEFAULT_5XX" if status >= 500 else "DEFAULT_4XX"]
    _, code, title = next((said for said in ANSWERS.values() if said[0] == status), rest)
    told = json.dumps(_problem(status, code, title))
    return _headers(status), told.replace("$context.requestId", request_id).encode()


def _problem(status: int, code: str, title: str) -> Json:
    problem: Json = {
        "type": f"urn:lien-mach:problem:{code}",
        "title": title,
        "code": code,
        "detail": title,
        "instance": "urn:uuid:$context.requestId",
    }
    return problem | ({"status": status} if status else {})


def _headers(status: int) -> dict[str, str]:
    headers = {"Content-Type": "application/problem+json", "Access-Control-Allow-Origin": "*"}
    if status in TRY_AGAIN:
        headers["Retry-After"] = "1"
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return headers


def _answer(status: int, code: str, title: str) -> Json:
    answer: Json = {
        "responseParameters": {
            f"gatewayresponse.header.{name}": f"'{value}'"
            for name, value in _headers(status).items()
        },
        "responseTemplates": {"application/json": json.dumps(_problem(status, code, title))},
    }
    return {"statusCode": str(status), **answer} if status else answer
