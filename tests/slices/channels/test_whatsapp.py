"""WhatsApp: what only this channel does; the rest is in its fixtures and the contract suite."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.channels.event import Attachment, AttachmentKind, Author, InboundEvent, Kind
from chalicelib.channels.meta import graph
from chalicelib.channels.sending import HttpResponse, NotTold, OutboundMessage, Outcome, Unreachable
from chalicelib.channels.whatsapp import codes, sending
from chalicelib.channels.whatsapp.adapter import ADAPTER
from chalicelib.channels.whatsapp.webhook import party
from tests.contracts.case import SHARED_PAYLOADS, load, sample_request, with_samples
from tests.contracts.cases.whatsapp import (
    BUSINESS,
    CASE,
    CUSTOMER,
    NUMBER,
    SCOPED,
    change,
    contact,
    item,
    said,
    status,
)

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TEMPLATE = {"reopen_template": "mo_lai"}


def events(body: bytes) -> list[InboundEvent]:
    return CASE.events(CASE.request(body))


def parse(kind: str, **content: Any) -> InboundEvent:
    """The event of one message of the customer."""
    [event] = events(said(item("w1", kind, **content)))
    return event


# ------------------------------------------------------------- whose event it is


@pytest.mark.parametrize(
    ("message", "told", "key", "phone"),
    [
        ({"from": CUSTOMER}, {}, CUSTOMER, CUSTOMER),
        ({"from": f"+{CUSTOMER}"}, {}, CUSTOMER, CUSTOMER),
        ({"from": CUSTOMER}, {"wa_id": CUSTOMER, "user_id": SCOPED}, SCOPED, CUSTOMER),
        ({"from": CUSTOMER, "from_user_id": SCOPED}, {}, SCOPED, CUSTOMER),
        ({"from_user_id": SCOPED}, {}, SCOPED, None),
        ({}, {"user_id": SCOPED}, SCOPED, None),
        ({"from": SCOPED}, {"wa_id": SCOPED}, SCOPED, None),
        ({"from": SCOPED}, {"wa_id": CUSTOMER}, SCOPED, CUSTOMER),
        ({"from": "VN.ENT.55"}, {}, "VN.ENT.55", None),
        ({"from_user_id": "any-text"}, {}, "any-text", None),
        ({"from_user_id": CUSTOMER}, {}, CUSTOMER, CUSTOMER),
        ({"from": "somebody"}, {"wa_id": CUSTOMER}, CUSTOMER, CUSTOMER),
        ({"from": "somebody"}, {}, "somebody", None),
        ({"from": "0912345678"}, {}, "0912345678", None),  # no country code: no number to trust
        ({"from": 84912345678}, {}, CUSTOMER, CUSTOMER),
        ({"from": {"id": 1}}, {"wa_id": None}, None, None),
        ({}, {}, None, None),
    ],
)
def test_who_the_customer_is(
    message: dict[str, Any], told: dict[str, Any], key: str | None, phone: str | None
) -> None:
    found = party({"messages": [message], "contacts": [told] if told else []})
    assert (found and found.key, found and found.phone) == (key, phone)


def test_the_key_stays_once_the_scoped_id_has_come() -> None:
    """With the number, without it, out of either field, of a message or a receipt."""
    text = {"text": {"body": "a"}}
    bodies = [
        said(item("w1", "text", **text), contacts=[contact(user_id=SCOPED)]),
        said(item("w2", "text", **text) | {"from": SCOPED}, contacts=[]),
        said(item("w3", "text", from_user_id=SCOPED, **text) | {"from": None}, contacts=[]),
        said(item("w4", "reaction", from_user_id=SCOPED, reaction={"message_id": "o1"})),
        status("o1", "read", recipient_user_id=SCOPED),
    ]
    for body in bodies:
        [delivery] = CASE.deliveries(CASE.request(body))
        assert (delivery.sender, CASE.parse(delivery).user_id) == (SCOPED, SCOPED)


def test_the_number_is_a_proved_phone_and_what_is_no_number_is_none() -> None:
    known = parse("text", text={"body": "a"}).contact
    assert known is not None
    assert (known.phones, known.verified) == ((f"+{CUSTOMER}",), True)
    [hidden] = events(said(item("w1", "text", text={"body": "a"}) | {"from": SCOPED}, contacts=[]))
    assert hidden.contact is None


def test_a_contact_is_the_one_the_message_names() -> None:
    other = "84987000222"
    body = said(
        item("w1", "text", text={"body": "a"}),
        item("w2", "text", text={"body": "b"}) | {"from": other},
        item("w3", "text", text={"body": "c"}) | {"from": "84987000333"},
        contacts=[contact(wa_id=other, profile={"name": "Cam"}), contact()],
    )
    names = [event.contact.name if event.contact else None for event in events(body)]
    assert names == ["Lê Thị Mận", "Cam", None]
    [first, *_] = CASE.deliveries(CASE.request(body))
    assert other not in json.dumps(first.payload)


def test_events_of_the_business_go_to_one_of_its_numbers() -> None:
    body = change("message_template_status_update", metadata=None, event="REJECTED")
    request = CASE.request(body)
    ours = replace(CASE.account, settings={"business_account_id": BUSINESS})
    for account, named in ((CASE.account, BUSINESS), (ours, NUMBER)):
        verified = CASE.verify(request, account)
        assert verified is not None
        [delivery] = CASE.provider.split(request, verified)
        assert delivery.account_id == named


# -------------------------------------------------------------- what it says


@pytest.mark.parametrize(("named", "kind"), codes.MEDIA.items())
def test_every_kind_of_file_is_known_by_its_id(named: str, kind: AttachmentKind) -> None:
    event = parse(named, **{named: {"id": 77, "caption": "xem giúp mình"}})
    assert event.text == "xem giúp mình"
    assert event.attachments == (Attachment(kind=kind, provider_id="77"),)


@pytest.mark.parametrize(("named", "kind"), codes.STATUSES.items())
def test_every_status(named: str, kind: Kind) -> None:
    [event] = events(status("o1", named))
    assert (event.kind, event.about_ids) == (kind, ("o1",))


@pytest.mark.parametrize(
    ("response", "text", "postback"),
    [
        ('{"flow_token":"t","a":"1"}', "a: 1", "t"),
        ('{"a":1.50}', "a: 1.50", "nfm_reply"),
        ('{"a":null,"b":{"c":true}}', 'a: null\nb: {"c": true}', "nfm_reply"),
        ("{}", None, "nfm_reply"),
        ('{"flow_token":7}', None, "7"),
    ],
)
def test_answers_of_a_form(response: str, text: str | None, postback: str) -> None:
    reply = {"type": "nfm_reply", "nfm_reply": {"response_json": response}}
    event = parse("interactive", interactive=reply)
    assert (event.kind, event.text, event.postback) == (Kind.MESSAGE, text, postback)


@pytest.mark.parametrize("response", ["", "x", "[1]", "5", "null", '{"a":', None, {"a": 1}])
def test_a_form_nobody_can_read_is_a_message_all_the_same(response: object) -> None:
    reply = {"type": "nfm_reply", "nfm_reply": {"response_json": response}}
    event = parse("interactive", interactive=reply)
    assert (event.kind, event.text) == (Kind.MESSAGE, None)
    assert [part.title for part in event.attachments] == [codes.BAD_FORM]


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("text", {"text": {"body": ""}}),
        ("text", {"text": "a"}),
        ("text", {}),
        ("interactive", {"interactive": {"type": "hologram_reply"}}),
        ("contacts", {"contacts": []}),
        ("order", {"order": {}}),
        ("reaction", {"reaction": {"emoji": "👍"}}),
        ("revoke", {"revoke": {}}),
        ("system", {"system": {"type": "customer_identity_changed"}}),
        ("system", {"system": {"wa_id": SCOPED}}),
    ],
)
def test_what_says_nothing_is_unknown(kind: str, content: dict[str, Any]) -> None:
    assert parse(kind, **content).kind is Kind.UNKNOWN


def test_a_failure_is_said_for_people() -> None:
    for code, (_, reason) in codes.CODES.items():
        [event] = events(status("o1", "failed", errors=[{"code": code, "title": "As Meta says"}]))
        assert event.failure is not None
        assert (event.failure.code, event.failure.reason) == (str(code), reason)


# ------------------------------------------------------------------- our mark


@pytest.mark.parametrize(
    ("given", "whole", "any_part"),
    [
        ("lm:our-1:1/1", "our-1", "our-1"),
        ("lm:our-1:2/2:VN.99", "our-1", "our-1"),
        ("lm:our-1:1/2:VN.99", None, "our-1"),
        ("lm:our-1:1/2", None, "our-1"),
        ("lm:our-1:x/x", None, None),
        ("lm:our-1", None, None),
        ("lm::1/1", None, None),
        ("other:our-1:1/1", None, None),
        (None, None, None),
        ({"lm": 1}, None, None),
    ],
)
def test_our_mark(given: object, whole: str | None, any_part: str | None) -> None:
    assert sending.marked(given).message_id == whole
    assert sending.marked(given, any_part=True).message_id == any_part


@pytest.mark.parametrize(
    ("given", "customer"),
    [
        ("lm:our-1:1/1:VN.99", "VN.99"),
        ("lm:our-1:1/2:a:b", "a:b"),
        ("lm:our-1:1/1:", None),
        ("lm:our-1:1/1", None),
        ("other:our-1:1/1:VN.99", None),
    ],
)
def test_our_mark_names_the_customer_as_we_know_them(given: str, customer: str | None) -> None:
    assert sending.marked(given).customer == customer


def test_what_we_send_comes_back_as_ours() -> None:
    bodies = prepared(text="Dạ " * 2000)
    marks = [sending.marked(body["biz_opaque_callback_data"]) for body in bodies]
    assert [mark.message_id for mark in marks] == [None, "our-1"]
    assert {mark.customer for mark in marks} == {CUSTOMER}


# -------------------------------------------------------------------- sending


def prepared(settings: dict[str, Any] | None = None, **changes: Any) -> list[dict[str, Any]]:
    """The bodies of the requests that send a message to the customer, who wrote an hour ago."""
    message = OutboundMessage(
        message_id="our-1",
        user_id=CUSTOMER,
        text="Dạ shop đã nhận được phản ánh ạ",
        author=Author.HUMAN,
        last_inbound_at=NOW - HOUR,
    )
    account = replace(CASE.account, settings=settings or {})
    requests = ADAPTER.prepare(replace(message, **changes), account, now=NOW)
    assert all(request.headers["Authorization"] == "Bearer WA-1" for request in requests)
    assert {request.url for request in requests} <= {
        f"https://graph.facebook.com/v25.0/{NUMBER}/messages"
    }
    return [json.loads(request.body) for request in requests]


def test_request() -> None:
    assert prepared() == [
        {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": CUSTOMER,
            "type": "text",
            "text": {"body": "Dạ shop đã nhận được phản ánh ạ"},
            "biz_opaque_callback_data": f"lm:our-1:1/1:{CUSTOMER}",
        }
    ]


@pytest.mark.parametrize(
    ("user_id", "thread", "to", "recipient"),
    [
        (CUSTOMER, None, CUSTOMER, None),
        (SCOPED, CUSTOMER, CUSTOMER, SCOPED),
        (SCOPED, None, None, SCOPED),
        (SCOPED, "no number", None, SCOPED),
    ],
)
def test_to_the_number_where_it_is_known_else_to_the_id(
    user_id: str, thread: str | None, to: str | None, recipient: str | None
) -> None:
    [body] = prepared(user_id=user_id, thread=thread)
    assert (body.get("to"), body.get("recipient")) == (to, recipient)


def test_the_first_part_quotes() -> None:
    first, second = prepared(text="Dạ " * 2000, quote_provider_id="wamid.IN1")
    assert first["context"] == {"message_id": "wamid.IN1"}
    assert "context" not in second


@pytest.mark.parametrize("last", [NOW - DAY - HOUR, None])
def test_a_closed_chat_is_reopened_by_the_accounts_template(last: datetime | None) -> None:
    text = "Dạ chào chị,\n\n\tđơn     đã giao ạ"
    [body] = prepared(TEMPLATE, text=text, last_inbound_at=last, quote_provider_id="wamid.IN1")
    assert body["type"] == "template"
    assert body["template"] == {
        "name": "mo_lai",
        "language": {"code": "vi"},
        "components": [
            {
                "type": "body",
                "parameters": [{"type": "text", "text": "Dạ chào chị, đơn đã giao ạ"}],
            }
        ],
    }
    assert "text" not in body
    assert "context" not in body


def test_the_templates_language_is_a_setting() -> None:
    settings = TEMPLATE | {"reopen_language": "en"}
    [body] = prepared(settings, last_inbound_at=None)
    assert body["template"]["language"] == {"code": "en"}


def test_within_the_window_no_template_is_used() -> None:
    [body] = prepared(TEMPLATE)
    assert body["type"] == "text"


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({}, "Dạ"),
        ({"reopen_template": ["mo_lai"]}, "Dạ"),
        ({"reopen_language": "vi"}, "Dạ"),
        (TEMPLATE, "Dạ " * 300),
    ],
)
def test_why_a_closed_chat_stays_closed_is_said(settings: dict[str, Any], text: str) -> None:
    with pytest.raises(Unreachable, match="24 giờ"):
        prepared(settings, text=text, last_inbound_at=NOW - 2 * DAY)


@pytest.mark.parametrize(("code", "verdict"), codes.CODES.items())
def test_every_code(code: int, verdict: graph.Verdict) -> None:
    body = json.dumps({"error": {"code": code}}).encode()
    result = ADAPTER.classify(HttpResponse(status=400, body=body))
    assert (result.outcome, result.reason, result.code) == (*verdict, str(code))


@with_samples
def test_answers_of_the_shared_samples() -> None:
    sample = load(SHARED_PAYLOADS / "meta_api" / "11_whatsapp_error_throttle.json")
    answer = HttpResponse(status=400, body=sample_request(sample).body)
    assert ADAPTER.classify(answer).outcome is Outcome.RETRY


# ---------------------------------------------------------------------- files


IMAGE = Attachment(kind=AttachmentKind.IMAGE, provider_id="9000/1")


def test_where_a_file_is_is_asked_by_its_id() -> None:
    request = ADAPTER.media_request(IMAGE, CASE.account)
    assert request is not None
    assert (request.method, request.url) == (
        "GET",
        f"https://graph.facebook.com/v25.0/9000%2F1?phone_number_id={NUMBER}",
    )
    assert request.headers["Authorization"] == "Bearer WA-1"
    assert ADAPTER.media_headers(CASE.account) == {"Authorization": "Bearer WA-1"}


@pytest.mark.parametrize(
    "attachment",
    [
        Attachment(kind=AttachmentKind.IMAGE),
        Attachment(kind=AttachmentKind.TEMPLATE, provider_id="LOC-10"),
    ],
)
def test_what_is_no_file_is_not_asked_for(attachment: Attachment) -> None:
    assert ADAPTER.media_request(attachment, CASE.account) is None


def test_address_of_a_file() -> None:
    told = json.dumps({"url": "https://lookaside.fbsbx.com/x", "mime_type": "image/jpeg"}).encode()
    assert ADAPTER.media_address(HttpResponse(status=200, body=told)).endswith("/x")
    for answer in (
        HttpResponse(status=0),
        HttpResponse(status=404, body=b'{"error":{"code":100}}'),
        HttpResponse(status=200, body=b'{"url":5}'),
        HttpResponse(status=500, body=told),
    ):
        with pytest.raises(NotTold):
            ADAPTER.media_address(answer)
