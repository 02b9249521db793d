"""Routes that pages of other sites call from their visitors' browsers: nobody logs in there.

Like the routes of `http`, but a browser is told exactly one origin, and only where the account
asked for allows it (`Api` says `*`, which is right for bearer tokens and wrong here). Used by
the routes of the chat widget and the Mini App (`visits_api`, `visitor_api`, `own_api` …).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from chalice.app import Response

from . import http
from .errors import Forbidden
from .http import Api, Route
from .ids import new_id

#: (path parameters, origin) → whether a page of that origin may call; '' is no browser's page
Allowed = Callable[[Mapping[str, str], str], bool]

PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type",
    "Access-Control-Max-Age": "7200",
}
VARY = {"Vary": "Origin"}


class OriginRefused(Forbidden):
    code, title = "origin_refused", "Pages of this origin may not call this"


class CrossApi(Api):
    """A blueprint of public routes, each of which answers its own preflight."""

    def __init__(self, import_name: str, allowed: Allowed) -> None:
        super().__init__(import_name)
        self._allowed = allowed

    def caller_address(self) -> str:
        """The address the current request came from; '' when that is not known."""
        identity = self.current_request.context.get("identity") or {}
        return str(identity.get("sourceIp") or "")

    def _add(self, **declared: Any) -> Callable[[Callable[..., Any]], Callable[..., Response]]:
        def decorate(function: Callable[..., Any]) -> Callable[..., Response]:
            route = Route(function=function, **declared)
            Api.ROUTES.append(route)

            @wraps(function)
            def view(**params: str) -> Response:
                return self._crossing(route, self.current_request, params)

            methods = [route.method, "OPTIONS"]
            registered: Callable[..., Response] = self.route(route.path, methods=methods)(view)
            return registered

        return decorate

    def _crossing(self, route: Route, request: Any, params: Mapping[str, str]) -> Response:
        origin = (request.headers.get("origin") or "").strip().rstrip("/")
        allowed = self._allowed(params, origin)
        cors = {"Access-Control-Allow-Origin": origin, **VARY} if allowed and origin else VARY
        if request.method == "OPTIONS":
            status = 204 if cors is not VARY else 403
            return Response(body="", status_code=status, headers={**cors, **PREFLIGHT})
        if route.command and not allowed:
            answer = http.problem(OriginRefused(), new_id())
        else:
            answer = http.answered(route, request, params)
        answer.headers.update(cors)
        return answer
