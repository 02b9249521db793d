"""Replies of a live WhatsApp number, with a Cloud API that says what the test wants."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from chalicelib.channels import flows as accounts
from chalicelib.channels.sending import Outcome
from chalicelib.channels.whatsapp import codes
from chalicelib.platform import outward
from tests.contracts.cases.whatsapp import CUSTOMER, NUMBER, SCOPED
from tests.slices.conftest import Later
from tests.slices.whatsapp import BOTH, ID_ONLY, WANTED, replied, reply_of, status, write
from tests.world import APP_SECRET, World

Body = dict[str, Any]
Answer = tuple[int, bytes]
NO_ANSWER: Answer = (0, b"")


def refused(code: int) -> Answer:
    """An answer of the Cloud API as it is documented, under the status that is least telling."""
    error = {
        "message": f"(#{code}) told",
        "type": "OAuthException",
        "code": code,
        "fbtrace_id": "A",
    }
    return 400, json.dumps({"error": error}).encode()


@dataclass
class CloudApi:
    """WhatsApp as this process reaches it: says `answers` in order, then takes everything.

    `takes` says of an answer whether WhatsApp has taken the message all the same.
    """

    answers: list[Answer] = field(default_factory=list)
    takes: bool = False
    sent: list[Body] = field(default_factory=list)
    asked: int = 0

    def call(self, method: str, url: str, *, headers: Any, body: bytes) -> Answer:
        """Stands in for `outward.call`, and refuses what WhatsApp would."""
        self.asked += 1
        assert (method, url) == ("POST", f"https://graph.facebook.com/v25.0/{NUMBER}/messages")
        assert headers["Authorization"] == "Bearer WA-1"
        told = json.loads(body)
        assert told["messaging_product"] == "whatsapp"
        assert told.get("to") or told.get("recipient")
        answer = self.answers.pop(0) if self.answers else None
        if answer is None or self.takes:
            self.sent.append(told)
        taken = {"messages": [{"id": f"wamid.OUT{len(self.sent)}"}]}
        return answer or (200, json.dumps(taken).encode())


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> CloudApi:
    fake = CloudApi()
    monkeypatch.setattr(outward, "call", fake.call)
    return fake


@pytest.fixture
def shop(world: World) -> World:
    """A world with a live WhatsApp number."""
    credentials = {"app_secret": APP_SECRET, "verify_token": "v", "access_token": "WA-1"}
    world.connect("whatsapp", NUMBER, credentials, mode="live")
    accounts.forget()
    return world


def due(world: World) -> None:
    """The schedule that takes up delayed replies, and what follows."""
    world.pump.schedule("conversations_send_due")
    world.run()


def test_to_the_number_as_long_as_it_is_known(shop: World, api: CloudApi) -> None:
    write(shop, WANTED, BOTH)
    write(shop, "Mình giấu số rồi nhé", ID_ONLY)
    reply = replied(shop)
    assert (reply["status"], reply["provider_message_id"]) == ("sent", "wamid.OUT1")
    assert [(body.get("to"), body.get("recipient")) for body in api.sent] == [(CUSTOMER, SCOPED)]


def test_to_the_id_where_no_number_was_ever_told(shop: World, api: CloudApi) -> None:
    write(shop, WANTED, ID_ONLY)
    assert replied(shop)["status"] == "sent"
    assert [(body.get("to"), body.get("recipient")) for body in api.sent] == [(None, SCOPED)]


ENDS: dict[Outcome, str] = {
    Outcome.RETRY: "delayed",
    Outcome.REAUTH: "delayed",
    Outcome.PERMANENT: "failed",
    Outcome.UNREACHABLE: "failed",
}


@pytest.mark.parametrize("code", [130429, 190, 131042, 131026])
def test_an_error_ends_as_its_class_says(shop: World, api: CloudApi, code: int) -> None:
    """Waiting or failed, with a reason for people; never sent."""
    outcome, reason = codes.CODES[code]
    write(shop, WANTED, BOTH)
    api.answers = [refused(code)]
    reply = replied(shop)
    assert (reply["status"], reply["error_code"]) == (ENDS[outcome], str(code))
    assert reply["error_reason"] == reason
    assert api.sent == []
    states = [a["state"] for a in shop.list("/channel-accounts") if a["channel"] == "whatsapp"]
    assert states == ["needs_reconnect" if outcome is Outcome.REAUTH else "connected"]


@pytest.mark.parametrize("answer", [NO_ANSWER, (503, b"<html>"), (200, b""), refused(130429)])
def test_what_may_be_tried_again_goes_out_once(
    shop: World, api: CloudApi, later: Later, answer: Answer
) -> None:
    write(shop, WANTED, BOTH)
    api.answers = [answer]
    assert replied(shop)["status"] == "delayed"
    later(minutes=3)
    due(shop)
    assert reply_of(shop)["status"] == "sent"
    assert len(api.sent) == 1


@pytest.mark.parametrize(
    ("answer", "named"),
    [(NO_ANSWER, "sent"), ((502, b"Bad Gateway"), "delivered"), ((200, b""), "read")],
)
def test_what_whatsapp_took_is_not_sent_twice_although_its_answer_was_lost(
    shop: World, api: CloudApi, later: Later, answer: Answer, named: str
) -> None:
    """The status gives our mark back before the next attempt is due."""
    write(shop, WANTED, BOTH)
    api.answers, api.takes = [answer], True
    assert replied(shop)["status"] == "delayed"
    mark = api.sent[0]["biz_opaque_callback_data"]
    status(shop, named, "wamid.OUT1", recipient_user_id=SCOPED, biz_opaque_callback_data=mark)
    later(minutes=3)
    due(shop)
    assert (reply_of(shop)["status"], len(api.sent)) == (named, 1)
    assert reply_of(shop)["error_code"] is None


def test_a_closed_chat_is_not_even_asked_for(shop: World, api: CloudApi, later: Later) -> None:
    write(shop, WANTED, BOTH)
    later(hours=25)
    reply = replied(shop)
    assert (reply["status"], reply["error_code"], api.asked) == ("failed", "unreachable", 0)
    assert "24 giờ" in reply["error_reason"]


def test_a_closed_chat_is_reopened_by_the_template(
    shop: World, api: CloudApi, later: Later
) -> None:
    (account,) = (a for a in shop.list("/channel-accounts") if a["channel"] == "whatsapp")
    settings = {"reopen_template": "mo_lai"}
    changed = shop.admin.patch(f"/channel-accounts/{account['id']}", {"settings": settings})
    assert changed.status == 200, changed.body
    accounts.forget()
    write(shop, WANTED, BOTH)
    later(hours=25)
    assert replied(shop)["status"] == "sent"
    (body,) = api.sent
    (component,) = body["template"]["components"]
    assert (body["type"], component["parameters"]) == (
        "template",
        [{"type": "text", "text": "Dạ được ạ"}],
    )
