"""SMS by Twilio, eSMS, SpeedSMS and SNS (channels.md §6)."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from chalicelib.channels import twilio
from chalicelib.channels.base import WebhookRequest
from tests.contracts.cases import sms

from ..fake import Answer, Ends, Error, Known, told
from ..server import Asked

SAID = "A sentence of the vendor in English"


def form(asked: Asked) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}


def basic(asked: Asked) -> tuple[str, str]:
    pair = b64decode(asked.headers["authorization"].removeprefix("Basic ")).decode()
    name, _, password = pair.partition(":")
    return name, password


# --------------------------------------------------------------------- Twilio


def twilio_token(asked: Asked) -> str:
    assert form(asked)["To"] == sms.CUSTOMER
    account, token = basic(asked)
    assert account == sms.TWILIO.account.secret("account_sid")
    return token


def twilio_error(code: Any, status: int) -> Answer:
    return told({"code": code, "message": SAID, "more_info": "https://…", "status": status}, status)


def report(asked: Asked, text: str, sent: str) -> WebhookRequest:
    """Posted to the address the request named, and signed over it."""
    address = form(asked)["StatusCallback"]
    body = sms.status(sent, "sent")
    signature = twilio.sign(address, _pairs(body), sms.TOKEN)
    request = replace(sms.TWILIO.request(body), url=address)
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    headers = {**request.headers, "x-twilio-signature": signature}
    return replace(request, headers=headers, query=query)


def _pairs(body: bytes) -> list[tuple[str, str]]:
    return [(name, values[0]) for name, values in parse_qs(body.decode()).items()]


TWILIO = Known(
    case=sms.TWILIO,
    path=r"2010-04-01/Accounts/AC0{32}/Messages\.json$",
    token=twilio_token,
    first_token=sms.TOKEN,
    success=lambda sent: told({"sid": f"SM{sent}", "status": "queued", "error_code": None}, 201),
    envelope=twilio_error,
    codes={
        Ends.RETRIED: (20429, 20500, 20503, 63018, 30001, 30022, 14107, 21611),
        Ends.RECONNECT: (20003, 20005, 20006, 30002, 90010),
        Ends.FAILED: (
            *(21211, 21212, 21408, 21602, 21603, 21604, 21606, 21608, 21610, 21612, 21614),
            *(21617, 30003, 30004, 30005, 30006, 30007, 30008, 30034),
        ),
    },
    status=400,
    statuses={20429: 429, 20500: 500, 20503: 503, 20003: 401, 20005: 401},
    echo=report,
)

# ----------------------------------------------------------------------- eSMS


def esms_token(asked: Asked) -> str:
    body = json.loads(asked.body)
    assert body["Phone"] == "0912345678"
    assert body["SecretKey"] == "fixture-secret-key"
    return str(body["ApiKey"])


def esms_error(code: Any, status: int) -> Answer:
    return told({"CodeResult": code, "CountRegenerate": 0, "ErrorMessage": SAID}, status)


ESMS = Known(
    case=sms.ESMS,
    path=r"MainService\.svc/json/SendMultipleMessage_V4_post_json/$",
    token=esms_token,
    first_token="fixture-api-key",
    success=lambda sent: told({"CodeResult": "100", "CountRegenerate": 0, "SMSID": sent}),
    envelope=esms_error,
    codes={
        Ends.SENT: ("124",),
        Ends.RETRIED: ("105", "160", "199"),
        Ends.FAILED: (
            *("99", "101", "102", "103", "104", "108", "118", "140", "143", "146", "177"),
        ),
    },
    unknown="987",
    more=(Error(what="no code", answer=told({"error": "Invalid request"}), ends=Ends.FAILED),),
    key=lambda asked: str(json.loads(asked.body)["RequestId"]),
    again=told({"CodeResult": "124", "CountRegenerate": 0, "ErrorMessage": "Request exist 1"}),
)

# ------------------------------------------------------------------- SpeedSMS


def speed_token(asked: Asked) -> str:
    assert json.loads(asked.body)["to"] == [sms.CUSTOMER.removeprefix("+")]
    token, password = basic(asked)
    assert password == "x"
    return token


def speed_error(code: Any, status: int) -> Answer:
    return told({"status": "error", "code": code, "message": SAID}, status)


SPEEDSMS = Known(
    case=sms.SPEEDSMS,
    path="index\\.php/sms/send$",
    token=speed_token,
    first_token="fixture-token",
    success=lambda sent: told(
        {"status": "success", "code": "00", "data": {"tranId": int(sent), "invalidPhone": []}}
    ),
    envelope=speed_error,
    codes={
        Ends.RETRIED: ("500",),
        Ends.RECONNECT: ("007", "008", "009"),
        Ends.FAILED: ("101", "105", "110", "113", "300"),
    },
    unknown="999",
    more=(
        Error(
            what="number among the wrong ones",
            answer=told({"code": "00", "data": {"tranId": 7, "invalidPhone": ["849"]}}),
            ends=Ends.FAILED,
        ),
        Error(what="429", answer=Answer(status=429, body=b"Too many"), ends=Ends.RETRIED),
    ),
    nothing_tells="no key, no report and no webhook is documented",
)

# ------------------------------------------------------------------------ SNS


def sns_token(asked: Asked) -> str:
    assert asked.headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=")
    given = form(asked)
    assert (given["Action"], given["PhoneNumber"]) == ("Publish", sms.CUSTOMER)
    return "signed"


def sns_error(code: Any, status: int) -> Answer:
    body = f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{SAID}</Message>"
    return Answer(status=status, body=f"{body}</Error></ErrorResponse>".encode())


SNS = Known(
    case=sms.SNS,
    path="$",
    token=sns_token,
    first_token="signed",
    success=lambda sent: Answer(
        status=200,
        body=f"<PublishResponse><PublishResult><MessageId>{sent}</MessageId></PublishResult>"
        "</PublishResponse>".encode(),
    ),
    envelope=sns_error,
    codes={
        Ends.RETRIED: (
            *("Throttling", "ThrottledException", "InternalError", "InternalFailure"),
            *("ServiceUnavailable", "RequestExpired"),
        ),
        Ends.RECONNECT: (
            *("AuthorizationError", "AccessDenied", "InvalidClientTokenId"),
            "SignatureDoesNotMatch",
        ),
        Ends.FAILED: ("InvalidParameter", "InvalidParameterValue", "OptedOut", "EndpointDisabled"),
    },
    status=400,
    statuses={"InternalError": 500, "ServiceUnavailable": 503, "AuthorizationError": 403},
    unknown="SomethingNew",
    nothing_tells="Publish takes no key for a number, and reports go to a log",
)

KNOWN = (TWILIO, ESMS, SPEEDSMS, SNS)
