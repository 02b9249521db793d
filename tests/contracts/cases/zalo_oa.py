"""The declared case of Zalo OA."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from chalicelib.channels.base import Account
from chalicelib.channels.event import Kind
from chalicelib.channels.sending import HttpRequest, HttpResponse, Outcome

from ..case import ChannelCase, Headers, Pulling, Sending

OA, APP, CUSTOMER = "3141592653589793238", "2718281828459045235", "8675309867530986753"
SECRET, AT = "fixture-oa-secret-key", "1795255200000"


def event(name: str, **fields: Any) -> bytes:
    """A body as Zalo writes it; `fields` override or add, None removes."""
    whole = {
        "app_id": APP,
        "user_id_by_app": "1618033988749894848",
        "event_name": name,
        "sender": {"id": CUSTOMER},
        "recipient": {"id": OA},
        "timestamp": AT,
    } | fields
    kept = {key: value for key, value in whole.items() if value is not None}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode()


def from_oa(name: str, **fields: Any) -> bytes:
    """An event with the OA as sender and the customer as recipient."""
    sides = {"sender": {"id": OA}, "recipient": {"id": CUSTOMER}}
    return event(name, **(sides | fields))


def message(text: str, message_id: str) -> bytes:
    return event("user_send_text", message={"msg_id": message_id, "text": text})


def about(message_id: str) -> list[bytes]:
    """Everything else Zalo may tell of a message."""
    named = {"msg_id": message_id}
    return [
        from_oa("user_received_message", message=named),
        from_oa("user_seen_message", message={"msg_ids": [message_id]}),
        event("user_reacted_message", message=named | {"react_icon": "/-heart"}),
        event(
            "user_reacted_message",
            message=named | {"react_icon": ":)"},
            timestamp="1795255209000",
        ),
        from_oa("oa_reacted_message", message=named | {"react_icon": "/-strong"}),
        from_oa("oa_send_text", message=named | {"text": "Dạ"}),
    ]


def rated(number: int) -> list[dict[str, Any]]:
    """So many ratings, as Zalo and eSMS list them."""
    return [
        {
            "feedbacks": ["Giao hàng chậm"],
            "msgId": f"5dcf84fe1fd8bd85{one:04d}",
            "note": "",
            "rate": 1,
            "submitDate": AT,
            "trackingId": "",
        }
        for one in range(number)
    ]


def by_zalo(number: int) -> HttpResponse:
    found = {"total": number, "data": rated(number)}
    return answer(json.dumps({"error": 0, "message": "Success", "data": found}))


def by_esms(number: int) -> HttpResponse:
    return answer(json.dumps({"CodeResult": "100", "Data": rated(number), "Total": number}))


#: The same rating as it is pushed.
PUSHED = event(
    "user_feedback",
    sender=None,
    recipient=None,
    user_id_by_app=None,
    oa_id=OA,
    message={"msg_id": "5dcf84fe1fd8bd850000", "rate": 1, "feedbacks": ["Giao hàng chậm"]},
)


def timestamp_of(body: bytes) -> str | None:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    written = found.get("timestamp") if isinstance(found, dict) else None
    return written if isinstance(written, str) else None


def headers(mac: str, body: bytes) -> Headers:
    """Headers with a signature; a body without a timestamp gets it as a header."""
    plain = {"content-type": "application/json", "x-zevent-signature": f"mac={mac}"}
    return plain if timestamp_of(body) else plain | {"x-zevent-timestamp": AT}


def signed_text(body: bytes) -> bytes:
    written = (timestamp_of(body) or AT).encode("utf-8", "surrogatepass")
    return APP.encode() + body + written


def sign(body: bytes, secret: str) -> Headers:
    return headers(hashlib.sha256(signed_text(body) + secret.encode()).hexdigest(), body)


def sign_by_hmac(body: bytes, secret: str) -> Headers:
    """The mistake several public nodes make."""
    return headers(hmac.digest(secret.encode(), signed_text(body), "sha256").hex(), body)


def answer(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(status=status, body=text.encode())


def refusal(code: int) -> HttpResponse:
    return answer(json.dumps({"error": code, "message": "as the vendor says"}))


def text_of(request: HttpRequest) -> str:
    text: str = json.loads(request.body)["message"]["text"]
    return text


GARBAGE = (
    '{"error":-124,"message":"Access token is invalid"}'
    "Object reference not set to an instance of an object."
)
REFRESHED = '{"access_token":"AT-2","refresh_token":"RT-2","expires_in":"90000"}'
REFUSED = '{"error_name":"Invalid refresh token","error_reason":"expired","error":-14014}'

CASE = ChannelCase(
    channel="zalo_oa",
    account=Account(
        id="acc-1",
        provider="zalo",
        channel="zalo_oa",
        account_id=OA,
        credentials={
            "app_id": [APP],
            "oa_secret_key": [SECRET],
            "app_secret": ["fixture-app-secret"],
            "access_token": ["AT-1"],
            "refresh_token": ["RT-1"],
        },
    ),
    message=message,
    unknown=event("user_call_oa", call={"call_id": "c1", "duration": "32"}),
    secret_name="oa_secret_key",
    sign=sign,
    other_algorithm=sign_by_hmac,
    echoes=[
        (
            from_oa(
                "oa_send_text",
                sender={"id": OA, "admin_id": "1122334455"},
                message={"msg_id": "e1", "text": "Dạ em nghe ạ"},
            ),
            "human",
        ),
        (
            from_oa("oa_send_text", message={"msg_id": "e2", "text": "[Tự động] Cảm ơn"}),
            "app",
        ),
    ],
    about=about,
    retry_headers={"num_retry": "2"},
    unreadable=(),  # no JSON object, no authentic request: see test_zalo_oa
    sending=Sending(
        text_of=text_of,
        recipient=CUSTOMER,
        sent=answer(
            '{"data":{"message_id":"out1","user_id":"8675309867530986753"},'
            '"error":0,"message":"Success"}'
        ),
        sent_id="out1",
        failures=[
            ("expired token", refusal(-216), Outcome.REFRESH),
            ("token error before garbage", answer(GARBAGE), Outcome.REFRESH),
            (
                "code as text",
                answer('{"error":"-32","message":"limit"}'),
                Outcome.RETRY,
            ),
            ("window closed", refusal(-230), Outcome.UNREACHABLE),
            ("day's quota", refusal(-144), Outcome.TOMORROW),
            ("night", refusal(-234), Outcome.MORNING),
            ("app not linked", refusal(-105), Outcome.REAUTH),
            ("code nobody listed", refusal(-99999), Outcome.PERMANENT),
            ("code under 503", answer('{"error":-201}', 503), Outcome.RETRY),
            ("code under 400", answer('{"error":-216}', 400), Outcome.REFRESH),
        ],
        refreshed=answer(REFRESHED),
        refused=answer(REFUSED),
    ),
    pulls=[
        Pulling(
            name="ratings",
            settings={"rating_templates": ["266986"]},
            full=by_zalo(1),
            kinds=[Kind.ANSWER],
            more=by_zalo(100),
            empty=by_zalo(0),
            refused=refusal(-105),
            pushed=PUSHED,
        ),
        Pulling(
            name="esms_ratings",
            settings={"rating_templates": ["266986"]},
            credentials={"esms_api_key": ["EK"], "esms_secret_key": ["ES"]},
            full=by_esms(1),
            kinds=[Kind.ANSWER],
            more=by_esms(50),
            empty=by_esms(0),
            refused=answer('{"CodeResult":"101","ErrorMessage":"Authorize Failed"}'),
            pushed=PUSHED,
        ),
    ],
    sample_folders=["zalo"],
    sample_vector={"app_id": "3456789012345678901", "oa_secret_key": "test-oa-secret-key"},
    sample_outcomes={
        "41_console_probe_empty_object": "answer",
        "46_bad_signature": "rejected",
        # its timestamp is in the vector only, nowhere in the request
        "48_signature_vector_goclaw": "rejected",
    },
)
