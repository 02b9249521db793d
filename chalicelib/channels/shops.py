"""What the marketplaces have in common: signed pushes, facts of orders, answers of their APIs.

Used by `shopee`, `lazada` and `tiktok_shop`. A push is one event signed over the raw body with
the app's secret (channels.md §8); one app may serve many shops, so the body says whose it is.
"""

from __future__ import annotations

import hmac
import re
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from ..language.extraction import phone
from .base import Account, Delivery, Provider, Verified, WebhookRequest
from .event import Json
from .keys import digest
from .keys import event_key as joined
from .sending import HttpResponse, Outcome, RefreshFailed, SendResult, by_status
from .wire import as_instant, as_integer, as_object, as_text, peek_object, read_object

SIGNED = re.compile(r"[0-9a-f]{64}", re.IGNORECASE)
#: A number below this is seconds: as milliseconds it would be before March 1973.
MILLISECONDS_FROM = 10**11
#: What masked names, phones and addresses are made unreadable with.
MASK = "*"
LONGEST_NAME, LONGEST_ADDRESS, LONGEST_SKU, MOST_LINES = 200, 500, 80, 40
#: What is no external id or SKU of ours (`commerce.shapes`).
PRINTABLE = re.compile(r"[!-~]([ -~]*[!-~])?")

Expected = Iterator[tuple[str, str]]  # (variant, hex digest)
Facts = dict[str, Any]


class Marketplace(Provider):
    """A webhook whose requests are one signed JSON object each."""

    def account_hints(self, request: WebhookRequest) -> frozenset[str]:
        """The shops a body names."""
        return frozenset(self.shops(peek_object(request.body)))

    def verify(self, request: WebhookRequest, accounts: Sequence[Account]) -> Verified | None:
        """Hex HMAC-SHA256 in `Authorization`, in either case; the body is not parsed."""
        header = request.headers.get("authorization", "").strip()
        if not SIGNED.fullmatch(header):
            return None
        given = header.lower()
        found = {
            account.id: variant
            for account in accounts
            for variant, signature in self.expected(request.body, account)
            if hmac.compare_digest(signature, given)
        }
        matched = tuple(account for account in accounts if account.id in found)
        return Verified(accounts=matched, variant=found[matched[0].id]) if matched else None

    def split(self, request: WebhookRequest, verified: Verified) -> list[Delivery]:
        """One delivery for each shop the push is about; of a shop that is not connected
        under its own id: intake keeps it in quarantine."""
        payload = read_object(request.body)
        known = {account.account_id: account for account in verified.accounts}
        named = self.shops(payload)
        ours = [shop for shop in named if shop in known] or named[:1]
        if not ours:
            ours = list(known) if len(known) == 1 else [""]
        return [self.delivery(payload, shop, known.get(shop)) for shop in ours]

    @abstractmethod
    def expected(self, body: bytes, account: Account) -> Expected:
        """Every (variant, digest) an authentic request of an account may carry."""

    @abstractmethod
    def shops(self, payload: Json) -> list[str]:
        """The shops a push is about; never raises."""

    @abstractmethod
    def delivery(self, payload: Json, shop: str, account: Account | None) -> Delivery:
        """The event of one shop."""


def signature(secret: str, text: bytes) -> str:
    """Hex HMAC-SHA256 (channels.md §8)."""
    return hmac.new(secret.encode(), text, sha256).hexdigest()


def by_app(body: bytes, account: Account) -> Expected:
    """Of an app: HMAC(app_secret, app_key + body), for every pair that is valid."""
    for age, secret in enumerate(filter(None, account.secrets("app_secret"))):
        for key in filter(None, account.secrets("app_key")):
            term = "app_key+body" if age == 0 else "app_key+body+previous_secret"
            yield term, signature(secret, key.encode() + body)


def keyed(*parts: Any, payload: Json) -> str:
    """An idempotency key of the parts a push names; of what it says where it lacks one."""
    texts = [as_text(part) for part in parts]
    known = [text for text in texts if text]
    if len(known) == len(texts):
        return joined(*known)
    return joined(known[0] if known else "push", digest(payload))


def moment(value: Any) -> datetime | None:
    """An instant in seconds or milliseconds: the same field comes in both (payloads/lazada/01)."""
    number = as_integer(value)
    seconds = number is not None and abs(number) < MILLISECONDS_FROM
    return as_instant(number * 1000 if number is not None and seconds else number)


def stamp(at: datetime | None) -> str | None:
    """An instant as orders and credentials take it."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


# ------------------------------------------------------------------ orders


def facts(number: str | None, **told: Any) -> Facts | None:
    """What is told of an order, without what is not known; None without its number."""
    if number is None or len(number) > 120 or not PRINTABLE.fullmatch(number) or " " in number:
        return None
    known = {name: value for name, value in told.items() if value is not None}
    return {"external_id": number, "number": number, **known}


def line(*, sku: Any, name: Any, quantity: Any, unit_price: Any) -> Facts:
    """One line of an order; `unit_price` is a decimal text."""
    code, title = as_text(sku), one_line(as_text(name), LONGEST_NAME)
    usable = code is not None and len(code) <= LONGEST_SKU and PRINTABLE.fullmatch(code)
    pieces = as_integer(quantity) or 1
    return {
        **({"sku": code} if usable else {}),
        "name": title or code or "?",
        "quantity": min(max(pieces, 1), 100_000),
        "unit_price": as_text(unit_price) or "0",
    }


def together(lines: Sequence[Facts]) -> list[Facts]:
    """Lines of one piece each as lines with quantities, in their order; no more than are kept."""
    found: dict[tuple[Any, ...], Facts] = {}
    for one in lines:
        key = (one.get("sku"), one["name"], one["unit_price"])
        known = found.get(key)
        pieces = one["quantity"] + (0 if known is None else known["quantity"])
        found[key] = {**one, "quantity": min(pieces, 100_000)}
    return list(found.values())[:MOST_LINES]


def customer(user_id: Any, *, name: Any, number: Any) -> Facts | None:
    """The customer of an order, by the buyer's id; a masked name or phone tells nothing of anybody.

    Name and phone are mostly the recipient's, who need not be the buyer: they say who that may
    be, and prove nothing.
    """
    known = as_text(user_id)
    told = {
        "external_customer_id": known if known and PRINTABLE.fullmatch(known) else None,
        "name": unmasked(name, LONGEST_NAME),
        "phone": plain_phone(number),
    }
    kept = {key: value for key, value in told.items() if value is not None}
    return kept or None


def recipient(*, name: Any, number: Any, address: Any) -> Facts | None:
    """Who receives an order, as far as the marketplace shows it."""
    told = {
        "name": unmasked(name, LONGEST_NAME),
        "phone": plain_phone(number),
        "address": unmasked(address, LONGEST_ADDRESS),
    }
    return {key: value for key, value in told.items() if value is not None} or None


def unmasked(value: Any, longest: int) -> str | None:
    """A text on one line; None when parts of it are masked."""
    text = as_text(value)
    return None if text is None or MASK in text else one_line(text, longest)


def one_line(text: str | None, longest: int) -> str | None:
    """A text without line breaks and control characters, cut; None when nothing is left."""
    plain = " ".join(part for part in (text or "").split())
    return "".join(sign for sign in plain if sign.isprintable())[:longest].strip() or None


def plain_words(content: Any) -> str | None:
    """What a message's content says that should be a JSON text and is none; `{}` says nothing."""
    words = as_text(content) if isinstance(content, str) else None
    return None if words is None or words.startswith(("{", "[")) else words


def plain_phone(value: Any) -> str | None:
    """A phone (E.164); None for none, or a masked one (`******21`)."""
    text = as_text(value)
    if text is None or MASK in text:
        return None
    return phone(text) or phone(f"+{text}")


# ------------------------------------------------------------------ answers


class Meaning(NamedTuple):
    """What a code of an API means for a send."""

    outcome: Outcome
    reason: str


def undecided(
    response: HttpResponse, code: str | None, reasons: Mapping[Outcome, str]
) -> SendResult:
    """What an answer means that no code decides: its HTTP status does."""
    outcome = by_status(response.status)
    return SendResult(outcome=outcome, code=code or str(response.status), reason=reasons[outcome])


def renewed(access: str | None, refresh: str | None, ends: datetime) -> dict[str, str]:
    """The credentials a renewal stores. Raises `RefreshFailed` without a token."""
    if access is None:
        raise RefreshFailed("no token in the answer", permanent=False)
    values = {"access_token": access, "access_token_expires_at": stamp(ends) or ""}
    return values | ({"refresh_token": refresh} if refresh else {})


def ends_in(now: datetime, seconds: int | None, *, default: int) -> datetime:
    """When a token ends that lives for so many seconds, at most a year."""
    return now + timedelta(seconds=min(max(seconds or default, 0), 366 * 86_400))


def answered(response: HttpResponse) -> Json:
    """The JSON object of an answer; `{}` when it is none."""
    return peek_object(response.body)


def text_in(payload: Mapping[str, Any], *path: str) -> str | None:
    """The text at a path of objects."""
    here: Any = payload
    for name in path:
        here = as_object(here).get(name)
    return as_text(here)


def content_of(data: Json) -> Json:
    """What a message holds: a JSON text."""
    content = data.get("content")
    return peek_object(content.encode(errors="replace")) if isinstance(content, str) else {}
