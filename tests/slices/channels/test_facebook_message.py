"""Messenger: what only this channel does; the rest is in its fixtures and the contract suite."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.channels.base import Delivery
from chalicelib.channels.event import AttachmentKind, Author, InboundEvent, Kind
from chalicelib.channels.facebook_message import codes
from chalicelib.channels.facebook_message.adapter import ADAPTER
from chalicelib.channels.sending import (
    CannotSend,
    HttpRequest,
    HttpResponse,
    OutboundMessage,
    Outcome,
)
from tests.contracts.case import SHARED_PAYLOADS, load, with_samples
from tests.contracts.cases.facebook_message import CASE, CUSTOMER, PAGE, answer, item, refusal

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def parse(**content: Any) -> InboundEvent:
    """The event of one messaging item."""
    payload = {"object": "page", "entry_id": PAGE, "entry_time": 0, "item": item(**content)}
    return ADAPTER.parse(
        Delivery(
            channel="facebook_message",
            account_id=PAGE,
            sender=CUSTOMER,
            event_key="k",
            payload=payload,
        )
    )


def attached(**attachment: Any) -> AttachmentKind:
    [found] = parse(message={"mid": "m1", "attachments": [attachment]}).attachments
    return found.kind


# ----------------------------------------------------------------------- parsing


@pytest.mark.parametrize(("named", "kind"), codes.ATTACHMENTS.items())
def test_every_kind_of_attachment(named: str, kind: AttachmentKind) -> None:
    assert attached(type=named, payload={"url": "https://cdn.example/x"}) is kind


@pytest.mark.parametrize("attachment", [{"type": 5}, {"type": ["image"]}, {"payload": "x"}])
def test_an_odd_attachment_is_one_all_the_same(attachment: dict[str, Any]) -> None:
    assert attached(**attachment) is AttachmentKind.OTHER


@pytest.mark.parametrize("attachments", [None, [], [None], ["x"], [{}], {}, "x", 0])
def test_attachments_of_nothing_are_none(attachments: object) -> None:
    assert parse(message={"mid": "m1", "text": "a", "attachments": attachments}).attachments == ()


def test_a_template_with_cards_is_one_part_a_card() -> None:
    cards = [{"title": "Nồi", "id": 1}, {"title": "Chảo", "retailer_id": "SKU-2"}, "no card"]
    event = parse(
        message={
            "mid": "m1",
            "attachments": [{"type": "template", "payload": {"elements": cards}}],
        }
    )
    assert [(a.title, a.provider_id) for a in event.attachments] == [
        ("Nồi", "1"),
        ("Chảo", "SKU-2"),
    ]


@pytest.mark.parametrize(
    ("content", "kind", "provider_event"),
    [
        ({"message": {"mid": "m1", "text": "a"}}, Kind.MESSAGE, "message"),
        ({"message": {"mid": "m1", "text": " \n"}}, Kind.UNKNOWN, "message"),
        ({"message": {"mid": "m1", "text": ["a"]}}, Kind.UNKNOWN, "message"),
        ({"message": {"text": "a"}}, Kind.MESSAGE, "message"),
        ({"message": {"mid": "m1", "referral": {"ref": "a"}}}, Kind.CONTEXT, "message"),
        ({"message": None}, Kind.UNKNOWN, "message"),
        ({"message_edit": {"text": "a"}}, Kind.UNKNOWN, "message_edit"),
        ({"postback": {}}, Kind.UNKNOWN, "postback"),
        ({"postback": {"referral": {"ref": "a"}}}, Kind.CONTEXT, "postback"),
        ({"delivery": {}}, Kind.UNKNOWN, "delivery"),
        ({"delivery": {"mids": ["m1"]}}, Kind.DELIVERED, "delivery"),
        ({"delivery": {"mids": "m1"}}, Kind.DELIVERED, "delivery"),
        ({"read": {"watermark": "x"}}, Kind.UNKNOWN, "read"),
        ({"read": {"mid": "m1"}}, Kind.READ, "read"),
        ({"reaction": {"action": "react"}}, Kind.UNKNOWN, "reaction"),
        ({"referral": None}, Kind.CONTEXT, "referral"),
        ({"optin": {"type": "notification_messages"}}, Kind.CONTEXT, "optin:notification_messages"),
        ({"take_thread_control": {}}, Kind.UNKNOWN, "take_thread_control"),
        ({"policy-enforcement": {}}, Kind.UNKNOWN, "policy-enforcement"),
        ({}, Kind.UNKNOWN, ""),
    ],
)
def test_kinds(content: dict[str, Any], kind: Kind, provider_event: str) -> None:
    event = parse(**content)
    assert (event.kind, event.provider_event) == (kind, provider_event)


@pytest.mark.parametrize(
    ("metadata", "found"),
    [
        ("lm:01J:1", "01J"),
        ("lm:a:b:12", "a:b"),
        ("lm:01J", None),
        ("lm:01J:", None),
        ("lm::1", None),
        ("lm:01J:x", None),
        ("lmx:01J:1", None),
        ("", None),
        (None, None),
        ({"lm": 1}, None),
    ],
)
def test_our_own_send_is_recognised(metadata: object, found: str | None) -> None:
    event = parse(message={"mid": "m1", "text": "a", "is_echo": True, "metadata": metadata})
    assert event.app_message_id == found
    assert event.author is (Author.APP if found else Author.HUMAN)


def test_a_customer_cannot_pass_as_our_own_send() -> None:
    event = parse(message={"mid": "m1", "text": "a", "metadata": "lm:01J:1"})
    assert (event.kind, event.app_message_id) == (Kind.MESSAGE, None)


def test_an_echo_of_nothing_is_no_answer() -> None:
    assert parse(message={"mid": "m1", "is_echo": True}).kind is Kind.UNKNOWN


def test_what_we_prepare_comes_back_as_ours() -> None:
    for request in prepared(text="Dạ " * 1500):
        message = json.loads(request.body)["message"] | {"is_echo": True, "mid": "m1", "app_id": 1}
        event = parse(sender={"id": PAGE}, recipient={"id": CUSTOMER}, message=message)
        assert (event.app_message_id, event.user_id) == ("our-1", CUSTOMER)


@pytest.mark.parametrize(
    ("referral", "referrer"),
    [
        ({"ref": "q1", "ad_id": "9", "source": "ADS"}, "q1"),
        ({"ref": None, "ad_id": 9, "source": "ADS"}, "9"),
        ({"ref": "", "referer_uri": "https://a.example", "source": "PLUGIN"}, "https://a.example"),
        ({"source": "SHORTLINK"}, "SHORTLINK"),
        ({}, None),
        ("x", None),
    ],
)
def test_referrer(referral: object, referrer: str | None) -> None:
    assert parse(referral=referral).referrer == referrer


# ----------------------------------------------------------------------- sending


def outbound(**changes: Any) -> OutboundMessage:
    message = OutboundMessage(
        message_id="our-1",
        user_id=CUSTOMER,
        text="Dạ shop đã nhận được phản ánh ạ",
        author=Author.HUMAN,
        last_inbound_at=NOW - HOUR,
    )
    return replace(message, **changes)


def prepared(settings: dict[str, Any] | None = None, **changes: Any) -> list[HttpRequest]:
    account = replace(CASE.account, settings=settings or {})
    return ADAPTER.prepare(outbound(**changes), account, now=NOW)


def test_request() -> None:
    [request] = prepared()
    assert (request.method, request.url) == (
        "POST",
        f"https://graph.facebook.com/v25.0/{PAGE}/messages",
    )
    assert request.headers["Authorization"] == "Bearer AT-1"
    assert json.loads(request.body) == {
        "messaging_type": "RESPONSE",
        "recipient": {"id": CUSTOMER},
        "message": {"text": "Dạ shop đã nhận được phản ánh ạ", "metadata": "lm:our-1:1"},
    }


def test_a_guest_is_answered_by_reference() -> None:
    [request] = prepared(user_id="user_ref:khach-77")
    assert json.loads(request.body)["recipient"] == {"user_ref": "khach-77"}


def test_address_and_proof_are_settings() -> None:
    settings = {"api_base": "http://127.0.0.1:9/v26.0/", "appsecret_proof": True}
    [request] = prepared(settings)
    proof = hmac.new(b"fixture-app-secret", b"AT-1", hashlib.sha256).hexdigest()
    assert request.url == f"http://127.0.0.1:9/v26.0/{PAGE}/messages?appsecret_proof={proof}"


def test_an_account_id_cannot_change_the_address() -> None:
    account = replace(CASE.account, account_id="../me?x=1#")
    [request] = ADAPTER.prepare(outbound(), account, now=NOW)
    assert request.url.endswith("/v25.0/..%2Fme%3Fx%3D1%23/messages")


@pytest.mark.parametrize(
    ("waited", "author", "permission"),
    [
        (DAY, Author.APP, {"messaging_type": "RESPONSE"}),
        (DAY, Author.HUMAN, {"messaging_type": "RESPONSE"}),
        (-HOUR, Author.APP, {"messaging_type": "RESPONSE"}),
        (DAY + HOUR, Author.HUMAN, {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}),
        (7 * DAY, Author.HUMAN, {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}),
    ],
)
def test_permission(waited: timedelta, author: Author, permission: dict[str, str]) -> None:
    [request] = prepared(author=author, last_inbound_at=NOW - waited)
    body = json.loads(request.body)
    assert {name: body[name] for name in body.keys() & {"messaging_type", "tag"}} == permission


@pytest.mark.parametrize(
    ("waited", "author"), [(DAY + HOUR, Author.APP), (7 * DAY + HOUR, Author.HUMAN)]
)
def test_no_permission(waited: timedelta, author: Author) -> None:
    with pytest.raises(CannotSend):
        prepared(author=author, last_inbound_at=NOW - waited)


# ----------------------------------------------------------------------- answers


@pytest.mark.parametrize(("code", "verdict"), codes.CODES.items())
def test_every_code(code: int, verdict: codes.Verdict) -> None:
    result = ADAPTER.classify(refusal(code, 999999))
    assert (result.outcome, result.reason) == verdict
    assert result.code == f"{code}/999999"


@pytest.mark.parametrize(("pair", "verdict"), codes.SUBCODES.items())
def test_every_subcode(pair: tuple[int, int], verdict: codes.Verdict) -> None:
    result = ADAPTER.classify(refusal(*pair))
    assert (result.outcome, result.reason) == verdict


@pytest.mark.parametrize(("status", "verdict"), codes.STATUSES.items())
def test_every_status(status: int, verdict: codes.Verdict) -> None:
    result = ADAPTER.classify(HttpResponse(status=status))
    assert (result.outcome, result.reason, result.code) == (*verdict, str(status))


def test_an_unknown_code_is_left_to_a_human() -> None:
    assert ADAPTER.classify(refusal(987654)).outcome is Outcome.PERMANENT


@pytest.mark.parametrize("code", [True, None, [], "x", 1.5, {}])
def test_a_code_that_is_none(code: object) -> None:
    result = ADAPTER.classify(answer({"error": {"code": code}}, 400))
    assert (result.outcome, result.code) == (Outcome.PERMANENT, "400")


EXPECTED = {
    "04_error_dead_tag": Outcome.PERMANENT,
    "05_error_outside_window": Outcome.UNREACHABLE,
    "06_error_token_expired": Outcome.REAUTH,
    "08_send_ok": Outcome.SENT,
    "11_whatsapp_error_throttle": Outcome.RETRY,
}


@with_samples
def test_shared_answers() -> None:
    """The vendor's answers beside the repository."""
    for path in sorted((SHARED_PAYLOADS / "meta_api").glob("*.json")):
        sample = load(path)
        if sample.get("direction") != "outbound-response" or path.stem not in EXPECTED:
            continue
        status = int(sample["headers"]["status"])
        result = ADAPTER.classify(HttpResponse(status=status, body=sample["body"].encode()))
        assert result.outcome is EXPECTED[path.stem], path.stem
