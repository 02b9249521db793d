"""Requests to TikTok Shop's Open API, signed; built here, sent by others.

`sign` = hex HMAC-SHA256(app_secret, app_secret + path + every other query parameter by name,
each name followed by its value + body + app_secret); the token goes in a header
(partner.tiktokshop.com, "Sign your API request"). A request is good for five minutes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from ..base import Account
from ..sending import HttpRequest
from ..shops import signature

API_BASE = "https://open-api.tiktokglobalshop.com"
AUTH_BASE = "https://auth.tiktok-shops.com"
SEND = "/customer_service/202309/conversations/{conversation}/messages"
ORDERS, REFRESH = "/order/202309/orders", "/api/v2/token/refresh"


def request(
    account: Account,
    path: str,
    now: datetime,
    *,
    query: Mapping[str, str] | None = None,
    body: Mapping[str, Any] | None = None,
) -> HttpRequest | None:
    """A signed request of the shop; None without the credentials it takes."""
    key, secret = account.secret("app_key"), account.secret("app_secret")
    token, cipher = account.secret("access_token"), account.secret("shop_cipher")
    if not key or not secret or not token or not cipher:
        return None
    written = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    given = {
        "app_key": key,
        "timestamp": str(int(now.timestamp())),
        "shop_cipher": cipher,
        **(query or {}),
    }
    text = path + "".join(f"{name}{given[name]}" for name in sorted(given))
    signed = signature(secret, secret.encode() + text.encode() + written + secret.encode())
    url = f"{account.base_url('api_base', API_BASE)}{path}"
    return HttpRequest(
        method="GET" if body is None else "POST",
        url=f"{url}?{urlencode({**given, 'sign': signed})}",
        headers={"content-type": "application/json", "x-tts-access-token": token},
        body=written,
    )


def send_path(conversation: str) -> str:
    """Where messages of a conversation are posted."""
    return SEND.format(conversation=quote(conversation, safe=""))


def refresh(account: Account) -> HttpRequest | None:
    """The renewal of the token, which is not signed: the secret itself goes along."""
    names = ("app_key", "app_secret", "refresh_token")
    given = {name: account.secret(name) or "" for name in names}
    if not all(given.values()):
        return None
    query = urlencode({**given, "grant_type": "refresh_token"})
    base = account.base_url("auth_base", AUTH_BASE)
    return HttpRequest(method="GET", url=f"{base}{REFRESH}?{query}")
