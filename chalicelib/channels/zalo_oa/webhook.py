"""Zalo's webhook: is a request authentic, whose is it, what is its idempotency key.

`/webhooks/zalo` calls `PROVIDER`; `adapter.py` uses the readers of ids below it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial

from ...platform.errors import TooLarge
from ..base import Account, Delivery, Provider, Unreadable, Verified, WebhookAnswer, WebhookRequest
from ..event import Json
from ..wire import as_object, as_text, as_texts, peek_object, read_object
from .codes import REPEATABLE, SENT_BY_OA

SIGNATURE, TIMESTAMP = "x-zevent-signature", "x-zevent-timestamp"
SIGNED = re.compile(r"(?:mac=|sha256=)?([0-9a-f]{64})", re.IGNORECASE)
DIGITS = re.compile(r"[0-9]{1,20}")
#: ZNS receipts name a phone (`84…`) or its SHA-256 where chat receipts name a user
NOT_A_USER = re.compile(r"(?:84|0)[0-9]{8,10}|[0-9a-fA-F]{64}")
MAX_KEY = 200
#: Bytes. The timestamp that is signed stands in the body, so the body is parsed before anything
#: is proven. One event with 2000 characters, each as an escape, and its links is 20 KB.
MAX_BODY = 256 * 1024
LONGEST_PROBE = 64  # bytes


class ZaloProvider(Provider):
    """One event a request, signed by a plain SHA-256 that ends in the OA secret key."""

    name = "zalo"
    channels = ("zalo_oa",)
    webhook_credentials = ("oa_secret_key",)

    def greet(self, request: WebhookRequest, accounts: Sequence[Account]) -> WebhookAnswer | None:
        """The console posts an unsigned `{}` when the address is saved: it must get 200."""
        if request.method != "POST" or SIGNATURE in request.headers:
            return None
        probe = len(request.body) <= LONGEST_PROBE and b"".join(request.body.split()) == b"{}"
        return WebhookAnswer() if probe else None

    def account_hints(self, request: WebhookRequest) -> frozenset[str]:
        """The OA id by the role the OA has in this event."""
        return frozenset(oa_ids(peek_object(request.body)))

    def verify(self, request: WebhookRequest, accounts: Sequence[Account]) -> Verified | None:
        """Try every candidate of channels.md §2.1 on the raw bytes.

        The winning variant is named, so that a metric shows which one production uses. Only a
        JSON object can be authentic: the timestamp follows the body without a mark between, so
        digits of a timestamp header could otherwise be moved to the end of the body.
        """
        header = SIGNED.fullmatch(request.headers.get(SIGNATURE, "").strip())
        if header is None:
            return None
        if len(request.body) > MAX_BODY:
            raise TooLarge(f"at most {MAX_BODY} bytes", field="body")
        payload = peek_object(request.body)
        if not payload:
            return None
        signed, hashed = header[1].lower(), cache(partial(begun, request.body))
        found = {
            account.id: variant
            for account in accounts
            for variant, expected in candidates(request, payload, account, hashed)
            if hmac.compare_digest(expected, signed)
        }
        matched = tuple(account for account in accounts if account.id in found)
        return Verified(accounts=matched, variant=found[matched[0].id]) if matched else None

    def split(self, request: WebhookRequest, verified: Verified) -> list[Delivery]:
        """Exactly one delivery. A request of an OA that is not connected is `Unreadable`:
        one Zalo app has one address for all its OAs, and user ids differ from OA to OA."""
        payload = read_object(request.body)
        account = owner(payload, verified)
        customer = customer_id(payload, account.account_id)
        return [
            Delivery(
                channel="zalo_oa",
                account_id=account.account_id,
                sender=customer or message_id(payload) or f"oa:{account.account_id}",
                event_key=event_key(payload, request.body, customer),
                payload=payload,
            )
        ]


# ------------------------------------------------------------------ signature


Begun = Callable[[str], "hashlib._Hash"]  # first term → hash of it and the body


def begun(body: bytes, first: str) -> hashlib._Hash:
    """The part of a signature that all timestamps and secrets share."""
    return hashlib.sha256(first.encode() + body)


def digest(part: hashlib._Hash, *, timestamp: str, secret: str) -> str:
    """hex sha256(first term + raw body + timestamp + OA secret key): no HMAC."""
    whole = part.copy()
    whole.update(timestamp.encode() + secret.encode())
    return whole.hexdigest()


def candidates(
    request: WebhookRequest, payload: Json, account: Account, hashed: Begun
) -> Iterator[tuple[str, str]]:
    """Every (variant, expected digest) an authentic request of this account may carry.

    An `app_id` the body itself names is a fair first term: it is hashed together with the
    body, and whoever could choose it still needs the secret, which comes last.
    """
    firsts = {app: "app_id" for app in account.secrets("app_id") if app}
    if (named := as_text(payload.get("app_id"))) and DIGITS.fullmatch(named):
        firsts.setdefault(named, "body_app_id")
    for oa in (account.account_id, *account.secrets("oa_id")):
        firsts.setdefault(oa, "oa_id")
    for secret in filter(None, account.secrets("oa_secret_key")):
        for first, term in firsts.items():
            for timestamp, source in timestamps(request, payload).items():
                expected = digest(hashed(first), timestamp=timestamp, secret=secret)
                yield f"{term}+{source}", expected


def timestamps(request: WebhookRequest, payload: Json) -> dict[str, str]:
    """Text of the timestamp as on the wire → where it stands: body first, then header."""
    found: dict[str, str] = {}
    written = payload.get("timestamp")
    if isinstance(written, str | int) and not isinstance(written, bool):
        found[str(written)] = "body_timestamp"
    sent = request.headers.get(TIMESTAMP, "").strip()
    if DIGITS.fullmatch(sent):
        found.setdefault(sent, "header_timestamp")
    return found


# ------------------------------------------------------------------------ ids


def event_name(payload: Json) -> str:
    """Zalo's name of the event; '' when there is none."""
    return as_text(payload.get("event_name")) or ""


def sent_by_oa(payload: Json) -> bool:
    """Whether the OA is the sender of this event and the customer its recipient."""
    name = event_name(payload)
    return name.startswith("oa_") or name in SENT_BY_OA


def party(payload: Json, side: str) -> str | None:
    """The id of the sender or recipient; an anonymous visitor has one of another name."""
    found = as_object(payload.get(side))
    return as_text(found.get("id")) or as_text(found.get("anonymous_id"))


def oa_ids(payload: Json) -> list[str]:
    """The OA an event names: by field, else by role, else by either side."""
    named = as_text(payload.get("oa_id")) or as_text(payload.get("oaId"))
    if named:
        return [named]
    by_role = party(payload, "sender" if sent_by_oa(payload) else "recipient")
    return [by_role] if by_role else []


def owner(payload: Json, verified: Verified) -> Account:
    """The account an event belongs to. Raises `Unreadable` when its OA is not connected."""
    named = {
        *oa_ids(payload),
        party(payload, "sender"),
        party(payload, "recipient"),
    } - {None}
    for account in verified.accounts:
        if account.account_id in named:
            return account
    if oa_ids(payload):
        raise Unreadable("the event belongs to an OA that is not connected")
    return verified.accounts[0]


def customer_id(payload: Json, oa_id: str) -> str | None:
    """The customer of an event, whoever sent it; None when it has none.

    Sources disagree on the sides of receipts, so the side that is not the OA counts. The
    phone of a ZNS receipt is not a chat customer.
    """
    near, far = ("recipient", "sender") if sent_by_oa(payload) else ("sender", "recipient")
    named = (
        as_text(payload.get("anonymous_id")),
        as_text(as_object(payload.get("follower")).get("id")),
        party(payload, near),
        party(payload, far),
        as_text(payload.get("user_id")),
        as_text(as_object(payload.get("data")).get("user_id")),
    )
    receipt = event_name(payload) in SENT_BY_OA
    users = (user for user in named if user and user != oa_id)
    return next((user for user in users if not (receipt and NOT_A_USER.fullmatch(user))), None)


def message_id(payload: Json) -> str | None:
    """The message an event is about: `msg_id`, in some versions `message_id`."""
    message = as_object(payload.get("message"))
    return (
        as_text(message.get("msg_id"))
        or as_text(message.get("message_id"))
        or as_text(payload.get("msg_id"))
    )


def receipt_ids(payload: Json) -> tuple[str, ...]:
    """Every message a receipt covers."""
    one = message_id(payload)
    several = as_texts(as_object(payload.get("message")).get("msg_ids"))
    return several or ((one,) if one else ())


def event_key(payload: Json, body: bytes, customer: str | None) -> str:
    """event_name+msg_id, else event+timestamp+customer, else the body's hash.

    The name is part of it, so receipts, echoes and reactions of a message have other keys
    than the message; the header `num_retry` is not, so a redelivery has the same.
    """
    name, about = event_name(payload), message_id(payload)
    at = as_text(payload.get("timestamp"))
    parts = (name, about, at) if name in REPEATABLE else (name, about)
    if not about:
        parts = (name, at, customer)
    key = ":".join(part for part in parts if part)
    if all(parts) and len(key) <= MAX_KEY:
        return key
    return f"{name[:64]}:{hashlib.sha256(body).hexdigest()}"


PROVIDER = ZaloProvider()
