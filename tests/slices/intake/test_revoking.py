"""A user of a mini app takes back at Zalo what they allowed: consent ends, and what is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.platform import outward
from infra import signing
from tests.slices.intake.mini_apps import OTHER, SECRET, USER, App, Zalo
from tests.world import APP_ID, World, milliseconds

KEY, MINI_APP = "open-api-key", "2646373759294038927"


@pytest.fixture
def mini(world: World, monkeypatch: pytest.MonkeyPatch) -> App:
    users = {"AT-1": {"id": USER, "name": "Hoàng Anh"}, "AT-2": {"id": OTHER, "name": "Lan"}}
    monkeypatch.setattr(outward, "call", Zalo(users=users).call)
    held = {"app_secret": SECRET, "open_api_key": KEY}
    world.connect("zalo_mini_app", APP_ID, held, mode="live")
    app = App()
    app.signs_in()
    app.asks(world, "Đơn của mình giao trễ quá")
    world.run()
    return app


def revokes(world: World, at: int, user: str = USER, key: str = KEY) -> int:
    """What the platform posts."""
    name = "user.revoke.consent"
    body = {"event": name, "appId": MINI_APP, "userId": user, "timestamp": at}
    headers = {"X-ZEvent-Signature": signing.mini_app(body, key)}
    return world.webhook(f"mini_app/{APP_ID}", json.dumps(body).encode(), headers)


def asked_for(world: World, status: str = "open") -> list[dict[str, Any]]:
    return world.list("/rights-requests", status=status)


def test_consent_ends_and_everything_kept_with_it_once(world: World, mini: App) -> None:
    mini.own("consents", purpose="marketing", granted=True)
    (profile,) = world.list("/profiles")
    at = milliseconds()
    for _ in range(3):
        assert revokes(world, at) == 200
    world.run()
    (done,) = asked_for(world, "done")
    assert (done["kind"], done["profile_id"]) == ("erase", profile["id"])
    assert (done["verified_by"], done["by"]) == ("channel_account", "customer")
    assert asked_for(world) == []
    assert world.admin.get(f"/profiles/{profile['id']}").status == 410
    assert world.list("/conversations") == []
    assert world.pump.failures == {}


def test_who_comes_back_is_not_erased_by_a_late_repetition(
    world: World, mini: App, later: Callable[..., None]
) -> None:
    at = milliseconds()
    revokes(world, at)
    world.run()
    later(minutes=10)
    mini.signs_in()
    world.run()
    assert revokes(world, at) == 200
    world.run()
    (back,) = world.list("/profiles")
    assert back["name"] == "Hoàng Anh"
    assert len(asked_for(world, "done")) == 1
    assert revokes(world, milliseconds() + 1) == 200, "they revoke again, and mean it"
    world.run()
    assert world.list("/profiles") == []
    assert len(asked_for(world, "done")) == 2


def test_consent_alone_ends_where_the_account_says_so(world: World, mini: App) -> None:
    (profile,) = world.list("/profiles")
    (account,) = world.list("/channel-accounts", channel="zalo_mini_app")
    path = f"/channel-accounts/{account['id']}"
    settings = {"settings": {"on_revoke": "withdraw"}}
    assert world.admin.patch(path, settings).status == 200
    mini.own("consents", purpose="tracking", granted=True)
    at = milliseconds()
    for _ in range(2):
        revokes(world, at)
        world.run()
        world.run()
    told = world.admin.get(f"/profiles/{profile['id']}/consents").body
    said = [one for one in told["statements"] if one["wording"] == "revoked_at_provider"]
    assert {one["purpose"] for one in said} == {"marketing", "survey", "tracking", "sharing"}
    assert len(said) == 4
    assert {(one["state"], one["source"]) for one in said} == {("withdrawn", "app")}
    assert asked_for(world) == asked_for(world, "done") == []
    assert world.list("/profiles")[0]["name"] == "Hoàng Anh"


def test_a_stranger_s_or_forged_revocation_does_nothing(world: World, mini: App) -> None:
    assert revokes(world, milliseconds(), user=OTHER) == 200
    assert revokes(world, milliseconds(), key="another") == 401
    world.run()
    assert asked_for(world) == asked_for(world, "done") == []
    assert len(world.list("/profiles")) == 1
    assert world.pump.failures == {}


def test_an_erasure_that_was_asked_for_already_is_the_one(world: World, mini: App) -> None:
    (profile,) = world.list("/profiles")
    asked = world.admin.post(f"/profiles/{profile['id']}/erase", {"verified_by": "in_person"})
    assert asked.status == 202
    revokes(world, milliseconds())
    world.run()
    world.pump.retry()
    assert [one["id"] for one in asked_for(world, "done")] == [asked.body["id"]]
    assert asked_for(world) == []
