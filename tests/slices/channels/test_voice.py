"""What only telephony does: numbers, times, and every provider's words for a call."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.channels import registry
from chalicelib.channels.base import Verified
from chalicelib.channels.event import InboundEvent, Kind
from chalicelib.channels.voice import codes, hearing, numbers
from tests.slices.channels.telephony import account, request


def heard(provider: str, told: Mapping[str, Any], **more: Any) -> InboundEvent:
    """The event of a request; `settings` of the account and `method` may be given."""
    settings = more.pop("settings", {})
    found, reader = registry.adapter("voice", provider), registry.provider(provider)
    assert found is not None
    assert reader is not None
    verified = Verified(accounts=(account(provider, **settings),), variant="x")
    (delivery,) = reader.split(request(told, **more), verified)
    event = found.parse(replace(delivery, payload=json.loads(json.dumps(delivery.payload))))
    assert delivery.sender == event.user_id or event.user_id is None
    return event


def stage(event: InboundEvent) -> str | None:
    return None if event.call is None else event.call.stage.value


# ------------------------------------------------------------------ numbers

NUMBERS = {
    "0912345678": "+84912345678",
    "84912345678": "+84912345678",
    "+84 912 345 678": "+84912345678",
    " 84912345678": "+84912345678",
    "0084912345678": "+84912345678",
    "sip:0912345678@pbx.example.vn:5060": "+84912345678",
    "842871234567": "+842871234567",
    "19001234": "19001234",
    "101": "101",
    "client:lan": "lan",
    "+14158675309": "+14158675309",
    "anonymous": None,
    "Anonymous@anonymous.invalid": None,
    "Ẩn danh": None,
    "ẩn số": None,
    "Private Number": None,
    "No Caller ID": None,
    "Anonymous Caller": None,
    "N/A": None,
    "-": None,
    "+0": None,
    "00000000": None,
    '"Anonymous" <sip:anonymous@pbx.example.vn>': None,
    '"Lan" <sip:0912345678@pbx.example.vn>': "+84912345678",
    "client:an": "an",
    "+266696687": None,
    "": None,
    None: None,
    17: "17",
    True: None,
}


@pytest.mark.parametrize("written", NUMBERS, ids=repr)
def test_a_number_has_one_written_form(written: Any) -> None:
    assert numbers.number(written) == NUMBERS[written]
    assert numbers.is_withheld(written) is (NUMBERS[written] is None)


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2026-11-21 13:15:40", datetime(2026, 11, 21, 6, 15, 40, tzinfo=UTC)),
        ("2020-10-10-10:10:10", datetime(2020, 10, 10, 3, 10, 10, tzinfo=UTC)),
        ("2026-11-21T13:15:40Z", datetime(2026, 11, 21, 13, 15, 40, tzinfo=UTC)),
        (1795255205000, datetime(2026, 11, 21, 10, 0, 5, tzinfo=UTC)),
        ("1795255205", datetime(2026, 11, 21, 10, 0, 5, tzinfo=UTC)),
        ("hôm qua", None),
        ("9999-12-31 23:59:59", None),
        ([], None),
    ],
)
def test_times(written: Any, instant: datetime | None) -> None:
    assert hearing.instant(written) == instant


@pytest.mark.parametrize(
    ("written", "found"),
    [("63", 63), (63, 63), ("63.4", 63), ("00:01:03", 63), (-1, None), ("x", None), (10**9, None)],
)
def test_seconds(written: Any, found: int | None) -> None:
    assert hearing.seconds(written) == found


def test_a_link_is_a_web_address_or_nothing() -> None:
    assert hearing.link("https://a.example.vn/r.mp3") == "https://a.example.vn/r.mp3"
    for bad in (
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://",
        "http://[",
        "a b",
        7,
        None,
    ):
        assert hearing.link(bad) is None


# ------------------------------------------------------------------ every word of the tables

RECORD = {"callid": "c-1", "phone": "0912345678", "did": "19001234", "billsec": "0"}


@pytest.mark.parametrize("word", codes.OUTCOMES)
def test_every_outcome_ends_a_voicecloud_call(word: str) -> None:
    event = heard("voicecloud", RECORD | {"status": word.upper()}, method="GET")
    assert stage(event) == codes.OUTCOMES[word].value


@pytest.mark.parametrize("word", codes.STRINGEE)
def test_every_status_of_stringee(word: str) -> None:
    told = {
        "call_id": "c-1",
        "call_status": word,
        "from": {"type": "external", "number": "84912345678"},
        "to": {"type": "internal", "number": "agent_1"},
        "answerDuration": 5,
        "duration": 8,
    }
    event = heard("stringee", told)
    assert stage(event) == codes.STRINGEE[word].value
    assert event.call is not None
    assert (event.call.extension, event.call.ring_seconds) == ("agent_1", 3)


@pytest.mark.parametrize("word", codes.VOIP24H)
def test_every_state_of_voip24h_is_one_telephones(word: str) -> None:
    event = heard("voip24h", {"callid": "c", "state": word, "phone": "0912345678", "extend": "7"})
    assert stage(event) == codes.VOIP24H[word].value
    assert event.call is not None
    assert event.call.one_leg


@pytest.mark.parametrize("word", codes.VOICECLOUD)
def test_every_event_of_voicecloud_is_one_telephones(word: str) -> None:
    told = {"callid": "c", "event": word.upper(), "phone": "0912345678", "extension": "7"}
    assert stage(heard("voicecloud", told, method="GET")) == codes.VOICECLOUD[word].value


@pytest.mark.parametrize("word", codes.TWILIO)
def test_every_status_of_twilio(word: str) -> None:
    told = {"CallSid": "CA1", "From": "+84912345678", "To": "+842871234567", "CallStatus": word}
    assert stage(heard("twilio_voice", told | {"Direction": "inbound"}, method="GET")) == (
        codes.TWILIO[word].value
    )
    leg = heard("twilio_voice", told | {"ParentCallSid": "CA0"}, method="GET")
    assert stage(leg) == codes.TWILIO_LEG[word].value
    assert leg.provider_message_id == "CA0"


@pytest.mark.parametrize(
    ("word", "outcome", "wanted"),
    [
        ("ringing", None, "ringing"),
        ("answered", None, "answered"),
        ("hangup", "answered", "ended"),
        ("hangup", "no_answer", "missed"),
        ("hangup", "ABANDON", "missed"),
        ("hangup", None, "missed"),
        ("moon", "moon", None),
    ],
)
@pytest.mark.parametrize("provider", ["omicall", "zorio", "caresoft"])
def test_states_of_call_records(
    provider: str, word: str, outcome: str | None, wanted: str | None
) -> None:
    record = {"call_id": "c", "from_number": "0912345678", "to_number": "19001234"}
    record |= {"disposition": outcome} if outcome else {}
    bodies: dict[str, dict[str, Any]] = {
        "omicall": {**record, "state": word},
        "zorio": {"event": f"pbx.call.{word}", "timestamp": 1795255205000, "data": record},
        "caresoft": {"object": "call", "action": word, "call": record},
    }
    event = heard(provider, bodies[provider])
    assert stage(event) == wanted
    assert (event.kind is Kind.UNKNOWN) is (wanted is None)


# ------------------------------------------------------------------ who called whom


@pytest.mark.parametrize(
    ("provider", "told"),
    [
        (
            "stringee",
            {
                "call_id": "c",
                "call_status": "answered",
                "from": {"type": "internal", "number": "agent_1"},
                "to": {"type": "external", "number": "0912345678"},
            },
        ),
        (
            "stringee",
            {
                "call_id": "c",
                "call_status": "answered",
                "from": {"type": "external", "number": "19001234"},
                "to": {"type": "external", "number": "0912345678"},
            },
        ),
        ("voicecloud", RECORD | {"status": "ANSWER", "direction": "Outbound"}),
        ("voip24h", RECORD | {"state": "Up", "type": "outbound", "extend": "7"}),
        ("omicall", RECORD | {"state": "answered", "direction": "outbound", "to": "0912345678"}),
        (
            "twilio_voice",
            {
                "CallSid": "CA1",
                "CallStatus": "in-progress",
                "Direction": "outbound-api",
                "From": "19001234",
                "To": "+84912345678",
            },
        ),
    ],
)
def test_a_call_of_ours_is_with_who_was_called(provider: str, told: dict[str, Any]) -> None:
    event = heard(provider, told, method="GET" if provider == "twilio_voice" else "POST")
    assert event.call is not None
    assert event.call.outbound is True
    assert event.user_id == event.call.to_number == "+84912345678"
    assert event.author.value == "human"


def test_telephones_of_ours_among_themselves_are_no_customers() -> None:
    both = {"type": "internal", "number": "agent_1"}
    told: dict[str, Any] = {"call_id": "c", "call_status": "answered", "from": both, "to": both}
    assert heard("stringee", told).kind is Kind.UNKNOWN
    told = RECORD | {"status": "ANSWER", "direction": "Internal"}
    assert heard("voicecloud", told, method="GET").kind is Kind.UNKNOWN


def test_only_a_public_number_is_an_identity_of_the_person() -> None:
    told = {"callid": "c", "state": "Ring", "phone": "1900 5555", "extend": "7"}
    event = heard("voip24h", told)
    assert (event.user_id, event.contact) == ("19005555", None)
