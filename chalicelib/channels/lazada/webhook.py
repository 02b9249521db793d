"""Lazada's push: its signature, whose event it is, and what makes it the same event again.

`PROVIDER` is called by `intake` through the registry. Lazada waits 500 ms for the 200.
"""

from __future__ import annotations

from itertools import pairwise

from ..base import Account, Delivery
from ..event import Json
from ..shops import Expected, Marketplace, by_app, keyed
from ..wire import as_integer, as_object, as_text
from .codes import BUYER, FULFILMENT, IM, REVERSE, REVIEW, SELLER, SESSION, TOKEN, TRADE


class LazadaProvider(Marketplace):
    """One push a request: HMAC-SHA256(app_secret, app_key + body)."""

    name = "lazada"
    channels = ("lazada",)
    webhook_credentials = ("app_key", "app_secret")

    def expected(self, body: bytes, account: Account) -> Expected:
        return by_app(body, account)

    def shops(self, payload: Json) -> list[str]:
        """The seller; of an expiring token it stands inside, and outside the text "null"."""
        data = as_object(payload.get("data"))
        named = (as_text(payload.get("seller_id")), as_text(data.get("seller_id")))
        return list(dict.fromkeys(one for one in named if one and one.isdigit()))

    def delivery(self, payload: Json, shop: str, account: Account | None) -> Delivery:
        return Delivery(
            channel="lazada",
            account_id=shop,
            sender=sender(payload, shop),
            event_key=event_key(payload, shop),
            payload=payload,
        )


# ------------------------------------------------------------------ reading


def type_of(payload: Json) -> int | None:
    """The kind of a push; some of the vendor's pages call the field `msg_type`."""
    found = as_integer(payload.get("message_type"))
    return as_integer(payload.get("msg_type")) if found is None else found


def order_number(payload: Json) -> str | None:
    """The order a push is about; a number in some pushes, a text in others."""
    data = as_object(payload.get("data"))
    return as_text(data.get("trade_order_id")) or as_text(data.get("order_id"))


def buyer(payload: Json) -> str | None:
    """The buyer of a chat message or session, whoever wrote it.

    A session's id names both sides with their types (`<seller>_2_<buyer>_1_<site>`), which is
    right where the sides of a message contradict each other (payloads/lazada/07, 12).
    """
    data = as_object(payload.get("data"))
    parts = (as_text(data.get("session_id")) or "").split("_")
    in_session = [who for who, kind in pairwise(parts) if kind == str(BUYER) and len(who) > 3]
    for side in ("from", "to"):
        if as_integer(data.get(f"{side}_account_type")) == BUYER:
            in_session.append(as_text(data.get(f"{side}_account_id")) or "")
    return next((who for who in in_session if who), None)


def by_seller(data: Json) -> bool:
    """Whether the shop's side wrote a message."""
    return as_integer(data.get("from_account_type")) == SELLER


def sender(payload: Json, shop: str) -> str:
    """What keeps events in order: the buyer of a chat, the order, else the seller."""
    number = order_number(payload)
    who = buyer(payload) if type_of(payload) in (IM, SESSION) else None
    return who or (f"order:{number}" if number else f"shop:{shop}")


#: message_type → the fields of `data` that make an event the same again (channels.md §1.1)
KEYS: dict[int | None, tuple[str, ...]] = {
    TRADE: ("trade_order_line_id", "order_status", "status_update_time"),
    IM: ("message_id", "status"),
    TOKEN: ("seller_id", "auth_expiry_time"),
    REVERSE: ("reverse_order_line_id", "reverse_status", "status_update_time"),
    FULFILMENT: ("fulfillment_package_id", "status", "status_update_time"),
    REVIEW: ("id",),
}


def event_key(payload: Json, shop: str) -> str:
    """The fields of `KEYS`; of other pushes what they say. A redelivery has the same."""
    data, kind = as_object(payload.get("data")), type_of(payload)
    parts = [data.get(name) for name in KEYS.get(kind, ())]
    said = {name: value for name, value in payload.items() if name != "timestamp"}
    if kind == IM:
        blocked = "blocked" if as_text(data.get("process_msg")) else "said"
        parts = [data.get("message_id"), as_text(data.get("status")) or "0", blocked]
    return keyed(f"type_{kind}", *(parts or [None]), payload=said)


PROVIDER = LazadaProvider()
