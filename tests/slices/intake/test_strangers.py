"""Webhooks called by somebody who is no provider: refused, and at next to no cost."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from chalice.test import Client

from app import app
from chalicelib.channels import wire
from chalicelib.channels.base import Account, Verified, WebhookRequest
from chalicelib.channels.meta import webhook as meta
from chalicelib.intake import webhook
from tests.world import World

#: Small and expensive: a list that would be cut into one update for every three bytes.
BOMB = b'{"entry":[' + b"[]," * 1000 + b"[]]}"
GUESS = "0" * 64


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("meta", {}),
        ("meta", {"X-Hub-Signature-256": f"sha256={GUESS}"}),
        ("meta/105550001112223", {"X-Hub-Signature-256": f"sha256={GUESS}"}),
        ("zalo", {}),
        ("zalo", {"X-ZEvent-Signature": "mac=guess", "X-ZEvent-Timestamp": "1"}),
    ],
)
def test_a_strangers_body_is_not_parsed(
    world: World, monkeypatch: pytest.MonkeyPatch, path: str, headers: dict[str, str]
) -> None:
    monkeypatch.setattr(wire, "DECODER", None)
    assert world.webhook(path, BOMB, headers) == 401
    assert world.cloud.entries("inbound.fifo") == []


@pytest.mark.parametrize(("stale", "times"), [(False, 1), (True, 2)])
def test_it_is_hashed_again_only_for_other_accounts(
    world: World, monkeypatch: pytest.MonkeyPatch, *, stale: bool, times: int
) -> None:
    asked: list[int] = []
    load, verify = webhook._accounts, meta.Meta.verify

    def remembered(name: str, *, fresh: bool) -> list[Account]:
        return load(name, fresh=fresh) if fresh or not stale else []

    def counted(
        self: meta.Meta, request: WebhookRequest, accounts: Sequence[Account]
    ) -> Verified | None:
        asked.append(len(accounts))
        return verify(self, request, accounts)

    monkeypatch.setattr(webhook, "_accounts", remembered)
    monkeypatch.setattr(meta.Meta, "verify", counted)
    assert world.webhook("meta", BOMB, {"X-Hub-Signature-256": f"sha256={GUESS}"}) == 401
    assert len(asked) == times
    if stale:
        world.facebook("Vừa kết nối xong")
        world.run()
        assert world.ticket()


def test_a_flood_of_forms_is_told_when_to_come_again(world: World) -> None:
    world.connect("web_form", "shop", {})
    form = json.dumps({"message": "Cho mình hỏi giá"}).encode()
    headers = {"Content-Type": "application/json"}
    with Client(app) as client:
        answers = [
            client.http.post("/webhooks/website/shop", headers=headers, body=form)
            for _ in range(21)  # ten are taken; the minute may turn meanwhile
        ]
    refused = answers[-1]
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    assert answers[0].status_code == 200
