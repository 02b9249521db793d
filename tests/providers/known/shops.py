"""Shopee, Lazada, TikTok Shop: signed calls, errors mostly as HTTP 200 (channels.md §1.2, §8).

The signatures are computed here from the vendors' formulas, not with the channels' code.
"""

from __future__ import annotations

import hmac
import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from chalicelib.channels.base import WebhookRequest
from tests.contracts.cases import lazada, shopee, tiktok_shop

from ..fake import Answer, Ends, Error, Known, told
from ..server import Asked

SAID = "The vendor says something in English."


def digest(secret: str, text: bytes) -> str:
    return hmac.new(secret.encode(), text, "sha256").hexdigest()


def sorted_text(given: dict[str, str]) -> str:
    return "".join(f"{name}{given[name]}" for name in sorted(given))


# --------------------------------------------------------------------- Shopee


def shopee_token(asked: Asked) -> str:
    parts = urlsplit(asked.url)
    query = dict(parse_qsl(parts.query))
    base = query["partner_id"] + parts.path + query["timestamp"] + query["access_token"]
    assert query["sign"] == digest(shopee.KEY, f"{base}{query['shop_id']}".encode())
    assert json.loads(asked.body)["to_id"] == int(shopee.BUYER)
    return query["access_token"]


def shopee_error(code: Any, status: int) -> Answer:
    return told({"error": code, "message": SAID, "request_id": "r"}, status)


def shopee_echo(asked: Asked, text: str, sent: str) -> WebhookRequest:
    return shopee.CASE.request(shopee.chat(sent, "text", {"text": text}, by_shop=True))


SHOPEE = Known(
    case=shopee.CASE,
    path=r"api/v2/sellerchat/send_message\?",
    token=shopee_token,
    first_token="AT-1",
    success=lambda sent: told({"error": "", "message": "", "response": {"message_id": sent}}),
    envelope=shopee_error,
    codes={
        Ends.RETRIED: ("error_server", "error_inner", "error_network", "error_system_busy"),
        Ends.RENEWED: ("invalid_access_token", "invalid_acceess_token"),
        Ends.RECONNECT: ("shop_access_expired", "shop_no_linked", "shop_banned"),
        Ends.FAILED: ("error_param", "error_auth", "error_permission", "error_sign"),
    },
    statuses={"error_param": 403, "error_auth": 403, "error_sign": 403},
    unknown="error_of_tomorrow",
    more=(
        Error(
            what="token in words",
            answer=told({"error": "error_auth", "message": "Invalid access_token."}, 403),
            ends=Ends.RENEWED,
        ),
        Error(what="of a module", answer=shopee_error("chat.error_server", 200), ends=Ends.RETRIED),
    ),
    echo=shopee_echo,
    renewing="api/v2/auth/access_token/get",
    renewed=lambda new: told(
        {"access_token": new, "refresh_token": "RT-2", "expire_in": 14400, "error": ""}
    ),
    renewal_refused=shopee_error("error_shop_refresh_token", 403),
    expired=shopee_error("invalid_acceess_token", 403),
)

# --------------------------------------------------------------------- Lazada


def lazada_token(asked: Asked) -> str:
    given = dict(parse_qsl(asked.body.decode()))
    signed = given.pop("sign")
    text = urlsplit(asked.url).path.removeprefix("/rest") + sorted_text(given)
    assert signed == digest(lazada.SECRET, text.encode()).upper()
    assert given["session_id"] == lazada.SESSION
    return given["access_token"]


def lazada_error(code: Any, status: int, kind: str = "ISV") -> Answer:
    return told({"type": kind, "code": code, "message": SAID, "request_id": "r"}, status)


def lazada_echo(asked: Asked, text: str, sent: str) -> WebhookRequest:
    return lazada.CASE.request(lazada.chat(sent, {"txt": text}, by_seller=True))


LAZADA = Known(
    case=lazada.CASE,
    path=r"rest/im/message/send$",
    token=lazada_token,
    first_token="AT-1",
    success=lambda sent: told(
        {"success": True, "err_code": "0", "data": {"message_id": sent}, "code": "0"}
    ),
    envelope=lazada_error,
    codes={
        Ends.RETRIED: ("AppCallLimit", "ApiCallLimit", "ServiceTimeout", "ServiceUnavailable"),
        Ends.RENEWED: ("IllegalAccessToken",),
        Ends.RECONNECT: ("IllegalRefreshToken",),
        Ends.FAILED: (
            *("InvalidParameter", "InsufficientPermission", "IncompleteSignature"),
            *("MissingParameter", "E014"),
        ),
    },
    unknown="E_OF_TOMORROW",
    more=(
        Error(what="SYSTEM", answer=lazada_error("901", 200, "SYSTEM"), ends=Ends.RETRIED),
        Error(what="ISP", answer=lazada_error("E0001", 200, "ISP"), ends=Ends.RETRIED),
        Error(
            what="code of the chat",
            answer=told({"success": False, "err_code": "50", "code": "0"}),
            ends=Ends.FAILED,
        ),
    ),
    echo=lazada_echo,
    renewing="rest/auth/token/refresh",
    renewed=lambda new: told(
        {"access_token": new, "refresh_token": "RT-2", "expires_in": 604800, "code": "0"}
    ),
    renewal_refused=lazada_error("IllegalRefreshToken", 200),
    expired=lazada_error("IllegalAccessToken", 200),
)

# ---------------------------------------------------------------- TikTok Shop


def tiktok_token(asked: Asked) -> str:
    parts, secret = urlsplit(asked.url), tiktok_shop.SECRET
    query = dict(parse_qsl(parts.query))
    signed = query.pop("sign")
    text = secret.encode() + (parts.path + sorted_text(query)).encode() + asked.body
    assert signed == digest(secret, text + secret.encode())
    assert query["shop_cipher"] == "GCP_cipher"
    return asked.headers["x-tts-access-token"]


def tiktok_error(code: Any, status: int) -> Answer:
    return told({"code": code, "message": SAID, "request_id": "r", "data": {}}, status)


def tiktok_echo(asked: Asked, text: str, sent: str) -> WebhookRequest:
    said = tiktok_shop.chat(sent, {"content": text}, role="CUSTOMER_SERVICE")
    return tiktok_shop.CASE.request(said)


TIKTOK = Known(
    case=tiktok_shop.CASE,
    path=rf"customer_service/202309/conversations/{tiktok_shop.CONVERSATION}/messages\?",
    token=tiktok_token,
    first_token="AT-1",
    success=lambda sent: told({"code": 0, "data": {"message_id": sent}, "message": "Success"}),
    envelope=tiktok_error,
    codes={
        Ends.RETRIED: (36009002, 36009003, 36009007),
        Ends.RENEWED: (105001, 105002),
        Ends.TOMORROW: (45101004,),
        Ends.FAILED: (45101001, 45101002, 45101003, 45101006, 45109001, 105005, 106001),
    },
    statuses={36009002: 429, 105002: 401, 105005: 403},
    more=(
        Error(
            what="36009004 about the token",
            answer=told({"code": 36009004, "message": "The `x-tts-access-token` is invalid"}),
            ends=Ends.RENEWED,
        ),
    ),
    echo=tiktok_echo,
    renewing="api/v2/token/refresh",
    renewed=lambda new: told(
        {
            "code": 0,
            "data": {
                "access_token": new,
                "access_token_expire_in": 1895860000,
                "refresh_token": "RT-2",
            },
        }
    ),
    renewal_refused=tiktok_error(105002, 200),
    expired=tiktok_error(105002, 401),
)

KNOWN = (SHOPEE, LAZADA, TIKTOK)
