"""Connected accounts on moto: a Zalo account, a provider of ours, and faults."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

import botocore.client
import pytest

from app import app
from chalicelib.channels import connections, flows, tokens
from chalicelib.platform import outward, store
from chalicelib.platform.context import Context
from chalicelib.platform.roles import Role
from tests.client import Caller
from tests.cloud import Cloud

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
OA = "2345678901234567890"
ZALO = {
    "app_id": "3456789012345678901",
    "app_secret": "app-secret",
    "oa_secret_key": "oa-secret",
    "access_token": "access-1",
    "refresh_token": "refresh-1",
}


_numbers = count(1)


def at(now: datetime) -> Context:
    """Work at an instant."""
    return Context(
        now=now, actor="system", correlation_id="t", new_id=lambda: f"id-{next(_numbers):06d}"
    )


def connected(**wanted: Any) -> flows.Connected:
    """A connected account; by default a live Zalo OA whose token ends in 25 hours."""
    asked = {"channel": "zalo_oa", "account_id": OA, "name": "OA thử", "mode": "live"}
    item, writes = connections.connect({**asked, "credentials": ZALO, **wanted}, at(NOW))
    store.commit(writes)
    flows.forget()
    found = flows.account(item.id, fresh=True)
    assert found is not None
    return found


@pytest.fixture
def cloud(aws: Cloud) -> Iterator[Cloud]:
    """An empty stage that this process remembers nothing of."""
    flows.forget()
    yield aws
    flows.forget()


@pytest.fixture
def admin(cloud: Cloud) -> Caller:
    """The API of channel accounts, called by an administrator."""
    return Caller(app=app).token(Role.ADMIN)


@dataclass
class FakeZalo:
    """Zalo's token endpoint: every refresh token works once. `ask` runs before each answer."""

    valid: str = "refresh-1"
    issued: int = 1
    calls: list[dict[str, Any]] = field(default_factory=list)
    answers: list[tuple[int, bytes]] = field(default_factory=list)  # said instead, in order
    ask: Callable[[], None] = lambda: None

    def call(self, method: str, url: str, *, headers: Any, body: bytes) -> tuple[int, bytes]:
        """Stands in for `outward.call`."""
        self.calls.append({"method": method, "url": url, "headers": headers, "body": body})
        self.ask()
        if self.answers:
            return self.answers.pop(0)
        if f"refresh_token={self.valid}&" not in body.decode():
            return 200, b'{"error":-14014,"error_name":"Invalid refresh token"}'
        self.issued += 1
        self.valid = f"refresh-{self.issued}"
        pair = {"access_token": f"access-{self.issued}", "refresh_token": self.valid}
        return 200, json.dumps({**pair, "expires_in": "90000"}).encode()


@pytest.fixture
def zalo(monkeypatch: pytest.MonkeyPatch) -> FakeZalo:
    """Zalo as this process reaches it; pauses between attempts to store take no time."""
    fake = FakeZalo()
    monkeypatch.setattr(outward, "call", fake.call)
    monkeypatch.setattr(flows, "sleep", lambda seconds: None)
    return fake


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the metrics written."""
    names: list[str] = []

    def note(name: str, **_: Any) -> None:
        names.append(name)

    for module in (flows, tokens):
        monkeypatch.setattr(module, "count", note)
    return names


def stored(account: flows.Connected) -> Any:
    return connections.existing(account.account.id)


def token_events(cloud: Cloud) -> list[str]:
    return [n for n in (i["name"]["S"] for i in cloud.items("events")) if "token" in n]


class Killed(BaseException):
    """The process is gone: nothing of ours may catch it."""


@dataclass
class Aws:
    """AWS requests as they are made, and which of them go wrong."""

    calls: list[str] = field(default_factory=list)
    at: int = 0  # number of the first request that goes wrong, from 1; 0: none does
    times: int = 1
    error: Callable[[], BaseException] = Killed
    after: bool = False  # the request arrives, its answer does not
    only: str = ""  # count and break this operation alone

    def fail_next(
        self, times: int, *, error: Callable[[], BaseException], after: bool = False
    ) -> None:
        """Let the next requests go wrong, whichever they are."""
        self.at, self.times, self.error, self.after = len(self.calls) + 1, times, error, after

    def hit(self, operation: str) -> bool:
        """Note a request; whether it goes wrong."""
        if self.only not in ("", operation):
            return False
        self.calls.append(operation)
        return bool(self.at) and self.at <= len(self.calls) < self.at + self.times


@contextmanager
def aws_calls(monkeypatch: pytest.MonkeyPatch, **faults: Any) -> Iterator[Aws]:
    """Watch AWS requests, with the faults that the fields of `Aws` say."""
    seen = Aws(**faults)
    client_class: Any = botocore.client.BaseClient
    whole = client_class._make_api_call

    def call(client: Any, operation: str, arguments: Any) -> Any:
        hit = seen.hit(operation)
        if hit and not seen.after:
            raise seen.error()
        answer = whole(client, operation, arguments)
        if hit:
            raise seen.error()
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(client_class, "_make_api_call", call)
        yield seen
