"""How providers sign what they post, written from their documents and not from our verification.

Used by `simulation.wire` and by the tests, so that what plays a provider is one thing. Sources:
channels.md §2.1 (Zalo), §3 (Meta), §4 (Mailgun), §6 (eSMS), §8 (marketplaces); for the Mini
App platform miniapp.zaloplatforms.com ("Hướng dẫn verify signature").
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Mapping
from hashlib import md5, sha256


def zalo(app_id: str, body: bytes, at: str, secret: str) -> str:
    """`X-ZEvent-Signature` of an OA's event: a plain digest, no HMAC. `at` as in the body."""
    return f"mac={sha256(app_id.encode() + body + at.encode() + secret.encode()).hexdigest()}"


def mini_app(event: Mapping[str, object], key: str) -> str:
    """`X-ZEvent-Signature` of the Mini App platform: the values by their names, then the key."""
    values = "".join(str(event[name]) for name in sorted(event))
    return sha256(f"{values}{key}".encode()).hexdigest()


def meta(body: bytes, secret: str) -> str:
    """`X-Hub-Signature-256` of whatever Meta posts."""
    return f"sha256={_hmac(secret, body)}"


def mailgun(timestamp: str, token: str, key: str) -> str:
    """The field `signature` of a route's form."""
    return _hmac(key, f"{timestamp}{token}".encode())


def shopee(url: str, body: bytes, key: str) -> str:
    """`Authorization` of a push to the address registered in the console."""
    return _hmac(key, url.encode() + b"|" + body)


def after_app_key(app_key: str, body: bytes, secret: str) -> str:
    """`Authorization` of a push of Lazada, or of TikTok Shop."""
    return _hmac(secret, app_key.encode() + body)


def esms(cpid: str, smsid: str, content: str, received: str, key: str) -> str:
    """The field `sign` of a text to a short code."""
    return b64encode(md5(f"{cpid}{smsid}{content}{received}{key}".encode()).digest()).decode()


def _hmac(key: str, text: bytes) -> str:
    return hmac.new(key.encode(), text, sha256).hexdigest()
