"""Calls that Stringee places for us: the request, and what it is told to do with the call.

developer.stringee.com/docs/rest-api-reference/call-rest-api-make-outbound-call, …/rest-api-
authentication and /docs/server/stringee-call-control-object. The answer `{"r": 0}` names no
call: it is known by our address, by its numbers, or by the telephone of ours that rings first.
"""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlencode

from .. import addressed
from ..base import Account
from ..callout import OURS, Called, CallOut, Script
from ..event import Json
from ..sending import HttpRequest, HttpResponse
from ..wire import as_integer, as_object, as_text, leading_object
from . import numbers, placing

API_BASE = "https://api.stringee.com"
HOSTS = frozenset({"api.stringee.com"})
KEYS = ("api_key_sid", "api_key_secret")
CREDENTIALS = (*KEYS, "registered_url")
SANDBOX: Mapping[str, tuple[str, ...]] = {
    "api_key_sid": ("sandbox",),
    "api_key_secret": ("sandbox",),
    "registered_url": ("https://sandbox.invalid/webhooks/stringee",),
}
TOKEN_LIFE = timedelta(minutes=5)
INTERNAL, EXTERNAL = "internal", "external"
RING_FOR = 45  # seconds
ANSWER_WITHIN = 10  # seconds after the question
GOODBYE = "Cảm ơn quý khách."
UNFIT = "Stringee không nhận yêu cầu gọi"


def request(call: CallOut, account: Account, *, now: datetime) -> HttpRequest:
    """The request to call the customer with a question, or our telephone and then the customer.

    Raises `CannotSend`.
    """
    sid, secret = placing.needed(account, *KEYS)
    ours, theirs = _bare(placing.shown(account)), _bare(call.to)
    body: Json = {"from": side(EXTERNAL, ours)}
    if call.script is not None:
        body["to"] = [side(EXTERNAL, theirs)]
        body["answer_url"] = placing.reported_to(account, call, secret=True)
    else:
        body["to"] = [_telephone(placing.telephone(call))]
        body["actions"] = [
            *recorded(account),
            connect(side(EXTERNAL, ours), side(EXTERNAL, theirs)),
        ]
    url = f"{placing.base_url(account, API_BASE)}/v1/call2/callout"
    return placing.posted(url, body, {"x-stringee-auth": token(sid, secret, now=now)})


def called(response: HttpResponse) -> Called:
    """`r` is 0 when the call is taken, and any other number when it is refused."""
    answer = leading_object(response.body) or {}
    code = as_integer(answer.get("r"))
    if code is None or not placing.is_success(response):
        return placing.by_status(response)
    if code == 0:
        data = as_object(answer.get("data"))
        return placing.taken(as_text(answer.get("call_id")) or as_text(data.get("call_id")))
    said = placing.error_of(answer, "message", "msg")
    return placing.refused(str(code), {}, said or UNFIT)


def token(sid: str, secret: str, *, now: datetime) -> str:
    """A JSON web token for the REST API: HS256, by the API key's secret."""
    head = {"typ": "JWT", "alg": "HS256", "cty": "stringee-api;v=1"}
    issued, ends = int(now.timestamp()), int((now + TOKEN_LIFE).timestamp())
    body = {"jti": f"{sid}-{issued}", "iss": sid, "exp": ends, "rest_api": True}
    signed = f"{_encoded(head)}.{_encoded(body)}"
    mac = hmac.digest(secret.encode(), signed.encode(), sha256)
    return f"{signed}.{_base64(mac)}"


def _encoded(part: Json) -> str:
    return _base64(json.dumps(part, separators=(",", ":")).encode())


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _bare(number: str) -> str:
    return number.removeprefix("+")


def _telephone(extension: str) -> Json:
    """A user of ours, or a telephone of theirs in the public network."""
    number = numbers.number(extension)
    outside = number is not None and numbers.is_public(number)
    return side(EXTERNAL, _bare(number or "")) if outside else side(INTERNAL, extension)


# ------------------------------------------------------------------ what to do with a call


def side(kind: str, number: str) -> Json:
    """One side of a call."""
    return {"type": kind, "number": number, "alias": number}


def connect(caller: Json, called_side: Json) -> Json:
    """The step that joins two sides."""
    return {
        "action": "connect",
        "from": caller,
        "to": called_side,
        "timeout": RING_FOR,
        "maxConnectTime": 0,
        "peerToPeerCall": False,
    }


def recorded(account: Account) -> list[Json]:
    """The step that records, where the setting `record` says so."""
    wanted = account.settings.get("record") is True
    return [{"action": "record", "eventUrl": "", "format": "mp3"}] if wanted else []


def steps(
    script: Script | None, account: Account, told: Mapping[str, str], *, asking: bool
) -> list[Json]:
    """What a call we placed does next: it asks, or it thanks and ends."""
    if script is None:
        return [_talk(GOODBYE, account)]
    if not asking:
        return [_talk(script.thanks or GOODBYE, account)]
    return [
        {**_talk(script.question, account), "bargeIn": True},
        {
            "action": "input",
            "eventUrl": _answered_at(account, told[OURS], script.step),
            "submitOnHash": "false",
            "timeout": str(ANSWER_WITHIN),
            "customField": script.step,
        },
    ]


def _answered_at(account: Account, ours: str, step: str) -> str:
    """Where the pressed key goes. The step stands there too: not every answer has its field."""
    base = addressed.with_secret(account.secret("registered_url") or "", account)
    return f"{base}?{urlencode({OURS: ours, 'question': step})}"


def _talk(text: str, account: Account) -> Json:
    voice = as_text(account.settings.get("voice"))
    return {"action": "talk", "text": text, **({"voice": voice} if voice else {})}
