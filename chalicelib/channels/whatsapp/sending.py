"""How a message goes out on WhatsApp, and what the Cloud API's answer means.

Called by `adapter`. developers.facebook.com/documentation/business-messaging/whatsapp/messages
"""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta

from ..base import Account
from ..cutting import split_text
from ..event import Json
from ..meta import graph
from ..sending import (
    CannotSend,
    HttpRequest,
    HttpResponse,
    OutboundMessage,
    Outcome,
    SendResult,
    Unreachable,
)
from ..wire import as_integer, as_list, as_object, as_text, peek_object
from . import codes
from .webhook import PHONE

MAX_TEXT = 4096  # characters, NFC
WINDOW = timedelta(hours=24)
#: A template's body ends at 1,024 characters with its own words; this is for ours.
MAX_TEMPLATE_TEXT = 800
#: Our mark, which statuses give back: `lm:<message id>:<part, from 1>/<parts>`.
MARK = "lm"


def prepare(message: OutboundMessage, account: Account, *, now: datetime) -> list[HttpRequest]:
    """The requests that send a text, or the template that reopens the chat. Raises `CannotSend`."""
    if not account.secret("access_token"):
        raise CannotSend("Số WhatsApp chưa được kết nối: thiếu access_token")
    text = unicodedata.normalize("NFC", message.text).strip()
    if not text:
        raise CannotSend("Tin nhắn trống")
    contents = _texts(message, text) if _open(message, now) else [_template(account, text)]
    head = {"messaging_product": "whatsapp", "recipient_type": "individual", **_to(message)}
    bodies = [
        {**head, **content, **_mark(message, part, len(contents))}
        for part, content in enumerate(contents, start=1)
    ]
    return [graph.post(account, account.account_id, "messages", body=body) for body in bodies]


def _open(message: OutboundMessage, now: datetime) -> bool:
    """Whether anything may be said: within 24 hours of the customer's last message."""
    return message.last_inbound_at is not None and now - message.last_inbound_at <= WINDOW


def _to(message: OutboundMessage) -> Json:
    """By number where one is known, for then WhatsApp goes on telling it; else by the id.

    Where both are named the number counts.
    """
    phone = next(filter(None, map(PHONE.fullmatch, (message.user_id, message.thread or ""))), None)
    named = {"to": phone[1]} if phone else {}
    return named if PHONE.fullmatch(message.user_id) else {**named, "recipient": message.user_id}


def _texts(message: OutboundMessage, text: str) -> list[Json]:
    """One content a part; the first one quotes."""
    quoted = message.quote_provider_id
    return [
        {
            **({"context": {"message_id": quoted}} if quoted and number == 0 else {}),
            "type": "text",
            "text": {"body": part},
        }
        for number, part in enumerate(split_text(text, MAX_TEXT))
    ]


def _template(account: Account, text: str) -> Json:
    """The approved template that the account reopens chats with, our text as its one parameter.

    A parameter takes no line break, no tab and no more than four spaces: white space becomes
    one space. Raises `Unreachable` without such a template, and for a text too long for one.
    """
    name = as_text(account.settings.get("reopen_template"))
    if not name:
        raise Unreachable(
            "Đã quá 24 giờ từ tin nhắn cuối của khách, cần mẫu tin để mở lại hội thoại"
        )
    line = " ".join(text.split())
    if len(line) > MAX_TEMPLATE_TEXT:
        raise Unreachable(
            "Đã quá 24 giờ từ tin nhắn cuối của khách: "
            f"tin theo mẫu chỉ chứa được {MAX_TEMPLATE_TEXT} ký tự"
        )
    language = as_text(account.settings.get("reopen_language")) or "vi"
    body = {"type": "body", "parameters": [{"type": "text", "text": line}]}
    return {
        "type": "template",
        "template": {"name": name, "language": {"code": language}, "components": [body]},
    }


def _mark(message: OutboundMessage, part: int, parts: int) -> Json:
    return {"biz_opaque_callback_data": f"{MARK}:{message.message_id}:{part}/{parts}"}


def marked(given: object, *, any_part: bool = False) -> str | None:
    """Our message's id out of a status of its last part, for then all of it went out; with
    `any_part` out of any.
    """
    prefix, _, rest = (as_text(given) or "").partition(":")
    message_id, _, numbers = rest.rpartition(":")
    part, _, parts = numbers.partition("/")
    meant = part.isdigit() and (any_part or part == parts)
    return message_id if prefix == MARK and message_id and meant else None


# --------------------------------------------------------------------- answers


def classify(response: HttpResponse) -> SendResult:
    """What the answer to one part means."""
    body = peek_object(response.body)
    if 200 <= response.status < 300 and "error" not in body:
        sent = as_text(next(map(as_object, as_list(body.get("messages"))), {}).get("id"))
        outcome, reason = (Outcome.SENT, "") if sent else codes.UNCLEAR
        return SendResult(outcome=outcome, provider_message_id=sent, reason=reason)
    error = as_object(body.get("error"))
    code = as_integer(error.get("code"))
    outcome, reason = _verdict(response.status, error, code)
    return SendResult(
        outcome=outcome, code=str(response.status if code is None else code), reason=reason
    )


def _verdict(status: int, error: Json, code: int | None) -> codes.Verdict:
    """WhatsApp's own code first, then its `is_transient`, then the HTTP status."""
    known = None if code is None else codes.CODES.get(code)
    if known is None and error.get("is_transient") is True:
        known = codes.TEMPORARY
    if known is None:
        known = codes.HTTP.get(status)
    return known or (codes.TEMPORARY if status >= 500 else codes.UNKNOWN)
