"""Webhook requests as providers send them: body, signature, address. Used by `voices` and `plan`.

The shapes are those of channels.md §2 to §9, the formulas of the signatures in `infra.signing`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from infra import signing
from infra.demo import Connection

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
FRONTIER = "frontier-of-the-simulation"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """One request, ready to be sent any number of times."""

    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"


def written(value: Any) -> bytes:
    """JSON as most providers write it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def posted(path: str, body: bytes, **headers: str) -> Webhook:
    """JSON to an address; `_` in a header's name stands for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Webhook(path=path, body=body, headers={"Content-Type": JSON, **named})


# ----------------------------------------------------------------------- Zalo


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
    signature = signing.zalo(app, body, str(at), secret)
    return posted("/webhooks/zalo", body, X_ZEvent_Signature=signature)


# ----------------------------------------------------------------------- Meta


def meta(connection: Connection, of: str, entry: Json) -> Webhook:
    """One entry of a page, an Instagram account or a WhatsApp business account."""
    body = json.dumps({"object": of, "entry": [entry]}).encode()
    signature = signing.meta(body, connection.credentials["app_secret"])
    return posted("/webhooks/meta", body, X_Hub_Signature_256=signature)


def messaging(
    connection: Connection, items: Sequence[Json], at: int, *, of: str = "page"
) -> Webhook:
    """Messaging items of a page or an Instagram account in one request. `at` in ms."""
    return meta(connection, of, {"id": connection.account_id, "time": at, "messaging": list(items)})


def messaging_item(
    connection: Connection, user: str, at: int, *, of_page: bool = False, **what: Any
) -> Json:
    """One messaging item from the customer, or from the page."""
    page, customer = {"id": connection.account_id}, {"id": user}
    sender, recipient = (page, customer) if of_page else (customer, page)
    return {"sender": sender, "recipient": recipient, "timestamp": at, **what}


# ------------------------------------------------------------- forms and mails


def form(path: str, fields: Mapping[str, str], *, as_json: bool) -> Webhook:
    """A contact form, as a script or as the browser itself sends it."""
    if as_json:
        return posted(path, json.dumps(fields, ensure_ascii=False).encode())
    return Webhook(path=path, body=urlencode(fields).encode(), headers={"Content-Type": FORM})


def parts(path: str, fields: Mapping[str, str]) -> Webhook:
    """A form in parts, as Mailgun's routes post a mail."""
    each = [
        f'--{FRONTIER}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    body = "".join([*each, f"--{FRONTIER}--\r\n"]).encode()
    kind = f"multipart/form-data; boundary={FRONTIER}"
    return Webhook(path=path, body=body, headers={"Content-Type": kind})


# -------------------------------------------------------------------- forgeries


def tampered(genuine: Webhook) -> Webhook:
    """The same request with another word in it, under the old signature."""
    return replace(genuine, body=genuine.body.replace(b"}", b' ,"x":1}', 1))


def by_another_secret(genuine: Webhook) -> Webhook:
    """The same to an address that ends in a guessed secret."""
    return replace(genuine, path=f"{genuine.path.rpartition('/')[0]}/guessed")


def without_proof(genuine: Webhook) -> Webhook:
    """The same with no header that proves anything."""
    return replace(genuine, headers={"Content-Type": genuine.headers["Content-Type"]})
