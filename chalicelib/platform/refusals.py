"""What Chalice refuses before any view runs (405, 415, …), said as every other problem is.

Registered by `app.py` around all HTTP routes, webhooks too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalice.app import Response

from .errors import AppError, Malformed, MethodNotAllowed, UnsupportedMedia
from .http import problem
from .ids import new_id

REFUSALS: dict[int, type[AppError]] = {
    400: Malformed,
    405: MethodNotAllowed,
    415: UnsupportedMedia,
}


def as_problem(request: Any, respond: Callable[[Any], Response]) -> Response:
    """The answer as it is, or the problem in place of Chalice's own `{"Code", "Message"}`."""
    answer = respond(request)
    if not isinstance(answer.body, dict) or answer.body.keys() != {"Code", "Message"}:
        return answer
    refusal = REFUSALS.get(answer.status_code, AppError)
    said = problem(refusal(answer.body["Message"]), new_id())
    return Response(
        body=said.body,
        status_code=answer.status_code,
        headers={**answer.headers, **said.headers},
    )
