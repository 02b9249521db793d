"""TikTok Shop's push: its signature, whose event it is, and what makes it the same event again.

`PROVIDER` is called by `intake` through the registry. TikTok waits 3 s for an empty 200.
"""

from __future__ import annotations

from ..base import Account, Delivery
from ..event import Json
from ..shops import Expected, Marketplace, by_app, keyed
from ..wire import as_integer, as_object, as_text
from .codes import MESSAGE


class TikTokProvider(Marketplace):
    """One push a request: HMAC-SHA256(app_secret, app_key + body)."""

    name = "tiktok"
    channels = ("tiktok_shop",)
    webhook_credentials = ("app_key", "app_secret")

    def expected(self, body: bytes, account: Account) -> Expected:
        return by_app(body, account)

    def shops(self, payload: Json) -> list[str]:
        named = as_text(payload.get("shop_id"))
        return [named] if named and named.isdigit() else []

    def delivery(self, payload: Json, shop: str, account: Account | None) -> Delivery:
        return Delivery(
            channel="tiktok_shop",
            account_id=shop,
            sender=sender(payload, shop),
            event_key=event_key(payload),
            payload=payload,
        )


# ------------------------------------------------------------------ reading


def type_of(payload: Json) -> int | None:
    """The kind of a push."""
    return as_integer(payload.get("type"))


def order_number(payload: Json) -> str | None:
    """The order a push is about."""
    return as_text(as_object(payload.get("data")).get("order_id"))


def conversation(payload: Json) -> str | None:
    """The conversation of a chat message, which is one buyer's with this shop.

    It stands for the buyer: of what our side writes the push names the agent, not the buyer.
    """
    if type_of(payload) != MESSAGE:
        return None
    return as_text(as_object(payload.get("data")).get("conversation_id"))


def sender(payload: Json, shop: str) -> str:
    """What keeps events in order: the conversation, the order, else the shop."""
    number = order_number(payload)
    return conversation(payload) or (f"order:{number}" if number else f"shop:{shop}")


def event_key(payload: Json) -> str:
    """`tts_notification_id`; without one the message, or order, state and time."""
    notification = as_text(payload.get("tts_notification_id"))
    if notification:
        return keyed("push", notification, payload=payload)
    data, kind = as_object(payload.get("data")), type_of(payload)
    if kind == MESSAGE:
        return keyed("chat", data.get("message_id"), payload=payload)
    status = next((data[name] for name in STATES if data.get(name)), None)
    when = data.get("update_time") or data.get("create_time")
    return keyed(f"type_{kind}", order_number(payload), status, when, payload=payload)


STATES = ("order_status", "cancel_status", "return_status")

PROVIDER = TikTokProvider()
