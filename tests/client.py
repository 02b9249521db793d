"""A caller of the API, in-process: Chalice's own gateway with its authorizers, no sockets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from chalice.app import Chalice
from chalice.test import Client

from chalicelib.platform import auth, store
from chalicelib.platform.clock import now
from chalicelib.platform.roles import Role
from tests.promise import check_promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: `body` is parsed JSON, None when there is none."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def etag(self) -> str:
        """The answer's entity tag; empty when it has none."""
        return self.headers.get("etag", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Calls the API with a fixed set of headers; `token` and `with_headers` give another one."""

    app: Chalice
    headers: Mapping[str, str] = field(default_factory=dict)

    def token(self, role: Role, *, agent_id: str | None = None) -> Caller:
        """A caller with a fresh token of this role."""
        return self.bearer(make_token(role, agent_id=agent_id))

    def bearer(self, text: str) -> Caller:
        """A caller with this token."""
        return self.with_headers(Authorization=f"Bearer {text}")

    def with_headers(self, **headers: str) -> Caller:
        """A caller with further headers; underscores stand for hyphens."""
        added = {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self, headers={**self.headers, **added})

    def get(self, path: str, **query: object) -> Answer:
        """GET below `/v1`."""
        return self.call("GET", f"{path}?{urlencode(query)}" if query else path)

    def post(self, path: str, body: Any = None) -> Answer:
        """POST JSON below `/v1`."""
        return self.call("POST", path, body)

    def put(self, path: str, body: Any = None) -> Answer:
        """PUT JSON below `/v1`."""
        return self.call("PUT", path, body)

    def patch(self, path: str, body: Any = None) -> Answer:
        """PATCH JSON below `/v1`."""
        return self.call("PATCH", path, body)

    def delete(self, path: str) -> Answer:
        """DELETE below `/v1`."""
        return self.call("DELETE", path)

    def call(self, method: str, path: str, body: Any = None) -> Answer:
        """Any request below `/v1`, with a JSON body unless it is None."""
        sent = b"" if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **self.headers}
        with Client(self.app) as client:
            response = client.http.request(method, f"/v1{path}", headers=headers, body=sent)
        answer = Answer(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=json.loads(response.body) if response.body else None,
        )
        check_promise(method, f"/v1{path}", answer.status, answer.body)
        return answer


def make_token(
    role: Role, *, agent_id: str | None = None, expires_at: datetime | None = None
) -> str:
    """The text of a new token that the store knows."""
    text, _, write = auth.issue(
        role, name="test", agent_id=agent_id, expires_at=expires_at, at=now()
    )
    store.commit([write])
    return text
