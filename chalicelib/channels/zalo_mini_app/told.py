"""What Zalo's Mini App platform tells of an app by its own webhook: verified, and cut out.

Called by `adapter`. It is posted to the same address as what the app's users send, and told
apart by the header of its signature. Source: miniapp.zaloplatforms.com, "Hướng dẫn verify
signature" and "Sự kiện user rút lại sự đồng ý và xoá dữ liệu". Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from ...platform.errors import TooLarge
from ..base import Account, Delivery, Verified, WebhookRequest
from ..event import InboundEvent, Json, Kind
from ..keys import digest, event_key, is_one_of
from ..pages.visitor_fields import TOKEN_HEADER
from ..wire import as_instant, as_object, as_text, peek_object
from . import codes

SIGNATURE = "x-zevent-signature"
#: The credential: the API key of the console's page "Open APIs".
API_KEY = "open_api_key"
VARIANT = "open_api_key"
#: The `type` of a payload that was cut here; no user can post it (`visitors.TYPES`).
TOLD = "told"
REVOKED = "user.revoke.consent"

SHAPE = re.compile(r"[0-9a-fA-F]{64}")
#: The values are signed one after another without anything between them. Milliseconds of
#: this length let no digit move from the time into the id that follows it.
MILLISECONDS = re.compile(r"[0-9]{13}")
LONGEST = 16 * 1024  # bytes; the longest documented event has 200


def is_told(request: WebhookRequest) -> bool:
    """Whether a request is the platform's and no user's, by its headers alone."""
    return SIGNATURE in request.headers and TOKEN_HEADER not in request.headers


def signed_text(body: Json) -> str:
    """What is signed: the values of all fields, in the order of the fields' names."""
    return "".join(_written(body[name]) for name in sorted(body))


def _written(value: Any) -> str:
    """A value as the vendor's sample code appends it to a text."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def verified(request: WebhookRequest, accounts: Sequence[Account]) -> Verified | None:
    """Whose app it is about: hex SHA-256 of the signed text and the app's API key.

    The signature covers values and not bytes, so the body is read first. Raises `TooLarge`.
    """
    given = request.headers.get(SIGNATURE, "").strip()
    if SHAPE.fullmatch(given) is None:
        return None
    if len(request.body) > LONGEST:
        raise TooLarge(codes.TOLD_TOO_LARGE, field="body")
    body = peek_object(request.body)
    if MILLISECONDS.fullmatch(as_text(body.get("timestamp")) or "") is None:
        return None
    text = signed_text(body)
    matching = [a for a in accounts if is_one_of(given.lower(), _signatures(text, a))]
    about = [a for a in matching if _is_about(body, a)]
    return Verified(accounts=tuple(about), variant=VARIANT) if about else None


def _signatures(text: str, account: Account) -> list[str]:
    keys = [key for key in account.secrets(API_KEY) if key]
    return [sha256((text + key).encode()).hexdigest() for key in keys]


def _is_about(body: Json, account: Account) -> bool:
    """A key may be of several apps (a solution partner's): then the setting tells them apart."""
    app = as_text(account.settings.get("mini_app_id"))
    return app is None or app == as_text(body.get("appId"))


def cut(request: WebhookRequest, account: Account) -> Delivery:
    """The one event of a verified request."""
    body = peek_object(request.body)
    name, user = as_text(body.get("event")) or "", as_text(body.get("userId")) or ""
    return Delivery(
        channel=codes.CHANNEL,
        account_id=account.account_id,
        sender=user,
        event_key=event_key(name, digest([user, as_text(body.get("timestamp"))])),
        payload={"type": TOLD, "told": body},
    )


def parsed(delivery: Delivery) -> InboundEvent:
    """That a user took back their consent; anything else is kept raw."""
    body = as_object(delivery.payload.get("told"))
    name = as_text(body.get("event")) or ""
    return InboundEvent(
        kind=Kind.REVOKED if name == REVOKED else Kind.UNKNOWN,
        channel=codes.CHANNEL,
        account_id=delivery.account_id,
        event_key=delivery.event_key,
        user_id=delivery.sender or None,
        occurred_at=as_instant(body.get("timestamp")),
        provider_event=name,
        raw=body,
    )
