"""Accounts without the credentials their channel needs: live ones are refused, sandbox ones say."""

from __future__ import annotations

from typing import Any

import pytest
from chalice.test import Client

from app import app
from chalicelib.channels import registry
from tests.client import Caller
from tests.slices.channels.conftest import OA, ZALO
from tests.world import World

ACCOUNTS = "/channel-accounts"


def asked(channel: str, credentials: dict[str, str], mode: str) -> dict[str, Any]:
    named = {"channel": channel, "account_id": OA, "name": "Kênh", "mode": mode}
    return {**named, "credentials": credentials}


@pytest.mark.parametrize(
    ("channel", "credentials", "missing"),
    [
        ("zalo_oa", {}, ["access_token", "oa_secret_key"]),
        ("zalo_oa", {"oa_secret_key": "s", "refresh_token": "r"}, ["access_token"]),
        ("facebook_message", {"access_token": "a", "verify_token": "v"}, ["app_secret"]),
    ],
)
def test_a_live_account_needs_what_it_hears_and_speaks_with(
    admin: Caller, channel: str, credentials: dict[str, str], missing: list[str]
) -> None:
    refused = admin.post(ACCOUNTS, asked(channel, credentials, "live"))
    assert (refused.status, refused.body["field"]) == (422, f"credentials.{missing[0]}")
    assert [one["field"] for one in refused.body["errors"]] == [
        f"credentials.{name}" for name in missing
    ]
    assert missing[0] in refused.body["detail"]
    assert admin.get(ACCOUNTS).body["items"] == []


@pytest.mark.parametrize(
    ("channel", "credentials"),
    [
        ("zalo_oa", {"oa_secret_key": "s", "access_token": "a"}),
        ("facebook_message", {"app_secret": "s", "access_token": "a"}),
        ("web_form", {}),
        ("web_form", {"unheard_of": "x"}),
    ],
)
def test_a_live_account_needs_no_more(
    admin: Caller, channel: str, credentials: dict[str, str]
) -> None:
    made = admin.post(ACCOUNTS, asked(channel, credentials, "live"))
    assert (made.status, made.body["state"]) == (201, "connected")


@pytest.mark.parametrize(
    ("channel", "credentials", "state"),
    [
        ("zalo_oa", {}, "incomplete"),
        ("zalo_oa", {"app_id": "1"}, "incomplete"),
        ("zalo_oa", {"oa_id": "1", "oa_secret_key": "s"}, "connected"),
        ("facebook_message", {"verify_token": "v"}, "incomplete"),
        ("facebook_message", {"app_secret": "s"}, "connected"),
        ("web_form", {}, "connected"),
        ("web_form", {"widget_key": "k"}, "connected"),
        ("web_form", {"secret": "s"}, "connected"),
    ],
)
def test_a_sandbox_account_may_lack_them_and_says_so(
    admin: Caller, channel: str, credentials: dict[str, str], state: str
) -> None:
    made = admin.post(ACCOUNTS, asked(channel, credentials, "sandbox"))
    assert (made.status, made.body["state"]) == (201, state)
    assert (made.body["state_reason"] is not None) == (state == "incomplete")


def test_it_is_connected_once_they_are_there_and_goes_live_no_sooner(admin: Caller) -> None:
    made = admin.post(ACCOUNTS, asked("zalo_oa", {}, "sandbox")).body
    assert "oa_secret_key" in made["state_reason"]
    path = f"{ACCOUNTS}/{made['id']}"
    early = admin.patch(path, {"mode": "live"})
    assert (early.status, early.body["field"]) == (422, "credentials.access_token")
    assert admin.patch(path, {"name": "Tên mới"}).body["state"] == "incomplete"
    heard = admin.patch(path, {"credentials": {"oa_secret_key": "s"}}).body
    assert (heard["state"], heard["state_reason"]) == ("connected", None)
    live = admin.patch(path, {"mode": "live", "credentials": ZALO})
    assert (live.status, live.body["state"]) == (200, "connected")
    broken = admin.patch(path, {"credentials": {"access_token": None}})
    assert (broken.status, broken.body["field"]) == (422, "credentials.access_token")
    without = {"mode": "sandbox", "credentials": {"oa_secret_key": None}}
    assert admin.patch(path, without).body["state"] == "incomplete"


def test_an_incomplete_account_sends_in_the_sandbox(world: World) -> None:
    world.zalo("Cho mình đổi size áo với ạ")
    world.run()
    (account,) = (one for one in world.list(ACCOUNTS) if one["channel"] == "zalo_oa")
    path = f"{ACCOUNTS}/{account['id']}"
    changed = world.admin.patch(path, {"credentials": {"oa_secret_key": None}})
    assert changed.body["state"] == "incomplete"
    ticket = world.ticket()["id"]
    assert world.admin.post(f"/tickets/{ticket}/replies", {"text": "Dạ"}).status == 202
    world.run()
    assert [one["status"] for one in world.messages(ticket)][1:] == ["sent"]
    assert len(world.list(f"{path}/outbox")) == 1


def test_an_incomplete_page_still_answers_the_hand_shake(world: World) -> None:
    page = world.admin.post(
        ACCOUNTS,
        {**asked("facebook_message", {"verify_token": "only"}, "sandbox"), "account_id": "1"},
    )
    assert page.body["state"] == "incomplete"
    asked_for = "hub.mode=subscribe&hub.verify_token=only&hub.challenge=42"
    with Client(app) as client:
        assert client.http.get(f"/webhooks/meta?{asked_for}").body == b"42"


def test_an_unknown_channel_names_the_known_ones(admin: Caller) -> None:
    refused = admin.post(ACCOUNTS, asked("zalo", {}, "sandbox"))
    assert (refused.status, refused.body["field"]) == (422, "channel")
    assert all(channel in refused.body["detail"] for channel in registry.CHANNELS)
