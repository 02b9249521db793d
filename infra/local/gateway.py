"""The HTTP side: API Gateway's behaviour around the Chalice app, as a WSGI application.

Chalice's own `LocalGateway` matches routes, runs the built-in authorizer and
answers preflights; this adds what it lacks against API Gateway: threads, raw
paths, the caller's address, binary answers, the size limit. Served by `runtime`.
"""

from __future__ import annotations

import base64
import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, cast

from chalice import Chalice
from chalice.config import Config
from chalice.local import (
    CustomLocalChalice,
    ForbiddenError,
    LocalChalice,
    LocalGateway,
    LocalGatewayException,
    NotAuthorizedError,
)

from infra.packaging.answers import ANSWERS, own_answer

from .invoke import Context
from .sources import Handler

log = logging.getLogger(__name__)

#: A machine accepts faster than it works off. Once its queues are STEADY_FROM seconds
#: behind, webhooks are answered at a steady pace instead of in bursts; further behind
#: their answers wait longer, as a busy provider's would: so the delay of a message
#: stays bounded. Providers allow 2 s (Zalo) or more.
STEADY_FROM = 0.15
STEADY_PER_SECOND = 61
BEHIND_ALLOWED = 4.0
WAIT_PER_SECOND_BEHIND = 0.2
LONGEST_WAIT = 0.5
PACED = "/webhooks/"

LARGEST_BODY = 10 * 1024 * 1024  # bytes; API Gateway's limit, not raisable
STAGE = "api"

StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class UnknownPath(LocalGatewayException):
    """No route: Chalice imitates the 403 that the deployed gateway is told to answer as 404."""

    CODE = 404


class Gateway(LocalGateway):
    """`LocalGateway` with our Lambda context and a fuller request context."""

    def __init__(self, app: Chalice, handler: Handler) -> None:
        share_between_threads(app)
        super().__init__(app, Config.create(chalice_stage=STAGE, app_name=app.app_name))
        self._handler = handler
        self._binary_types = set(app.api.binary_types)
        self._caller = threading.local()

    def answer(
        self, method: str, path: str, headers: dict[str, str], body: bytes, *, address: str
    ) -> dict[str, Any]:
        """One request → `statusCode`, `headers`, `multiValueHeaders`, `body`, as from Lambda."""
        self._caller.address = address
        answer: dict[str, Any] = self.handle_request(method, path, headers, body or None)
        return answer

    def _generate_lambda_context(self) -> Any:
        return Context(self._handler)

    def _generate_lambda_event(
        self, method: str, path: str, headers: dict[str, str], body: bytes | None
    ) -> dict[str, Any]:
        try:
            event: dict[str, Any] = super()._generate_lambda_event(method, path, headers, body)
        except ValueError:
            raise UnknownPath({}) from None
        event["httpMethod"], event["path"] = method, path.partition("?")[0]
        event["resource"] = event["requestContext"]["resourcePath"]
        event["requestContext"] |= {
            "requestId": str(uuid.uuid4()),
            "stage": STAGE,
            "protocol": "HTTP/1.1",
            "domainName": headers.get("host", ""),
            "identity": {
                "sourceIp": self._caller.address,
                "userAgent": headers.get("user-agent", ""),
            },
        }
        if body is not None and _media_type(headers) in self._binary_types:
            event |= {"body": base64.b64encode(body).decode("ascii"), "isBase64Encoded": True}
        return event


def share_between_threads(app: Chalice) -> None:
    """Make `app.current_request` a value of each thread, as `chalice local` does."""
    if isinstance(app, LocalChalice):
        return
    CustomLocalChalice.__bases__ = (LocalChalice, app.__class__)
    app.__class__ = CustomLocalChalice


class Application:
    """The WSGI application; `at_work` counts the requests in hand.

    `behind` tells how many seconds the queues are behind.
    """

    def __init__(self, gateway: Gateway, behind: Callable[[], float] = lambda: 0.0) -> None:
        self._gateway = gateway
        self._behind = behind
        self._counting = threading.Lock()
        self._pace = Pace(STEADY_PER_SECOND)
        self.at_work = 0
        self.closing = False

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        self._note(+1)
        try:
            status, headers, body = self._respond(environ)
        finally:
            self._note(-1)
        length = [("Content-Length", str(len(body)))]
        start_response(f"{status} {_phrase(status)}", headers + length)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _respond(self, environ: dict[str, Any]) -> tuple[int, list[tuple[str, str]], bytes]:
        if self.closing:
            return _refused(503, {"Retry-After": "5"})
        headers = _headers(environ)
        body = environ["wsgi.input"].read()
        if len(body) > LARGEST_BODY:
            return _refused(413)
        address = environ["REMOTE_ADDR"]
        method, path = environ["REQUEST_METHOD"], _raw_path(environ)
        if method == "POST" and path.startswith(PACED):
            behind = self._behind()
            steady = self._pace.turn() if behind > STEADY_FROM else 0.0
            time.sleep(steady + pause(behind))
        try:
            answer = self._gateway.answer(method, path, headers, body, address=address)
        except ForbiddenError:
            return _refused(ANSWERS["ACCESS_DENIED"][0])
        except LocalGatewayException as error:
            return _refused(error.CODE, error.headers)
        except Exception as error:  # noqa: BLE001  what a failing authorizer raises, as AWS reads it
            return _failed(error)
        return _from_lambda(answer)

    def _note(self, change: int) -> None:
        with self._counting:
            self.at_work += change


class Pace:
    """Turns at a steady rate, whoever asks for them."""

    def __init__(self, per_second: float) -> None:
        self._gap = 1 / per_second
        self._next = 0.0
        self._taking = threading.Lock()

    def turn(self) -> float:
        """Seconds until the caller's turn."""
        with self._taking:
            now = time.monotonic()
            mine = max(now, self._next)
            self._next = mine + self._gap
        return mine - now


def pause(behind: float) -> float:
    """Seconds a webhook's answer waits when the queues are `behind` seconds behind."""
    return min(LONGEST_WAIT, max(0.0, behind - BEHIND_ALLOWED) * WAIT_PER_SECOND_BEHIND)


def _failed(error: Exception) -> tuple[int, list[tuple[str, str]], bytes]:
    if str(error) == "Unauthorized":  # the one message API Gateway turns into a 401
        return _refused(NotAuthorizedError.CODE)
    log.error("request failed outside a view", exc_info=error)
    return _refused(500)


def _refused(
    status: int, more: Mapping[str, str] = MappingProxyType({})
) -> tuple[int, list[tuple[str, str]], bytes]:
    """An answer of the gateway itself, as the deployed one gives it."""
    headers, body = own_answer(status, str(uuid.uuid4()))
    return status, list({**headers, **more}.items()), body


def _from_lambda(answer: dict[str, Any]) -> tuple[int, list[tuple[str, str]], bytes]:
    headers = [(name, str(value)) for name, value in answer.get("headers", {}).items()]
    for name, values in answer.get("multiValueHeaders", {}).items():
        headers += [(name, str(value)) for value in values]
    if "content-type" not in {name.lower() for name, _ in headers}:
        headers.append(("Content-Type", "application/json"))
    body = answer.get("body") or b""
    if answer.get("isBase64Encoded"):
        body = base64.b64decode(body)
    return int(answer["statusCode"]), headers, body.encode() if isinstance(body, str) else body


def _headers(environ: dict[str, Any]) -> dict[str, str]:
    """Header → value, lower case. WSGI hands them over as Latin-1 text of the raw bytes."""
    headers = {
        name[5:].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").lower()] = environ[name]
    return headers


def _raw_path(environ: dict[str, Any]) -> str:
    """Path and query as sent, still percent-encoded."""
    uri = cast(str, environ["REQUEST_URI"])
    return uri if uri.startswith("/") else "/" + uri.partition("://")[2].partition("/")[2]


def _media_type(headers: dict[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
