"""Requests to the Lazada Open Platform, signed; built here, sent by others.

Parameters go as a form (or query) with `sign` = upper-case hex HMAC-SHA256(app_secret, path +
all other parameters by name, each name followed by its value): open.lazada.com, signature
algorithm. A request is good for two hours.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

from ..base import Account
from ..sending import HttpRequest
from ..shops import signature

API_BASE, AUTH_BASE = "https://api.lazada.vn/rest", "https://auth.lazada.com/rest"
SEND, REFRESH = "/im/message/send", "/auth/token/refresh"
ORDER, LINES, REVIEWS = "/order/get", "/order/items/get", "/review/seller/list/v2"
CHANGED = "/orders/get"
FORM = {"content-type": "application/x-www-form-urlencoded;charset=utf-8"}


def request(
    account: Account, method: str, path: str, now: datetime, given: Mapping[str, str]
) -> HttpRequest | None:
    """A signed request; None without the credentials it takes."""
    key, secret = account.secret("app_key"), account.secret("app_secret")
    token = account.secret("access_token")
    of_shop = path != REFRESH
    if not key or not secret or (of_shop and not token):
        return None
    common = {
        "app_key": key,
        "timestamp": str(int(now.timestamp() * 1000)),
        "sign_method": "sha256",
        **({"access_token": token or ""} if of_shop else {}),
    }
    signed = sign(path, {**common, **given}, secret)
    base = account.base_url("api_base", API_BASE) if of_shop else auth_url(account)
    if method == "GET":
        return HttpRequest(method="GET", url=f"{base}{path}?{urlencode(signed)}")
    body = urlencode(signed).encode()
    return HttpRequest(method="POST", url=f"{base}{path}", headers=FORM, body=body)


def sign(path: str, parameters: Mapping[str, str], secret: str) -> dict[str, str]:
    """The parameters with their signature."""
    text = path + "".join(f"{name}{parameters[name]}" for name in sorted(parameters))
    return {**parameters, "sign": signature(secret, text.encode()).upper()}


def auth_url(account: Account) -> str:
    """Where tokens are renewed."""
    return account.base_url("auth_base", AUTH_BASE)
