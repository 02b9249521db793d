"""Who a visitor of a chat widget or a mini app is, from one call to the next: a token of ours.

`channels.pages.visits_api` and `intake.mini_app_api` issue them; `visitors` and whatever a visitor
reads from check them. A token says a visitor, whether the site vouches for them, and when it ends;
it is signed by a secret of its account that nobody else knows, so it is worth nothing for another
account. Pure.
"""

from __future__ import annotations

import binascii
import hmac
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from hashlib import sha256

from ...platform.fact import frozen
from ..base import Account
from ..keys import is_one_of
from ..wire import EARLIEST, LATEST, as_integer, as_text, peek_object

#: The credential tokens are signed with; made by us when an account is connected.
VISITOR_SECRET = "visitor_secret"
SHAPE = re.compile(r"([A-Za-z0-9_-]{1,1000})\.([0-9a-f]{64})")

#: How a visitor's id begins: whom the site vouches for, and everybody else.
VOUCHED, STRANGER = "visitor:", "stranger:"


@frozen
class Visit:
    """A visitor of one account until `ends_at`. `visitor` is their user id on the channel."""

    visitor: str
    ends_at: datetime

    @property
    def vouched(self) -> bool:
        """Whether the account's site says who they are."""
        return self.visitor.startswith(VOUCHED)


def token_of(visit: Visit, account: Account) -> str | None:
    """The token of a visit; None when the account has no secret to sign it with."""
    secret = account.secret(VISITOR_SECRET)
    if not secret:
        return None
    told = json.dumps({"v": visit.visitor, "e": int(visit.ends_at.timestamp())}).encode()
    body = urlsafe_b64encode(told).decode().rstrip("=")
    return f"{body}.{_signature(body, secret, account)}"


def visit_of(token: str, account: Account, *, now: datetime | None) -> Visit | None:
    """The visit a token proves; None when it is forged, another account's, or over.

    Nothing of it is read before its signature is found right. Without `now` its end is not
    looked at.
    """
    shaped = SHAPE.fullmatch(token)
    if shaped is None:
        return None
    body, given = shaped.groups()
    secrets = [secret for secret in account.secrets(VISITOR_SECRET) if secret]
    if not is_one_of(given, [_signature(body, secret, account) for secret in secrets]):
        return None
    visit = _read(body)
    over = visit is None or (now is not None and visit.ends_at <= now)
    return None if over else visit


def _signature(body: str, secret: str, account: Account) -> str:
    signed = f"{account.channel} visit\x1f{account.account_id}\x1f{body}".encode()
    return hmac.new(secret.encode(), signed, sha256).hexdigest()


def _read(body: str) -> Visit | None:
    try:
        told = peek_object(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except binascii.Error:
        return None
    visitor, ends = as_text(told.get("v")), as_integer(told.get("e"))
    if visitor is None or ends is None:
        return None
    if not EARLIEST.timestamp() <= ends < LATEST.timestamp():
        return None
    return Visit(visitor=visitor, ends_at=datetime.fromtimestamp(ends, UTC))
