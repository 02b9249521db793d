"""Fixtures of replies on their way out."""

from __future__ import annotations

import pytest

from chalicelib.channels import flows as accounts
from chalicelib.platform import outward
from tests.slices.conftest import Later
from tests.slices.conversations.desk import SIZE, TOKENS, Desk, Provider
from tests.slices.conversations.templates import (
    ENTERED,
    PHONE,
    Shop,
    ZaloTemplates,
    customer,
    until,
)
from tests.world import APP_ID, OA_SECRET, World


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Provider:
    fake = Provider()
    monkeypatch.setattr(outward, "call", fake.call)
    return fake


@pytest.fixture
def desk(world: World, provider: Provider) -> Desk:
    (account,) = (a for a in world.list("/channel-accounts") if a["channel"] == "zalo_oa")
    credentials = {"app_id": APP_ID, "oa_secret_key": OA_SECRET, **TOKENS}
    live = {
        "mode": "live",
        "credentials": credentials,
        "token_expires_at": "2030-01-01T00:00:00Z",
    }
    changed = world.admin.patch(f"/channel-accounts/{account['id']}", live)
    assert changed.status == 200, changed.body
    accounts.forget()
    lan = world.agent("Lan")
    world.zalo(SIZE)
    world.run()
    return Desk(world=world, lan=lan, ticket=world.ticket(), account=account["id"])


@pytest.fixture
def zalo(monkeypatch: pytest.MonkeyPatch) -> ZaloTemplates:
    fake = ZaloTemplates()
    monkeypatch.setattr(outward, "call", fake.call)
    return fake


@pytest.fixture
def shop(world: World, zalo: ZaloTemplates, later: Later) -> Shop:
    """A live OA with an approved template and a customer with a proved phone; it is noon."""
    later(seconds=until(12).total_seconds())
    (account,) = (a for a in world.list("/channel-accounts") if a["channel"] == "zalo_oa")
    credentials = {"app_id": APP_ID, "oa_secret_key": OA_SECRET, **TOKENS}
    live = {
        "mode": "live",
        "credentials": credentials,
        "token_expires_at": "2030-01-01T00:00:00Z",
    }
    assert world.admin.patch(f"/channel-accounts/{account['id']}", live).status == 200
    accounts.forget()
    entered = world.admin.post(f"/channel-accounts/{account['id']}/templates", ENTERED)
    assert entered.status == 201, entered.body
    profile = customer(world, PHONE, vouched=True)
    return Shop(world=world, account=account["id"], profile=profile)
