"""Requests to a running instance: over HTTP with patience, and the API on top of it.

Used by `simulation`, `replay` and `tests.payloads`; tests put their own
`Transport` in its place.
"""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

#: What a provider too answers by trying again: too many at once, or not now.
AGAIN = frozenset({429, 503})
TRIES = 11  # in all a little over a minute, which outlasts a rate limit's window
TRIES_UNHEARD = 6  # when nobody answers at all
LONGEST_PAUSE = 15.0  # seconds
TIMEOUT = 30.0  # seconds


class Unreachable(Exception):
    """Nobody answers at the address."""


class NotRunning(Unreachable):
    """Nobody listens there at all, and nobody has since the first request."""


class Refused(Exception):
    """The API refused; the message is its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back. Header names are lower case; `tries` counts the attempts it took."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    tries: int = 1

    def json(self) -> Any:
        """The parsed body; None when it is empty or no JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class Transport(Protocol):
    """Carries one request, path as below the base URL (`/v1/tickets?limit=5`)."""

    def request(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Answer: ...


class Http:
    """HTTP with a kept connection for each thread; 429, 503 and no answer are tried again."""

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        self._secure = parts.scheme == "https"
        self._place = parts.netloc
        self._prefix = parts.path.rstrip("/")
        self._kept = threading.local()
        self._heard = False  # whether anybody ever answered

    def request(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Answer:
        """Raises `Unreachable` when nobody answers, however often it is tried.

        A refused connection at the very start is `NotRunning` at once: it is a
        restart that is worth waiting for, not something that never ran.
        """
        said = ""
        for attempt in range(1, TRIES + 1):
            answer = None
            try:
                answer = self._once(method, self._prefix + path, headers, body, tries=attempt)
                self._heard = True
            except (OSError, http.client.HTTPException) as error:
                self._forget()
                if isinstance(error, ConnectionRefusedError) and not self._heard:
                    raise NotRunning(f"nobody listens on {self._place}") from error
                said = f"{type(error).__name__}: {error}"
                if attempt >= TRIES_UNHEARD:
                    break
            if answer is not None and (answer.status not in AGAIN or attempt == TRIES):
                return answer
            time.sleep(_pause(attempt, answer))
        raise Unreachable(f"{self._place} does not answer: {said}")

    def _once(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, *, tries: int
    ) -> Answer:
        connection = self._connection()
        connection.request(method, path, body=body or None, headers=dict(headers))
        response = connection.getresponse()
        return Answer(
            status=response.status,
            body=response.read(),
            headers={name.lower(): value for name, value in response.getheaders()},
            tries=tries,
        )

    def _connection(self) -> http.client.HTTPConnection:
        kept: http.client.HTTPConnection | None = getattr(self._kept, "connection", None)
        if kept is None:
            kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
            kept = self._kept.connection = kind(self._place, timeout=TIMEOUT)
        if kept.sock is None:
            kept.connect()  # which sets TCP_NODELAY
        return kept

    def _forget(self) -> None:
        kept: http.client.HTTPConnection | None = getattr(self._kept, "connection", None)
        if kept is not None:
            kept.close()
        self._kept.connection = None


def _pause(attempt: int, answer: Answer | None) -> float:
    """Seconds until the next attempt: what the server asks for, else doubling with jitter."""
    asked = answer.headers.get("retry-after", "") if answer is not None else ""
    wanted = float(asked) if asked.isdigit() else 0.0
    doubled: float = 0.1 * 2**attempt * random.uniform(0.5, 1.0)
    return min(LONGEST_PAUSE, max(wanted, doubled))


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """The API below `/v1`, as one caller."""

    transport: Transport
    token: str

    def call(
        self, method: str, path: str, body: Any = None, *, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Any request; the answer whatever its status."""
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        raw = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        return self.transport.request(method, f"/v1{path}", {**sent, **(headers or {})}, raw)

    def get(self, path: str, **query: object) -> Any:
        """A resource. Raises `Refused`."""
        return checked(self.call("GET", f"{path}?{urlencode(query)}" if query else path))

    def items(self, path: str, **query: object) -> Iterator[dict[str, Any]]:
        """Every item of a list, page by page. Raises `Refused`."""
        cursor: dict[str, object] = {}
        while True:
            page = self.get(path, **{"limit": 100, **query, **cursor})
            yield from page["items"]
            if not page["next_cursor"]:
                return
            cursor = {"cursor": page["next_cursor"]}


def checked(answer: Answer) -> Any:
    """The body of a good answer. Raises `Refused` with what the API says."""
    if answer.status < 400:
        return answer.json()
    problem = answer.json()
    told: dict[str, Any] = problem if isinstance(problem, dict) else {}
    # API Gateway itself, which answers before our code, says `message` or `Message`.
    gateway = told.get("message") or told.get("Message") or http.client.responses.get(answer.status)
    code = f" {told['code']}:" if told.get("code") else ""
    raise Refused(f"{answer.status}{code} {told.get('detail') or gateway}")
