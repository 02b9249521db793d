"""E-mail by SES v2, Mailgun, SendGrid and Postmark: their APIs' references (channels.md §4).

None of them takes a key by which it would send a mail once.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from typing import Any
from urllib.parse import parse_qs

from tests.contracts.cases import email

from ..fake import Answer, Ends, Error, Known, told
from ..server import Asked

NOTHING = "the API takes no key, and no report is sure to come that names the mail"
QUEUED = "Queued. Thank you."


def refusal(what: str, answer: Answer, ends: Ends) -> Error:
    return Error(what=what, answer=answer, ends=ends)


# ------------------------------------------------------------------------- SES

SES_WORDS = {
    ("Maximum sending rate exceeded.", 429): Ends.RETRIED,
    ("Throttling: Rate exceeded", 400): Ends.RETRIED,
    ("Daily message quota exceeded.", 429): Ends.RETRIED,
    ("Daily message quota exceeded.", 400): Ends.TOMORROW,
    ("Email address is not verified. The following identities failed", 400): Ends.RECONNECT,
    ("User `arn:aws:iam::1:role/x' is not authorized to perform `ses:SendEmail'", 403): (
        Ends.RECONNECT
    ),
    ("ExpiredTokenException: the stage's own credentials, soon new ones", 403): Ends.RETRIED,
    ("Local address contains control or whitespace", 400): Ends.FAILED,
    ("Configuration set <x> does not exist.", 404): Ends.FAILED,
    ("Service is unavailable", 503): Ends.RETRIED,
}


def ses_token(asked: Asked) -> str:
    assert asked.headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=")
    body = json.loads(asked.body)
    assert body["Destination"] == {"ToAddresses": [email.CUSTOMER]}
    mail = b64decode(body["Content"]["Raw"]["Data"])
    assert re.search(rb"(?m)^Message-ID: <", mail)
    return "signed"


SES = Known(
    case=email.SES,
    path="v2/email/outbound-emails$",
    token=ses_token,
    first_token="signed",
    success=lambda sent: told({"MessageId": sent}),
    envelope=lambda code, status: told({"message": f"{code}"}, status),
    codes={},
    status=400,
    unknown="BadRequestException",
    more=[
        refusal(f"{words[:28]} ({status})", told({"message": words}, status), ends)
        for (words, status), ends in SES_WORDS.items()
    ],
    nothing_tells=NOTHING,
)

# --------------------------------------------------------------------- Mailgun


def mailgun_token(asked: Asked) -> str:
    scheme, _, pair = asked.headers["authorization"].partition(" ")
    assert scheme == "Basic"
    form = parse_qs(asked.body.decode())
    assert form["to"] == [email.CUSTOMER]
    assert form["h:Message-Id"][0].startswith("<")
    return b64decode(pair).decode().removeprefix("api:")


def mailgun_error(what: Any, status: int) -> Answer:
    return told({"message": what}, status)


MAILGUN = Known(
    case=email.MAILGUN,
    path=r"v3/shop\.example\.vn/messages$",
    token=mailgun_token,
    first_token=str(email.MAILGUN.account.secret("api_key")),
    success=lambda sent: told({"id": f"<{sent}@shop.example.vn>", "message": QUEUED}),
    envelope=mailgun_error,
    codes={},
    status=400,
    unknown="'to' parameter is not a valid address. please check documentation",
    more=[
        refusal("key", Answer(status=401, body=b"Forbidden"), Ends.RECONNECT),
        refusal("key, as JSON", mailgun_error("Invalid private key", 401), Ends.RECONNECT),
        refusal("domain", mailgun_error("Domain not found: x", 404), Ends.FAILED),
        refusal("too large", mailgun_error("Request Entity Too Large", 413), Ends.FAILED),
        refusal("too many", mailgun_error("Too Many Requests", 429), Ends.RETRIED),
        refusal("their fault", mailgun_error("Internal Server Error", 500), Ends.RETRIED),
        refusal("maintenance", mailgun_error("Service unavailable", 503), Ends.RETRIED),
    ],
    nothing_tells=NOTHING,
)

# -------------------------------------------------------------------- SendGrid


def sendgrid_token(asked: Asked) -> str:
    assert json.loads(asked.body)["personalizations"][0]["to"] == [{"email": email.CUSTOMER}]
    return asked.headers["authorization"].removeprefix("Bearer ")


def sendgrid_error(what: Any, status: int) -> Answer:
    return told({"errors": [{"message": what, "field": None, "help": None}]}, status)


SENDGRID = Known(
    case=email.SENDGRID,
    path="v3/mail/send$",
    token=sendgrid_token,
    first_token=str(email.SENDGRID.account.secret("api_key")),
    success=lambda sent: Answer(status=202, body=b"", headers={"X-Message-Id": sent}),
    envelope=sendgrid_error,
    codes={},
    status=400,
    unknown="The from email does not contain a valid address.",
    more=[
        refusal(
            "key",
            sendgrid_error("The provided authorization grant is invalid", 401),
            Ends.RECONNECT,
        ),
        refusal("sender", sendgrid_error("The from address does not match", 403), Ends.RECONNECT),
        refusal("too large", sendgrid_error("Payload too large", 413), Ends.FAILED),
        refusal("too many", sendgrid_error("too many requests", 429), Ends.RETRIED),
        refusal("their fault", sendgrid_error("server error", 500), Ends.RETRIED),
        refusal("not available", sendgrid_error("service unavailable", 503), Ends.RETRIED),
    ],
    nothing_tells=NOTHING,
)

# -------------------------------------------------------------------- Postmark


def postmark_token(asked: Asked) -> str:
    assert json.loads(asked.body)["To"] == email.CUSTOMER
    return asked.headers["x-postmark-server-token"]


POSTMARK = Known(
    case=email.POSTMARK,
    path="email$",
    token=postmark_token,
    first_token=str(email.POSTMARK.account.secret("server_token")),
    success=lambda sent: told({"MessageID": sent, "ErrorCode": 0, "Message": "OK"}),
    envelope=lambda code, status: told({"ErrorCode": code, "Message": "Said in English"}, status),
    codes={
        Ends.RETRIED: (100, 429),
        Ends.RECONNECT: (10, 400, 401, 405, 412, 413),
        Ends.FAILED: (300, 402, 403, 406, 409, 410, 411),
    },
    status=422,
    statuses={10: 401, 100: 503, 429: 429},
    nothing_tells=NOTHING,
)

KNOWN = (SES, MAILGUN, SENDGRID, POSTMARK)
