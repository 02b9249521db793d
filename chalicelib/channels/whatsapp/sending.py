"""How a message goes out on WhatsApp, and what the Cloud API's answer means.

Called by `adapter`. developers.facebook.com/documentation/business-messaging/whatsapp/messages
"""

from __future__ import annotations

import unicodedata
from datetime import datetime

from ...platform.fact import frozen
from .. import degrading
from ..base import Account
from ..event import Json
from ..meta import graph
from ..sending import (
    CannotSend,
    HttpRequest,
    HttpResponse,
    OutboundMessage,
    Outcome,
    SendResult,
    Template,
    Unreachable,
)
from ..wire import as_integer, as_list, as_object, as_text, peek_object
from . import codes, contents, templates
from .webhook import PHONE

#: A template's body ends at 1,024 characters with its own words; this is for ours.
MAX_TEMPLATE_TEXT = 800
#: Our mark, which statuses give back: `lm:<message id>:<part, from 1>/<parts>:<customer>`, the
#: customer as we know them. A status may come before the answer that tells the message's id, and
#: name only a number of one whom we know by their id.
MARK = "lm"


def prepare(message: OutboundMessage, account: Account, *, now: datetime) -> list[HttpRequest]:
    """The requests that send a template, a text, or a text in the template that reopens the chat.

    Raises `CannotSend`.
    """
    if not account.secret("access_token"):
        raise CannotSend("Số WhatsApp chưa được kết nối: thiếu access_token")
    made = _contents(message, account, now)
    head = {"messaging_product": "whatsapp", "recipient_type": "individual", **_to(message)}
    bodies = [
        {**head, **content, **_mark(message, part, len(made))}
        for part, content in enumerate(made, start=1)
    ]
    return [graph.post(account, account.account_id, "messages", body=body) for body in bodies]


def _contents(message: OutboundMessage, account: Account, now: datetime) -> list[Json]:
    if message.template is not None:
        return [templates.content(message.template)]
    if not message.text.strip():
        raise CannotSend("Tin nhắn trống")
    if _open(message, now):
        return contents.contents(message, _clean(message))
    words = _clean(degrading.fitted(message, contents.WORDS_ONLY))
    return [templates.content(_reopening(message, account, words))]


def parts(message: OutboundMessage) -> int:
    """In how many parts a message goes out in an open chat."""
    return len(contents.contents(message, _clean(message)))


def _clean(message: OutboundMessage) -> str:
    return unicodedata.normalize("NFC", message.text).strip()


def _open(message: OutboundMessage, now: datetime) -> bool:
    """Whether anything may be said: within 24 hours of the customer's last message."""
    return message.last_inbound_at is not None and now - message.last_inbound_at <= contents.WINDOW


def _to(message: OutboundMessage) -> Json:
    """By number where one is known, for then WhatsApp goes on telling it; else by the id.

    Where both are named the number counts.
    """
    phone = next(filter(None, map(PHONE.fullmatch, (message.user_id, message.thread or ""))), None)
    named = {"to": phone[1]} if phone else {}
    return named if PHONE.fullmatch(message.user_id) else {**named, "recipient": message.user_id}


def _reopening(message: OutboundMessage, account: Account, text: str) -> Template:
    """The approved template that the account reopens chats with, our text as its one gap.

    A gap takes no line break, no tab and no more than four spaces: white space becomes one
    space. Raises `Unreachable` without such a template, and for a text too long for one.
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
    return Template(id=name, data={"1": line}, tracking_id=message.message_id, language=language)


def _mark(message: OutboundMessage, part: int, parts: int) -> Json:
    mark = f"{MARK}:{message.message_id}:{part}/{parts}:{message.user_id}"
    return {"biz_opaque_callback_data": mark}


@frozen
class Marked:
    """What a status gives back of ours. `message_id` of the last part, for then all of it went
    out, or of any if asked for; `customer` as we know them (None: marks of an earlier release).
    """

    message_id: str | None = None
    customer: str | None = None


def marked(given: object, *, any_part: bool = False) -> Marked:
    """Our mark in a status; empty when there is none of ours."""
    prefix, message_id, numbers, customer = (*(as_text(given) or "").split(":", 3), *[""] * 4)[:4]
    part, _, parts = numbers.partition("/")
    if prefix != MARK or not message_id or not part.isdigit():
        return Marked()
    meant = any_part or part == parts
    return Marked(message_id=message_id if meant else None, customer=customer or None)


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
    known = None if code is None else codes.CODES.get(code)
    outcome, reason = graph.decided(response.status, error, known, words=codes.WORDS)
    return SendResult(
        outcome=outcome, code=str(response.status if code is None else code), reason=reason
    )
