"""The three marketplaces as tests see them: their shops, signed pushes, and their APIs' answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from chalicelib.platform import outward
from chalicelib.platform.clock import now
from tests.contracts.cases import lazada, shopee, tiktok_shop
from tests.world import World

PHONE = "0912345678"
#: provider → its contract case
CASES: dict[str, ModuleType] = {"shopee": shopee, "lazada": lazada, "tiktok": tiktok_shop}
Answer = tuple[int, Any]


def seconds(ago: int = 0) -> int:
    """A moment ago as the marketplaces write it."""
    return int(now().timestamp()) - ago


def connect(world: World, provider: str, *, mode: str = "sandbox", **more: str) -> str:
    """Connect the shop of a contract case; returns our id of it."""
    account = CASES[provider].CASE.account
    credentials = {name: values[0] for name, values in account.credentials.items()}
    return world.connect(account.channel, account.account_id, credentials | more, mode=mode)


def push(world: World, provider: str, body: bytes, *, run: bool = True) -> None:
    """One push as the marketplace signs it, and everything behind it."""
    case = CASES[provider].CASE
    assert world.webhook(provider, body, case.sign(body, case.secret)) == 200
    if run:
        world.run()


def order(world: World) -> dict[str, Any]:
    """The one order there is."""
    (only,) = world.list("/orders")
    return only


@dataclass
class FakeApi:
    """The providers' APIs: answers by path, and every request as it came."""

    answers: dict[str, Callable[[dict[str, str]], Answer]] = field(default_factory=dict)
    calls: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)

    def call(self, method: str, url: str, *, headers: Any, body: bytes) -> tuple[int, bytes]:
        """Stands in for `outward.call`."""
        parts = urlsplit(url)
        written = body.decode()
        form = parts.query or ("" if written.startswith("{") else written)
        given = {name: values[0] for name, values in parse_qs(form).items()}
        sent = json.loads(written) if written.startswith("{") else None
        self.calls.append((method, parts.path, {**headers, **given}, sent))
        known = [one for path, one in self.answers.items() if parts.path.endswith(path)]
        status, value = known[0](given) if known else (404, {})
        return status, json.dumps(value).encode()

    def asked(self) -> list[str]:
        """The paths that were called, in order."""
        return [path for _, path, _, _ in self.calls]


def api(patch: pytest.MonkeyPatch) -> FakeApi:
    """Every provider, as this process reaches it."""
    fake = FakeApi()
    patch.setattr(outward, "call", fake.call)
    return fake
