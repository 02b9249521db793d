"""A telephone exchange as this process reaches it, and the requests it sends in: for the tests of
calls that we place."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from chalice.test import Client

from app import app
from chalicelib.channels import twilio
from tests.client import Answer, Caller
from tests.world import World, milliseconds

HOTLINE, SHOWN, SECRET = "02873001234", "+842873001234", "mot-chuoi-bi-mat"
CUSTOMER = "+84912345678"
SID, TOKEN = "AC" + "0" * 32, "twilio-token"
URL = "https://api.example.vn/webhooks"
Reply = tuple[int, Any] | Callable[[], tuple[int, Any]]

#: provider → how its account is connected
ACCOUNTS: Mapping[str, dict[str, Any]] = {
    "stringee": {
        "account_id": HOTLINE,
        "credentials": {
            "webhook_secret": SECRET,
            "api_key_sid": "SK.1",
            "api_key_secret": "key-secret",
            "registered_url": f"{URL}/stringee/{HOTLINE}",
        },
    },
    "twilio_voice": {
        "account_id": SID,
        "credentials": {"auth_token": TOKEN, "registered_url": f"{URL}/twilio_voice"},
        "settings": {"numbers": [SHOWN]},
    },
    "omicall": {
        "account_id": HOTLINE,
        "credentials": {"webhook_secret": SECRET, "api_key": "omi-key", "access_token": "omi-1"},
    },
    "zorio": {
        "account_id": HOTLINE,
        "credentials": {"secret": "zorio-secret", "access_token": "zorio-1"},
    },
}
_numbers = count(1)


@dataclass
class Exchange:
    """Says `answers` in order, then takes every call; keeps what it was asked for."""

    answers: list[Reply] = field(default_factory=list)
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    def call(self, method: str, url: str, *, headers: Any, body: bytes) -> tuple[int, bytes]:
        """Stands in for `outward.call`."""
        if "/api/auth" in url:
            told = {"status_code": 9999, "payload": {"access_token": "omi-2"}}
            return 200, json.dumps(told).encode()
        self.asked.append((method, url, dict(headers), body))
        answer = self.answers.pop(0) if self.answers else self.taken(url)
        status, told = answer() if callable(answer) else answer
        return status, told if isinstance(told, bytes) else json.dumps(told).encode()

    def taken(self, url: str) -> tuple[int, Any]:
        """As each of them says that it has the call."""
        number = f"call-{len(self.asked)}"
        if "twilio" in url:
            return 201, {"sid": number, "status": "queued"}
        if "omicall" in url:
            return 200, {"status_code": 9999, "payload": {"call_uuid": number}}
        if "zorio" in url:
            return 202, {"data": {"call_uuid": number, "a_leg_uuid": "a", "b_leg_uuid": "b"}}
        return 200, {"r": 0}

    @property
    def body(self) -> dict[str, Any]:
        """What it was asked for last."""
        raw = self.asked[-1][3]
        whole: dict[str, Any] = (
            json.loads(raw) if raw.startswith(b"{") else dict(parse_qsl(raw.decode()))
        )
        return whole


@dataclass
class Office:
    """An agent with a telephone, a customer's open ticket, and a live line."""

    world: World
    exchange: Exchange
    lan: Caller
    ticket: dict[str, Any]
    line: str
    provider: str

    def dial(self, **more: Any) -> Answer:
        """Lan calls the customer about their matter."""
        asked = {"ticket_id": self.ticket["id"], "account": self.line, "phone": CUSTOMER}
        return self.lan.post("/calls", asked | more)

    def called(self, **more: Any) -> dict[str, Any]:
        """The same, asked of the provider; the call as it is then."""
        answer = self.dial(**more)
        assert answer.status == 202, answer.body
        self.world.run()
        return self.message()

    def message(self) -> dict[str, Any]:
        """The one call there is."""
        (found,) = self.calls()
        return found

    def calls(self) -> list[dict[str, Any]]:
        talks = [t for t in self.world.list("/conversations") if t["channel"] == "voice"]
        return [m for t in talks for m in self.world.list(f"/conversations/{t['id']}/messages")]

    def names(self) -> list[str]:
        """What the customer's timeline tells of calls, oldest first."""
        profile = self.ticket["profile_id"]
        told = self.world.list(f"/profiles/{profile}/timeline")
        return [one["name"] for one in told if one["name"].startswith("call.")][::-1]

    def told(self, name: str) -> list[dict[str, Any]]:
        """What the events of that name say."""
        profile = self.ticket["profile_id"]
        found = self.world.list(f"/profiles/{profile}/timeline")
        return [one["data"] for one in found if one["name"] == name][::-1]

    def tell(self, told: dict[str, Any], *, query: str = "") -> str:
        """One request of the provider; returns what it is answered with."""
        return TELLERS[self.provider](told, query)


def _posted(path: str, body: bytes, headers: Mapping[str, str], *, method: str = "POST") -> str:
    with Client(app) as client:
        answer = client.http.request(method, path, headers=dict(headers), body=body)
    assert answer.status_code == 200, answer.body
    return str(answer.body.decode())


def by_stringee(told: dict[str, Any], query: str) -> str:
    """An event, or with `query` alone a question what to do."""
    path = f"/webhooks/stringee/{HOTLINE}/{SECRET}?{query}"
    if not told:
        return _posted(path, b"", {}, method="GET")
    return _posted(path, json.dumps(told).encode(), {"Content-Type": "application/json"})


def by_twilio(told: dict[str, Any], query: str) -> str:
    url = f"{URL}/twilio_voice" + (f"?{query}" if query else "")
    signature = twilio.sign(url, list(told.items()), TOKEN)
    headers = {"Content-Type": twilio.FORM, "X-Twilio-Signature": signature}
    path = f"/webhooks/twilio_voice?{query}"
    return _posted(path, urlencode(told).encode(), headers)


def by_omicall(told: dict[str, Any], query: str) -> str:
    path = f"/webhooks/omicall/{HOTLINE}/{SECRET}"
    return _posted(path, json.dumps(told).encode(), {"Content-Type": "application/json"})


def by_zorio(told: dict[str, Any], query: str) -> str:
    import hmac

    body = json.dumps(told).encode()
    signed = hmac.new(b"zorio-secret", body, "sha256").hexdigest()
    headers = {"Content-Type": "application/json", "X-Zorio-Signature": f"sha256={signed}"}
    return _posted(f"/webhooks/zorio/{HOTLINE}", body, headers)


TELLERS = {
    "stringee": by_stringee,
    "twilio_voice": by_twilio,
    "omicall": by_omicall,
    "zorio": by_zorio,
}


def query_of(url: str) -> str:
    """The query of an address that a provider was given."""
    return urlsplit(url).query


def pbx(call: str, state: str, **more: Any) -> dict[str, Any]:
    """An event of OMICall about a call of ours."""
    told = {
        "transaction_id": call,
        "state": state,
        "direction": "outbound",
        "source_number": HOTLINE,
        "destination_number": "0912345678",
        "sip_user": "101",
        "n": next(_numbers),
    }
    return told | more


def stringee(call: str, status: str, **more: Any) -> dict[str, Any]:
    """An event of Stringee: our number and the customer."""
    told = {
        "type": "stringee_call",
        "call_status": status,
        "call_id": call,
        "timestamp_ms": milliseconds(),
        "from": {"number": SHOWN.lstrip("+"), "type": "external"},
        "to": {"number": CUSTOMER.lstrip("+"), "type": "external"},
    }
    return told | more
