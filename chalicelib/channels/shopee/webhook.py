"""Shopee's push: its signature, whose event it is, and what makes it the same event again.

`PROVIDER` is called by `intake` through the registry.
"""

from __future__ import annotations

import json
import re

from ..base import Account, Delivery
from ..event import Json
from ..shops import Expected, Marketplace, keyed, signature
from ..wire import as_integer, as_list, as_object, as_text
from .codes import ORDER, TRACKING, WEBCHAT

SHOP_IN_WORDS = re.compile(r"shop_?id\D{0,3}([0-9]{1,20})", re.IGNORECASE)


class ShopeeProvider(Marketplace):
    """One push a request: HMAC-SHA256(partner_key, registered address + "|" + body).

    The address is the one entered in the console, whatever host the request came to.
    """

    name = "shopee"
    channels = ("shopee",)
    webhook_credentials = ("partner_key", "registered_url")

    def expected(self, body: bytes, account: Account) -> Expected:
        for age, key in enumerate(filter(None, account.secrets("partner_key"))):
            for url in filter(None, account.secrets("registered_url")):
                term = "registered_url" if age == 0 else "registered_url+previous_key"
                yield term, signature(key, url.encode() + b"|" + body)

    def shops(self, payload: Json) -> list[str]:
        """The push's own shop; those about authorisations name several, or say it in words."""
        data = as_object(payload.get("data"))
        listed = [
            *as_list(data.get("shop_id_list")),
            *as_list(data.get("shop_expire_soon")),
            data.get("shop_id"),
        ]
        words = (as_text(payload.get("extra")) or "", as_text(data.get("extra")) or "")
        spoken = [match for text in words for match in SHOP_IN_WORDS.findall(text)]
        named = [as_text(payload.get("shop_id")), *(as_text(one) for one in listed), *spoken]
        return list(dict.fromkeys(one for one in named if one and one.isdigit()))

    def delivery(self, payload: Json, shop: str, account: Account | None) -> Delivery:
        own = None if account is None else account.secret("shop_user_id")
        known = {**payload, "shop_user_id": own} if own else payload
        return Delivery(
            channel="shopee",
            account_id=shop,
            sender=sender(known, shop),
            event_key=event_key(payload, shop),
            payload=known,
        )


# ------------------------------------------------------------------ reading


def code_of(payload: Json) -> int | None:
    """The kind of a push."""
    return as_integer(payload.get("code"))


def message_of(payload: Json) -> Json:
    """The chat message of a push, `{}` when it holds none; some write it as a JSON text."""
    data = as_object(payload.get("data"))
    if code_of(payload) != WEBCHAT or as_text(data.get("type")) != "message":
        return {}
    return opened(data.get("content"))


def opened(value: object) -> Json:
    """An object, or the object a JSON text holds; `{}` for anything else."""
    if not isinstance(value, str):
        return as_object(value)
    try:
        return as_object(json.loads(value))
    except (ValueError, RecursionError):
        return {}


def order_number(payload: Json) -> str | None:
    """The order a push is about."""
    data = as_object(payload.get("data"))
    return as_text(data.get("ordersn")) or as_text(data.get("order_sn"))


def by_shop(payload: Json, shop: str) -> bool:
    """Whether the shop itself wrote a chat message.

    By the shop ids of the two sides where they stand, else by the shop's own user id, which
    the account's credential `shop_user_id` tells: nothing else in the push does.
    """
    message = message_of(payload)
    sides = (as_text(message.get("from_shop_id")), as_text(message.get("to_shop_id")))
    if shop in sides and sides[0] != sides[1]:
        return sides[0] == shop
    own = as_text(payload.get("shop_user_id"))
    return own is not None and as_text(message.get("from_id")) == own


def buyer(payload: Json, shop: str) -> str | None:
    """The buyer's user id of a chat message, whoever wrote it."""
    message = message_of(payload)
    side = "to_id" if by_shop(payload, shop) else "from_id"
    return as_text(message.get(side))


def sender(payload: Json, shop: str) -> str:
    """What keeps events in order: the buyer of a chat, the order, else the shop."""
    number = order_number(payload)
    return buyer(payload, shop) or (f"order:{number}" if number else f"shop:{shop}")


def event_key(payload: Json, shop: str) -> str:
    """message_id of a chat; code, subject and update_time of an order; else what it says.

    A `msg_id` of its own goes before, where the push has one (channels.md §8).
    """
    data, code = as_object(payload.get("data")), code_of(payload)
    message = message_of(payload)
    if message:
        return keyed("chat", message.get("message_id"), payload=payload)
    if as_text(payload.get("msg_id")):
        return keyed("push", payload.get("msg_id"), shop, payload=payload)
    if code == ORDER:
        parts = (order_number(payload), data.get("status"), data.get("update_time"))
        return keyed("order", *parts, payload=payload)
    if code == TRACKING:
        about = data.get("package_number") or data.get("tracking_no") or data.get("forder_id")
        return keyed("tracking", order_number(payload), about, payload=payload)
    return keyed(f"code_{code}", shop, None, payload=payload)


PROVIDER = ShopeeProvider()
