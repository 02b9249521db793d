"""The declared case of forms left in a shop."""

from __future__ import annotations

import json
from typing import Any

from chalicelib.channels.base import Account

from ..case import ChannelCase


def form(**fields: Any) -> bytes:
    """A form as the page behind the QR code posts it."""
    return json.dumps({"website": ""} | fields, ensure_ascii=False).encode()


def message(text: str, message_id: str) -> bytes:
    return form(name="Phạm Văn Đông", message=text, client_id=message_id)


CASE = ChannelCase(
    channel="store",
    account=Account(
        id="acc-8",
        provider="store",
        channel="store",
        account_id="quan-1",
        credentials={},
    ),
    message=message,
)
