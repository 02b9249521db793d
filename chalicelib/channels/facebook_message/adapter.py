"""Messenger: what an update of a page means, how a message goes out, what the answer says.

Called by `intake` (parse) and `conversations` (prepare, classify). The webhook itself is
`channels/meta/webhook.py`; what Messenger shares with Instagram is in `channels/meta/messenger.py`.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from ..base import Account, Adapter, Delivery
from ..event import InboundEvent, Json
from ..meta import contents, graph, messenger
from ..meta.messenger import DAY, METADATA, WEEK
from ..meta.webhook import USER_REF
from ..sending import (
    CannotSend,
    Capabilities,
    HttpRequest,
    HttpResponse,
    Once,
    OutboundMessage,
    SendResult,
)
from . import codes

MAX_TEXT = 2000  # characters, NFC


class FacebookMessage(Adapter):
    channel: ClassVar[str] = "facebook_message"
    source: ClassVar[str] = "facebook"
    provider: ClassVar[str] = "meta"
    hosts: ClassVar[frozenset[str]] = frozenset({graph.HOST})
    # One page's verify token answers the hand-shake for every page of the same app.
    further_credentials: ClassVar[tuple[str, ...]] = ("verify_token",)
    capabilities: ClassVar[Capabilities] = Capabilities(
        can_send=True,
        max_text=MAX_TEXT,
        session_window=DAY,
        human_window=WEEK,
        files=dict.fromkeys(contents.KINDS, 25 * contents.MB),
        choices=contents.QUICK_REPLIES,
        links=contents.BUTTONS,
        choice_title=contents.TITLE,
        choice_text=contents.TEMPLATE_TEXT,
    )

    def parse(self, delivery: Delivery) -> InboundEvent:
        return messenger.read(delivery)

    def prepare(
        self, message: OutboundMessage, account: Account, *, now: datetime
    ) -> list[HttpRequest]:
        graph.token_of(account)
        right = {"messaging_type": "RESPONSE", **messenger.permission(message, now)}
        parts = contents.contents(message, self.capabilities)
        if not parts:
            raise CannotSend("Tin nhắn trống")
        bodies = ({**right, **_content(message, part, n)} for n, part in enumerate(parts, start=1))
        return [graph.post(account, account.account_id, "messages", body=body) for body in bodies]

    def classify(self, response: HttpResponse) -> SendResult:
        return graph.classify(response, codes.SUBCODES, sent_as=("message_id",))

    def once(self, message: OutboundMessage, account: Account) -> Once:
        """What the page sends comes back with our id in its metadata."""
        return Once.ECHO


def _content(message: OutboundMessage, said: Json, part: int) -> Json:
    reference = message.user_id.removeprefix(USER_REF)
    named = "id" if reference == message.user_id else "user_ref"
    metadata = f"{METADATA}:{message.message_id}:{part}"
    return {"recipient": {named: reference}, "message": {**said, "metadata": metadata}}


ADAPTER = FacebookMessage()
