"""The declared case of TikTok Shop."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from chalicelib.channels.base import Account
from chalicelib.channels.sending import HttpRequest, HttpResponse, Outcome
from infra import signing

from ..case import ChannelCase, Headers, Sending

SHOP, KEY, SECRET = "7494049642642440001", "fixture_app_key", "fixture_app_secret"
CONVERSATION, BUYER, AGENT, AT = "710688832392260001", "707885565181165001", "7078", 1795255208


def written(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def push(kind: int, data: Any, notification: str | None = "7327112393057000099") -> bytes:
    """A push as TikTok writes it."""
    named = {} if notification is None else {"tts_notification_id": notification}
    return written({"type": kind, **named, "shop_id": SHOP, "timestamp": AT, "data": data})


def chat(
    message_id: str, content: Any, *, sort: str = "TEXT", role: str = "BUYER", **more: Any
) -> bytes:
    """A chat message, its content a JSON text. Our side's sender is the agent."""
    data = {
        "content": json.dumps(content, ensure_ascii=False),
        "conversation_id": CONVERSATION,
        "create_time": AT,
        "is_visible": True,
        "message_id": message_id,
        "index": "7494560109732334208",
        "type": sort,
        "sender": {"im_user_id": BUYER if role == "BUYER" else AGENT, "role": role},
        **more,
    }
    return push(14, data, notification=f"n-{message_id}")


def message(text: str, message_id: str) -> bytes:
    return chat(message_id, {"content": text})


def headers(signature: str) -> Headers:
    return {"content-type": "application/json", "authorization": signature}


def sign(body: bytes, secret: str) -> Headers:
    return headers(signing.after_app_key(KEY, body, secret))


def sign_body_alone(body: bytes, secret: str) -> Headers:
    return headers(hmac.new(secret.encode(), body, hashlib.sha256).hexdigest())


def answer(value: Any, status: int = 200) -> HttpResponse:
    return HttpResponse(status=status, body=json.dumps(value).encode())


def refusal(code: int, message: str = "no", status: int = 200) -> HttpResponse:
    return answer({"code": code, "message": message, "request_id": "r", "data": {}}, status)


def text_of(request: HttpRequest) -> str:
    text: str = json.loads(json.loads(request.body)["content"])["content"]
    return text


SENT = {"code": 0, "data": {"message_id": "out1"}, "message": "Success", "request_id": "r"}
REFRESHED = {
    "code": 0,
    "message": "success",
    "data": {
        "access_token": "AT-2",
        "access_token_expire_in": 1795860000,
        "refresh_token": "RT-2",
        "refresh_token_expire_in": 1826700000,
    },
}

CASE = ChannelCase(
    channel="tiktok_shop",
    account=Account(
        id="acc-1",
        provider="tiktok",
        channel="tiktok_shop",
        account_id=SHOP,
        credentials={
            "app_key": [KEY],
            "app_secret": [SECRET],
            "shop_cipher": ["GCP_cipher"],
            "access_token": ["AT-1"],
            "refresh_token": ["RT-1"],
        },
    ),
    message=message,
    unknown=push(36, {"invoice_id": "1"}),
    secret_name="app_secret",
    sign=sign,
    other_algorithm=sign_body_alone,
    echoes=[
        (chat("e1", {"content": "Dạ shop nghe"}, role="CUSTOMER_SERVICE"), "human"),
        (chat("e2", {"content": "Chào bạn"}, role="ROBOT"), "app"),
        (chat("e3", {"content": "Câu hỏi thường gặp"}, role="SHOP"), "app"),
    ],
    sending=Sending(
        text_of=text_of,
        recipient=CONVERSATION,
        latest={"thread": CONVERSATION},
        sent=answer(SENT),
        sent_id="out1",
        failures=[
            ("too many requests", refusal(36009002, status=429), Outcome.RETRY),
            ("too many requests, 200", refusal(36009002), Outcome.RETRY),
            ("their time-out", refusal(36009007), Outcome.RETRY),
            ("internal", refusal(36009003), Outcome.RETRY),
            ("token has ended", refusal(105002, status=401), Outcome.REFRESH),
            ("token is none", refusal(36009004, "The `x-tts-access-token` …"), Outcome.REFRESH),
            ("no such conversation", refusal(45101003), Outcome.PERMANENT),
            ("words", refusal(45101006), Outcome.PERMANENT),
            ("quota of the day", refusal(45101004), Outcome.TOMORROW),
            ("conversation is closed", refusal(45109001), Outcome.PERMANENT),
            ("scope", refusal(105005, status=403), Outcome.PERMANENT),
            ("signature", refusal(106001), Outcome.PERMANENT),
            ("code nobody listed", refusal(99999999), Outcome.PERMANENT),
        ],
        refreshed=answer(REFRESHED),
        refused=refusal(105002),
    ),
    sample_folders=["tiktok"],
    sample_outcomes={"06_return_doc_sample_invalid_json": "unreadable"},
)
