"""Faults of our own while a token is renewed: AWS away for a while or for long, and kills."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from chalicelib.channels import flows, tokens
from chalicelib.channels.sending import RefreshFailed
from chalicelib.platform import secrets, store
from chalicelib.platform.errors import AppError
from tests.cloud import Cloud
from tests.slices.channels.conftest import (
    NOW,
    FakeZalo,
    Killed,
    at,
    aws_calls,
    connected,
    stored,
    token_events,
)

LATER = NOW + tokens.LOCK + timedelta(seconds=1)
Monkey = pytest.MonkeyPatch
Fault = Callable[[], BaseException]


def unavailable() -> Exception:
    return EndpointConnectionError(endpoint_url="https://aws.example")


def throttled() -> Exception:
    return ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow"}}, "Any")


ATTEMPTS = len(flows.STORE_PAUSES)


@pytest.mark.parametrize("error", [unavailable, throttled])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("times", range(1, ATTEMPTS))
def test_the_pair_is_stored_though_aws_fails_after_the_answer(
    cloud: Cloud, zalo: FakeZalo, monkeypatch: Monkey, *, times: int, after: bool, error: Fault
) -> None:
    """`after`: our writes arrive and only the answers are lost, which must not store twice."""
    account = connected()
    with aws_calls(monkeypatch) as aws:
        zalo.ask = lambda: aws.fail_next(times, error=error, after=after)
        assert flows.renew(account, at(NOW)).account.secret("access_token") == "access-2"
    assert tokens.opened(stored(account))["refresh_token"] == (zalo.valid,)
    assert len(zalo.calls) == 1
    assert token_events(cloud) == ["account.token_renewed"]


@pytest.mark.parametrize("operation", ["Encrypt", "TransactWriteItems", "GetItem"])
def test_one_service_that_stays_away_is_loud(
    cloud: Cloud, zalo: FakeZalo, monkeypatch: Monkey, counted: list[str], operation: str
) -> None:
    account = connected()
    with aws_calls(monkeypatch, only=operation) as aws:
        zalo.ask = lambda: aws.fail_next(99, error=unavailable)
        with pytest.raises(AppError) as refusal:
            flows.renew(account, at(NOW))
    state = stored(account).state
    expected: dict[str, tuple[type[AppError], str, list[str]]] = {
        # Without keys nothing can be sealed, but the state can be said.
        "Encrypt": (RefreshFailed, "needs_reconnect", ["account_token_failed"]),
        # Nothing can be written: the metric alone says it, until the next attempt is refused.
        "TransactWriteItems": (RefreshFailed, "connected", ["account_token_failed"]),
        # The pair went in with the first attempt; only the look afterwards failed.
        "GetItem": (store.StoreUnavailable, "connected", []),
    }
    assert (refusal.type, state, counted) == expected[operation]


def test_a_pair_lost_with_the_store_is_found_by_the_next_attempt(
    cloud: Cloud, zalo: FakeZalo, monkeypatch: Monkey, counted: list[str]
) -> None:
    account = connected()
    with aws_calls(monkeypatch) as aws:
        zalo.ask = lambda: aws.fail_next(99, error=unavailable)
        with pytest.raises(RefreshFailed):
            flows.renew(account, at(NOW))
    zalo.ask = lambda: None
    assert stored(account).lock_until is not None
    assert flows.renew_due(lambda: at(LATER)) == {"renewed": 0, "failed": 1, "no_longer_due": 0}
    assert stored(account).state == "needs_reconnect"
    assert counted == [
        "account_token_failed",
        "account_token_lock_expired",
        "account_token_failed",
    ]


def requests_of_a_renewal(zalo: FakeZalo, monkeypatch: Monkey) -> list[str]:
    secrets.unseal.cache_clear()
    account = connected()
    with aws_calls(monkeypatch) as aws:
        flows.renew(account, at(NOW))
    return aws.calls


@pytest.mark.parametrize("after", [False, True])
def test_a_kill_at_any_aws_request_leaves_a_token_that_works_or_an_alarm(
    cloud: Cloud, zalo: FakeZalo, monkeypatch: Monkey, *, after: bool
) -> None:
    for number in range(1, 1 + len(requests_of_a_renewal(zalo, monkeypatch))):
        cloud.wipe()
        zalo.valid, zalo.issued = "refresh-1", 1
        zalo.calls.clear()
        account = connected()
        with aws_calls(monkeypatch, at=number, after=after) as aws, pytest.raises(Killed):
            flows.renew(account, at(NOW))
        killed_at = aws.calls[-1]
        renew_or_refuse(account)
        item = stored(account)
        works = tokens.opened(item)["refresh_token"] == (zalo.valid,)
        lost = killed_at == "Encrypt" or (killed_at == "TransactWriteItems" and not after)
        assert (works, item.state) == ((not lost), "needs_reconnect" if lost else "connected")
        assert token_events(cloud) == [f"account.token_{'failed' if lost else 'renewed'}"], (
            killed_at
        )
        assert len(zalo.calls) == (2 if lost else 1)


def renew_or_refuse(account: flows.Connected) -> None:
    """The next attempt, once the lock has run out; it may end in a refusal."""
    try:
        flows.renew(account, at(LATER))
    except RefreshFailed:
        return
