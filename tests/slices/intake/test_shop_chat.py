"""Chats with buyers of marketplaces through the whole intake, answers, news of the account."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from chalicelib.channels import flows as accounts
from chalicelib.platform.clock import iso, now, parse
from tests.contracts.cases import lazada, shopee, tiktok_shop
from tests.slices.conftest import Later
from tests.slices.intake.shops import FakeApi, api, connect, push, seconds
from tests.world import World

WANTED = "Shop ơi cho mình đổi size áo với"
ANSWER = "Dạ shop đổi cho mình nhé"
#: provider → (a customer's message, the same said by our side, its answer to a send)
SAID: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "shopee": (
        shopee.message,
        lambda text, mid: shopee.chat(mid, "text", {"text": text}, by_shop=True),
        shopee.SENT,
    ),
    "lazada": (
        lazada.message,
        lambda text, mid: lazada.chat(mid, {"txt": text}, by_seller=True),
        lazada.SENT,
    ),
    "tiktok": (
        tiktok_shop.message,
        lambda text, mid: tiktok_shop.chat(mid, {"content": text}, role="CUSTOMER_SERVICE"),
        tiktok_shop.SENT,
    ),
}
SENDS = {"shopee": "send_message", "lazada": "/im/message/send", "tiktok": "/messages"}
every = pytest.mark.parametrize("provider", list(SAID))


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeApi:
    return api(monkeypatch)


def texts(world: World) -> list[tuple[str, str, str | None]]:
    (talk,) = world.list("/conversations")
    found = world.list(f"/conversations/{talk['id']}/messages")[::-1]
    return [(one["direction"], one["status"], one["text"]) for one in found]


def answering(value: Any) -> Callable[[dict[str, str]], tuple[int, Any]]:
    return lambda _: (200, value)


def reply(world: World) -> None:
    agent = world.agent("Lan")
    world.run()
    answer = agent.post(f"/tickets/{world.ticket()['id']}/replies", {"text": ANSWER})
    assert answer.status == 202, answer.body


@every
def test_a_message_is_a_ticket_and_its_redelivery_nothing(world: World, provider: str) -> None:
    connect(world, provider)
    write, _, _ = SAID[provider]
    for _ in range(2):
        push(world, provider, write(WANTED, "m-1"))
    ticket = world.ticket()
    assert (ticket["source"], ticket["sub_type"]) == ("marketplace", "exchange_return")
    assert texts(world) == [("in", "received", WANTED)]


@every
def test_an_answer_goes_out_and_its_echo_is_no_second_message(
    world: World, fake: FakeApi, provider: str
) -> None:
    connect(world, provider, mode="live")
    write, echo, sent = SAID[provider]
    fake.answers[SENDS[provider]] = lambda _: (200, sent)
    push(world, provider, write(WANTED, "m-1"))
    reply(world)
    world.run()
    push(world, provider, echo(ANSWER, "out1"))
    assert texts(world) == [("in", "received", WANTED), ("out", "sent", ANSWER)]
    assert len(fake.calls) == 1


@every
def test_a_lost_answer_is_settled_by_the_echo_and_not_sent_twice(
    world: World, fake: FakeApi, provider: str
) -> None:
    """The provider does not tell our send from an agent's typing; the words do."""
    connect(world, provider, mode="live")
    write, echo, _ = SAID[provider]
    fake.answers[SENDS[provider]] = lambda _: (0, {})
    push(world, provider, write(WANTED, "m-1"))
    reply(world)
    world.run()
    push(world, provider, echo(ANSWER, "out1"))
    assert texts(world) == [("in", "received", WANTED), ("out", "sent", ANSWER)]
    assert len(fake.calls) == 1


@every
def test_what_a_person_types_in_the_shop_answers_the_ticket(world: World, provider: str) -> None:
    connect(world, provider)
    write, echo, _ = SAID[provider]
    push(world, provider, write(WANTED, "m-1"))
    push(world, provider, echo("Dạ mình chờ shop kiểm tra nhé", "e-1"))
    assert world.ticket()["status"] == "in_progress"


def test_an_automatic_answer_stops_no_clock(world: World) -> None:
    connect(world, "lazada")
    push(world, "lazada", lazada.message(WANTED, "m-1"))
    told = {"txt": "Shop sẽ trả lời sớm"}
    push(world, "lazada", lazada.chat("e-1", told, by_seller=True, auto_reply=True))
    assert world.ticket()["status"] == "new"
    assert world.ticket()["first_reply_at"] is None


def test_a_recalled_message_loses_its_words_in_either_order(world: World) -> None:
    connect(world, "lazada")
    recalled = lazada.about("m-1")[0]
    push(world, "lazada", lazada.message(WANTED, "m-1"))
    push(world, "lazada", recalled)
    push(world, "lazada", lazada.about("m-2")[0])
    push(world, "lazada", lazada.message("Đừng đọc", "m-2"))
    assert [text for _, _, text in texts(world)] == [None, None]


def test_a_message_the_platform_stops_is_failed(world: World, fake: FakeApi) -> None:
    connect(world, "lazada", mode="live")
    fake.answers["/im/message/send"] = lambda _: (200, lazada.SENT)
    push(world, "lazada", lazada.message(WANTED, "m-1"))
    reply(world)
    world.run()
    blocked = lazada.chat(
        "out1", {"txt": ANSWER}, by_seller=True, process_msg="Có thông tin liên hệ"
    )
    push(world, "lazada", blocked)
    assert texts(world)[-1] == ("out", "failed", ANSWER)


def test_an_order_card_names_its_order(world: World) -> None:
    connect(world, "tiktok")
    told = {"order_id": "576486316948490009", "order_status": "DELIVERED"}
    push(world, "tiktok", tiktok_shop.push(1, {**told, "update_time": seconds(5)}))
    card = {"order_id": "576486316948490009"}
    push(world, "tiktok", tiktok_shop.chat("m-1", card, sort="ORDER_CARD"))
    assert world.ticket()["order"] == "576486316948490009"


def test_requests_are_signed_by_the_vendors_formulas(world: World, fake: FakeApi) -> None:
    """Each computed here once more, from the pages' words."""
    import hmac

    for provider in SAID:
        connect(world, provider, mode="live")
        fake.answers[SENDS[provider]] = answering(SAID[provider][2])
        push(world, provider, SAID[provider][0](WANTED, "m-1"))
    agent = world.agent("Lan")
    world.run()
    for ticket in world.tickets():
        assert agent.post(f"/tickets/{ticket['id']}/replies", {"text": ANSWER}).status == 202
    world.run()
    sent = {path: given for _, path, given, _ in fake.calls}
    given = sent["/api/v2/sellerchat/send_message"]
    text = f"2001234/api/v2/sellerchat/send_message{given['timestamp']}AT-1{shopee.SHOP}"
    key = shopee.KEY.encode()
    assert given["sign"] == hmac.digest(key, text.encode(), "sha256").hex()
    given = sent["/rest/im/message/send"]
    named = {k: v for k, v in given.items() if k not in ("sign", "content-type")}
    text = "/im/message/send" + "".join(f"{name}{named[name]}" for name in sorted(named))
    key = lazada.SECRET.encode()
    assert given["sign"] == hmac.digest(key, text.encode(), "sha256").hex().upper()
    path = f"/customer_service/202309/conversations/{tiktok_shop.CONVERSATION}/messages"
    given = sent[path]
    query = {k: given[k] for k in ("app_key", "shop_cipher", "timestamp")}
    words = {"type": "TEXT", "content": json.dumps({"content": ANSWER}, ensure_ascii=False)}
    body = json.dumps(words, ensure_ascii=False)
    text = path + "".join(f"{name}{query[name]}" for name in sorted(query)) + body
    secret = tiktok_shop.SECRET
    assert (
        given["sign"]
        == hmac.digest(secret.encode(), f"{secret}{text}{secret}".encode(), "sha256").hex()
    )


# ------------------------------------------------------------- news of the account


def state(world: World, account: str) -> dict[str, Any]:
    found: dict[str, Any] = world.admin.get(f"/channel-accounts/{account}").body
    return found


def deauthorised(shop: str, *, ago: int = 0) -> bytes:
    words = f"shop_id {shop} deauthorized"
    return shopee.written({"code": 2, "success": 1, "extra": words, "timestamp": seconds(ago)})


def test_a_shop_that_leaves_must_be_connected_again(world: World) -> None:
    account = connect(world, "shopee")
    other = world.connect(
        "shopee", "999", {"partner_key": shopee.KEY, "registered_url": shopee.URL}
    )
    told = deauthorised(shopee.SHOP)
    push(world, "shopee", told)
    assert state(world, account)["state"] == "needs_reconnect"
    assert state(world, other)["state"] == "connected"
    world.admin.patch(f"/channel-accounts/{account}", {"credentials": {"access_token": "AT-9"}})
    accounts.forget()
    push(world, "shopee", told)  # the same push once more
    assert state(world, account)["state"] == "connected"


def test_a_shop_that_left_and_came_back_is_not_marked_by_the_late_push(world: World) -> None:
    """The push of its leaving comes for the first time when it is back."""
    account = connect(world, "shopee")
    push(world, "shopee", deauthorised(shopee.SHOP, ago=3600))
    assert state(world, account)["state"] == "connected"
    push(world, "shopee", deauthorised(shopee.SHOP))
    assert state(world, account)["state"] == "needs_reconnect"
    world.admin.patch(f"/channel-accounts/{account}", {"credentials": {"access_token": "AT-9"}})
    accounts.forget()
    push(world, "shopee", deauthorised(shopee.SHOP, ago=60))
    assert state(world, account)["state"] == "connected"


def test_other_credentials_say_nothing_of_our_access(world: World, later: Later) -> None:
    account = connect(world, "shopee")
    later(hours=2)
    body = {"credentials": {"partner_key": [shopee.KEY, "new-key"]}}
    assert world.admin.patch(f"/channel-accounts/{account}", body).status == 200
    accounts.forget()
    push(world, "shopee", deauthorised(shopee.SHOP, ago=3600))
    assert state(world, account)["state"] == "needs_reconnect"


def test_an_end_of_access_is_told_in_advance(world: World) -> None:
    account = connect(world, "tiktok")
    ends = now() + timedelta(days=30)
    data = {"message": "…", "expiration_time": str(int(ends.timestamp()))}
    for number in range(2):  # every day
        push(world, "tiktok", tiktok_shop.push(7, data, notification=f"n{number}"))
    told = state(world, account)
    assert abs(parse(told["access_ends_at"]) - ends) < timedelta(seconds=2)
    assert told["state"] == "connected"
    names = [item["name"]["S"] for item in world.cloud.items("events")]
    assert names.count("account.expiry_announced") == 1
    world.admin.patch(f"/channel-accounts/{account}", {"credentials": {"access_token": "AT-9"}})
    assert state(world, account)["access_ends_at"] is None


def test_a_token_that_ends_is_renewed(world: World, fake: FakeApi) -> None:
    account = connect(world, "lazada", mode="live")
    fake.answers["/auth/token/refresh"] = lambda _: (200, lazada.REFRESHED)
    data = {
        "app_key": lazada.KEY,
        "auth_expiry_time": seconds(-86_400),
        "seller_id": lazada.SELLER,
    }
    push(world, "lazada", lazada.push(8, data, seller_id="null", timestamp=seconds()))
    told = state(world, account)
    assert parse(told["token_expires_at"]) > now() + timedelta(days=6)
    ((method, path, given, _),) = fake.calls
    assert (method, path, given["refresh_token"]) == ("POST", "/rest/auth/token/refresh", "RT-1")
    assert "access_token" not in given


@pytest.mark.parametrize("ended", [False, True], ids=["ends soon", "has ended by now"])
def test_news_of_an_earlier_token_changes_nothing(world: World, fake: FakeApi, ended: bool) -> None:
    account = connect(world, "lazada", mode="live")
    late = {"token_expires_at": iso(now() + timedelta(days=7))}
    assert world.admin.patch(f"/channel-accounts/{account}", late).status == 200
    data = {
        "app_key": lazada.KEY,
        "auth_expiry_time": seconds(3_600 if ended else -86_400),
        "seller_id": lazada.SELLER,
    }
    push(world, "lazada", lazada.push(8, data, seller_id="null", timestamp=seconds(90_000)))
    assert state(world, account)["state"] == "connected"
    assert fake.calls == [], "a token that works is not spent"


def test_a_push_of_a_shop_that_is_not_connected_waits(world: World) -> None:
    connect(world, "lazada")
    told = {"item_id": 1, "id": 2, "order_id": 3}
    push(world, "lazada", lazada.push(21, told, seller_id="777"))
    (kept,) = world.list("/quarantine", status="waiting")
    assert kept["reason"] == "account_not_connected"


@every
def test_the_answer_is_empty(world: World, provider: str) -> None:
    """Shopee and TikTok count a body as a failure."""
    from chalice.test import Client

    from app import app
    from tests.slices.intake.shops import CASES

    connect(world, provider)
    case = CASES[provider].CASE
    body = SAID[provider][0](WANTED, "m-1")
    sent = {"Content-Type": "application/json", **case.sign(body, case.secret)}
    with Client(app) as client:
        answer = client.http.post(f"/webhooks/{provider}", headers=sent, body=body)
    assert (answer.status_code, answer.body) == (200, b"")


def test_a_form_is_what_lazada_gets() -> None:
    """No word of a customer's answer stands in an address."""
    from tests.contracts.test_sending import NOW, message

    (made,) = lazada.CASE.adapter.prepare(
        message(lazada.CASE, ANSWER), lazada.CASE.account, now=NOW
    )
    assert made.url == "https://api.lazada.vn/rest/im/message/send"
    assert parse_qs(made.body.decode())["session_id"] == [lazada.SESSION]
