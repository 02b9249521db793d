"""Templates of a WhatsApp number: to whom, how they are written, and what statuses tell of them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from chalicelib.platform import outward
from tests.client import Answer
from tests.contracts.cases.whatsapp import CUSTOMER, NUMBER
from tests.slices.conftest import Later
from tests.slices.conversations.templates import customer, until
from tests.slices.whatsapp import BOTH, ID_ONLY, WANTED, status, write
from tests.world import APP_SECRET, World

PHONE = f"+{CUSTOMER}"
GAPS = [{"name": "1"}, {"name": "2"}, {"name": "button:0"}]
DATA = {"1": "Chị Mận", "2": "DH-1024", "button:0": "DH-1024"}


@dataclass
class Number:
    """A live number with a template, and what went out on it."""

    world: World
    account: str
    sent: list[dict[str, Any]] = field(default_factory=list)

    def push(self, profile: str, **more: Any) -> Answer:
        body = {
            "profile_id": profile,
            "account_id": self.account,
            "template_id": "giao_hang.vi",
            "data": DATA,
            **more,
        }
        answer = self.world.admin.post("/template-messages", body)
        self.world.run()
        return answer

    def pushed(self, profile: str, **more: Any) -> dict[str, Any]:
        answer = self.push(profile, **more)
        assert answer.status == 202, answer.body
        return self.message(answer.body)

    def message(self, of: dict[str, Any]) -> dict[str, Any]:
        every = self.world.list(f"/conversations/{of['conversation_id']}/messages")
        (found,) = [one for one in every if one["id"] == of["id"]]
        return found


@pytest.fixture
def number(world: World, monkeypatch: pytest.MonkeyPatch, later: Later) -> Number:
    later(seconds=until(12).total_seconds())
    credentials = {"app_secret": APP_SECRET, "verify_token": "v", "access_token": "WA-1"}
    account = world.connect("whatsapp", NUMBER, credentials, mode="live")
    entered = {"name": "giao_hang", "kind": "UTILITY", "gaps": GAPS, "text": "Chào {{1}}: {{2}}"}
    made = world.admin.post(f"/channel-accounts/{account}/templates", entered)
    assert made.status == 201, made.body
    found = Number(world=world, account=account)

    def call(method: str, url: str, *, headers: Any, body: bytes) -> tuple[int, bytes]:
        found.sent.append(json.loads(body))
        return 200, json.dumps({"messages": [{"id": f"wamid.T{len(found.sent)}"}]}).encode()

    monkeypatch.setattr(outward, "call", call)
    return found


def test_to_a_proved_phone_with_its_components(number: Number, world: World) -> None:
    sent = number.pushed(customer(world, PHONE, vouched=True))
    ((body),) = number.sent
    assert (body["to"], body["type"]) == (CUSTOMER, "template")
    assert body["template"] == {
        "name": "giao_hang",
        "language": {"code": "vi"},
        "components": [
            {
                "type": "body",
                "parameters": [
                    {"type": "text", "text": "Chị Mận"},
                    {"type": "text", "text": "DH-1024"},
                ],
            },
            {
                "type": "button",
                "sub_type": "url",
                "index": "0",
                "parameters": [{"type": "text", "text": "DH-1024"}],
            },
        ],
    }
    assert (sent["status"], sent["text"]) == ("sent", "Chào Chị Mận: DH-1024")


def test_not_to_a_phone_that_was_only_told(number: Number, world: World) -> None:
    """Whoever holds it would answer from it, and be taken for this customer."""
    refused = number.push(customer(world, PHONE))
    assert (refused.status, refused.body["code"]) == (409, "no_address")
    assert number.sent == []


def test_who_wrote_gets_it_in_their_conversation_long_after(
    number: Number, world: World, later: Later
) -> None:
    write(world, WANTED, ID_ONLY)
    (talk,) = world.list("/conversations")
    later(days=9)
    sent = number.pushed(talk["profile_id"])
    assert (sent["conversation_id"], sent["status"]) == (talk["id"], "sent")


def test_their_answer_to_it_is_theirs(number: Number, world: World) -> None:
    profile = customer(world, PHONE, vouched=True, name="Lê Thị Mận")
    number.pushed(profile)
    write(world, "Mình nhận được rồi, nhưng thiếu ly", BOTH)
    (ticket,) = world.tickets()
    assert ticket["profile_id"] == profile


@pytest.mark.parametrize("named", ["delivered", "read"])
def test_statuses_are_joined(number: Number, world: World, named: str) -> None:
    sent = number.pushed(customer(world, PHONE, vouched=True))
    status(world, named, "wamid.T1")
    assert number.message(sent)["status"] == named


def test_a_failure_told_later_goes_nowhere_else(number: Number, world: World) -> None:
    profile = customer(world, PHONE, vouched=True)
    sent = number.pushed(profile)
    error = {"code": 131026, "title": "Message undeliverable"}
    status(world, "failed", "wamid.T1", errors=[error])
    failed = number.message(sent)
    assert (failed["status"], failed["error_code"]) == ("failed", "131026")
    assert failed["instead"] is None
