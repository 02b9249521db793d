"""The declared case of Messenger."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any

from chalicelib.channels.base import Account
from chalicelib.channels.sending import HttpRequest, HttpResponse, Outcome
from infra import signing

from ..case import ChannelCase, Headers, Sending

PAGE, CUSTOMER = "104200000000001", "7700000000000042"
SECRET, AT = "fixture-app-secret", 1795255200000


def page(*messaging: dict[str, Any]) -> bytes:
    """A body as Meta writes it: one entry, unicode and slashes escaped."""
    entry = {"id": PAGE, "time": AT + 412, "messaging": list(messaging)}
    return json.dumps({"object": "page", "entry": [entry]}).replace("/", "\\/").encode()


def item(**content: Any) -> dict[str, Any]:
    """An update by the customer, unless `content` names other sides."""
    sides = {"sender": {"id": CUSTOMER}, "recipient": {"id": PAGE}, "timestamp": AT}
    return sides | content


def from_page(**content: Any) -> dict[str, Any]:
    return item(sender={"id": PAGE}, recipient={"id": CUSTOMER}, **content)


def message(text: str, message_id: str) -> bytes:
    return page(item(message={"mid": message_id, "text": text}))


def batch(message_ids: Sequence[str]) -> bytes:
    return page(*(item(message={"mid": mid, "text": f"Tin {mid}"}) for mid in message_ids))


def echo(**content: Any) -> bytes:
    return page(from_page(message={"mid": "e1", "text": "Dạ", "is_echo": True} | content))


def about(message_id: str) -> list[bytes]:
    """Everything else Messenger may tell of a message."""
    named = {"mid": message_id}
    return [
        page(item(message_edit=named | {"text": "sửa", "num_edit": "1"})),
        page(item(message_edit=named | {"text": "sửa nữa", "num_edit": "2"})),
        page(item(message=named | {"is_deleted": True})),
        page(from_page(message=named | {"is_echo": True, "text": "Dạ"})),
        page(item(reaction=named | {"action": "react", "emoji": "❤"})),
        page(item(reaction=named | {"action": "unreact"}, timestamp=AT + 1)),
        page(item(reaction=named | {"action": "react", "emoji": "❤"}, timestamp=AT + 2)),
        page(item(delivery={"mids": [message_id], "watermark": AT})),
        page(item(delivery={"mids": ["m2"], "watermark": AT + 1})),
        page(item(read={"watermark": AT})),
        page(item(postback=named | {"title": "Mua", "payload": "BUY"})),
        page(item(postback={"title": "Mua", "payload": "BUY"})),
    ]


def headers(name: str, value: str) -> Headers:
    return {"content-type": "application/json", name: value}


def sign(body: bytes, secret: str) -> Headers:
    return headers("x-hub-signature-256", signing.meta(body, secret))


def sign_by_sha1(body: bytes, secret: str) -> Headers:
    """The old header, which Meta still sends beside the new one."""
    mac = hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()
    return headers("x-hub-signature", f"sha1={mac}")


def answer(body: object, status: int = 200) -> HttpResponse:
    return HttpResponse(status=status, body=json.dumps(body).encode())


def refusal(code: int, subcode: int | None = None, status: int = 400) -> HttpResponse:
    error = {"message": f"(#{code}) as the vendor says", "type": "OAuthException", "code": code}
    return answer({"error": error | ({"error_subcode": subcode} if subcode else {})}, status)


def text_of(request: HttpRequest) -> str:
    text: str = json.loads(request.body)["message"]["text"]
    return text


CASE = ChannelCase(
    channel="facebook_message",
    account=Account(
        id="acc-2",
        provider="meta",
        channel="facebook_message",
        account_id=PAGE,
        credentials={
            "app_secret": [SECRET],
            "verify_token": ["fixture-verify-token"],
            "access_token": ["AT-1"],
        },
    ),
    message=message,
    unknown=page(item(moon_phase={"is": "full"})),
    secret_name="app_secret",
    sign=sign,
    other_algorithm=sign_by_sha1,
    batch=batch,
    echoes=(
        (echo(), "human"),
        (echo(app_id=263902037430900), "human"),
        (echo(app_id=1517776481860111), "app"),
        (echo(app_id="9", metadata="another app's own"), "app"),
        (echo(app_id="9", metadata="lm:our-1:1"), "app"),
        (page(item(message={"mid": "e2", "text": "Dạ", "is_echo": True})), "human"),
    ),
    about=about,
    sending=Sending(
        text_of=text_of,
        recipient=CUSTOMER,
        sent=answer({"recipient_id": CUSTOMER, "message_id": "m_out_1"}),
        sent_id="m_out_1",
        failures=(
            ("token expired", refusal(190, 463), Outcome.REAUTH),
            ("token missing", refusal(2500), Outcome.REAUTH),
            ("permission withdrawn", refusal(200, status=403), Outcome.REAUTH),
            ("permission not granted", refusal(230), Outcome.REAUTH),
            ("outside the window", refusal(10, 2018278, 403), Outcome.UNREACHABLE),
            ("blocked by the customer", refusal(10, 2018108), Outcome.UNREACHABLE),
            ("not available", refusal(551, 1545041), Outcome.UNREACHABLE),
            ("not available, as 200", refusal(200, 1545041), Outcome.UNREACHABLE),
            ("no such user", refusal(100, 2018001), Outcome.UNREACHABLE),
            ("no such object", refusal(100, 33), Outcome.UNREACHABLE),
            ("dead tag", refusal(100, 1893061), Outcome.PERMANENT),
            ("bad parameter", refusal(100), Outcome.PERMANENT),
            ("page restricted", refusal(368), Outcome.PERMANENT),
            ("temporary", refusal(2, status=500), Outcome.RETRY),
            ("temporary send failure", refusal(1200), Outcome.RETRY),
            ("application rate", refusal(4), Outcome.RETRY),
            ("user rate", refusal(17), Outcome.RETRY),
            ("page rate", refusal(32), Outcome.RETRY),
            ("call rate", refusal(613), Outcome.RETRY),
            ("business rate", refusal(80007), Outcome.RETRY),
            ("unknown code", refusal(987654), Outcome.PERMANENT),
            ("unknown code of a server error", refusal(987654, status=503), Outcome.RETRY),
            (
                "unknown code, transient",
                answer({"error": {"code": 987654, "is_transient": True}}, 400),
                Outcome.RETRY,
            ),
            ("code as text", answer({"error": {"code": "190"}}, 400), Outcome.REAUTH),
            ("error as text", answer({"error": "no"}, 400), Outcome.PERMANENT),
            ("error in a 200", answer({"error": {"code": 190}}), Outcome.REAUTH),
            ("200 without an id", answer({"recipient_id": CUSTOMER}), Outcome.RETRY),
        ),
    ),
    sample_folders=("facebook",),
    sample_vector={"app_secret": "test-app-secret"},
    sample_outcomes={
        "48_signature_mismatch_if_reserialised": "rejected",
        "63_get_verification": "answer",
        "64_get_verification_wrong_token": "answer",
        "65_bad_signature": "rejected",
        "66_truncated_json": "unreadable",
    },
)
