"""A channel that several providers carry: the account says which, from connecting to sending."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.channels import flows, registry
from chalicelib.channels.rules import HIDDEN, shown_body
from tests.client import Caller
from tests.cloud import Cloud

ACCOUNTS = "/channel-accounts"
SMS: dict[str, Any] = {"channel": "sms", "account_id": "SHOP", "name": "Tin nhắn"}
SPEEDSMS = SMS | {"provider": "speedsms", "credentials": {"access_token": "speed-token"}}
ESMS = SMS | {
    "provider": "esms",
    "credentials": {"api_key": "api-key", "secret_key": "secret-key", "webhook_secret": "s"},
}


def test_an_account_says_who_carries_its_channel(admin: Caller, cloud: Cloud) -> None:
    for wrong in ({}, {"provider": "zalo"}, {"provider": "nobody"}):
        refused = admin.post(ACCOUNTS, SMS | wrong)
        assert (refused.status, refused.body["field"]) == (422, "provider")
        assert "twilio_sms, esms, speedsms, sns" in refused.body["detail"]
    assert not cloud.items("channels")
    made = admin.post(ACCOUNTS, ESMS)
    assert made.status == 201, made.body
    assert made.body["provider"] == "esms"
    assert made.body["webhook_path"] == "/webhooks/esms/SHOP"
    assert [one.account.channel for one in flows.accounts_of("esms", fresh=True)] == ["sms"]


def test_a_channel_with_one_provider_need_not_say_it(admin: Caller, cloud: Cloud) -> None:
    form = {"channel": "web_form", "account_id": "site", "name": "Trang chủ"}
    assert admin.post(ACCOUNTS, form).body["provider"] == "website"
    again = form | {"account_id": "site-2", "provider": "website"}
    assert admin.post(ACCOUNTS, again).status == 201
    assert admin.post(ACCOUNTS, form | {"provider": "esms"}).status == 422


def test_a_provider_that_sends_nothing_in_has_no_address(admin: Caller, cloud: Cloud) -> None:
    made = admin.post(ACCOUNTS, SPEEDSMS)
    assert (made.status, made.body["webhook_path"]) == (201, None)
    assert made.body["state"] == "connected"


def test_a_live_account_needs_what_its_own_provider_needs(admin: Caller, cloud: Cloud) -> None:
    live = {"mode": "live", "credentials": {}}
    asked = {
        provider: {fault["field"] for fault in refused.body["errors"]}
        for provider in ("twilio_sms", "esms", "speedsms")
        for refused in [admin.post(ACCOUNTS, SMS | live | {"provider": provider})]
    }
    names = {
        "twilio_sms": {"account_sid", "auth_token"},
        "esms": {"api_key", "secret_key", "webhook_secret"},
        "speedsms": {"access_token"},
    }
    assert asked == {one: {f"credentials.{name}" for name in names[one]} for one in names}
    assert admin.post(ACCOUNTS, SMS | live | {"provider": "sns"}).status == 201


def test_the_provider_may_change_and_the_account_goes_on(admin: Caller, cloud: Cloud) -> None:
    first = admin.post(ACCOUNTS, SPEEDSMS).body
    assert admin.post(ACCOUNTS, ESMS).status == 409
    path = f"{ACCOUNTS}/{first['id']}"
    assert admin.call("DELETE", path).status == 200
    second = admin.post(ACCOUNTS, ESMS).body
    assert (second["id"], second["provider"]) == (first["id"], "esms")
    assert flows.accounts_of("speedsms", fresh=True) == []
    assert [one.account.id for one in flows.accounts_of("esms", fresh=True)] == [first["id"]]


def test_lists_the_channel_whoever_carries_it(admin: Caller, cloud: Cloud) -> None:
    for account in (SPEEDSMS, ESMS | {"account_id": "8079"}):
        admin.post(ACCOUNTS, account)
    admin.post(ACCOUNTS, {"channel": "web_form", "account_id": "site", "name": "Trang chủ"})

    def listed(**query: str) -> set[str]:
        return {one["provider"] for one in admin.get(ACCOUNTS, **query).body["items"]}

    assert listed(channel="sms") == {"speedsms", "esms"}
    assert listed(channel="sms", provider="esms") == {"esms"}
    assert listed(channel="sms", provider="website") == set()
    assert listed(channel="web_form") == {"website"}
    assert listed(channel="nothing") == set()


def test_the_registry_gives_the_adapter_of_a_provider() -> None:
    carrying = registry.adapters("sms")
    assert list(carrying) == ["twilio_sms", "esms", "speedsms", "sns"]
    assert registry.adapter("sms") is carrying["twilio_sms"]
    assert registry.adapter("sms", "esms") is carrying["esms"]
    assert registry.adapter("sms", "zalo") is None
    assert registry.adapters("nothing") == {}


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ('{"Key":"long-secret","Text":"Chào"}', '{"Key":"***","Text":"Chào"}'),
        ("Token=long%2Dsecret", "Token=long%2Dsecret"),
        ("Token=b%2Fc%2Fd%2Fe", f"Token={HIDDEN}"),
        ('{"Key":"quo\\"ted"}', '{"Key":"***"}'),
        ("SID AC123456, short abc", "SID AC123456, short abc"),
    ],
)
def test_credentials_in_a_body_are_not_shown(body: str, shown: str) -> None:
    held = {
        "secret_key": ["long-secret", "b/c/d/e", 'quo"ted'],
        "pin": ["abc"],
        "account_sid": ["AC123456"],
    }
    assert shown_body(body.encode(), held) == shown
