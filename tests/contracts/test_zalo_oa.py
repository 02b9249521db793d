"""What only Zalo OA does: candidates of the signature, keys, receipts, windows, codes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest

from chalicelib.channels import wire
from chalicelib.channels.base import Verified
from chalicelib.channels.event import Author, InboundEvent, Kind
from chalicelib.channels.sending import HttpResponse, OutboundMessage, Outcome, RefreshFailed
from chalicelib.channels.zalo_oa import codes
from chalicelib.channels.zalo_oa.webhook import MAX_BODY, begun, digest
from chalicelib.platform.errors import TooLarge

from .case import webhook
from .cases.zalo_oa import APP, AT, CASE, CUSTOMER, OA, SECRET, event, from_oa, message

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def signed_by(first: str, body: bytes, timestamp: str, **headers: str) -> Verified | None:
    mac = hashlib.sha256(first.encode() + body + timestamp.encode() + SECRET.encode()).hexdigest()
    return CASE.verify(webhook(body, headers={"x-zevent-signature": mac, **headers}))


def parsed(body: bytes) -> InboundEvent:
    [found] = CASE.events(CASE.request(body))
    return found


# --------------------------------------------------------------- signature


def test_published_vector() -> None:
    """The only vector found in public code, recomputed in channels.md §2.1."""
    expected = "2f1ef5aabe67e8396a459ca89562e108ad541f82ba5022c85f645bd6b7220cb9"
    assert digest(begun(b"BODY", "X"), timestamp="1234567890", secret="Y") == expected


@pytest.mark.parametrize(
    ("first", "headers", "variant"),
    [
        (APP, {}, "app_id+body_timestamp"),
        (OA, {}, "oa_id+body_timestamp"),
        (APP, {"x-zevent-timestamp": "1795255299999"}, "app_id+header_timestamp"),
        (OA, {"x-zevent-timestamp": "1795255299999"}, "oa_id+header_timestamp"),
    ],
)
def test_variant(first: str, headers: dict[str, str], variant: str) -> None:
    timestamp = headers.get("x-zevent-timestamp", AT)
    verified = signed_by(first, message("Chào", "m1"), timestamp, **headers)
    assert verified is not None
    assert verified.variant == variant


def test_app_id_of_the_body_needs_the_secret_too() -> None:
    body = event("user_send_text", app_id="999", message={"msg_id": "m", "text": "Chào"})
    verified = signed_by("999", body, AT)
    assert verified is not None
    assert verified.variant == "body_app_id+body_timestamp"
    forged = hashlib.sha256(b"999" + body + AT.encode() + b"guess").hexdigest()
    assert CASE.verify(webhook(body, headers={"x-zevent-signature": forged})) is None


@pytest.mark.parametrize("prefix", ["", "mac=", "sha256=", "MAC="])
def test_prefix_and_case_of_the_signature(prefix: str) -> None:
    body = message("Chào", "m1")
    mac = hashlib.sha256(APP.encode() + body + AT.encode() + SECRET.encode()).hexdigest()
    for written in (mac, mac.upper()):
        headers = {"x-zevent-signature": f" {prefix}{written} "}
        assert CASE.verify(webhook(body, headers=headers)) is not None


@pytest.mark.parametrize("timestamp", ["1795255200000", "1795255200000.0", "1.7952552E12", "-0"])
def test_numeric_timestamp_is_signed_as_written(timestamp: str) -> None:
    body = message("Chào", "m1").replace(f'"{AT}"'.encode(), timestamp.encode())
    wanted = None if timestamp == "-0" else "app_id+body_timestamp"
    verified = signed_by(APP, body, timestamp)
    assert (verified and verified.variant) == wanted


@pytest.mark.parametrize("body", [b"not json", b'{"a":', b"[]", b"null", b'"text"', b"{}", b""])
def test_only_a_json_object_is_authentic(body: bytes) -> None:
    assert CASE.verify(CASE.request(body)) is None


def test_digits_moved_from_the_header_into_the_body_are_noticed() -> None:
    body = message("Chào", "m1").replace(f',"timestamp":"{AT}"'.encode(), b"")
    genuine = CASE.request(body)
    assert CASE.verify(genuine) is not None
    for moved in (1, 5, len(AT) - 1):
        headers = {**genuine.headers, "x-zevent-timestamp": AT[moved:]}
        assert CASE.verify(webhook(body + AT[:moved].encode(), headers=headers)) is None


@pytest.mark.parametrize(
    "mac", ["", "mac=", "mac=zz", "0" * 63, "mac=" + "0" * 65, "sha1=" + "0" * 64]
)
def test_a_signature_of_another_shape_costs_no_parsing(
    monkeypatch: pytest.MonkeyPatch, mac: str
) -> None:
    monkeypatch.setattr(wire, "DECODER", None)
    body = b"[" * 3 * MAX_BODY
    assert CASE.verify(webhook(body, headers={"x-zevent-signature": mac})) is None


def test_a_large_body_is_refused_unparsed(monkeypatch: pytest.MonkeyPatch) -> None:
    largest = message("x" * (MAX_BODY - len(message("", "m1"))), "m1")
    assert CASE.verify(CASE.request(largest)) is not None
    monkeypatch.setattr(wire, "DECODER", None)
    with pytest.raises(TooLarge):
        CASE.verify(CASE.request(largest + b" "))


# ------------------------------------------------------------ probe, hints


@pytest.mark.parametrize("body", [b"{}", b" { } \n"])
def test_console_probe_is_greeted_only_unsigned(body: bytes) -> None:
    answer = CASE.provider.greet(webhook(body), [])
    assert answer is not None
    assert (answer.status, answer.body) == (200, "")
    assert CASE.provider.greet(CASE.request(body), [CASE.account]) is None
    assert CASE.provider.greet(webhook(body, method="GET"), []) is None


@pytest.mark.parametrize(
    "body",
    [
        message("Chào", "m1"),
        from_oa("oa_send_text", message={"msg_id": "m", "text": "Dạ"}),
        from_oa("user_received_message", message={"msg_id": "m"}),
        from_oa("user_seen_message", message={"msg_ids": ["m"]}),
        event("follow", sender=None, recipient=None, oa_id=OA, follower={"id": CUSTOMER}),
        event("change_oa_daily_quota", sender=None, recipient=None, oaId=OA),
    ],
)
def test_hint_is_the_oa_whatever_its_role(body: bytes) -> None:
    assert CASE.provider.account_hints(CASE.request(body)) == {OA}


# --------------------------------------------------------------- meanings


def test_receipt_with_its_sides_the_other_way_round() -> None:
    """Sources disagree on them; the side that is not the OA is the customer."""
    found = parsed(event("user_seen_message", message={"msg_ids": ["a", "b"]}))
    assert (found.kind, found.user_id, found.about_ids) == (Kind.READ, CUSTOMER, ("a", "b"))


@pytest.mark.parametrize("recipient", ["84912345678", "0912345678", "a" * 64])
def test_zns_receipt_has_no_chat_customer(recipient: str) -> None:
    body = from_oa(
        "user_received_message",
        recipient={"id": recipient},
        message={"msg_id": "z1", "tracking_id": ""},
    )
    found = parsed(body)
    assert (found.kind, found.user_id, found.about_ids) == (Kind.DELIVERED, None, ("z1",))
    [delivery] = CASE.deliveries(CASE.request(body))
    assert recipient not in delivery.sender + delivery.event_key


def test_numeric_ids_become_text_without_loss() -> None:
    body = (
        message("Chào", "m1")
        .replace(f'"{CUSTOMER}"'.encode(), CUSTOMER.encode())
        .replace(f'"{OA}"'.encode(), OA.encode())
    )
    assert parsed(body).user_id == CUSTOMER


def test_two_reactions_to_one_message_are_two_events() -> None:
    reaction = {"message": {"msg_id": "m1", "react_icon": "/-heart"}}
    bodies = [event("user_reacted_message", **reaction, timestamp=f"{n}") for n in (1, 2)]
    keys = {CASE.deliveries(CASE.request(body))[0].event_key for body in bodies}
    assert len(keys) == 2


@pytest.mark.parametrize("name", [name for name in codes.EVENTS if "_send_" in name])
def test_every_message_event_keeps_its_text(name: str) -> None:
    make = from_oa if name.startswith("oa_") else event
    found = parsed(make(name, message={"msg_id": "m1", "text": "Dạ"}))
    assert (found.kind, found.text, found.user_id) == (codes.EVENTS[name], "Dạ", CUSTOMER)


@pytest.mark.parametrize("spoilt", [None, "text", 7, [], {}, {"text": {"a": 1}}, {"text": ""}])
def test_message_without_content_is_unknown(spoilt: object) -> None:
    assert parsed(event("user_send_text", message=spoilt)).kind is Kind.UNKNOWN


def test_message_without_customer_is_unknown() -> None:
    body = event("user_send_text", sender=None, message={"msg_id": "m1", "text": "Chào"})
    assert parsed(body).kind is Kind.UNKNOWN


def test_lone_surrogate_does_not_spoil_the_message() -> None:
    body = message("x", "m1").replace(b'"x"', b'"a\\ud83d b"')
    found = parsed(body)
    assert found.text == "a\ufffd b"
    json.dumps(found.raw, ensure_ascii=False).encode()


# ---------------------------------------------------------------- sending


def prepared(text: str, *, last: timedelta, **settings: str) -> list[tuple[str, dict[str, object]]]:
    outbound = OutboundMessage(
        message_id="our-1",
        user_id=CUSTOMER,
        text=text,
        author=Author.HUMAN,
        last_inbound_at=NOW - last,
        quote_provider_id="m1",
    )
    account = replace(CASE.account, settings=settings)
    requests = CASE.adapter.prepare(outbound, account, now=NOW)
    assert all(request.headers["access_token"] == "AT-1" for request in requests)
    return [(request.url, json.loads(request.body)) for request in requests]


def test_request_is_what_zalo_expects() -> None:
    [(url, body)] = prepared("Dạ em đây", last=timedelta(hours=50))
    assert url == "https://openapi.zalo.me/v3.0/oa/message/cs"
    assert body == {
        "recipient": {"user_id": CUSTOMER},
        "message": {"text": "Dạ em đây", "quote_message_id": "m1"},
    }


def test_only_the_first_part_quotes_and_settings_move_the_address() -> None:
    parts = prepared("từ " * 1500, last=timedelta(0), api_base="http://127.0.0.1:9/")
    assert [url for url, _ in parts] == ["http://127.0.0.1:9/v3.0/oa/message/cs"] * 3
    assert ["quote_message_id" in dict(body["message"]) for _, body in parts] == [  # type: ignore[call-overload]
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(("code", "outcome"), codes.CODES.items())
def test_every_listed_code(code: int, outcome: Outcome) -> None:
    body = json.dumps({"error": code, "message": "vendor's words"}).encode()
    result = CASE.adapter.classify(HttpResponse(status=200, body=body))
    assert (result.outcome, result.code) == (outcome, str(code))
    assert result.reason


def test_no_code_is_in_two_classes_and_every_reason_has_a_code() -> None:
    assert sum(map(len, codes.CLASSES.values())) == len(codes.CODES)
    assert set(codes.REASONS) <= set(codes.CODES)


def test_unlisted_code_shows_the_vendors_words() -> None:
    body = b'{"error":-5555,"message":"strange"}'
    result = CASE.adapter.classify(HttpResponse(status=200, body=body))
    assert result.outcome is Outcome.PERMANENT
    assert "-5555" in result.reason
    assert "strange" in result.reason


# ---------------------------------------------------------------- renewal


def test_renewal_request() -> None:
    request = CASE.adapter.refresh_request(CASE.account, now=NOW)
    assert request is not None
    assert request.url == "https://oauth.zaloapp.com/v4/oa/access_token"
    assert request.headers["secret_key"] == "fixture-app-secret"
    assert parse_qs(request.body.decode()) == {
        "refresh_token": ["RT-1"],
        "app_id": [APP],
        "grant_type": ["refresh_token"],
    }


@pytest.mark.parametrize("missing", ["refresh_token", "app_id", "app_secret"])
def test_no_renewal_without_a_full_set(missing: str) -> None:
    kept = {name: v for name, v in CASE.account.credentials.items() if name != missing}
    assert CASE.adapter.refresh_request(replace(CASE.account, credentials=kept), now=NOW) is None


@pytest.mark.parametrize(
    ("expires_in", "ends"),
    [
        ('"90000"', "2026-11-22T09:00:00.000Z"),
        ("90000", "2026-11-22T09:00:00.000Z"),
        ('"soon"', "2026-11-21T09:00:00.000Z"),
        ("null", "2026-11-21T09:00:00.000Z"),
    ],
)
def test_renewed_pair(expires_in: str, ends: str) -> None:
    body = f'{{"access_token":"A","refresh_token":"R","expires_in":{expires_in}}}'
    values = CASE.adapter.refreshed(HttpResponse(status=200, body=body.encode()), now=NOW)
    assert values == {"access_token": "A", "refresh_token": "R", "access_token_expires_at": ends}


@pytest.mark.parametrize(
    ("status", "body", "permanent"),
    [
        (200, '{"error":-14003,"error_name":"Invalid redirect"}', True),
        (200, '{"error":-32,"message":"limit"}', False),
        (400, "", True),
        (200, '{"access_token":"A","refr', False),
    ],
)
def test_refused_renewal(status: int, body: str, *, permanent: bool) -> None:
    with pytest.raises(RefreshFailed) as failure:
        CASE.adapter.refreshed(HttpResponse(status=status, body=body.encode()), now=NOW)
    assert failure.value.permanent is permanent
