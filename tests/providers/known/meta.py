"""Messenger, Instagram, comments of a page, WhatsApp: the Graph API (channels.md §3).

Errors are HTTP 4xx or 5xx with `error.code` and `error.error_subcode`.
"""

from __future__ import annotations

import json
from typing import Any

from chalicelib.channels.base import WebhookRequest
from tests.contracts.case import ChannelCase
from tests.contracts.cases import facebook_comment, facebook_message, instagram, whatsapp

from ..fake import Answer, Ends, Error, Known, told
from ..server import Asked

MESSAGES = {
    Ends.RETRIED: (1, 2, 4, 17, 32, 341, 613, 1200, 80004, 80006, 80007),
    Ends.RECONNECT: (3, 10, 102, 190, 200, 230, 2500),
    Ends.FAILED: (100, 368, 551, 10900, 10903),
}
#: (code, subcode) → what it comes to
SUBCODES = {
    (10, 2018278): Ends.FAILED,
    (10, 2018065): Ends.FAILED,
    (10, 2018108): Ends.FAILED,
    (10, 2534022): Ends.FAILED,
    (100, 33): Ends.FAILED,
    (100, 1893061): Ends.FAILED,
    (100, 2018001): Ends.FAILED,
    (100, 2018218): Ends.FAILED,
    (100, 2534014): Ends.FAILED,
    (190, 460): Ends.RECONNECT,
    (190, 463): Ends.RECONNECT,
    (200, 1545041): Ends.FAILED,
    (200, 2018028): Ends.FAILED,
    (2, 2018344): Ends.FAILED,
}
WHATSAPP = {
    Ends.RETRIED: (
        *(1, 2, 4, 80007, 130429, 131048, 131056, 133016),
        *(131000, 131016, 131053, 131057),
    ),
    Ends.RECONNECT: (0, 3, 10, 190, 200, 219, 299, 131005, 131045, 133010),
    Ends.FAILED: (
        *(33333333, 100, 368, 130472, 130497, 131008, 131009, 131021, 131026, 131031, 131037),
        *(131042, 131047, 131049, 131050, 131051, 132000, 132001, 132005, 132007, 132012),
        *(132015, 132016, 135000),
    ),
}
SAID = "(#100) Some words that only a developer understands"


def envelope(code: Any, status: int, **more: Any) -> Answer:
    error = {"message": SAID, "type": "OAuthException", "code": code, "fbtrace_id": "A1"}
    return told({"error": error | more}, status)


def with_subcodes() -> list[Error]:
    return [
        Error(what=f"{code}/{sub}", answer=envelope(code, 400, error_subcode=sub), ends=ends)
        for (code, sub), ends in SUBCODES.items()
    ]


TRANSIENT = Error(
    what="unknown, but transient",
    answer=envelope(987654, 400, is_transient=True),
    ends=Ends.RETRIED,
)
IN_200 = Error(what="368 in a 200", answer=envelope(368, 200), ends=Ends.FAILED)


def bearer(asked: Asked) -> str:
    assert "access_token=" not in asked.url, "the token stands where logs keep it"
    assert json.loads(asked.body)
    return asked.headers["authorization"].removeprefix("Bearer ")


def to_customer(asked: Asked) -> str:
    body = json.loads(asked.body)
    assert body["recipient"] == {"id": facebook_message.CUSTOMER}, body
    assert body["messaging_type"] == "RESPONSE"
    return bearer(asked)


def page_echo(asked: Asked, text: str, sent: str) -> WebhookRequest:
    message = {"mid": sent, "text": text, "is_echo": True, "app_id": 1517776481860111}
    message["metadata"] = json.loads(asked.body)["message"]["metadata"]
    case = facebook_message
    return case.CASE.request(case.page(case.from_page(message=message)))


def instagram_echo(asked: Asked, text: str, sent: str) -> WebhookRequest:
    return instagram.CASE.request(instagram.echo(mid=sent, text=text))


def status(asked: Asked, text: str, sent: str) -> WebhookRequest:
    mark = json.loads(asked.body)["biz_opaque_callback_data"]
    told_by = whatsapp.status(sent, "sent", biz_opaque_callback_data=mark)
    return whatsapp.CASE.request(told_by)


def messenger(case: ChannelCase, path: str, **more: Any) -> Known:
    plain: dict[str, Any] = {
        "case": case,
        "path": path,
        "token": bearer,
        "first_token": "AT-1",
        "success": lambda sent: told({"recipient_id": "1", "message_id": sent}),
        "envelope": envelope,
        "codes": MESSAGES,
        "status": 400,
        "statuses": {1: 500, 2: 503, 10: 403, 200: 403, 551: 403, 1200: 500},
        "unknown": 987654,
        "more": (*with_subcodes(), TRANSIENT, IN_200),
    }
    return Known(**{**plain, **more})


KNOWN = (
    messenger(
        facebook_message.CASE,
        rf"v25\.0/{facebook_message.PAGE}/messages$",
        token=to_customer,
        echo=page_echo,
    ),
    messenger(instagram.CASE, r"v25\.0/me/messages$", echo=instagram_echo),
    messenger(
        facebook_comment.CASE,
        rf"v25\.0/{facebook_comment.SAID}/comments$",
        success=lambda sent: told({"id": f"901_{sent}"}),
        nothing_tells="the feed tells of our comments without naming the customer or our id",
    ),
    messenger(
        whatsapp.CASE,
        rf"v25\.0/{whatsapp.NUMBER}/messages$",
        first_token="WA-1",
        success=lambda sent: told(
            {"messaging_product": "whatsapp", "messages": [{"id": f"wamid.{sent}"}]}
        ),
        codes=WHATSAPP,
        statuses={0: 401, 190: 401, 10: 403, 131005: 403, 131000: 500, 131016: 503, 2: 503},
        more=(TRANSIENT, IN_200),
        echo=status,
    ),
)
