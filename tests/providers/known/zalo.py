"""Zalo OA: `/v3.0/oa/message/cs`, errors as HTTP 200 with `error` ≠ 0 (channels.md §2.3)."""

from __future__ import annotations

import json

from chalicelib.channels.base import WebhookRequest
from tests.contracts.cases import zalo_oa
from tests.contracts.cases.zalo_oa import CASE, from_oa

from ..fake import Answer, Ends, Error, Known, told
from ..server import Asked

CODES = {
    Ends.RETRIED: (-32, -100, -200, -211),
    Ends.RENEWED: (-216, -220, -124, 452),
    Ends.TOMORROW: (-144, -147, -1441, -1471, -1472),
    Ends.MORNING: (-133, -234),
    Ends.RECONNECT: (-101, -102, -103, -104, -105, -135, -1351, -136, -137, -219, -320, -321),
    Ends.FAILED: (
        *(-201, -108, -230, -232, -131, -114, -118, -119, -139, -140, -141, -213, -217, -227),
        *(-244, -248, -249, -146, -1121, -1122, -1123, -1124, -240),
    ),
}
SAID = "User has not interacted with the OA in the past 7 days"
#: as an aggregator hands it on (payloads/zalo_api/03)
RELAYED = b'{"error":-124,"message":"Access token is invalid"}Object reference not set.'


def envelope(code: object, status: int) -> Answer:
    return told({"error": code, "message": SAID}, status)


def token(asked: Asked) -> str:
    body = json.loads(asked.body)
    assert body["recipient"] == {"user_id": zalo_oa.CUSTOMER}
    assert 0 < len(body["message"]["text"]) <= 2000
    assert "authorization" not in asked.headers, "Zalo knows no Bearer"
    return asked.headers["access_token"]


def echo(asked: Asked, text: str, sent: str) -> WebhookRequest:
    return CASE.request(from_oa("oa_send_text", message={"msg_id": sent, "text": text}))


KNOWN = (
    Known(
        case=CASE,
        path=r"v3\.0/oa/message/cs$",
        token=token,
        first_token="AT-1",
        success=lambda sent: told(
            {"data": {"message_id": sent, "user_id": "1"}, "error": 0, "message": "Success"}
        ),
        envelope=envelope,
        codes=CODES,
        unknown=-99999,
        more=(
            Error(
                what="token error, then no JSON",
                answer=Answer(status=200, body=RELAYED),
                ends=Ends.RENEWED,
            ),
        ),
        echo=echo,
        renewing="v4/oa/access_token",
        renewed=lambda new: told(
            {"access_token": new, "refresh_token": "RT-2", "expires_in": "90000"}
        ),
        renewal_refused=told({"error_name": "Invalid refresh token", "error": -14014}),
        expired=envelope(-216, 200),
    ),
)
