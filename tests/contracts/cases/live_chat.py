"""The declared case of the chat widget."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from chalicelib.channels.base import Account
from chalicelib.channels.pages.visits import Visit, token_of

from ..case import ChannelCase

SITE = "https://cuahang.example.vn"
STRANGER = "stranger:7d6f0a52"
ACCOUNT = Account(
    id="acc-7",
    provider="live_chat",
    channel="live_chat",
    account_id="cua-hang",
    credentials={"visitor_secret": ["fixture-visitor-secret"], "secret": ["fixture-identity"]},
    settings={"origins": [SITE]},
)


def token(visitor: str = STRANGER, account: Account = ACCOUNT) -> str:
    """A token that outlives every test."""
    made = token_of(Visit(visitor=visitor, ends_at=datetime(2099, 1, 1, tzinfo=UTC)), account)
    assert made is not None
    return made


def posted(**said: Any) -> bytes:
    """What the widget posts."""
    return json.dumps(said, ensure_ascii=False).encode()


def message(text: str, message_id: str) -> bytes:
    return posted(id=message_id, text=text, page_url=f"{SITE}/ao-thun")


def about(message_id: str) -> list[bytes]:
    return [posted(type="read", until=1795255200000), posted(type="read", until=1795255201000)]


CASE = ChannelCase(
    channel="live_chat",
    account=ACCOUNT,
    message=message,
    about=about,
    plain_headers={
        "content-type": "application/json",
        "origin": SITE,
        "x-visitor-token": token(),
    },
)
