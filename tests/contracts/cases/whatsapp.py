"""The declared case of WhatsApp."""

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

BUSINESS, NUMBER = "104200000000009", "104200000000777"
CUSTOMER, SCOPED = "84912345678", "VN.9988776655443322"
SECRET, AT = "fixture-app-secret", "1795255200"


def change(field: str = "messages", **value: Any) -> bytes:
    """A body as Meta writes it: one change of the number, unicode and slashes escaped."""
    head = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "842873001234", "phone_number_id": NUMBER},
    }
    entry = {"id": BUSINESS, "changes": [{"value": head | value, "field": field}]}
    body = {"object": "whatsapp_business_account", "entry": [entry]}
    return json.dumps(body).replace("/", "\\/").encode()


def contact(**content: Any) -> dict[str, Any]:
    return {"profile": {"name": "Lê Thị Mận"}, "wa_id": CUSTOMER} | content


def item(message_id: str, kind: str, **content: Any) -> dict[str, Any]:
    """A message of the customer; `content` adds to it or overrides."""
    return {"from": CUSTOMER, "id": message_id, "timestamp": AT, "type": kind} | content


def said(*items: dict[str, Any], **value: Any) -> bytes:
    return change(**({"contacts": [contact()], "messages": list(items)} | value))


def message(text: str, message_id: str) -> bytes:
    return said(item(message_id, "text", text={"body": text}))


def batch(message_ids: Sequence[str]) -> bytes:
    return said(*(item(one, "text", text={"body": f"Tin {one}"}) for one in message_ids))


def status(message_id: str, name: str, **more: Any) -> bytes:
    told = {"id": message_id, "recipient_id": CUSTOMER, "status": name, "timestamp": AT}
    return change(statuses=[told | more])


def about(message_id: str) -> list[bytes]:
    """Everything else WhatsApp may tell of a message; its own acts have ids of their own."""
    edited = {"type": "text", "text": {"body": "sửa"}}
    named = {"original_message_id": message_id}
    return [
        said(item("w-edit", "edit", edit=named | {"message": edited})),
        said(item("w-revoke", "revoke", revoke=named)),
        said(item("w-face", "reaction", reaction={"message_id": message_id, "emoji": "👍"})),
        said(item("w-faceless", "reaction", reaction={"message_id": message_id, "emoji": ""})),
        echo(message_id),
        *(status(message_id, name) for name in ("sent", "delivered", "read", "failed")),
    ]


def echo(message_id: str) -> bytes:
    """A number that is also used in the WhatsApp Business app: a person of ours wrote there."""
    sides = {"from": "842873001234", "to": CUSTOMER}
    return change(
        "smb_message_echoes",
        message_echoes=[item(message_id, "text", text={"body": "Dạ em chào chị"}) | sides],
    )


def headers(name: str, value: str) -> Headers:
    return {"content-type": "application/json", name: value}


def sign(body: bytes, secret: str) -> Headers:
    return headers("x-hub-signature-256", signing.meta(body, secret))


def sign_by_sha1(body: bytes, secret: str) -> Headers:
    """The old header, which Meta still sends beside the new one."""
    mac = hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()
    return headers("x-hub-signature", f"sha1={mac}")


def answer(body: object, status_code: int = 200) -> HttpResponse:
    return HttpResponse(status=status_code, body=json.dumps(body).encode())


def refusal(code: int, status_code: int = 400) -> HttpResponse:
    error = {"message": f"(#{code}) as the vendor says", "type": "OAuthException", "code": code}
    return answer({"error": error}, status_code)


def text_of(request: HttpRequest) -> str:
    text: str = json.loads(request.body)["text"]["body"]
    return text


TAKEN = {
    "messaging_product": "whatsapp",
    "contacts": [{"input": CUSTOMER, "wa_id": CUSTOMER}],
    "messages": [{"id": "wamid.OUT1"}],
}

CASE = ChannelCase(
    channel="whatsapp",
    account=Account(
        id="acc-5",
        provider="meta",
        channel="whatsapp",
        account_id=NUMBER,
        credentials={
            "app_secret": [SECRET],
            "verify_token": ["fixture-verify-token"],
            "access_token": ["WA-1"],
        },
    ),
    message=message,
    unknown=said(item("w-1", "moon_phase", moon_phase={"is": "full"})),
    secret_name="app_secret",
    sign=sign,
    other_algorithm=sign_by_sha1,
    batch=batch,
    echoes=((echo("w-echo"), "human"),),
    about=about,
    sending=Sending(
        text_of=text_of,
        recipient=CUSTOMER,
        sent=answer(TAKEN),
        sent_id="wamid.OUT1",
        failures=(
            ("token expired", refusal(190, 401), Outcome.REAUTH),
            ("app not authenticated", refusal(0, 401), Outcome.REAUTH),
            ("permission withdrawn", refusal(200, 403), Outcome.REAUTH),
            ("permission not granted", refusal(10, 403), Outcome.REAUTH),
            ("access denied", refusal(131005, 403), Outcome.REAUTH),
            ("number not registered", refusal(133010), Outcome.REAUTH),
            ("outside the window", refusal(131047), Outcome.UNREACHABLE),
            ("not on WhatsApp", refusal(131026), Outcome.UNREACHABLE),
            ("kind not supported", refusal(131051), Outcome.PERMANENT),
            ("parameter missing", refusal(131008), Outcome.PERMANENT),
            ("bad parameter", refusal(100), Outcome.PERMANENT),
            ("template parameters", refusal(132000), Outcome.PERMANENT),
            ("no such template", refusal(132001, 404), Outcome.PERMANENT),
            ("template paused", refusal(132015), Outcome.PERMANENT),
            ("account locked", refusal(131031, 403), Outcome.PERMANENT),
            ("payment", refusal(131042), Outcome.PERMANENT),
            ("no id where a number is needed", refusal(131062), Outcome.PERMANENT),
            ("application rate", refusal(4), Outcome.RETRY),
            ("business rate", refusal(80007), Outcome.RETRY),
            ("throughput", refusal(130429), Outcome.RETRY),
            ("spam rate", refusal(131048), Outcome.RETRY),
            ("pair rate", refusal(131056), Outcome.RETRY),
            ("registration rate", refusal(133016), Outcome.RETRY),
            ("something went wrong", refusal(131000, 500), Outcome.RETRY),
            ("service unavailable", refusal(131016, 500), Outcome.RETRY),
            ("media not loaded", refusal(131053), Outcome.RETRY),
            ("temporary", refusal(2, 503), Outcome.RETRY),
            ("maintenance", refusal(131057, 500), Outcome.RETRY),
            ("unknown code", refusal(987654), Outcome.PERMANENT),
            ("unknown code of a server error", refusal(987654, 503), Outcome.RETRY),
            (
                "unknown code, transient",
                answer({"error": {"code": 987654, "is_transient": True}}, 400),
                Outcome.RETRY,
            ),
            ("code as text", answer({"error": {"code": "190"}}, 400), Outcome.REAUTH),
            ("error as text", answer({"error": "no"}, 400), Outcome.PERMANENT),
            ("error in a 200", answer({"error": {"code": 131047}}), Outcome.UNREACHABLE),
            ("200 without an id", answer({"messages": [{}]}), Outcome.RETRY),
        ),
    ),
    sample_folders=("whatsapp",),
    sample_vector={"app_secret": "test-app-secret"},
)
