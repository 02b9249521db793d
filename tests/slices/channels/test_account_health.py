"""How an account does, put to rest and tried, and secrets that are valid side by side."""

from __future__ import annotations

import json
from collections import Counter
from hashlib import sha256
from typing import Any

import pytest

from chalicelib.channels import flows as accounts
from chalicelib.channels import health
from chalicelib.platform import outward, store
from chalicelib.platform.clock import iso, now
from chalicelib.platform.errors import Transient
from tests.slices.conftest import Later
from tests.world import APP_ID, OA, OA_SECRET, World, milliseconds

Json = dict[str, Any]
WRITES = "Cho mình hỏi giá áo khoác"


def account(world: World, channel: str = "zalo_oa") -> Json:
    (found,) = (a for a in world.list("/channel-accounts") if a["channel"] == channel)
    view: Json = world.admin.get(f"/channel-accounts/{found['id']}").body
    return view


def path(world: World) -> str:
    return f"/channel-accounts/{account(world)['id']}"


def signed_by(world: World, secret: str) -> int:
    """A message that is signed with a secret; the status it is answered."""
    at = str(milliseconds())
    event = {
        "app_id": APP_ID,
        "event_name": "user_send_text",
        "sender": {"id": "7812345678901234567"},
        "recipient": {"id": OA},
        "message": {"msg_id": f"m-{secret}-{at}", "text": WRITES},
        "timestamp": at,
    }
    body = json.dumps(event).encode()
    mac = sha256(APP_ID.encode() + body + at.encode() + secret.encode()).hexdigest()
    return world.webhook("zalo", body, {"X-ZEvent-Signature": f"mac={mac}"})


def test_a_new_account_has_not_been_heard_from(world: World) -> None:
    assert account(world)["health"] == {
        "last_event_at": None,
        "last_variant": None,
        "last_sent_at": None,
        "last_failed_at": None,
        "last_failed_code": None,
        "failed_last_day": 0,
        "quota_daily": None,
        "quota_remaining": None,
        "quota_at": None,
        "quality": None,
    }
    listed = world.list("/channel-accounts")
    assert {one["health"] for one in listed} == {None}


def test_it_tells_what_came_by_which_signature_and_what_went_out(world: World) -> None:
    lan = world.agent("Lan")
    world.zalo(WRITES)
    world.run()
    heard = account(world)["health"]
    assert heard["last_event_at"] is not None
    assert heard["last_variant"]
    assert heard["last_sent_at"] is None
    lan.post(f"/tickets/{world.ticket()['id']}/replies", {"text": "Dạ 250k ạ"})
    world.run()
    assert account(world)["health"]["last_sent_at"] is not None


def test_a_busy_account_writes_once_a_minute(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    written: Counter[str] = Counter()
    real = store.commit

    def commit(writes: Any) -> None:
        some = list(writes)
        written.update(one.name for one in some)
        real(some)

    monkeypatch.setattr(store, "commit", commit)
    for _ in range(5):
        world.zalo(WRITES)
        world.run()
    assert written["health"] == 1
    health.forget()
    world.zalo(WRITES)
    world.run()
    assert written["health"] == 2


def test_another_way_of_signing_is_told_at_once_and_old_news_is_none(world: World) -> None:
    one, moment = account(world)["id"], now()
    health.heard(one, "first", at=moment)
    health.heard(one, "second", at=moment.replace(year=2027))
    assert account(world)["health"]["last_variant"] == "second"
    health.heard(one, "third", at=moment.replace(year=2020))
    found = account(world)["health"]
    assert (found["last_variant"], found["last_event_at"][:4]) == ("second", "2027")


def test_failures_are_counted_for_a_day(world: World, later: Later) -> None:
    one = account(world)["id"]
    for code in ("-213", "-213", "-230"):
        health.failed(one, code, at=now())
    found = account(world)["health"]
    assert (found["failed_last_day"], found["last_failed_code"]) == (3, "-230")
    later(hours=25)
    assert account(world)["health"]["failed_last_day"] == 0


def test_no_message_fails_because_its_health_was_not_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = store.commit

    def commit(writes: Any) -> None:
        some = list(writes)
        if [one.name for one in some] == ["health"]:
            raise Transient
        real(some)

    monkeypatch.setattr(store, "commit", commit)
    world.zalo(WRITES)
    world.run()
    assert world.pump.failures == {}
    assert world.ticket()["channel"] == "zalo_oa"


def test_two_secrets_are_valid_at_once_and_the_third_ends_the_first(world: World) -> None:
    assert signed_by(world, OA_SECRET) == 200
    for name in ("second", "third"):
        body = {"credentials": {"oa_secret_key": name}}
        assert world.admin.patch(path(world), body).status == 200
        assert signed_by(world, name) == 200
        assert signed_by(world, OA_SECRET) == (200 if name == "second" else 401)
    assert signed_by(world, "second") == 200
    tried = world.admin.post(path(world) + "/test", {"user_id": "u1"}).body
    assert {"name": "oa_secret_key", "values": 2} in tried["webhook"]["secrets"]
    ended = world.admin.patch(path(world), {"credentials": {"oa_secret_key": ["third"]}})
    assert ended.status == 200
    assert [signed_by(world, name) for name in ("third", "second")] == [200, 401]


def test_a_disabled_account_takes_nothing_in_and_loses_nothing(world: World) -> None:
    shown = world.admin.patch(path(world), {"disabled": True})
    assert (shown.status, shown.body["disabled"], shown.body["state"]) == (200, True, "connected")
    world.zalo(WRITES)
    world.run()
    assert world.tickets() == []
    (kept,) = world.list("/quarantine")
    assert kept["reason"] == "account_disabled"
    assert world.admin.post(path(world) + "/test", {"user_id": "u1"}).status == 409
    assert world.admin.patch(path(world), {"disabled": False}).body["disabled"] is False
    assert world.admin.post(f"/quarantine/{kept['id']}/replay").status in (200, 202, 204)
    world.run()
    assert world.ticket()["channel"] == "zalo_oa"


def test_replies_of_a_disabled_account_wait_until_it_is_back(world: World, later: Later) -> None:
    lan = world.agent("Lan")
    world.zalo(WRITES)
    world.run()
    world.admin.patch(path(world), {"disabled": True})
    lan.post(f"/tickets/{world.ticket()['id']}/replies", {"text": "Dạ còn ạ"})
    world.run()
    waiting = world.messages(world.ticket()["id"])[-1]
    assert (waiting["status"], waiting["error_code"]) == ("delayed", "account_disabled")
    assert account(world)["state"] == "connected"
    world.admin.patch(path(world), {"disabled": False})
    later(minutes=20)
    world.pump.schedule("conversations_send_due")
    world.run()
    assert world.messages(world.ticket()["id"])[-1]["status"] == "sent"


def test_a_sandbox_account_shows_what_it_would_have_sent(world: World) -> None:
    world.zalo(WRITES)
    world.run()
    answer = world.admin.post(path(world) + "/test", {})
    assert answer.status == 200, answer.body
    sample, webhook = answer.body["sample"], answer.body["webhook"]
    assert (sample["sent"], sample["user_id"]) == (True, "7812345678901234567")
    (request,) = sample["requests"]
    assert "Tin nhắn thử" in json.loads(request["body"])["message"]["text"]
    assert not {name.lower() for name in request["headers"]} & {"access_token", "authorization"}
    assert (webhook["path"], webhook["missing"]) == (f"/webhooks/zalo/{OA}", [])
    assert webhook["last_event_at"] is not None
    assert OA_SECRET not in json.dumps(answer.body)


def test_whom_to_send_to_must_be_known(world: World) -> None:
    nobody = world.admin.post(path(world) + "/test", {})
    assert (nobody.status, nobody.body["field"]) == (422, "user_id")
    form = world.connect("web_form", "site-9", {"widget_key": "pk_9"})
    only_hears = world.admin.post(f"/channel-accounts/{form}/test", {}).body["sample"]
    assert only_hears["sent"] is False
    assert only_hears["reason"]
    assert world.admin.post("/channel-accounts/" + "0" * 32 + "/test", {}).status == 404


def live(world: World) -> None:
    tokens = {"access_token": "a", "refresh_token": "r", "app_secret": "s"}
    body = {"mode": "live", "credentials": tokens, "token_expires_at": "2030-01-01T00:00:00Z"}
    assert world.admin.patch(path(world), body).status == 200


@pytest.mark.parametrize(
    ("answer", "sent"),
    [
        ({"error": 0, "data": {"message_id": "z-77"}}, True),
        ({"error": -213, "message": "no"}, False),
    ],
)
def test_a_live_account_really_sends_and_says_what_came_of_it(
    world: World, monkeypatch: pytest.MonkeyPatch, answer: Json, sent: bool
) -> None:
    world.zalo(WRITES)
    world.run()
    live(world)
    accounts.forget()
    calls: list[str] = []

    def call(method: str, url: str, *, headers: Any, body: bytes) -> tuple[int, bytes]:
        calls.append(url)
        return 200, json.dumps(answer).encode()

    monkeypatch.setattr(outward, "call", call)
    unsaid = world.admin.post(path(world) + "/test", {})
    assert (unsaid.status, unsaid.body["field"], calls) == (422, "user_id", [])
    tried = world.admin.post(path(world) + "/test", {"user_id": "7812345678901234567"})
    sample = tried.body["sample"]
    assert (sample["sent"], sample["requests"], len(calls)) == (sent, [], 1)
    assert sent or (sample["code"], bool(sample["reason"])) == ("-213", True)
    messages = world.list(f"/conversations/{sample['conversation_id']}/messages")
    ours = [one for one in messages if one["direction"] == "out"]
    assert [one["provider_message_id"] for one in ours] == (["z-77"] if sent else [])
    assert iso(now())[:4] == messages[0]["occurred_at"][:4]
