"""SMS through the whole intake: who the customer is, STOP and START, what reports prove."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from chalice.test import Client

from app import app
from chalicelib.channels import twilio
from chalicelib.conversations import delivery
from chalicelib.conversations.model import MESSAGE, Message
from chalicelib.platform import outward, store
from chalicelib.platform.context import begin
from tests.contracts.cases.sms import CUSTOMER, OURS, TOKEN, form, headers, status
from tests.world import World

SEEN = "http://cx.example.vn/webhooks/twilio_sms"
TWILIO = {"account_sid": "AC" + "0" * 32, "auth_token": TOKEN}
SECRET = "mot-bi-mat"
ESMS = {"api_key": "api-key-1", "secret_key": "secret-key-1", "webhook_secret": SECRET}
WANTED = "Máy lọc nước bị rò, cho mình hỏi bảo hành"

_numbers = count(1)


@pytest.fixture
def shop(world: World) -> World:
    """An organisation with a number at Twilio."""
    world.connect("sms", OURS, TWILIO, provider="twilio_sms")
    return world


def tell(world: World, body: bytes, query: str = "") -> None:
    """Twilio posts a form to the address it sees, and everything behind it happens."""
    path = f"twilio_sms?{query}" if query else "twilio_sms"
    called = f"{SEEN}?{query}" if query else SEEN
    signature = twilio.sign(called, parse_qsl(body.decode(), keep_blank_values=True), TOKEN)
    sent = {"Host": "cx.example.vn", **headers(signature)}
    assert world.webhook(path, body, sent) == 200
    world.run()


def write(world: World, text: str, **more: str) -> str:
    sid = f"SM{next(_numbers):032d}"
    tell(world, form(MessageSid=sid, Body=text, **more))
    return sid


def talk(world: World) -> dict[str, Any]:
    (only,) = [one for one in world.list("/conversations") if one["channel"] == "sms"]
    return only


def consents(world: World) -> dict[str, str]:
    (profile,) = world.list("/profiles")
    path = f"/profiles/{profile['id']}/consents"
    return {one["channel"]: one["state"] for one in world.list(path) if one["channel"] == "sms"}


def test_a_request_is_proved_by_the_address_it_came_to(shop: World) -> None:
    body = form(MessageSid="SM1", Body=WANTED)
    signature = twilio.sign("http://other.example.vn/webhooks/twilio_sms", [], TOKEN)
    assert shop.webhook("twilio_sms", body, headers(signature)) == 401
    tell(shop, body, "stage=prod&note=c%C3%B3+d%E1%BA%A5u")
    assert shop.ticket()["channel"] == "sms"


def test_the_number_is_proof_on_every_channel(shop: World) -> None:
    write(shop, WANTED)
    shop.connect("sms", "8079", ESMS, provider="esms")
    get(f"/webhooks/esms/8079/{SECRET}", {**SHORT_CODE, "content": "DG 5", "smsid": "m1"})
    shop.run()
    (profile,) = shop.list("/profiles")
    assert profile["phones"] == [CUSTOMER]


@pytest.mark.parametrize(
    "word", ["STOP", "TC", "HUY", "TU CHOI", "NGUNG", "UNSUB", "UNSUBSCRIBE", "Từ chối", "stop."]
)
def test_stop_is_heard_and_start_takes_it_back(shop: World, word: str) -> None:
    write(shop, WANTED)
    write(shop, word)
    assert talk(shop)["opted_out"] is True
    write(shop, "START")
    assert (talk(shop)["opted_out"], talk(shop)["unfollowed"]) == (False, False)


def test_stop_as_the_first_word_counts(shop: World) -> None:
    write(shop, "STOP")
    assert shop.tickets() == []
    (profile,) = shop.list("/profiles")
    told = shop.list(f"/profiles/{profile['id']}/timeline")
    assert "consent.changed" in {one["name"] for one in told}


def test_twilios_own_list_closes_the_conversation_until_start(shop: World) -> None:
    write(shop, WANTED)
    ticket = shop.ticket()["id"]
    write(shop, "STOP", OptOutType="STOP")
    assert talk(shop)["unfollowed"] is True
    refused = shop.agent("Lan").post(f"/tickets/{ticket}/replies", {"text": "Dạ"})
    assert refused.status == 409
    write(shop, "START", OptOutType="START")
    assert (talk(shop)["opted_out"], talk(shop)["unfollowed"]) == (False, False)


def test_21610_closes_the_conversation_too(shop: World) -> None:
    write(shop, WANTED)
    tell(shop, status("SM-nobody-knows", "failed", ErrorCode="21610"))
    assert talk(shop)["unfollowed"] is True
    write(shop, "Giờ mình nhận lại tin được rồi")
    assert talk(shop)["unfollowed"] is False


def test_picture_and_repeated_request_are_one_message(shop: World) -> None:
    body = form(
        MessageSid="SM7",
        Body="",
        NumMedia="1",
        MediaUrl0="https://api.twilio.com/media/1",
        MediaContentType0="image/jpeg",
    )
    tell(shop, body)
    tell(shop, body)
    (message,) = shop.list(f"/conversations/{talk(shop)['id']}/messages")
    assert [one["kind"] for one in message["attachments"]] == ["image"]


# ------------------------------------------------------------------ sending


def reply(world: World, text: str = "Dạ, shop kiểm tra ngay ạ") -> str:
    """An agent answers the one ticket; returns the message's id."""
    ticket = world.ticket()["id"]
    answered = world.agent(f"Lan {next(_numbers)}").post(
        f"/tickets/{ticket}/replies", {"text": text}
    )
    assert answered.status == 202, answered.body
    (message,) = [one for one in world.messages(ticket) if one["direction"] == "out"]
    return str(message["id"])


def state(world: World, message_id: str) -> tuple[str, str | None]:
    item = store.get(Message, talk(world)["id"], MESSAGE + message_id)
    assert item is not None
    return item.status, item.error_reason


def live(monkeypatch: pytest.MonkeyPatch, world: World, *answers: tuple[int, bytes]) -> list[bytes]:
    """The account goes live, and its provider gives these answers; returns what it was sent."""
    (account,) = [one for one in world.list("/channel-accounts") if one["channel"] == "sms"]
    changed = world.admin.call("PATCH", f"/channel-accounts/{account['id']}", {"mode": "live"})
    assert changed.status == 200, changed.body
    sent: list[bytes] = []

    def call(
        method: str, url: str, *, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, bytes]:
        sent.append(body)
        return answers[min(len(sent), len(answers)) - 1]

    monkeypatch.setattr(outward, "call", call)
    return sent


def test_reply_goes_to_the_number_and_its_failure_is_told(
    shop: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(shop, WANTED)
    sent = live(monkeypatch, shop, (201, b'{"sid":"SM-out","status":"queued"}'))
    message = reply(shop)
    shop.run()
    assert state(shop, message) == ("sent", None)
    (body,) = sent
    fields = dict(parse_qsl(body.decode()))
    assert (fields["To"], fields["From"]) == (CUSTOMER, OURS)
    tell(shop, status("SM-out", "undelivered", ErrorCode="30003"))
    assert state(shop, message) == ("failed", "Máy của khách đang tắt hoặc ngoài vùng phủ sóng")


def test_receipt_proves_a_send_whose_answer_was_lost(
    shop: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(shop, WANTED)
    (account,) = [one for one in shop.list("/channel-accounts") if one["channel"] == "sms"]
    reported = {"credentials": {"registered_url": SEEN}}
    assert shop.admin.call("PATCH", f"/channel-accounts/{account['id']}", reported).status == 200
    sent = live(monkeypatch, shop, (0, b"ReadTimeoutError"))
    message = reply(shop)
    shop.run()
    assert state(shop, message)[0] == "delayed"
    tell(shop, status("SM-out", "sent"), f"mid={message}")
    assert state(shop, message)[0] == "sent"
    tell(shop, status("SM-out", "delivered"), f"mid={message}")
    assert state(shop, message)[0] == "delivered"
    delivery.deliver(talk(shop)["id"], message, begin())
    assert len(sent) == 1


# --------------------------------------------------------------------- eSMS

SHORT_CODE = {
    "sender": "84912345678",
    "serviceNumber": "8079",
    "cpid": "CP1",
    "receiverTime": "20261122083000",
}


def get(path: str, query: Mapping[str, str]) -> int:
    with Client(app) as client:
        return int(client.http.get(f"{path}?{urlencode(query)}").status_code)


@pytest.fixture
def vietnam(world: World) -> World:
    """An organisation with a short code at eSMS, and a customer who has written to it."""
    world.connect("sms", "8079", ESMS, provider="esms")
    told = {**SHORT_CODE, "content": WANTED, "smsid": "m1"}
    assert get(f"/webhooks/esms/8079/{SECRET}", told) == 200
    world.run()
    return world


def report(world: World, **counted: str) -> None:
    told = {"SendStatus": "5", "TypeId": "2", "phonenumber": "0912345678", **counted}
    assert get(f"/webhooks/esms/8079/{SECRET}", told) == 200
    world.run()


def test_esms_says_nothing_without_the_secret(vietnam: World) -> None:
    told = {**SHORT_CODE, "content": "giả", "smsid": "m2"}
    for path in ("esms", "esms/8079", "esms/8079/wrong", f"esms/other/{SECRET}"):
        assert get(f"/webhooks/{path}", told) == 401
    vietnam.run()
    assert len(vietnam.tickets()) == 1


def test_esms_repeated_send_is_settled_by_its_report(
    vietnam: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first answer is lost; 124 has no id, so the report finds the message by ours."""
    lost, before = (0, b"ReadTimeoutError"), (200, b'{"CodeResult":"124","SendStatus":"5"}')
    sent = live(monkeypatch, vietnam, lost, before)
    message = reply(vietnam)
    vietnam.run()
    assert state(vietnam, message)[0] == "delayed"
    due = Message.due_at.remove()
    item = store.ref(Message, talk(vietnam)["id"], MESSAGE + message)
    store.commit([store.update("t", item, due, condition=Message.pk.exists())])
    delivery.deliver(talk(vietnam)["id"], message, begin())
    assert state(vietnam, message)[0] == "sent"
    assert sent[0] == sent[1]
    report(vietnam, SMSID="e1", SendSuccess="1", SendFailed="0", RequestId=message)
    assert state(vietnam, message)[0] == "delivered"


def test_esms_report_of_failure_says_why(vietnam: World, monkeypatch: pytest.MonkeyPatch) -> None:
    live(monkeypatch, vietnam, (200, b'{"CodeResult":"100","SMSID":"e1"}'))
    message = reply(vietnam)
    vietnam.run()
    assert state(vietnam, message) == ("sent", None)
    report(vietnam, SMSID="e1", SendSuccess="0", SendFailed="1")
    assert state(vietnam, message)[0] == "failed"
    assert "không gửi được tin" in (state(vietnam, message)[1] or "")


def test_sandbox_outbox_shows_no_key(vietnam: World) -> None:
    reply(vietnam)
    vietnam.run()
    (account,) = [one for one in vietnam.list("/channel-accounts") if one["channel"] == "sms"]
    (kept,) = vietnam.list(f"/channel-accounts/{account['id']}/outbox")
    assert "Dạ, shop kiểm tra ngay ạ" in kept["body"]
    assert not any(secret in kept["body"] for secret in ESMS.values())
