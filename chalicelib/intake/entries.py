"""The bodies of the inbound queue: one event, a pointer to many, or a request nobody could read.

Made by `webhook`, read by `jobs`; their shapes are a contract between two deployments.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from ..channels.base import Delivery, WebhookRequest
from ..platform import queue
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.fact import frozen
from ..platform.ids import digest


@frozen
class Arrived:
    """One event off the queue: `account` is ours, None if its secret did not vouch for it."""

    provider: str
    delivery: Delivery
    account: str | None
    received_at: str
    replayed: bool
    variant: str = ""  # how the request was proved; '' of one that was replayed


def delivery_entry(
    provider: str,
    delivery: Delivery,
    account: str | None,
    context: Context,
    *,
    variant: str = "",
) -> queue.Message:
    """One event; a customer's events keep their order, the queue drops a repeated one."""
    body = {
        "kind": "delivery",
        "provider": provider,
        "account": account,
        "channel": delivery.channel,
        "account_id": delivery.account_id,
        "sender": delivery.sender,
        "event_key": delivery.event_key,
        "payload": delivery.payload,
        "received_at": iso(context.now),
        "correlation_id": context.correlation_id,
        "variant": variant,
    }
    return queue.message(
        body,
        group=group_of(delivery.account_id, delivery.sender),
        deduplication=digest(provider, delivery.account_id, delivery.event_key),
    )


def group_of(account_id: str, sender: str) -> str:
    """What keeps one customer's events on one account in order, and finds them in quarantine."""
    return digest(account_id, sender)


def pointer_entry(provider: str, key: str, context: Context) -> queue.Message:
    """Many events in one object of the bucket."""
    body = {
        "kind": "pointer",
        "provider": provider,
        "blob": key,
        "correlation_id": context.correlation_id,
    }
    return queue.message(body, group=digest("pointer", key), deduplication=digest("pointer", key))


def unreadable_entry(
    provider: str,
    request: WebhookRequest,
    body: str,
    blob: str | None,
    why: str,
    context: Context,
) -> queue.Message:
    """A whole request whose body could not be parsed; without the headers that prove it."""
    entry = {
        "kind": "unreadable",
        "provider": provider,
        "account_id": request.account_id,
        "content_type": request.headers.get("content-type", ""),
        "raw": body,
        "blob": blob,
        "why": why,
        "received_at": iso(context.now),
        "correlation_id": context.correlation_id,
    }
    key = digest("unreadable", provider, body or blob or "")
    return queue.message(entry, group=key, deduplication=key)


def arrived(body: Mapping[str, Any]) -> Arrived:
    """A `delivery` body read back."""
    return Arrived(
        provider=body["provider"],
        delivery=Delivery(
            channel=body["channel"],
            account_id=body["account_id"],
            sender=body["sender"],
            event_key=body["event_key"],
            payload=body["payload"],
        ),
        account=body["account"],
        received_at=body["received_at"],
        replayed=bool(body.get("replayed")),
        variant=body.get("variant") or "",
    )


def request_of(body: Mapping[str, Any], raw: bytes | None) -> WebhookRequest:
    """The request inside an `unreadable` body, to be tried again after a correction."""
    return WebhookRequest(
        method="POST",
        headers={"content-type": body["content_type"]},
        query={},
        body=b64decode(body["raw"]) if raw is None else raw,
        account_id=body["account_id"],
    )
