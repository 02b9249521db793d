"""The declared case of Shopee."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from chalicelib.channels.base import Account
from chalicelib.channels.event import Kind
from chalicelib.channels.sending import HttpRequest, HttpResponse, Outcome
from infra import signing

from ..case import ChannelCase, Headers, Pulling, Sending

SHOP, OWN, BUYER = "727720001", "277000001", "155000001"
URL, KEY, AT = "https://api.example.vn/hooks/shopee", "fixture-partner-key", 1795255720


def written(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def push(code: int, data: Any, **more: Any) -> bytes:
    """A push as Shopee writes it."""
    return written({"shop_id": int(SHOP), "code": code, "timestamp": AT, **more, "data": data})


def chat(message_id: str, sort: str, content: Any, *, by_shop: bool = False, **more: Any) -> bytes:
    """A webchat push; the two sides are told by their user ids alone."""
    sides = (OWN, BUYER) if by_shop else (BUYER, OWN)
    message = {
        "shop_id": int(SHOP),
        "message_id": message_id,
        "from_id": int(sides[0]),
        "from_user_name": "shopvidu" if by_shop else "lan.nguyen",
        "to_id": int(sides[1]),
        "message_type": sort,
        "content": content,
        "conversation_id": "1190000000000000001",
        "created_timestamp": AT,
        **more,
    }
    return push(10, {"type": "message", "region": "VN", "content": message})


def message(text: str, message_id: str) -> bytes:
    return chat(message_id, "text", {"text": text})


def headers(signature: str) -> Headers:
    return {"content-type": "application/json", "authorization": signature}


def sign(body: bytes, secret: str) -> Headers:
    return headers(signing.shopee(URL, body, secret))


def sign_body_alone(body: bytes, secret: str) -> Headers:
    """The mistake of clients that leave the registered address out."""
    return headers(hmac.new(secret.encode(), body, hashlib.sha256).hexdigest())


def answer(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(status=status, body=text.encode())


def refusal(error: str, message: str = "", status: int = 200) -> HttpResponse:
    return answer(json.dumps({"error": error, "message": message, "request_id": "r"}), status)


def text_of(request: HttpRequest) -> str:
    text: str = json.loads(request.body)["content"]["text"]
    return text


SENT = {"error": "", "message": "", "request_id": "r", "response": {"message_id": "out1"}}
REFRESHED = {
    "access_token": "AT-2",
    "refresh_token": "RT-2",
    "expire_in": 14400,
    "error": "",
    "request_id": "r",
}


def lost(*pushes: bytes, more: bool = False) -> HttpResponse:
    """Pushes that did not arrive, each as a JSON text in an entry."""
    entries = [
        {"shop_id": int(SHOP), "code": 10, "timestamp": AT, "data": one.decode()} for one in pushes
    ]
    page = {"push_message_list": entries, "has_next_page": more, "last_message_id": 7}
    return answer(json.dumps({"error": "-", "message": "-", "response": page}))


def comments(*numbers: int, more: bool = False) -> HttpResponse:
    """Reviews of products, written just before `AT`."""
    listed = [
        {
            "order_sn": "260901ABCDEFGH",
            "comment_id": str(number),
            "comment": "Giao thiếu một áo",
            "buyer_username": "lan.nguyen",
            "item_id": 16509872,
            "rating_star": 1,
            "editable": "EDITABLE",
            "create_time": AT - number,
            "media": {"image_url_list": ["https://cf.shopee.vn/file/1"]},
        }
        for number in numbers
    ]
    page = {"item_comment_list": listed, "more": more, "next_cursor": "2" if more else ""}
    return answer(json.dumps({"error": "", "message": "", "response": page}))


CASE = ChannelCase(
    channel="shopee",
    account=Account(
        id="acc-1",
        provider="shopee",
        channel="shopee",
        account_id=SHOP,
        credentials={
            "partner_key": [KEY],
            "registered_url": [URL],
            "partner_id": ["2001234"],
            "shop_user_id": [OWN],
            "access_token": ["AT-1"],
            "refresh_token": ["RT-1"],
        },
    ),
    message=message,
    unknown=push(5, {"actions": []}),
    secret_name="partner_key",
    sign=sign,
    other_algorithm=sign_body_alone,
    echoes=[
        (chat("e1", "text", {"text": "Dạ shop nghe ạ"}, by_shop=True), "human"),
        (
            chat("e2", "text", {"text": "Chào bạn"}, by_shop=True, is_in_chatbot_session=True),
            "app",
        ),
    ],
    sending=Sending(
        text_of=text_of,
        recipient=BUYER,
        sent=answer(json.dumps(SENT)),
        sent_id="out1",
        failures=[
            ("server error", refusal("error_server"), Outcome.RETRY),
            ("server error of a module", refusal("product.error_server"), Outcome.RETRY),
            ("wrong parameter", refusal("error_param", status=403), Outcome.PERMANENT),
            ("token by its own code", refusal("invalid_acceess_token"), Outcome.REFRESH),
            (
                "token in words",
                refusal("error_auth", "Invalid access_token.", 403),
                Outcome.REFRESH,
            ),
            (
                "no permission",
                refusal("error_auth", "No permission to current api."),
                Outcome.PERMANENT,
            ),
            ("shop has left", refusal("shop_no_linked"), Outcome.REAUTH),
            ("code under 503", refusal("error_param", status=503), Outcome.RETRY),
            ("error nobody listed", refusal("error_of_tomorrow"), Outcome.PERMANENT),
        ],
        refreshed=answer(json.dumps(REFRESHED)),
        refused=refusal("error_shop_refresh_token", status=403),
    ),
    pulls=[
        Pulling(
            name="lost_pushes",
            full=lost(
                message("Còn hàng không", "m-1"), push(3, {"ordersn": "X", "status": "SHIPPED"})
            ),
            kinds=[Kind.MESSAGE, Kind.ORDER],
            more=lost(message("Còn hàng không", "m-1"), more=True),
            empty=lost(),
            refused=refusal("error_sign", status=403),
            pushed=message("Còn hàng không", "m-1"),
        ),
        Pulling(
            name="reviews",
            full=comments(1, 2),
            kinds=[Kind.MESSAGE, Kind.MESSAGE],
            more=comments(1, 2, more=True),
            empty=comments(),
            refused=refusal("error_permission", status=403),
        ),
    ],
    sample_folders=["shopee"],
    sample_outcomes={
        "14_bad_signature": "rejected",
        "15_signature_wrong_url_behind_proxy": "events",
    },
)
