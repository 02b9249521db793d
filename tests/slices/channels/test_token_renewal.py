"""Renewing a single-use token: once, one at a time, stored before use, and loud when it fails."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.channels import connections, flows, jobs, tokens
from chalicelib.channels.model import ChannelAccount
from chalicelib.channels.sending import RefreshFailed
from chalicelib.platform import store
from chalicelib.platform.clock import parse
from chalicelib.platform.context import Context
from chalicelib.platform.errors import Transient
from tests.cloud import Cloud
from tests.slices.channels.conftest import NOW, ZALO, FakeZalo, at, connected, stored, token_events

LATER = NOW + tokens.LOCK + timedelta(seconds=1)
Monkey = pytest.MonkeyPatch
TICK = dict.fromkeys(
    ("version", "account", "region", "detail", "detail-type", "source", "time", "resources", "id"),
    "",
)


def access_token(account: flows.Connected) -> str | None:
    found = flows.account(account.account.id, fresh=True)
    return None if found is None else found.account.secret("access_token")


# ------------------------------------------------------------------- the rule


def test_a_renewal_stores_the_pair_before_it_is_used(cloud: Cloud, zalo: FakeZalo) -> None:
    account = connected()
    renewed = flows.renew(account, at(NOW))
    assert renewed.account.secret("access_token") == "access-2"
    (call,) = zalo.calls
    assert call["url"] == "https://oauth.zaloapp.com/v4/oa/access_token"
    item = stored(account)
    assert tokens.opened(item)["refresh_token"] == ("refresh-2",)
    assert tokens.opened(item)["oa_secret_key"] == ("oa-secret",)
    assert "access_token_expires_at" not in tokens.opened(item)
    assert parse(item.token_expires_at) == NOW + timedelta(hours=25)
    assert parse(item.due_at) == NOW + timedelta(hours=23)
    assert (item.lock_owner, item.lock_until, item.state) == (None, None, "connected")
    assert item.revision == 1  # commands alone count
    assert token_events(cloud) == ["account.token_renewed"]
    assert flows.account(account.account.id) == renewed
    assert flows.accounts_of("zalo") == [renewed]


def test_who_comes_with_old_tokens_gets_the_new_ones(cloud: Cloud, zalo: FakeZalo) -> None:
    account = connected()
    renewed = flows.renew(account, at(NOW))
    assert flows.renew(account, at(NOW)) == renewed
    assert len(zalo.calls) == 1
    assert flows.renew(renewed, at(NOW)).account.secret("access_token") == "access-3"


def test_nothing_leaves_the_machine_in_sandbox_mode(cloud: Cloud, zalo: FakeZalo) -> None:
    account = connected(mode="sandbox")
    assert flows.renew(account, at(NOW)) == account
    assert zalo.calls == []


def test_the_second_refresher_meets_the_lock_then_finds_the_new_token(
    cloud: Cloud, zalo: FakeZalo
) -> None:
    account = connected()
    seen: list[type[BaseException]] = []

    def second() -> None:
        with pytest.raises(Transient) as refusal:
            flows.renew(account, at(NOW))
        seen.append(refusal.type)

    zalo.ask = second
    renewed = flows.renew(account, at(NOW))
    assert seen == [flows.RenewalUnderWay]
    assert len(zalo.calls) == 1
    assert flows.renew(account, at(NOW)) == renewed


def test_a_loser_whose_winner_is_done_gets_the_new_token(
    cloud: Cloud, zalo: FakeZalo, monkeypatch: Monkey
) -> None:
    """It read the account before the winner stored, and comes to the lock after."""
    account = connected()
    whole = tokens.lock

    def late(item: Any, owner: str, now: datetime) -> bool:
        monkeypatch.setattr(tokens, "lock", whole)
        flows.renew(account, at(NOW))
        return whole(item, owner, now)

    monkeypatch.setattr(tokens, "lock", late)
    assert flows.renew(account, at(NOW)).account.secret("access_token") == "access-2"
    assert len(zalo.calls) == 1


# --------------------------------------------------------------- the provider


@pytest.mark.parametrize(
    "answer",
    [
        (0, b"ReadTimeoutError"),
        (503, b"busy"),
        (429, b""),
        (200, b"<html>"),
        (200, b'{"error":-32}'),
    ],
)
def test_a_passing_failure_gives_the_lock_back(
    cloud: Cloud, zalo: FakeZalo, counted: list[str], answer: tuple[int, bytes]
) -> None:
    account = connected()
    zalo.answers = [answer]
    with pytest.raises(Transient):
        flows.renew(account, at(NOW))
    item = stored(account)
    assert (item.state, item.lock_until) == ("connected", None)
    assert parse(item.due_at) > NOW
    assert token_events(cloud) == counted == []
    assert flows.renew(account, at(NOW)).account.secret("access_token") == "access-2"


def test_a_refusal_needs_a_person_and_is_said_once(
    cloud: Cloud, zalo: FakeZalo, counted: list[str]
) -> None:
    account = connected()
    zalo.valid = "another"
    for _ in range(2):
        with pytest.raises(RefreshFailed) as refusal:
            flows.renew(account, at(NOW))
        assert refusal.value.permanent
    assert len(zalo.calls) == 1  # a refused token is not tried again
    item = stored(account)
    assert (item.state, item.due_at, item.lock_until) == ("needs_reconnect", None, None)
    assert "-14014" in item.state_reason
    assert token_events(cloud) == ["account.token_failed"]
    assert counted == ["account_token_failed"]
    (found,) = flows.accounts_of("zalo")  # webhooks go on
    assert found.state == "needs_reconnect"


def test_without_a_refresh_token_a_person_is_needed_at_once(cloud: Cloud, zalo: FakeZalo) -> None:
    account = connected(credentials={"access_token": "a", "oa_secret_key": "s"})
    with pytest.raises(RefreshFailed):
        flows.renew(account, at(NOW))
    assert stored(account).state == "needs_reconnect"
    assert zalo.calls == []


def test_a_disconnected_account_is_not_renewed(cloud: Cloud, zalo: FakeZalo) -> None:
    account = connected()
    store.commit(connections.disconnect(stored(account), at(NOW))[1])
    with pytest.raises(RefreshFailed):
        flows.renew(account, at(NOW))
    assert zalo.calls == []


def test_a_refusal_of_credentials_that_a_person_has_just_replaced_marks_nothing(
    cloud: Cloud, zalo: FakeZalo, counted: list[str]
) -> None:
    account = connected()
    zalo.valid = "another"

    def reconnect() -> None:
        new = {"credentials": {"access_token": "by hand", "refresh_token": "by hand"}}
        store.commit(connections.change(stored(account), new, at(NOW))[1])

    zalo.ask = reconnect
    assert flows.renew(account, at(NOW)).account.secret("access_token") == "by hand"
    assert stored(account).state == "connected"
    assert counted == []


# ------------------------------------------------------ credentials that moved


def test_the_pair_goes_on_top_of_another_changed_credential(cloud: Cloud, zalo: FakeZalo) -> None:
    """The sealed value is stale, but our refresh token is still the one we spent."""
    account = connected()

    def rotate() -> None:
        new = {"credentials": {"oa_secret_key": "rotated"}}
        store.commit(connections.change(stored(account), new, at(NOW))[1])

    zalo.ask = rotate
    renewed = flows.renew(account, at(NOW)).account
    assert renewed.secret("access_token") == "access-2"
    assert renewed.secrets("oa_secret_key") == ("rotated", "oa-secret")
    assert token_events(cloud) == ["account.token_renewed"]


def test_tokens_that_a_person_stored_meanwhile_win(cloud: Cloud, zalo: FakeZalo) -> None:
    account = connected()

    def replace() -> None:
        new = {"credentials": {"access_token": "by hand", "refresh_token": "by hand"}}
        store.commit(connections.change(stored(account), new, at(NOW))[1])

    zalo.ask = replace
    assert flows.renew(account, at(NOW)).account.secret("access_token") == "by hand"
    assert token_events(cloud) == []


def test_disconnected_while_the_provider_answers(cloud: Cloud, zalo: FakeZalo) -> None:
    account = connected()
    zalo.ask = lambda: store.commit(connections.disconnect(stored(account), at(NOW))[1])
    with pytest.raises(RefreshFailed):
        flows.renew(account, at(NOW))
    assert stored(account).sealed is None


def test_a_pair_that_works_is_kept_though_the_lock_ran_out(
    cloud: Cloud, zalo: FakeZalo, counted: list[str]
) -> None:
    """The answer took longer than the lock; the next one was refused, as its token was spent."""
    account = connected()

    def overtake() -> None:
        zalo.ask = lambda: None
        zalo.answers = [(200, b'{"error":-14014}')]
        with pytest.raises(RefreshFailed):
            flows.renew(account, at(LATER))
        zalo.answers = []

    zalo.ask = overtake
    assert flows.renew(account, at(NOW)).account.secret("access_token") == "access-2"
    item = stored(account)
    assert (item.state, item.state_reason) == ("connected", None)
    assert item.due_at is not None
    assert counted == ["account_token_lock_expired", "account_token_failed"]


# ------------------------------------------------------------------- by the clock


def test_the_schedule_renews_what_is_due_and_nothing_else(
    cloud: Cloud, zalo: FakeZalo, monkeypatch: Monkey
) -> None:
    ends = NOW + timedelta(hours=30)
    early = connected(account_id="1", token_expires_at=ends)
    due = connected(account_id="2", token_expires_at=NOW + timedelta(hours=1))
    connected(account_id="3", channel="web_form", credentials={})
    monkeypatch.setattr(jobs, "begin", lambda: at(NOW + timedelta(hours=1)))
    jobs.channels_refresh_tokens(TICK, None)
    assert len(zalo.calls) == 1
    assert access_token(due) == "access-2"
    assert access_token(early) == "access-1"
    jobs.channels_refresh_tokens(TICK, None)
    assert len(zalo.calls) == 1


def test_one_account_that_fails_does_not_hold_back_the_rest(
    cloud: Cloud, zalo: FakeZalo, counted: list[str]
) -> None:
    good = [connected(account_id=str(number)) for number in range(10)]
    spent = connected(account_id="spent", credentials={**ZALO, "refresh_token": "spent"})
    slow = connected(account_id="slow", credentials={**ZALO, "refresh_token": "slow"})

    def answer() -> None:
        body = zalo.calls[-1]["body"]
        zalo.valid = "refresh-1"  # of each good account
        zalo.answers = [(503, b"")] if b"refresh_token=slow&" in body else []

    zalo.ask = answer
    assert flows.renew_due(lambda: at(NOW)) == {"renewed": 10, "failed": 2, "no_longer_due": 0}
    assert all(stored(one).token_expires_at is not None for one in good)
    assert (stored(spent).state, stored(slow).state) == ("needs_reconnect", "connected")
    soon = NOW + timedelta(minutes=15)
    assert flows.renew_due(lambda: at(soon)) == {"renewed": 0, "failed": 1, "no_longer_due": 0}
    assert counted == ["account_token_failed"]


def test_an_index_that_lags_behind_renews_nothing_twice(cloud: Cloud, zalo: FakeZalo) -> None:
    account = connected()
    instants = iter([at(NOW + timedelta(hours=24)), at(NOW)])  # the index as it was, then now
    flows.renew(account, at(NOW))

    def begin() -> Context:
        return next(instants)

    assert flows.renew_due(begin) == {"renewed": 0, "failed": 0, "no_longer_due": 1}
    assert len(zalo.calls) == 1


# ------------------------------------------------------------- said by a sender


def test_needs_reconnect_is_said_once(cloud: Cloud, counted: list[str]) -> None:
    account = connected()
    for _ in range(2):
        flows.needs_reconnect(account, code="-216", reason="Hết hạn", context=at(NOW))
    item = stored(account)
    assert (item.state, item.state_reason, item.due_at) == (
        "needs_reconnect",
        "Hết hạn (-216)",
        None,
    )
    assert token_events(cloud) == ["account.token_failed"]
    assert counted == ["account_token_failed"]


def test_a_refusal_of_old_credentials_says_nothing_of_the_new(
    cloud: Cloud, zalo: FakeZalo, counted: list[str]
) -> None:
    account = connected()
    flows.renew(account, at(NOW))
    flows.needs_reconnect(account, code="-216", reason="Hết hạn", context=at(NOW))
    assert stored(account).state == "connected"
    assert counted == []


# ---------------------------------------------------------------- where it goes


def test_a_foreign_address_stored_earlier_gets_no_credentials(cloud: Cloud, zalo: FakeZalo) -> None:
    account = connected()
    item = stored(account)
    foreign = {"oauth_base": "https://attacker.example"}
    moved = ChannelAccount.settings.set(foreign)
    store.commit([store.update("account", item, moved, condition=None)])
    with pytest.raises(RefreshFailed) as refusal:
        flows.renew(account, at(NOW))
    assert refusal.value.permanent
    assert zalo.calls == []
    assert stored(account).state == "needs_reconnect"
    assert "không thuộc nhà cung cấp" in stored(account).state_reason
