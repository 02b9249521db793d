"""The declared cases of SMS: one for each provider."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode

from chalicelib.channels import twilio
from chalicelib.channels.base import Account
from chalicelib.channels.sending import HttpRequest, HttpResponse, Outcome

from ..case import ChannelCase, Headers, Sending

OURS, CUSTOMER = "+842871234567", "+84912345678"
URL, TOKEN = "https://api.example.vn/hooks/twilio/sms", "fixture-twilio-token"
SECRET = "fixture-webhook-secret"


def account(provider: str, account_id: str, **credentials: str) -> Account:
    return Account(
        id="acc-1",
        provider=provider,
        channel="sms",
        account_id=account_id,
        credentials={name: [value] for name, value in credentials.items()},
    )


def answer(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(status=status, body=text.encode())


def fields(body: bytes, name: str) -> str:
    return parse_qs(body.decode())[name][0]


# ------------------------------------------------------------------- Twilio


def form(**changes: str) -> bytes:
    """An SMS as Twilio posts it, its text the last field."""
    whole = {
        "ToCountry": "VN",
        "FromCity": "",
        "SmsStatus": "received",
        "To": OURS,
        "From": CUSTOMER,
        "AccountSid": "AC" + "0" * 32,
        "NumMedia": "0",
    }
    return urlencode(whole | changes).encode()


def twilio_message(text: str, message_id: str) -> bytes:
    return form(MessageSid=message_id, Body=text)


def status(message_id: str, name: str, **more: str) -> bytes:
    told = {"MessageSid": message_id, "MessageStatus": name, "To": CUSTOMER, "From": OURS}
    return urlencode(told | more).encode()


def about(message_id: str) -> Sequence[bytes]:
    return [
        status(message_id, "sent"),
        status(message_id, "delivered"),
        status(message_id, "read"),
        status(message_id, "failed", ErrorCode="30003"),
    ]


def twilio_sign(body: bytes, secret: str) -> Headers:
    pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    return headers(twilio.sign(URL, pairs, secret))


def headers(signature: str) -> Headers:
    return {"content-type": twilio.FORM, "x-twilio-signature": signature}


def sign_without_key(body: bytes, secret: str) -> Headers:
    """SHA-1 of secret and text instead of an HMAC."""
    pairs = sorted(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    text = secret + URL + "".join(name + value for name, value in pairs)
    return headers(b64encode(hashlib.sha1(text.encode()).digest()).decode())


def refusal(code: int, http: int = 400) -> HttpResponse:
    return answer(json.dumps({"code": code, "message": "as they say", "status": http}), http)


TWILIO = ChannelCase(
    channel="sms",
    account=account(
        "twilio_sms",
        OURS,
        account_sid="AC" + "0" * 32,
        auth_token=TOKEN,
        registered_url=URL,
    ),
    message=twilio_message,
    unknown=b"EventType=onConversationAdded&AccountSid=AC1",
    secret_name="auth_token",
    sign=twilio_sign,
    other_algorithm=sign_without_key,
    plain_headers={"content-type": twilio.FORM},
    reserialised=lambda body: [json.dumps(dict(parse_qsl(body.decode()))).encode()],
    url=URL,
    about=about,
    unreadable=(b"",),
    owns=lambda path: "twilio" in path.stem,
    sending=Sending(
        text_of=lambda request: fields(request.body, "Body"),
        recipient=CUSTOMER,
        sent=answer('{"sid":"SM1","status":"queued","error_code":null}', 201),
        sent_id="SM1",
        failures=[
            ("customer said STOP", refusal(21610), Outcome.UNREACHABLE),
            ("no such number", refusal(21211), Outcome.UNREACHABLE),
            ("too fast", refusal(20429, 429), Outcome.RETRY),
            ("WhatsApp too fast", refusal(63018), Outcome.RETRY),
            ("wrong token", refusal(20003, 401), Outcome.REAUTH),
            ("code nobody listed", refusal(99999), Outcome.PERMANENT),
            ("code under 503", refusal(21211, 503), Outcome.RETRY),
        ],
    ),
    sample_folders=["sms"],
)

# --------------------------------------------------------------------- eSMS


def esms_message(text: str, message_id: str) -> bytes:
    """A text to a short code; vouched for here by the secret in the path."""
    told = {
        "sender": CUSTOMER.removeprefix("+"),
        "content": text,
        "serviceNumber": "8079",
        "keyword": text.split()[0],
        "cpid": "CP1",
        "smsid": message_id,
        "receiverTime": "20261122083000",
    }
    return urlencode(told).encode()


def report(message_id: str, success: int, failed: int) -> bytes:
    told = {
        "SMSID": message_id,
        "SendFailed": failed,
        "SendStatus": 5,
        "SendSuccess": success,
        "RequestId": "",
        "TypeId": 2,
        "phonenumber": "0912345678",
    }
    return urlencode(told).encode()


def esms_text(request: HttpRequest) -> str:
    text: str = json.loads(request.body)["Content"]
    return text


def esms_refusal(code: int) -> HttpResponse:
    return answer(json.dumps({"CodeResult": str(code), "ErrorMessage": "as they say"}))


REPORTS = (
    "10_esms_cskh_failed",
    "11_esms_ads_summary",
    "12_esms_zalo_error_-114",
    "13_esms_viber_ok",
    "14_esms_zalo_consult_ok_trailing_time",
    "15_esms_zalo_transaction_ok",
    "16_esms_zalo_request_info_ok",
    "17_esms_zalo_journey_ok",
    "18_esms_zalo_uid_delivered",
)

ESMS = ChannelCase(
    channel="sms",
    account=account(
        "esms",
        "8079",
        api_key="fixture-api-key",
        secret_key="fixture-secret-key",
        webhook_secret=SECRET,
        private_key="fixture-private-key",
        registered_url="https://api.example.vn/webhooks/esms/8079",
    ),
    message=esms_message,
    unknown=b"ReferenceId=r1&CallStatus=ANSWERED&Ivr=5&SendStatus=5",
    by_get=True,
    path_secret=SECRET,
    about=lambda message_id: [report(message_id, 1, 0), report(message_id, 0, 1)],
    owns=lambda path: "esms" in path.stem,
    sending=Sending(
        text_of=esms_text,
        recipient=CUSTOMER,
        sent=answer('{"CodeResult":"100","CountRegenerate":0,"SMSID":"d5334"}'),
        sent_id="d5334",
        failures=[
            ("wrong key", esms_refusal(101), Outcome.PERMANENT),
            ("no money", esms_refusal(103), Outcome.PERMANENT),
            ("template", esms_refusal(146), Outcome.PERMANENT),
            ("too fast", esms_refusal(160), Outcome.RETRY),
            ("under way", esms_refusal(199), Outcome.RETRY),
            ("no code", answer('{"error":"Invalid request"}'), Outcome.PERMANENT),
            ("code as a number", answer('{"CodeResult":104}'), Outcome.PERMANENT),
        ],
    ),
    sample_folders=["sms"],
    sample_outcomes=dict.fromkeys(REPORTS, "events"),
)

# ---------------------------------------------------------- SpeedSMS and SNS


def speed(**told: Any) -> HttpResponse:
    return answer(json.dumps(told))


def speed_text(request: HttpRequest) -> str:
    text: str = json.loads(request.body)["content"]
    return text


def nothing(path: Path) -> bool:
    return False


SPEEDSMS = ChannelCase(
    channel="sms",
    account=account("speedsms", "SHOP", access_token="fixture-token"),
    owns=nothing,
    sending=Sending(
        text_of=speed_text,
        recipient=CUSTOMER,
        sent=speed(status="success", code="00", data={"tranId": 7, "invalidPhone": []}),
        sent_id="7",
        failures=[
            (
                "wrong number",
                speed(code="00", data={"tranId": 7, "invalidPhone": ["849"]}),
                Outcome.UNREACHABLE,
            ),
            ("no money", speed(status="error", code="300"), Outcome.PERMANENT),
            ("locked", speed(status="error", code="008"), Outcome.REAUTH),
            ("their fault", speed(status="error", code="500"), Outcome.RETRY),
            ("code nobody listed", speed(status="error", code="999"), Outcome.PERMANENT),
        ],
    ),
)


def sns_error(code: str, http: int = 400) -> HttpResponse:
    body = f"<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"
    return answer(body, http)


SNS = ChannelCase(
    channel="sms",
    account=account("sns", "SHOP"),
    owns=nothing,
    sending=Sending(
        text_of=lambda request: fields(request.body, "Message"),
        recipient=CUSTOMER,
        sent=answer(
            '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult>'
            "<MessageId>m-1</MessageId></PublishResult></PublishResponse>"
        ),
        sent_id="m-1",
        failures=[
            ("too fast", sns_error("Throttling"), Outcome.RETRY),
            ("no right", sns_error("AuthorizationError", 403), Outcome.REAUTH),
            ("opted out", sns_error("OptedOut"), Outcome.UNREACHABLE),
            ("bad number", sns_error("InvalidParameter"), Outcome.PERMANENT),
            ("code nobody listed", sns_error("Whatever"), Outcome.PERMANENT),
        ],
    ),
)

CASES = (TWILIO, ESMS, SPEEDSMS, SNS)
