"""Requests to Shopee's Open API v2, signed; built here, sent by others.

Every request names partner, time and signature in its query: HMAC-SHA256(partner_key,
partner_id + path + timestamp [+ access_token + shop_id]) (open.shopee.com developer guide 16).
A request is good for five minutes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from ..base import Account
from ..sending import HttpRequest
from ..shops import signature

API_BASE = "https://partner.shopeemobile.com"
SEND, ORDERS = "/api/v2/sellerchat/send_message", "/api/v2/order/get_order_detail"
REFRESH = "/api/v2/auth/access_token/get"
LOST = "/api/v2/push/get_lost_push_message"
CONFIRM = "/api/v2/push/confirm_consumed_lost_push_message"
COMMENTS, REPLY = "/api/v2/product/get_comment", "/api/v2/product/reply_comment"
#: What of an order is asked for besides what comes by itself.
ORDER_FIELDS = (
    "buyer_user_id,buyer_username,recipient_address,item_list,total_amount,"
    "actual_shipping_fee,estimated_shipping_fee"
)
JSON = {"content-type": "application/json"}


def request(
    account: Account,
    path: str,
    now: datetime,
    *,
    query: Mapping[str, str] | None = None,
    body: Mapping[str, Any] | None = None,
    of_shop: bool = True,
) -> HttpRequest | None:
    """A signed request of the shop, or of the partner alone; None without credentials."""
    partner, key = account.secret("partner_id"), account.secret("partner_key")
    token = account.secret("access_token")
    if not partner or not key or (of_shop and not token):
        return None
    at = str(int(now.timestamp()))
    own = {"access_token": token or "", "shop_id": account.account_id} if of_shop else {}
    text = "".join((partner, path, at, *own.values()))
    signed = {"partner_id": partner, "timestamp": at, **own, "sign": signature(key, text.encode())}
    url = f"{account.base_url('api_base', API_BASE)}{path}?{urlencode({**signed, **(query or {})})}"
    if body is None:
        return HttpRequest(method="GET", url=url)
    written = json.dumps(body, ensure_ascii=False).encode(errors="replace")
    return HttpRequest(method="POST", url=url, headers=JSON, body=written)


def number(text: str) -> int | str:
    """An id as the API wants it: a number where it is one."""
    return int(text) if text.isascii() and text.isdigit() else text
