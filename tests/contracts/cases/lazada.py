"""The declared case of Lazada."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qs

from chalicelib.channels.base import Account
from chalicelib.channels.event import Kind
from chalicelib.channels.sending import HttpRequest, HttpResponse, Outcome
from infra import signing

from ..case import ChannelCase, Headers, Pulling, Sending

SELLER, BUYER, KEY, SECRET = "200100001", "1011822001", "123456", "fixture-lazada-secret"
SESSION, AT = f"{SELLER}_2_{BUYER}_1_103", 1795255600


def written(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def push(kind: int, data: Any, **more: Any) -> bytes:
    """A push as Lazada writes it; `more` overrides, None removes."""
    whole = {
        "seller_id": SELLER,
        "message_type": kind,
        "data": data,
        "timestamp": AT,
        "site": "lazada_vn",
        **more,
    }
    return written({name: value for name, value in whole.items() if value is not None})


def chat(
    message_id: str, content: Any, *, template: int = 1, by_seller: bool = False, **more: Any
) -> bytes:
    """A chat message, its content a JSON text."""
    sides = ((SELLER, 2), (BUYER, 1)) if by_seller else ((BUYER, 1), (SELLER, 2))
    data = {
        "session_id": SESSION,
        "message_id": message_id,
        "content": json.dumps(content, ensure_ascii=False),
        "from_account_id": sides[0][0],
        "from_account_type": sides[0][1],
        "send_time": AT * 1000 + 323,
        "template_id": template,
        "to_account_id": sides[1][0],
        "to_account_type": sides[1][1],
        "type": 1,
        "site_id": "VN",
        "auto_reply": False,
        "status": 0,
        **more,
    }
    return push(2, data)


def message(text: str, message_id: str) -> bytes:
    return chat(message_id, {"txt": text})


def about(message_id: str) -> list[bytes]:
    """What else Lazada may tell of a message."""
    return [
        chat(message_id, {"txt": "", "recallContent": "Đã thu hồi"}, template=2, status=1),
        chat(message_id, {"txt": "Xin chào"}, process_msg="Nội dung không phù hợp"),
    ]


def headers(signature: str) -> Headers:
    return {"content-type": "application/json", "authorization": signature}


def sign(body: bytes, secret: str) -> Headers:
    return headers(signing.after_app_key(KEY, body, secret))


def sign_body_alone(body: bytes, secret: str) -> Headers:
    """What one page of the vendor says, against the other (channels.md §8)."""
    return headers(hmac.new(secret.encode(), body, hashlib.sha256).hexdigest())


def answer(value: Any, status: int = 200) -> HttpResponse:
    return HttpResponse(status=status, body=json.dumps(value).encode())


def refusal(code: str, kind: str = "ISV", status: int = 200) -> HttpResponse:
    return answer({"type": kind, "code": code, "message": "no", "request_id": "r"}, status)


def text_of(request: HttpRequest) -> str:
    return parse_qs(request.body.decode())["txt"][0]


SENT = {"success": True, "err_code": "0", "data": {"message_id": "out1"}, "code": "0"}
REFRESHED = {
    "access_token": "AT-2",
    "refresh_token": "RT-2",
    "expires_in": 604800,
    "refresh_expires_in": 2592000,
    "code": "0",
}


def orders(number: int) -> HttpResponse:
    """So many orders that changed on one morning, a minute apart."""
    listed = [
        {
            "order_id": 4600 + one,
            "created_at": "2026-11-20 09:00:00 +0700",
            "updated_at": f"2026-11-21 {9 + one // 60:02d}:{one % 60:02d}:00 +0700",
            "statuses": ["shipped"],
            "shipping_fee": "15000.00",
        }
        for one in range(number)
    ]
    return answer({"code": "0", "data": {"count": number, "orders": listed}})


CASE = ChannelCase(
    channel="lazada",
    account=Account(
        id="acc-1",
        provider="lazada",
        channel="lazada",
        account_id=SELLER,
        credentials={
            "app_key": [KEY],
            "app_secret": [SECRET],
            "access_token": ["AT-1"],
            "refresh_token": ["RT-1"],
        },
    ),
    message=message,
    unknown=push(3, {"item_id": 1, "status": "active"}),
    secret_name="app_secret",
    sign=sign,
    other_algorithm=sign_body_alone,
    echoes=[
        (chat("e1", {"txt": "Dạ shop nghe"}, by_seller=True), "human"),
        (chat("e2", {"txt": "Shop sẽ trả lời sớm"}, by_seller=True, auto_reply=True), "app"),
    ],
    about=about,
    sending=Sending(
        text_of=text_of,
        recipient=BUYER,
        latest={"thread": SESSION},
        sent=answer(SENT),
        sent_id="out1",
        failures=[
            ("token", refusal("IllegalAccessToken"), Outcome.REFRESH),
            ("limit", refusal("ApiCallLimit"), Outcome.RETRY),
            ("their fault", refusal("901", "SYSTEM"), Outcome.RETRY),
            ("their partner's fault", refusal("E0001", "ISP"), Outcome.RETRY),
            ("our fault", refusal("InvalidParameter"), Outcome.PERMANENT),
            ("code of the chat", answer({"success": False, "err_code": "50"}), Outcome.PERMANENT),
            ("code under 502", refusal("InvalidParameter", status=502), Outcome.RETRY),
        ],
        refreshed=answer(REFRESHED),
        refused=refusal("IllegalRefreshToken"),
    ),
    pulls=[
        Pulling(
            name="orders",
            full=orders(2),
            kinds=[Kind.ORDER, Kind.ORDER],
            more=orders(100),
            empty=orders(0),
            refused=refusal("InsufficientPermission"),
        ),
    ],
    sample_folders=["lazada"],
    sample_outcomes={"19_doc_sample_broken_json": "unreadable"},
)
