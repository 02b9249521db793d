"""An account of telephony and a request of its provider: for the tests of `voice`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from chalicelib.channels.base import Account, WebhookRequest

JSON = {"content-type": "application/json"}


def account(provider: str, **settings: Any) -> Account:
    return Account(
        id="ours",
        provider=provider,
        channel="voice",
        account_id="19001234",
        credentials={"webhook_secret": ["bi-mat", "cu"], "secret": ["k"]},
        settings=settings,
    )


def request(told: Mapping[str, Any], *, method: str = "POST") -> WebhookRequest:
    asked = {name: str(value) for name, value in told.items()}
    return WebhookRequest(
        method=method,
        headers=JSON,
        query=asked if method == "GET" else {},
        body=b"" if method == "GET" else json.dumps(told).encode(),
        account_id="19001234",
    )
