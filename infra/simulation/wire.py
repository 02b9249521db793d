"""Webhook requests as Zalo, Meta and a web site send them: body and signature.

Sources: channels.md §2.1 (Zalo: plain SHA-256 over app id, raw body, timestamp
and secret), §3 (Meta: HMAC-SHA256 over the raw body). Used by `plan` and `play`.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from infra.demo import Connection

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """One request, ready to be sent any number of times."""

    path: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def zalo(connection: Connection, name: str, user: str, at: int, **more: Any) -> Webhook:
    """An event of the OA; what the OA itself does has the OA as its sender. `at` in ms."""
    of_oa = name.startswith("oa_") or name in ("user_seen_message", "user_received_message")
    oa, customer = {"id": connection.account_id}, {"id": user}
    sender, recipient = (oa, customer) if of_oa else (customer, oa)
    event = {
        "app_id": connection.credentials["app_id"],
        "event_name": name,
        "sender": sender | more.pop("sender", {}),
        "recipient": recipient,
        "timestamp": str(at),
        **more,
    }
    body = json.dumps(event, ensure_ascii=False).encode()
    app, secret = connection.credentials["app_id"], connection.credentials["oa_secret_key"]
    mac = sha256(app.encode() + body + str(at).encode() + secret.encode()).hexdigest()
    headers = {"Content-Type": JSON, "X-ZEvent-Signature": f"mac={mac}"}
    return Webhook(path="/webhooks/zalo", body=body, headers=headers)


def facebook(connection: Connection, items: Sequence[Json], at: int) -> Webhook:
    """Messaging items of the page in one request. `at` in ms."""
    entry = {"id": connection.account_id, "time": at, "messaging": list(items)}
    body = json.dumps({"object": "page", "entry": [entry]}).encode()
    secret = connection.credentials["app_secret"].encode()
    signature = hmac.new(secret, body, sha256).hexdigest()
    headers = {"Content-Type": JSON, "X-Hub-Signature-256": f"sha256={signature}"}
    return Webhook(path="/webhooks/meta", body=body, headers=headers)


def facebook_item(
    connection: Connection, user: str, at: int, *, of_page: bool = False, **what: Any
) -> Json:
    """One messaging item from the customer, or from the page."""
    page, customer = {"id": connection.account_id}, {"id": user}
    sender, recipient = (page, customer) if of_page else (customer, page)
    return {"sender": sender, "recipient": recipient, "timestamp": at, **what}


def website(connection: Connection, fields: Mapping[str, str], *, as_json: bool) -> Webhook:
    """A contact form, as a script or as the browser itself sends it."""
    sent = {"widget_key": connection.credentials["widget_key"], **fields}
    body = json.dumps(sent, ensure_ascii=False) if as_json else urlencode(sent)
    return Webhook(
        path=f"/webhooks/website/{connection.account_id}",
        body=body.encode(),
        headers={"Content-Type": JSON if as_json else FORM},
    )


def forged(genuine: Webhook) -> Webhook:
    """The same request with another word in it, under the old signature."""
    return Webhook(
        path=genuine.path, body=genuine.body.replace(b"}", b' ,"x":1}', 1), headers=genuine.headers
    )
