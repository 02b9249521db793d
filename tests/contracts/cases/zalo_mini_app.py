"""The declared case of a Zalo Mini App."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from chalicelib.channels.base import Account
from chalicelib.channels.pages.visits import Visit, token_of

from ..case import ChannelCase

PAGES = "https://h5.zdn.vn"
USER = "4567890123456789012"
ACCOUNT = Account(
    id="acc-15",
    provider="mini_app",
    channel="zalo_mini_app",
    account_id="3456789012345678901",
    credentials={
        "visitor_secret": ["fixture-visitor-secret"],
        "app_secret": ["test-zalo-app-secret"],
    },
    settings={"origins": [PAGES]},
)


def token(user: str = USER, account: Account = ACCOUNT) -> str:
    """A session that outlives every test."""
    made = token_of(Visit(visitor=user, ends_at=datetime(2099, 1, 1, tzinfo=UTC)), account)
    assert made is not None
    return made


def posted(**said: Any) -> bytes:
    """What the app posts."""
    return json.dumps(said, ensure_ascii=False).encode()


def message(text: str, message_id: str) -> bytes:
    return posted(id=message_id, text=text, order="DH10293")


def about(message_id: str) -> list[bytes]:
    return [posted(type="read", until=1795255200000), posted(type="read", until=1795255201000)]


CASE = ChannelCase(
    channel="zalo_mini_app",
    account=ACCOUNT,
    message=message,
    about=about,
    plain_headers={
        "content-type": "application/json",
        "origin": PAGES,
        "x-visitor-token": token(),
    },
    sample_folders=("zalo_miniapp",),
)
