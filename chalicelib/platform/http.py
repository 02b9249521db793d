"""Routes that take and return pydantic models, declare who may call them, and never leak a trace.

Every slice's `api.py` makes an `Api(__name__)` and decorates functions of a
`Call`. A GET returns a view; a command returns a `Change`: its view and its
writes, which are committed here, together with the idempotency answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from chalice.app import Blueprint, CORSConfig, Response
from pydantic import BaseModel, ConfigDict, Field, PlainSerializer
from pydantic_core import core_schema

from . import auth, idempotency, received, store
from .changes import Change as Change
from .changes import carry_out
from .clock import iso, now
from .context import Context
from .errors import AppError, Forbidden, Invalid, NotFound, StaleRevision, Unauthenticated
from .eventlog import EventItem
from .fact import frozen
from .ids import new_id
from .log import crashed, logger
from .pages import DEFAULT_LIMIT, MOST, PageRequest
from .roles import Principal, Role

Headers = dict[str, str | list[str]]

PREFIX = "/v1"
LONGEST_ID = 400  # bytes of an id in a path; a DynamoDB range key ends at 1,024
#: What a caller may give as `X-Correlation-Id`: it is stored with events and logged.
CORRELATION_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")

CORS = CORSConfig(
    allow_origin="*",  # callers prove themselves by bearer token, never by cookie
    allow_headers=["Authorization", "Content-Type", "If-Match", "Idempotency-Key"],
    expose_headers=["ETag", "Location", "X-Correlation-Id", "Idempotent-Replay"],
    max_age=600,
)


class View(BaseModel):
    """A shape of the API. Unknown fields are an error, so a typo is never silently dropped."""

    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True, eq=False)
class OneOf:
    """Marks a text as one of these codes: `Annotated[str, OneOf(TYPES)]`."""

    codes: Iterable[str]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        return core_schema.literal_schema(list(self.codes))


#: An instant in an answer: written as `clock.iso` writes it, like every other one.
Instant = Annotated[datetime, PlainSerializer(iso, return_type=str)]

V = TypeVar("V", bound=BaseModel)
B = TypeVar("B")


class PageView(View, Generic[V]):
    """One page of a list; `next_cursor` is null on the last one."""

    items: list[V]
    next_cursor: str | None = None


class NoQuery(View):
    """A route without query parameters."""


class ListQuery(View):
    """The query parameters every list has."""

    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MOST)
    cursor: str | None = Field(default=None, max_length=4096)


@frozen
class Call(Generic[B]):
    """One authenticated, validated request."""

    context: Context
    principal: Principal
    body: B
    query: Any
    if_match: frozenset[int] | None = None
    route: str = ""
    params: Mapping[str, str] = field(default_factory=dict)

    def page(self) -> PageRequest:
        """The page this list request asks for, its cursor bound to path, filters and role."""
        filters = self.query.model_dump(exclude={"limit", "cursor"})
        where = [self.route, dict(self.params), self.principal.role, filters]
        scope = json.dumps(where, default=str)
        return PageRequest(scope=scope, limit=self.query.limit, cursor=self.query.cursor)


@frozen
class Fresh:
    """A view with the revision that becomes its ETag."""

    view: BaseModel
    revision: int


@frozen
class Route:
    """A route as the OpenAPI document and the meta-tests see it."""

    method: str
    path: str
    roles: frozenset[Role]
    summary: str
    returns: Any
    function: Callable[..., Any] = field(repr=False)
    body: type[BaseModel] | None = None
    query: type[BaseModel] = NoQuery
    status: int = 200
    replayable: bool = True  # False: its answer holds a secret, so it is never kept
    locks: bool = False  # True: it heeds `If-Match`; others have no revision to match
    refuses: tuple[int, ...] = ()  # statuses it may give beyond those of its kind

    @property
    def command(self) -> bool:
        """Whether the route changes anything."""
        return self.method != "GET"


def check_revision(call: Call[Any], revision: int) -> None:
    """Refuse a command that was made against another revision. Raises `StaleRevision`."""
    if call.if_match is not None and revision not in call.if_match:
        raise StaleRevision(f"the revision is now {revision}", field="If-Match")


class Api(Blueprint):
    """A blueprint of typed routes; `ROUTES` is the list of all of them in the process."""

    ROUTES: ClassVar[list[Route]] = []

    def get(
        self,
        path: str,
        *,
        roles: frozenset[Role],
        returns: Any,
        query: type[BaseModel] = NoQuery,
        summary: str,
        refuses: tuple[int, ...] = (),
    ) -> Callable[[Callable[..., Any]], Callable[..., Response]]:
        """A route that reads."""
        return self._add(
            method="GET",
            path=PREFIX + path,
            roles=roles,
            returns=returns,
            query=query,
            summary=summary,
            refuses=refuses,
        )

    def command(
        self,
        method: str,
        path: str,
        *,
        roles: frozenset[Role],
        returns: Any,
        body: type[BaseModel] | None = None,
        status: int = 200,
        summary: str,
        **special: Any,
    ) -> Callable[[Callable[..., Any]], Callable[..., Response]]:
        """A route that changes something: its function returns a `Change`.

        `special`: `replayable`, `locks` and `refuses` of `Route`.
        """
        return self._add(
            method=method,
            path=PREFIX + path,
            roles=roles,
            returns=returns,
            body=body,
            status=status,
            summary=summary,
            **special,
        )

    def _add(self, **declared: Any) -> Callable[[Callable[..., Any]], Callable[..., Response]]:
        def decorate(function: Callable[..., Any]) -> Callable[..., Response]:
            route = Route(function=function, **declared)
            Api.ROUTES.append(route)

            @wraps(function)
            def view(**params: str) -> Response:
                return answered(route, self.current_request, params)

            protected = {"authorizer": auth.platform_authorizer} if route.roles else {}
            registered: Callable[..., Response] = self.route(
                route.path, methods=[route.method], cors=CORS, **protected
            )(view)
            return registered

        return decorate


def answered(route: Route, request: Any, params: Mapping[str, str]) -> Response:
    correlation_id = _correlation_id(request)
    outcome = "ok"
    try:
        answer = _run(route, request, params, correlation_id)
    except AppError as error:
        outcome = error.code
        answer = problem(error, correlation_id)
    except Exception as error:
        outcome = type(error).__name__
        crashed("request", error, correlation_id=correlation_id)
        answer = problem(AppError(), correlation_id)
    answer.headers["X-Correlation-Id"] = correlation_id
    logger.info(
        "request",
        extra={
            "route": f"{route.method} {route.path}",
            "status": answer.status_code,
            "outcome": outcome,
            "correlation_id": correlation_id,
        },
    )
    return answer


def _run(route: Route, request: Any, params: Mapping[str, str], correlation_id: str) -> Response:
    principal = _principal(route, request)
    sizes = [len(value.encode("utf-8", "replace")) for value in params.values()]
    if not all(0 < size <= LONGEST_ID for size in sizes):
        raise NotFound
    call: Call[Any] = Call(
        context=Context(now=now(), actor=principal.actor, correlation_id=correlation_id),
        principal=principal,
        body=_body(route, request),
        query=received.query(route.query, request.query_params),
        if_match=_if_match(route, request),
        route=route.path,
        params=params,
    )
    if not route.command:
        return _view_response(route, route.function(call, **params))
    key = _idempotency_key(route, request, params, principal)
    return _command_response(lambda: _command(route, call, params, key))


def _correlation_id(request: Any) -> str:
    given = request.headers.get("x-correlation-id") or ""
    return given if CORRELATION_ID.fullmatch(given) else new_id()


def _if_match(route: Route, request: Any) -> frozenset[int] | None:
    named = received.revisions(request.headers.get("if-match"))
    if named is not None and route.command and not route.locks:
        raise StaleRevision("nothing here has a revision", field="If-Match")
    return named


def _idempotency_key(
    route: Route, request: Any, params: Mapping[str, str], principal: Principal
) -> idempotency.Key | None:
    header = request.headers.get("idempotency-key")
    if header is None:
        return None
    if not route.replayable:
        raise Invalid("not here: the answer holds a secret", field="Idempotency-Key")
    where = f"{route.method} {route.path} {sorted(params.items())}"
    return idempotency.key_of(header, caller=principal.id, route=where, body=request.raw_body)


def _command(
    route: Route, call: Call[Any], params: Mapping[str, str], key: idempotency.Key | None
) -> tuple[idempotency.Answer, bool]:
    """Run a command once; the second value says that an earlier answer is given again."""
    if key is not None and (earlier := idempotency.earlier_answer(key)) is not None:
        return earlier, True
    try:
        return _first_time(route, call, params, key), False
    except AppError:
        # Refused because its twin was a moment quicker? Then the twin's answer is the answer.
        if key is not None and (earlier := idempotency.earlier_answer(key)) is not None:
            return earlier, True
        raise


def _first_time(
    route: Route, call: Call[Any], params: Mapping[str, str], key: idempotency.Key | None
) -> idempotency.Answer:
    change: Change = route.function(call, **params)
    answer = idempotency.Answer(
        status=change.status or route.status,
        body="" if route.returns is None else change.view.model_dump_json(),
        etag=None if change.revision is None else f'"{change.revision}"',
    )
    kept = [] if key is None else _kept(key, answer, call, change)
    carry_out(change, kept)
    return answer


def _kept(
    key: idempotency.Key, answer: idempotency.Answer, call: Call[Any], change: Change
) -> list[store.Write]:
    """The writes that keep an answer, under whom it tells of: so it ends with them."""
    told = (write.item.profile_id for write in change.writes if isinstance(write.item, EventItem))
    shown = getattr(change.view, "profile_id", None)
    first = call.params.get("profile_id") or next(filter(None, told), None) or shown
    about = tuple(dict.fromkeys(filter(None, (first, *change.about))))
    return idempotency.keep(key, answer, now=call.context.now, about=about)


def _command_response(
    command: Callable[[], tuple[idempotency.Answer, bool]],
) -> Response:
    answer, replayed = store.run_again(command)
    headers: Headers = {"Content-Type": "application/json"}
    if answer.etag is not None:
        headers["ETag"] = answer.etag
    if replayed:
        headers["Idempotent-Replay"] = "true"
    return Response(body=answer.body, status_code=answer.status, headers=headers)


def _view_response(route: Route, result: Any) -> Response:
    headers: Headers = {"Content-Type": "application/json"}
    if isinstance(result, Response):
        return result
    if isinstance(result, Fresh):
        headers["ETag"] = f'"{result.revision}"'
        result = result.view
    return Response(body=result.model_dump_json(), status_code=route.status, headers=headers)


_ANONYMOUS = Principal(id="anonymous", role=Role.INTEGRATION)


def _principal(route: Route, request: Any) -> Principal:
    if not route.roles:
        return _ANONYMOUS
    principal = auth.principal_from(request.context)
    if principal is None:
        raise Unauthenticated
    if principal.role not in route.roles:
        raise Forbidden(f"role {principal.role} may not do this")
    return principal


def _body(route: Route, request: Any) -> BaseModel | None:
    return None if route.body is None else received.body(route.body, request.raw_body)


def problem(error: AppError, correlation_id: str) -> Response:
    """An error as RFC 9457 problem details; `field` names what is at fault, `errors` all of it."""
    body: dict[str, Any] = {
        "type": f"urn:lien-mach:problem:{error.code}",
        "title": error.title,
        "status": error.status,
        "code": error.code,
        "detail": error.detail,
        "instance": f"urn:lien-mach:request:{correlation_id}",
    }
    if error.field is not None:
        body["field"] = error.field
        faults = error.faults or ((error.field, error.detail),)
        body["errors"] = [{"field": field, "detail": detail} for field, detail in faults]
    headers: Headers = {"Content-Type": "application/problem+json"}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    return Response(
        body=json.dumps(body, ensure_ascii=False), status_code=error.status, headers=headers
    )
