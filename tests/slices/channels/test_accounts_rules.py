"""Credentials: what is taken, how they rotate, when tokens are due, what the outbox hides."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.channels import rules
from chalicelib.platform.errors import Invalid
from chalicelib.platform.settings import SETTINGS

HOSTS = frozenset({"openapi.zalo.me", "oauth.zaloapp.com"})
NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"AppSecret": "x"}, "credentials"),
        ({"": "x"}, "credentials"),
        ({"app-secret": "x"}, "credentials"),
        ({"app_secret": ""}, "credentials.app_secret"),
        ({"app_secret": "  \n"}, "credentials.app_secret"),
        ({"app_secret": 7}, "credentials.app_secret"),
        ({"app_secret": {"a": "b"}}, "credentials.app_secret"),
        ({"app_secret": "x" * 2001}, "credentials.app_secret"),
        ({"app_secret": []}, "credentials.app_secret"),
        ({"app_secret": ["x", None]}, "credentials.app_secret"),
        ({"app_secret": ["x"] * 6}, "credentials.app_secret"),
        ({"secret": "a\x00b"}, "credentials.secret"),
        ({"secret": "a\ud800"}, "credentials.secret"),
        ({"access_token": "mã"}, "credentials.access_token"),
        ({"access_token": "a\nb"}, "credentials.access_token"),
    ],
)
def test_a_bad_credential_is_refused_by_name(given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        rules.checked_credentials(given)
    assert refusal.value.field == field


def test_pasted_white_space_is_cut_off_and_other_names_are_taken() -> None:
    given = {"access_token": " abc\n", "private_key": "-----BEGIN\nx\n-----END", "secret": "bí mật"}
    assert rules.checked_credentials(given) == {**given, "access_token": "abc"}


@pytest.mark.parametrize(
    ("name", "before", "given", "after"),
    [
        ("app_secret", ["old"], "new", ["new", "old"]),
        ("app_secret", ["old", "older"], "new", ["new", "old"]),
        ("app_secret", ["old", "older"], "old", ["old", "older"]),
        ("webhook_secret", ["old"], "new", ["new", "old"]),
        ("verify_token", ["old"], "new", ["new", "old"]),
        ("widget_key", ["old"], "new", ["new", "old"]),
        ("access_token", ["old"], "new", ["new"]),
        ("refresh_token", ["old"], "new", ["new"]),
        ("app_id", ["1"], "2", ["2"]),
        ("app_secret", [], "new", ["new"]),
        ("app_secret", ["old"], ["a", "b", "a"], ["a", "b"]),
        ("app_secret", ["old"], None, None),
        ("never_there", [], None, None),
    ],
)
def test_what_a_new_value_does_to_the_old(
    name: str, before: list[str], given: rules.Given, after: list[str] | None
) -> None:
    stored = {"other": ["stays"], **({name: before} if before else {})}
    assert rules.merged(stored, {name: given}).get(name) == after
    assert rules.merged(stored, {name: given})["other"] == ["stays"]


def test_credentials_have_to_fit_into_one_encryption() -> None:
    three = {f"part_{number}": "x" * 2000 for number in range(3)}
    with pytest.raises(Invalid) as refusal:
        rules.merged({}, three)
    assert refusal.value.field == "credentials"


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"Origins": []}, "settings"),
        ({"api_base": "ftp://x"}, "settings.api_base"),
        ({"api_base": "http://a b"}, "settings.api_base"),
        ({"api_base": 1}, "settings.api_base"),
        ({"api_base": "https://attacker.example"}, "settings.api_base"),
        ({"oauth_base": "https://openapi.zalo.me.attacker.example"}, "settings.oauth_base"),
        ({"text": "x" * 9000}, "settings"),
        *(
            ({"pull_reviews_minutes": wrong}, "settings.pull_reviews_minutes")
            for wrong in (-5, 10_081, 10**10, 10**40, True, "5", [5])
        ),
    ],
)
def test_bad_settings(settings: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        rules.checked_settings(settings, HOSTS)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    "address",
    [
        "https://openapi.zalo.me",
        "https://openapi.zalo.me:443/v3.0/oa/message/cs",
        "https://openapi.zalo.me?appsecret_proof=00",
    ],
)
def test_addresses_of_the_provider(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setattr(rules, "SETTINGS", replace(SETTINGS, stage="prod"))
    assert rules.may_be_called(address, HOSTS)
    assert not rules.may_be_called(address, frozenset())


@pytest.mark.parametrize(
    "address",
    [
        "http://openapi.zalo.me",
        "https://openapi.zalo.me:8443",
        "https://openapi.zalo.me.",
        "https://openapi.zalo.me.attacker.example",
        "https://openapi.zalo.me@attacker.example",
        "https://user:pw@openapi.zalo.me",
        "https://attacker.example\\@openapi.zalo.me",
        "https://attacker.example#@openapi.zalo.me",
        "https://attacker.example/openapi.zalo.me",
        "https://openapi.zalo.me/\n",
        "//openapi.zalo.me",
        "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:127.0.0.1]",
        None,
        ["https://openapi.zalo.me"],
    ],
)
def test_addresses_that_are_not(address: object) -> None:
    assert not rules.may_be_called(address, HOSTS)


@pytest.mark.parametrize(
    ("stage", "allowed"), [("local", True), ("test", True), ("prod", False), ("locals", False)]
)
def test_a_stand_in_on_this_machine(
    monkeypatch: pytest.MonkeyPatch, stage: str, *, allowed: bool
) -> None:
    monkeypatch.setattr(rules, "SETTINGS", replace(SETTINGS, stage=stage))
    for address in ("http://127.0.0.1:9/v26.0/", "http://localhost:8080", "https://[::1]:9"):
        assert rules.may_be_called(address, HOSTS) is allowed


@pytest.mark.parametrize(
    ("life", "due"),
    [
        (None, timedelta(0)),
        (timedelta(hours=25), timedelta(hours=23)),
        (timedelta(hours=1), timedelta(minutes=30)),
        (timedelta(hours=-4), timedelta(hours=-2)),
    ],
)
def test_when_a_token_is_renewed(life: timedelta | None, due: timedelta) -> None:
    ends = None if life is None else NOW + life
    placed = rules.due("0" * 32, ends, now=NOW)
    assert datetime.fromisoformat(placed["due_at"]) == NOW + due
    assert placed["due_shard"] == rules.due("0" * 32, None, now=NOW)["due_shard"]


def test_an_end_that_cannot_be_true_is_refused() -> None:
    for ends in (datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)):
        with pytest.raises(Invalid):
            rules.checked_end(ends, now=NOW)


def test_the_outbox_shows_no_secret() -> None:
    headers = {"Authorization": "Bearer x", "access_token": "x", "secret_key": "x", "X-A": "1"}
    assert rules.shown_headers(headers, {}) == {"X-A": "1"}
    shown = rules.shown_url("https://g.example/me?appsecret_proof=abc&x=1&access_token=t", {})
    assert shown == "https://g.example/me?x=1"
    plain = "https://g.example/me?a=%20b"
    assert rules.shown_url(plain, {}) == plain


def test_a_credential_is_shown_under_no_name() -> None:
    held = {"access_token": ["real+token/1"], "shop_cipher": ["cipher 77"], "app_id": ["app-12345"]}
    headers = {"x-tts-access-token": "real+token/1", "x-app": "app-12345"}
    assert rules.shown_headers(headers, held) == {"x-tts-access-token": "***", "x-app": "app-12345"}
    asked = {"shop_cipher": "cipher 77", "key": "real+token/1", "x": "1"}
    shown = rules.shown_url(f"https://g.example/me?{urlencode(asked)}", held)
    assert shown == "https://g.example/me?shop_cipher=***&key=***&x=1"
