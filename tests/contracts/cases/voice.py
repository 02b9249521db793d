"""The declared cases of telephony: one for each provider."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from chalicelib.channels import twilio
from chalicelib.channels.base import Account
from chalicelib.channels.callout import Placed
from chalicelib.channels.event import Kind
from chalicelib.channels.sending import HttpRequest, HttpResponse
from chalicelib.channels.voice import codes

from ..case import Calling, ChannelCase, Headers

REGISTERED = "https://api.example.vn/hooks"
HOTLINE, CALLER, SECRET = "19001234", "0912345678", "fixture-webhook-secret"
TOKEN, URL = "fixture-twilio-token", "https://api.example.vn/hooks/twilio/voice"
KEY, AT = "fixture-signing-key", 1795255205000


def account(provider: str, **credentials: str) -> Account:
    held = credentials or {"webhook_secret": SECRET}
    return Account(
        id=f"acc-{provider}",
        provider=provider,
        channel="voice",
        account_id=HOTLINE,
        credentials={name: [value] for name, value in held.items()},
    )


def by_path(provider: str, keys: Mapping[str, str] | None = None, **declared: Any) -> ChannelCase:
    """A provider that signs nothing: the secret stands in the path. `keys`: what it calls with."""
    return ChannelCase(
        channel="voice",
        account=account(provider, webhook_secret=SECRET, **(keys or {})),
        kind=Kind.CALL,
        path_secret=SECRET,
        owns=lambda path: provider in path.stem,
        sample_folders=("voice",),
        **declared,
    )


def query(fields: Mapping[str, Any]) -> bytes:
    return urlencode(fields).encode()


def body(fields: Mapping[str, Any]) -> bytes:
    return json.dumps(fields, ensure_ascii=False).encode()


def answer(told: Any, status: int = 200) -> HttpResponse:
    return HttpResponse(status=status, body=json.dumps(told).encode())


def in_body(name: str) -> Any:
    """Reads the customer's number out of a JSON request."""

    def number(request: HttpRequest) -> str:
        return str(json.loads(request.body)[name])

    return number


def stringee_number(request: HttpRequest) -> str:
    told = json.loads(request.body)
    side = told["actions"][-1]["to"] if "actions" in told else told["to"][0]
    return str(side["number"])


def twilio_number(request: HttpRequest) -> str:
    told = dict(parse_qsl(request.body.decode()))
    joined = re.search(r">\+(\d+)</Number>", told["Twiml"])
    return joined[1] if joined else told["To"].removeprefix("+")


# ------------------------------------------------------------------ by the path


def stringee(call: str, status: str, **more: Any) -> bytes:
    """A call event of a caller from outside."""
    told = {
        "type": "stringee_call",
        "call_status": status,
        "call_id": call,
        "timestamp_ms": AT,
        "from": {"number": "84912345678", "type": "external"},
        "to": {"number": "842871234567", "type": "internal"},
    }
    return body(told | more)


STRINGEE = by_path(
    "stringee",
    {"api_key_sid": "SK.1", "api_key_secret": "s" * 32, "registered_url": REGISTERED},
    calling=Calling(
        number_of=stringee_number,
        extension="agent_lan",
        taken=answer({"r": 0, "message": "Success", "call_id": "call-vn-1"}),
        taken_id="call-vn-1",
        answers=[
            ("taken without an id", answer({"r": 0}), Placed.TAKEN),
            ("refused", answer({"r": 3, "message": "Number is invalid"}), Placed.REFUSED),
            ("no number for an answer", answer({"r": "moon"}), Placed.UNKNOWN),
            ("wrong token", answer({"r": 6}, 401), Placed.REAUTH),
        ],
    ),
    message=lambda text, call: stringee(call, "ringing", note=text),
    unknown=stringee("c1", "moonphase"),
    about=lambda call: [
        stringee(call, "answered", answeredTime=AT),
        stringee(call, "ended", answerDuration=0, duration=4),
        stringee(call, "ended", answerDuration=4, duration=9),
        stringee(call, "agentEnded"),
    ],
    sample_outcomes={
        "15_stringee_answer_url_phone": "events",
        "18_stringee_event_answered": "events",
        "19_stringee_event_ended_busy": "events",
        "20_stringee_event_ended_ok": "events",
    },
)


def voicecloud(call: str, **more: Any) -> bytes:
    return query({"callid": call, "phone": CALLER, "did": HOTLINE, "extension": "101"} | more)


VOICECLOUD = by_path(
    "voicecloud",
    by_get=True,
    message=lambda text, call: voicecloud(call, event="RING", note=text),
    unknown=voicecloud("c1", status="MOONPHASE"),
    about=lambda call: [
        voicecloud(call, event="ANSWER"),
        voicecloud(call, event="RING", extension="102"),
        query({"callid": call}),
        voicecloud(call, status="ANSWER", billsec="4", duration="9"),
        voicecloud(call, status="ABANDON", holdtime="9"),
    ],
    sample_outcomes={"23_voicecloud_calldata": "events"},
)


def voip24h(call: str, state: str, **more: Any) -> bytes:
    told = {"callid": call, "state": state, "phone": CALLER, "extend": "101", "did": HOTLINE}
    return query(told | {"type": "inbound"} | more)


VOIP24H = by_path(
    "voip24h",
    plain_headers={"content-type": "application/x-www-form-urlencoded"},
    message=lambda text, call: voip24h(call, "Ring", note=text),
    unknown=voip24h("c1", "Moonphase"),
    about=lambda call: [
        voip24h(call, "Ring", extend="102"),
        voip24h(call, "Up"),
        voip24h(call, "Hangup"),
        voip24h(call, "Cdr", **{"cdr[duration]": "9"}),
    ],
    sample_outcomes={
        "25_voip24h_ring": "events",
        "26_voip24h_cdr": "events",
        "28_voip24h_getrouting": "events",
    },
)


def omicall(call: str, state: str, **more: Any) -> bytes:
    told = {"transaction_id": call, "direction": "inbound", "state": state, "sip_user": "101"}
    return body(told | {"source_number": CALLER, "destination_number": HOTLINE} | more)


OMICALL = by_path(
    "omicall",
    {"api_key": "omi-key", "access_token": "omi-token"},
    calling=Calling(
        number_of=in_body("phone_number"),
        extension="101",
        taken=answer({"status_code": 9999, "payload": {"call_uuid": "b4dae7fe"}}),
        taken_id="b4dae7fe",
        answers=[
            (
                error,
                answer({"status_code": -9999, "payload": {"status": "fail", "error": error}}),
                Placed.REFUSED,
            )
            for error in (*codes.OMICALL_REFUSALS, "Unknown")
        ]
        + [("token ran out", answer({}, 401), Placed.REFRESH)],
    ),
    message=lambda text, call: omicall(call, "ringing", note=text),
    unknown=omicall("c1", "moonphase"),
    about=lambda call: [
        omicall(call, "answered"),
        omicall(call, "hangup", disposition="answered", bill_sec=4),
    ],
    sample_outcomes={"30_omicall_call_record": "events"},
)


def esms(call: str, **more: Any) -> bytes:
    told = {"ReferenceId": call, "CallStatus": "", "CallDuration": "0", "Ivr": ""}
    return query(told | {"CID": "02871002454", "SendStatus": "5"} | more)


# ------------------------------------------------------------------ signed


def zorio(call: str, event: str, **more: Any) -> bytes:
    data = {"call_id": call, "direction": "inbound", "extension": "101"}
    data |= {"from_number": CALLER, "to_number": HOTLINE}
    return body({"event": event, "timestamp": AT, "data": data | more})


def signer(name: str, algorithm: str, *, upper: bool = False) -> Any:
    """A signer: hex of the HMAC of the raw body in the header `name`."""

    def sign(raw: bytes, secret: str) -> Headers:
        mac = hmac.new(secret.encode(), raw, algorithm).hexdigest()
        return {"content-type": "application/json", name: mac.upper() if upper else mac}

    return sign


ZORIO = ChannelCase(
    channel="voice",
    account=account("zorio", secret=KEY, access_token="zorio-token"),
    calling=Calling(
        number_of=in_body("to_phone"),
        extension="1001",
        taken=answer({"data": {"call_uuid": "u-1", "a_leg_uuid": "a", "b_leg_uuid": "b"}}, 202),
        taken_id="u-1",
        answers=[
            ("flat", answer({"call_uuid": "u-1", "a_leg_uuid": "a"}, 202), Placed.TAKEN),
            ("no such field", answer({"message": "Invalid", "errors": {}}, 422), Placed.REFUSED),
            ("no such extension", answer({"message": "Not found"}, 404), Placed.REFUSED),
            ("token revoked", answer({"message": "Unauthenticated."}, 401), Placed.REAUTH),
            ("no permission", answer({"message": "Forbidden"}, 403), Placed.REFUSED),
            ("too fast", answer({"message": "Too many"}, 429), Placed.REFUSED),
        ],
    ),
    kind=Kind.CALL,
    message=lambda text, call: zorio(call, "pbx.call.ringing", note=text),
    unknown=zorio("c1", "pbx.moon.full"),
    secret_name="secret",
    sign=signer("x-zorio-signature", "sha256"),
    other_algorithm=signer("x-zorio-signature", "sha1"),
    about=lambda call: [
        zorio(call, "pbx.call.answered"),
        zorio(call, "pbx.call.hangup", billsec=4),
    ],
    owns=lambda path: "zorio" in path.stem,
    sample_folders=("voice",),
)


def caresoft(call: str, action: str, **more: Any) -> bytes:
    told = {"call_id": call, "direction": "inbound", "caller": CALLER, "called": HOTLINE}
    return body({"object": "call", "action": action, "call": told | more})


CARESOFT = ChannelCase(
    channel="voice",
    account=account("caresoft", secret=KEY),
    kind=Kind.CALL,
    message=lambda text, call: caresoft(call, "ringing", note=text),
    unknown=body({"object": "ticket", "action": "created", "ticket_id": 1}),
    secret_name="secret",
    sign=signer("x-hub-signature", "sha1", upper=True),
    other_algorithm=signer("x-hub-signature", "sha256", upper=True),
    about=lambda call: [
        caresoft(call, "answered"),
        caresoft(call, "end", talk_time=4, wait_time=2, end_status="meetAgent"),
    ],
    owns=lambda path: "caresoft" in path.stem,
    sample_folders=("voice",),
)


def twilio_call(call: str, status: str, **more: str) -> bytes:
    told = {
        "CallSid": call,
        "CallStatus": status,
        "Direction": "inbound",
        "To": "+842871234567",
        "From": "+84912345678",
    }
    return query(told | more)


def twilio_headers(signature: str) -> Headers:
    return {"content-type": twilio.FORM, "x-twilio-signature": signature}


def twilio_sign(raw: bytes, secret: str) -> Headers:
    pairs = parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True)
    return twilio_headers(twilio.sign(URL, pairs, secret))


def twilio_without_key(raw: bytes, secret: str) -> Headers:
    """SHA-1 of secret and text instead of an HMAC."""
    pairs = sorted(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True))
    text = secret + URL + "".join(name + value for name, value in pairs)
    return twilio_headers(b64encode(hashlib.sha1(text.encode()).digest()).decode())


def about_twilio(call: str) -> Sequence[bytes]:
    leg = {"ParentCallSid": call, "To": "client:lan", "Direction": "outbound-dial"}
    recording = {"CallSid": call, "RecordingSid": "RE1", "RecordingUrl": "https://api.twilio.com/r"}
    return [
        twilio_call(call, "in-progress", Digits="4"),
        twilio_call(call, "in-progress", SpeechResult="giao trễ"),
        twilio_call("CA2", "in-progress", **leg),
        twilio_call("CA2", "completed", CallDuration="9", **leg),
        twilio_call(call, "in-progress", DialCallStatus="completed", DialCallDuration="9"),
        twilio_call(call, "completed", CallDuration="12", SequenceNumber="3"),
        query(recording),
    ]


TWILIO = ChannelCase(
    channel="voice",
    account=replace(
        account("twilio_voice", auth_token=TOKEN, registered_url=URL, account_sid="AC" + "0" * 32),
        settings={"numbers": ["+842871234567"]},
    ),
    calling=Calling(
        number_of=twilio_number,
        extension="+84987654321",
        taken=answer({"sid": "CA1", "status": "queued"}, 201),
        taken_id="CA1",
        answers=[
            (code, answer({"code": int(code), "message": "as they say"}, 400), outcome)
            for code, outcome in (
                *((one, Placed.REAUTH) for one in sorted(codes.TWILIO_REAUTH)),
                *(
                    (one, Placed.REFUSED)
                    for one in sorted(codes.TWILIO_REFUSALS)
                    if one not in codes.TWILIO_REAUTH
                ),
                ("99999", Placed.REFUSED),
            )
        ]
        + [
            ("wrong token", answer({"code": 20003}, 401), Placed.REAUTH),
            ("too fast", answer({"code": 20429}, 429), Placed.REFUSED),
            ("a code under 503", answer({"code": 21211}, 503), Placed.UNKNOWN),
        ],
    ),
    kind=Kind.CALL,
    message=lambda text, call: twilio_call(call, "ringing", CallerName=text),
    unknown=b"EventType=onConversationAdded&AccountSid=AC1",
    secret_name="auth_token",
    sign=twilio_sign,
    other_algorithm=twilio_without_key,
    plain_headers={"content-type": twilio.FORM},
    reserialised=lambda raw: [json.dumps(dict(parse_qsl(raw.decode()))).encode()],
    url=URL,
    about=about_twilio,
    unreadable=(),
    owns=lambda path: "twilio" in path.stem,
    sample_folders=("voice",),
    sample_outcomes={"14_twilio_bad_signature": "rejected"},
)

ESMS = by_path(
    "esms_voice",
    by_get=True,
    message=lambda text, call: esms(call, note=text),
    unknown=query({"CallStatus": "ANSWERED"}),
    about=lambda call: [esms(call, CallStatus="ANSWERED", CallDuration="9", Ivr="4")],
    sample_outcomes={
        "32_esms_voice_callback": "events",
        "33_esms_voice_callback_ivr_digit": "events",
    },
)

CASES = (STRINGEE, VOICECLOUD, VOIP24H, OMICALL, ZORIO, CARESOFT, TWILIO, ESMS)
