"""Comments on a page: what they mean, how one is answered publicly or once in private.

Called by `intake` (parse, missing, filled) and `conversations` (prepare, classify). The webhook
is `channels/meta/webhook.py`, how a change is read `feed.py`.
"""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from ..base import Account, Adapter, Delivery
from ..cutting import split_text
from ..event import InboundEvent, Kind
from ..meta import graph, messenger
from ..meta.comments import NAMELESS
from ..sending import (
    CannotSend,
    Capabilities,
    HttpRequest,
    HttpResponse,
    NotTold,
    OutboundMessage,
    Outcome,
    SendResult,
    Unreachable,
)
from ..wire import as_object, as_text, peek_object
from . import codes, feed, pulling

MAX_TEXT = 8000  # characters of a comment, NFC
MAX_PRIVATE = 2000  # of the one private message
ASKED = "from,message"
NOT_PRIVATELY = "Facebook không cho nhắn riêng người đánh giá trang, chỉ trả lời công khai được"


class FacebookComment(Adapter):
    channel: ClassVar[str] = "facebook_comment"
    source: ClassVar[str] = "facebook"
    provider: ClassVar[str] = "meta"
    hosts: ClassVar[frozenset[str]] = frozenset({graph.HOST})
    further_credentials: ClassVar[tuple[str, ...]] = ("verify_token",)
    puller = pulling.PULLER
    capabilities: ClassVar[Capabilities] = Capabilities(
        can_send=True, max_text=MAX_TEXT, public=True
    )

    def parse(self, delivery: Delivery) -> InboundEvent:
        return feed.read(delivery)

    def missing(
        self, event: InboundEvent, account: Account, *, now: datetime
    ) -> HttpRequest | None:
        """Who wrote, where the push does not say it: asked once, for an app that may know."""
        nameless = (event.user_id or "").startswith(NAMELESS)
        said = event.provider_message_id
        if not nameless or said is None or event.kind is not Kind.MESSAGE or event.asked:
            return None
        return graph.get(account, said, fields=ASKED) if account.secret("access_token") else None

    def filled(self, event: InboundEvent, response: HttpResponse) -> InboundEvent:
        """With its author; who is not told stays known by the comment alone."""
        told = graph.classify(response, codes.SUBCODES, sent_as=("id",))
        if told.outcome is Outcome.RETRY:
            raise NotTold(told.reason)
        body = peek_object(response.body) if told.outcome is Outcome.SENT else {}
        facts = feed.told_by(as_object(body.get("from")))
        if facts.get("user_id") == event.account_id:
            return feed.own(event)
        return replace(event, text=event.text or as_text(body.get("message")), **facts)

    def prepare(
        self, message: OutboundMessage, account: Account, *, now: datetime
    ) -> list[HttpRequest]:
        graph.token_of(account)
        public, private = _aim(message)
        if message.privately and (message.thread or "").startswith(feed.REVIEW):
            raise Unreachable(NOT_PRIVATELY)
        text = unicodedata.normalize("NFC", message.text)
        parts = split_text(text, MAX_PRIVATE if message.privately else MAX_TEXT)
        if not parts:
            raise CannotSend("Tin nhắn trống")
        if message.privately:
            body = messenger.private_reply(message, parts, private, now)
            return [graph.post(account, account.account_id, "messages", body=body)]
        return [graph.post(account, public, "comments", body={"message": part}) for part in parts]

    def classify(self, response: HttpResponse) -> SendResult:
        return graph.classify(response, codes.SUBCODES, sent_as=("message_id", "id"))


def _aim(message: OutboundMessage) -> tuple[str, dict[str, str]]:
    """What is answered: the id a public reply goes under, and the recipient of a private one.

    The quoted comment where an agent names one, else the customer's latest.
    """
    quoted, latest = message.quote_provider_id, message.answers
    thread = message.thread or latest
    if quoted and quoted != latest:
        return quoted, {"comment_id": quoted}
    if latest is None or thread is None:
        raise CannotSend("Không biết trả lời bình luận nào")
    named = "post_id" if thread.startswith(feed.POST) else "comment_id"
    return thread.removeprefix(feed.POST).removeprefix(feed.REVIEW), {named: latest}


ADAPTER = FacebookComment()
