"""The shared webhook of Meta (`/webhooks/meta`): Messenger, comments, Instagram, WhatsApp.

`intake` calls it through the registry. One signed request carries up to 1000 updates of
several pages; each becomes one `Delivery` for the channel of its kind of object.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache, partial
from hashlib import sha256
from typing import Any, ClassVar

from ..base import Account, Delivery, Provider, Unreadable, Verified, WebhookAnswer, WebhookRequest
from ..event import Json
from ..keys import digest, event_key
from ..whatsapp import webhook as whatsapp
from ..wire import as_instant, as_integer, as_object, as_text, peek_object, read_object
from . import comments
from .comments import change_value

SIGNATURE = "x-hub-signature-256"
SIGNED = re.compile(r"sha256=[0-9a-f]{64}")
PLAIN = {"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff"}

WHATSAPP = "whatsapp_business_account"

#: webhook object → channel; any other object is kept by the page's channel as unknown
CHANNELS = {
    "page": "facebook_message",
    "instagram": "instagram",
    WHATSAPP: "whatsapp",
}
#: list in an entry → what one of its parts is called in a payload. `standby` holds what
#: customers write while another app of the page has the conversation.
PARTS = {"messaging": "item", "standby": "item", "changes": "change"}

#: what a message with this flag is, instead of a customer's words; the first one counts
MESSAGE_FLAGS = {"is_deleted": "deleted", "is_echo": "echo"}

#: A number below this is seconds: as milliseconds it would be before March 1973.
MILLISECONDS_FROM = 10**11

#: A guest of the chat plug-in or checkbox has a reference of ours instead of an id.
USER_REF = "user_ref:"


def sign(body: bytes, secret: str) -> str:
    """The value of `X-Hub-Signature-256` for a raw body (channels.md §3)."""
    return "sha256=" + hmac.new(secret.encode(), body, sha256).hexdigest()


class Meta(Provider):
    name: ClassVar[str] = "meta"
    channels: ClassVar[tuple[str, ...]] = (*CHANNELS.values(), *set(comments.CHANNELS.values()))
    webhook_credentials: ClassVar[tuple[str, ...]] = ("app_secret",)

    def greet(self, request: WebhookRequest, accounts: Sequence[Account]) -> WebhookAnswer | None:
        """The GET hand-shake: the challenge for whoever knows a verify token, else 403."""
        if request.method != "GET":
            return None
        challenge = request.query.get("hub.challenge", "")
        subscribing = request.query.get("hub.mode") == "subscribe"
        if subscribing and challenge and _knows_token(request, accounts):
            return WebhookAnswer(body=challenge, headers=PLAIN)
        return WebhookAnswer(status=403, headers=PLAIN)

    def account_hints(self, request: WebhookRequest) -> frozenset[str]:
        entries = listed(peek_object(request.body).get("entry"))
        payloads = (payload for entry in entries for payload in _cut("", entry))
        return frozenset(filter(None, (_account_id(payload) for payload in payloads)))

    def verify(self, request: WebhookRequest, accounts: Sequence[Account]) -> Verified | None:
        header = request.headers.get(SIGNATURE, "").strip()
        if not SIGNED.fullmatch(header):
            return None
        given = header.encode()
        # The body is hashed once for each distinct secret, and not parsed.
        signature = cache(lambda secret: sign(request.body, secret).encode())
        found = [
            (account, age)
            for account in accounts
            for age, secret in enumerate(account.secrets("app_secret"))
            if secret and hmac.compare_digest(signature(secret), given)
        ]
        if not found:
            return None
        newest = any(age == 0 for _, age in found)
        matched = {account.id: account for account, _ in found}
        return Verified(
            accounts=tuple(matched.values()),
            variant="sha256+app_secret" if newest else "sha256+previous_app_secret",
        )

    def split(self, request: WebhookRequest, verified: Verified) -> list[Delivery]:
        """One delivery per update, in order. An entry of a page that is not among the
        verified accounts is delivered all the same under its own id: intake quarantines it.
        """
        body = read_object(request.body)
        entries = body.get("entry")
        if not isinstance(entries, list):
            raise Unreadable("no list of entries")
        kind = as_text(body.get("object")) or ""
        payloads = (payload for entry in entries for payload in _cut(kind, entry))
        return [_deliver(payload, verified.accounts) for payload in payloads]


def _knows_token(request: WebhookRequest, accounts: Sequence[Account]) -> bool:
    given = request.query.get("hub.verify_token", "").encode()
    tokens = [token for account in accounts for token in account.secrets("verify_token") if token]
    return sum(hmac.compare_digest(token.encode(), given) for token in tokens) > 0


# ------------------------------------------------------------- reading values


def listed(value: Any) -> list[Any]:
    """The list that stands there; a single value is a list of one, null none."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def moment(value: Any) -> datetime | None:
    """An instant of Meta: milliseconds for messages, seconds for feeds and old referrals."""
    number = as_integer(value)
    in_seconds = number is not None and abs(number) < MILLISECONDS_FROM
    return as_instant(number * 1000 if number is not None and in_seconds else number)


# ------------------------------------------------------------- cutting a body


def _cut(kind: str, entry: Any) -> list[Json]:
    """The payloads of one entry; an entry that holds none of `PARTS` is one itself."""
    raw = as_object(entry)
    head: Json = {
        "object": kind,
        "entry_id": as_text(raw.get("id")) or "",
        "entry_time": raw.get("time"),
    }
    parts = [
        {**head, **_part(name, part)}
        for field, name in PARTS.items()
        for whole in listed(raw.get(field))
        for part in (whatsapp.cut(whole) if kind == WHATSAPP else [whole])
    ]
    return parts or [{**head, "entry": entry}]


def _part(name: str, part: Any) -> Json:
    """One part under its name. Instagram may tell of messages as changes: those are items."""
    value = as_object(as_object(part).get("value"))
    return {"item": value} if {"sender", "recipient"} <= value.keys() else {name: part}


def _deliver(payload: Json, accounts: Sequence[Account]) -> Delivery:
    return Delivery(
        channel=comments.channel_of(payload) or CHANNELS.get(payload["object"], CHANNELS["page"]),
        account_id=_addressed(_account_id(payload), accounts),
        sender=customer(payload) or comments.commenter(payload) or _whatsapp_customer(payload),
        event_key=_event_key(payload),
        payload=payload,
    )


def _account_id(payload: Json) -> str:
    """The entry's id, whatever its recipient says; for WhatsApp the number, not the business."""
    metadata = as_object(change_value(payload).get("metadata"))
    return as_text(metadata.get("phone_number_id")) or str(payload["entry_id"])


def _addressed(named: str, accounts: Sequence[Account]) -> str:
    """The account of an event; what concerns a whole WhatsApp business (templates, reviews)
    goes to the first of its numbers.
    """
    of_business = (a for a in accounts if a.settings.get("business_account_id") == named)
    return next((account.account_id for account in of_business), named)


def customer(payload: Json) -> str | None:
    """Who of the two parties of a messaging item is not the page.

    Live echoes come from the page; old fixtures keep the customer as their sender, so
    neither the side nor `is_echo` alone decides.
    """
    item, page = as_object(payload.get("item")), payload.get("entry_id")
    sides = ["sender", "recipient"]
    if as_object(item.get("message")).get("is_echo") is True:
        sides.reverse()
    named = [_party(as_object(item.get(side))) for side in sides]
    return next((party for party in [*named, _guest(item)] if party and party != page), None)


def _party(party: Json) -> str | None:
    reference = as_text(party.get("user_ref"))
    return as_text(party.get("id")) or (USER_REF + reference if reference else None)


def _guest(item: Json) -> str | None:
    return _party({"user_ref": as_object(item.get("optin")).get("user_ref")})


def _whatsapp_customer(payload: Json) -> str:
    found = whatsapp.party(_whatsapp_value(payload))
    return found.key if found else ""


def _whatsapp_value(payload: Json) -> Json:
    return change_value(payload) if payload["object"] == WHATSAPP else {}


# ----------------------------------------------------------------- event keys


def _event_key(payload: Json) -> str:
    """The idempotency key of one update (channels.md §1.1); by its content if it has no id."""
    item = as_object(payload.get("item"))
    for name, keyed in ITEM_KEYS.items():
        found = keyed(item) if name in item else None
        if found:
            return event_key(*found)
    named = comments.key_of(payload) or whatsapp.key_of(_whatsapp_value(payload))
    return event_key(*named) if named else _content_key(payload)


Parts = tuple[str, ...] | None


def _message_key(item: Json) -> Parts:
    message = as_object(item["message"])
    mid = as_text(message.get("mid"))
    names = (name for flag, name in MESSAGE_FLAGS.items() if message.get(flag) is True)
    return (next(names, "message"), mid) if mid else None


def _edit_key(item: Json) -> Parts:
    edit = as_object(item["message_edit"])
    mid = as_text(edit.get("mid"))
    return ("edit", mid, as_text(edit.get("num_edit")) or digest(item)) if mid else None


def _postback_key(item: Json) -> Parts:
    mid = as_text(as_object(item["postback"]).get("mid"))
    return ("postback", mid) if mid else None


def _reaction_key(item: Json) -> Parts:
    """With everything it says: one may react, take it back and react again."""
    mid = as_text(as_object(item["reaction"]).get("mid"))
    return ("reaction", mid, digest(item)) if mid else None


def _receipt_key(item: Json, *, name: str) -> Parts:
    """Receipts have no id: kind + customer + watermark (without one: the ids it names)."""
    receipt = as_object(item[name])
    covered = as_text(receipt.get("watermark")) or digest(receipt)
    return (name, _party(as_object(item.get("sender"))) or "", covered) if receipt else None


ITEM_KEYS: dict[str, Callable[[Json], Parts]] = {
    "message": _message_key,
    "message_edit": _edit_key,
    "postback": _postback_key,
    "delivery": partial(_receipt_key, name="delivery"),
    "read": partial(_receipt_key, name="read"),
    "reaction": _reaction_key,
}


def _content_key(payload: Json) -> str:
    """What an update without an id says. The time of its entry counts only when it has none
    of its own, because that is the time of sending and a redelivery may have another.
    """
    part = payload.get("item", payload.get("change", payload.get("entry")))
    dated = as_object(part).get("timestamp") or change_value(payload).get("created_time")
    return event_key("content", digest(part if dated else [part, payload["entry_time"]]))


PROVIDER = Meta()
