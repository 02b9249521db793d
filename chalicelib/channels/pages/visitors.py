"""What visitors post who hold a token of ours (`visits`): what a channel does where nobody else
vouches for a message.

Made use of by `live_chat` and `zalo_mini_app`. What a visitor typed of themselves proves nothing.
What we answer is stored, and the visitor's own page fetches it (`conversations.visitor_api`):
nobody is called.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from ...platform.errors import Invalid, Malformed, TooLarge, UnsupportedMedia
from ..base import (
    Account,
    Adapter,
    Delivery,
    Provider,
    Unreadable,
    Verified,
    WebhookAnswer,
    WebhookRequest,
)
from ..event import MEDIA, InboundEvent, Json, Kind
from ..keys import digest, event_key
from ..sending import CannotSend, Capabilities, HttpRequest, OutboundMessage
from ..wire import as_instant, as_object, as_text, composed, read_object
from . import origins
from . import visitor_fields as codes
from .origins import allows, origin_of
from .typed import contact_of
from .visits import VISITOR_SECRET, Visit, visit_of


class VisitorProvider(Provider):
    """`proves`: a token of this channel says who its visitor is, whatever their id."""

    proves: ClassVar[bool] = False
    fields: ClassVar[Mapping[str, int]] = codes.FIELDS
    rate_limited: ClassVar[bool] = True
    webhook_credentials: ClassVar[tuple[str, ...]] = (VISITOR_SECRET,)
    unverified: ClassVar[str] = codes.NO_VISIT

    def greet(self, request: WebhookRequest, accounts: Sequence[Account]) -> WebhookAnswer | None:
        """A browser's preflight: the exact origin when the account allows it, else 403."""
        return origins.preflight(request, origins.addressed(request, accounts), asks=codes.ASKS)

    def account_hints(self, request: WebhookRequest) -> frozenset[str]:
        """The account of the path; a body names none."""
        return frozenset({request.account_id} if request.account_id else ())

    def verify(self, request: WebhookRequest, accounts: Sequence[Account]) -> Verified | None:
        """Whose visitor it is: by a token that is not over, on a page that may have it."""
        for account in origins.addressed(request, accounts):
            visit = _visit(request, account)
            if visit is not None and allows(account, origin_of(request.headers)):
                variant = "vouched" if self._vouches(visit) else "stranger"
                return Verified(accounts=(account,), variant=variant)
        return None

    def split(self, request: WebhookRequest, verified: Verified) -> list[Delivery]:
        """A message, or how far the visitor has read.

        Raises `Malformed`, `TooLarge`, `UnsupportedMedia` for the body, `Invalid` with the
        field at fault.
        """
        account = verified.accounts[0]
        visit = _visit(request, account)
        said = as_object(_body(request))
        cut = TYPES.get(as_text(said.get("type")) or "message")
        if cut is None:
            raise Invalid(codes.TYPE_UNKNOWN, field="type")
        if visit is None:
            raise Invalid(codes.NO_VISIT, field="token")
        payload, *key = cut(said, self.fields)
        return [
            Delivery(
                channel=self.channels[0],
                account_id=account.account_id,
                sender=visit.visitor,
                event_key=event_key(*key, digest(visit.visitor)),
                payload={**payload, "vouched": self._vouches(visit)},
            )
        ]

    def answer_headers(
        self, request: WebhookRequest, accounts: Sequence[Account]
    ) -> Mapping[str, str]:
        """CORS for an origin that the account allows; never `*`, and none for any other."""
        return origins.answer_headers(
            origin_of(request.headers), origins.addressed(request, accounts)
        )

    def counted(self, request: WebhookRequest, verified: Verified) -> Mapping[str, int]:
        """The visitor, and their address: visits cost nothing to begin."""
        visit = _visit(request, verified.accounts[0])
        visitor = "" if visit is None else f"{verified.accounts[0].id} {visit.visitor}"
        return {visitor: codes.MOST_OF_VISITOR, request.source_ip: codes.MOST_OF_ADDRESS}

    def _vouches(self, visit: Visit) -> bool:
        return self.proves or visit.vouched


def _visit(request: WebhookRequest, account: Account) -> Visit | None:
    token = request.headers.get(codes.TOKEN_HEADER, "").strip()
    return visit_of(token, account, now=request.received_at)


def _body(request: WebhookRequest) -> Json:
    if len(request.body) > codes.MAX_BODY:
        raise TooLarge(codes.BODY_TOO_LARGE, field="body")
    if request.content_type != "application/json":
        raise UnsupportedMedia(codes.CONTENT_TYPE, field="content-type")
    try:
        return read_object(request.body)
    except Unreadable as error:
        raise Malformed(codes.BODY_UNREADABLE, field="body") from error


# ------------------------------------------------------------- what is posted

Cut = tuple[Json, str, str]  # payload, and the two parts of its key


def _message(said: Json, fields: Mapping[str, int]) -> Cut:
    """Words under the id that the page made up for them; contact details may come along."""
    typed = {name: text for name in fields if (text := _typed(said, name, fields))}
    for name, why in (("id", codes.ID_MISSING), ("text", codes.TEXT_MISSING)):
        if name not in typed:
            raise Invalid(why, field=name)
    return {"type": "message", **typed}, "message", typed["id"]


def _read(said: Json, fields: Mapping[str, int]) -> Cut:
    """The visitor has seen what we had answered by then (`now` of the answer that showed it)."""
    if as_instant(said.get("until")) is None:
        raise Invalid(codes.UNTIL_MISSING, field="until")
    return {"type": "read", "until": said["until"]}, "read", str(said["until"])


TYPES: dict[str, Callable[[Json, Mapping[str, int]], Cut]] = {"message": _message, "read": _read}


def _typed(said: Json, name: str, fields: Mapping[str, int]) -> str | None:
    """A field as typed: NFC, no control characters but line ends and tabs, no outer space.

    A field of one line has no line ends and tabs either. Tags stay: it is plain text.
    """
    value = said.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Invalid(codes.NOT_TEXT, field=name)
    typed = composed(str(value)).replace("\r\n", "\n")
    if name in codes.SINGLE_LINE:
        typed = " ".join(typed.split())
    text = "".join(c for c in typed if c in "\n\t" or unicodedata.category(c) != "Cc").strip()
    limit = fields[name]
    if len(text) > limit:
        raise Invalid(codes.TOO_LONG.format(limit=limit), field=name)
    return text or None


# ---------------------------------------------------------------- in our words


class VisitorAdapter(Adapter):
    capabilities: ClassVar[Capabilities] = Capabilities(
        can_send=True,
        max_text=codes.LONGEST_REPLY,
        picked_up=True,
        files=dict.fromkeys(MEDIA, codes.LARGEST_FILE),
        choices=codes.MOST_CHOICES,
        links=codes.MOST_CHOICES,
        mixed=True,
        choice_title=codes.LONGEST_TITLE,
    )
    sending_credentials: ClassVar[tuple[str, ...]] = ()
    made_credentials: ClassVar[tuple[str, ...]] = (VISITOR_SECRET,)

    def parse(self, delivery: Delivery) -> InboundEvent:
        """A message with what the visitor typed of themselves, or how far they have read."""
        payload = delivery.payload
        read = payload.get("type") == "read"
        text = as_text(payload.get("text"))
        said = Kind.MESSAGE if text else Kind.UNKNOWN
        return InboundEvent(
            kind=Kind.READ if read else said,
            channel=self.channel,
            account_id=delivery.account_id,
            event_key=delivery.event_key,
            user_id=delivery.sender or None,
            provider_message_id=as_text(payload.get("id")),
            text=text,
            postback=as_text(payload.get("postback")),
            contact=contact_of(payload),
            watermark=as_instant(payload.get("until")),
            referrer=as_text(payload.get("page_url")),
            order=as_text(payload.get("order")),
            product=as_text(payload.get("product")),
            identity_verified=payload.get("vouched") is True,
            provider_event=as_text(payload.get("type")) or "",
            raw=payload,
        )

    def prepare(
        self, message: OutboundMessage, account: Account, *, now: datetime
    ) -> list[HttpRequest]:
        """Nothing: the widget fetches what is stored. Raises `CannotSend` for no text."""
        if not message.text.strip():
            raise CannotSend(codes.NOTHING_TO_SAY)
        return []
