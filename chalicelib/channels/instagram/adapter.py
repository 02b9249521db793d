"""Instagram: private messages, comments and mentions, and how each of them is answered.

Called by `intake` (parse, missing, filled) and `conversations` (prepare, classify). The webhook
is `channels/meta/webhook.py`; what a change means is in `changes.py`, a private message in
`channels/meta/messenger.py`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from .. import degrading
from ..base import Account, Adapter, Delivery
from ..cutting import parts_of
from ..event import AttachmentKind, InboundEvent, Json, Kind
from ..meta import contents, graph, messenger
from ..meta.comments import NAMELESS
from ..meta.messenger import DAY, WEEK
from ..sending import (
    CannotSend,
    Capabilities,
    HttpRequest,
    HttpResponse,
    NotTold,
    Once,
    OutboundMessage,
    Outcome,
    SendResult,
)
from ..wire import as_object, peek_object
from . import changes, codes

#: A private message is counted in bytes of UTF-8 (Send API), a comment in characters
#: (reference of IG Comment): longer ones are more comments.
PRIVATE = Capabilities(
    can_send=True,
    max_text=1000,
    max_bytes=1000,
    files={
        AttachmentKind.IMAGE: 8 * contents.MB,
        AttachmentKind.AUDIO: 25 * contents.MB,
        AttachmentKind.VIDEO: 25 * contents.MB,
    },
    file_types={AttachmentKind.IMAGE: frozenset({"image/jpeg", "image/png"})},
    choices=contents.QUICK_REPLIES,
    links=contents.BUTTONS,
    choice_title=contents.TITLE,
    choice_text=contents.TEMPLATE_TEXT,
)
COMMENT = Capabilities(can_send=True, max_text=300)


class Instagram(Adapter):
    channel: ClassVar[str] = "instagram"
    source: ClassVar[str] = "instagram"
    provider: ClassVar[str] = "meta"
    hosts: ClassVar[frozenset[str]] = frozenset({graph.HOST, "graph.instagram.com"})
    further_credentials: ClassVar[tuple[str, ...]] = ("verify_token",)
    capabilities: ClassVar[Capabilities] = replace(PRIVATE, session_window=DAY, human_window=WEEK)

    def parse(self, delivery: Delivery) -> InboundEvent:
        if "change" in delivery.payload:
            return changes.read(delivery)
        event = messenger.read(delivery)
        # An echo of ours carries no mark of ours, and seldom the app it is by.
        message = as_object(as_object(delivery.payload.get("item")).get("message"))
        unclear = event.kind is Kind.ECHO and message.get("app_id") is None
        return replace(event, thread=changes.DIRECT, may_be_ours=unclear)

    def missing(
        self, event: InboundEvent, account: Account, *, now: datetime
    ) -> HttpRequest | None:
        return changes.asked(event, account) if account.secret("access_token") else None

    def filled(self, event: InboundEvent, response: HttpResponse) -> InboundEvent:
        """With words and author. What Instagram does not show (deleted, of a private account)
        stays as it came: a comment nameless, a mention nobody's.
        """
        answer = graph.classify(response, codes.SUBCODES, sent_as=("id",))
        wordless = event.user_id is None
        if answer.outcome is Outcome.RETRY or (answer.outcome is Outcome.REAUTH and wordless):
            raise NotTold(answer.reason)
        if answer.outcome is not Outcome.SENT:
            return event
        return changes.told(event, peek_object(response.body))

    def prepare(
        self, message: OutboundMessage, account: Account, *, now: datetime
    ) -> list[HttpRequest]:
        graph.token_of(account)
        if not message.text.strip():
            raise CannotSend("Tin nhắn trống")
        where, _, what = _aim(message).partition(":")
        return ANSWERS[where](message, what, account, now)

    def is_public(self, message: OutboundMessage) -> bool:
        """Messages and comments are one conversation: it depends on what is answered."""
        where = _aim(message).partition(":")[0]
        return where in (codes.COMMENT, codes.MENTION) and not message.privately

    def classify(self, response: HttpResponse) -> SendResult:
        return graph.classify(response, codes.SUBCODES, sent_as=("message_id", "id"))

    def once(self, message: OutboundMessage, account: Account) -> Once:
        """Private messages come back as echoes; of comments of ours nothing names the customer."""
        where = _aim(message).partition(":")[0]
        private = where in (changes.DIRECT, codes.LIVE)
        return Once.ECHO if private else Once.PERSON


def _aim(message: OutboundMessage) -> str:
    """Where an answer goes, as a `thread`: to what an agent quotes, else to the latest.

    Ids of comments are numbers, those of private messages are not.
    """
    quoted, latest = message.quote_provider_id, message.thread or changes.DIRECT
    if not quoted or quoted == message.answers:
        return latest
    return f"{codes.COMMENT}:{quoted}" if quoted.isdecimal() else changes.DIRECT


def _direct(
    message: OutboundMessage, what: str, account: Account, now: datetime
) -> list[HttpRequest]:
    if message.user_id.startswith((NAMELESS, changes.NAMED)):
        raise CannotSend("Instagram không cho biết khách là ai nên không thể nhắn riêng")
    right = messenger.permission(message, now)
    recipient = {"id": message.user_id}
    return [
        _message(account, {**right, "recipient": recipient, "message": part})
        for part in contents.contents(message, PRIVATE)
    ]


def _comment(
    message: OutboundMessage, what: str, account: Account, now: datetime
) -> list[HttpRequest]:
    if message.privately:
        return _live(message, what, account, now)
    parts = _parts(message, COMMENT)
    return [graph.post(account, what, "replies", body={"message": part}) for part in parts]


def _live(
    message: OutboundMessage, what: str, account: Account, now: datetime
) -> list[HttpRequest]:
    """Under a live video there are no replies, only the one private message, while it lasts."""
    parts = _parts(message, PRIVATE)
    return [_message(account, messenger.private_reply(message, parts, {"comment_id": what}, now))]


def _mention(
    message: OutboundMessage, what: str, account: Account, now: datetime
) -> list[HttpRequest]:
    if message.privately:
        raise CannotSend("Instagram không cho nhắn riêng khi khách chỉ nhắc đến tài khoản")
    medium, _, comment = what.partition(":")
    named = {"media_id": medium, **({"comment_id": comment} if comment else {})}
    bodies = ({**named, "message": part} for part in _parts(message, COMMENT))
    return [graph.post(account, account.account_id, "mentions", body=body) for body in bodies]


def _parts(message: OutboundMessage, able: Capabilities) -> list[str]:
    """The texts where nothing but words may be said."""
    words = degrading.fitted(message, Capabilities(can_send=True)).text
    return parts_of(unicodedata.normalize("NFC", words), able)


def _message(account: Account, body: Json) -> HttpRequest:
    """By the page the account is linked to, which is the token's own `me` unless it is set."""
    page = str(account.settings.get("page_id") or "me")
    return graph.post(account, page, "messages", body=body)


Answer = Callable[[OutboundMessage, str, Account, datetime], list[HttpRequest]]

#: where a customer wrote → how that is answered
ANSWERS: dict[str, Answer] = {
    changes.DIRECT: _direct,
    codes.COMMENT: _comment,
    codes.LIVE: _live,
    codes.MENTION: _mention,
}

ADAPTER = Instagram()
