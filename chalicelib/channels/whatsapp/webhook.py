"""A WhatsApp change cut into single events: whose each is, and its idempotency key.

Called by the shared webhook of Meta (`channels/meta/webhook.py`) and by `adapter`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ...platform.fact import frozen
from ..event import Json
from ..wire import as_list, as_object, as_text

#: What a value holds lists of → the first part of their keys.
ITEMS = {"messages": "message", "statuses": "status", "message_echoes": "echo"}
#: Fields of an item that hold a business-scoped id, and those that hold a phone, an id or nothing.
SCOPED = ("from_user_id", "recipient_user_id", "to_user_id")
NUMBERS = ("from", "recipient_id", "to")
#: Fields of an echo that name us, not the customer.
OURS = frozenset({"from", "from_user_id"})

#: A telephone number as WhatsApp writes it: country code first, mostly without a plus.
PHONE = re.compile(r"\+?([1-9][0-9]{6,14})")
#: A business-scoped user id ("BSUID"): country, dot, up to 128 letters and digits; `.ENT.` in
#: those of a group of businesses. developers.facebook.com/documentation/business-messaging/
#: whatsapp/business-scoped-user-ids
BSUID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]{1,132}")


@frozen
class Party:
    """The customer of an event.

    `key` is what they are known by here; `phone` their number in digits, where WhatsApp said it.
    """

    key: str
    phone: str | None


# ------------------------------------------------------------- cutting a change


def cut(change: Any) -> list[Any]:
    """One change for each message and status of it, with the contact of its customer only.

    A change that holds none is one itself; errors beside messages are one of their own.
    """
    whole = as_object(change)
    value = as_object(whole.get("value"))
    items = [(name, item) for name in ITEMS for item in as_list(value.get(name))]
    if not items:
        return [change]
    apart = {*ITEMS, "contacts", "errors"}
    head = {name: told for name, told in value.items() if name not in apart}
    contacts = as_list(value.get("contacts"))
    cuts: list[Json] = [
        {**head, **_contacts(contacts, item, alone=len(items) == 1), name: [item]}
        for name, item in items
    ]
    if value.get("errors"):
        cuts.append({**head, "errors": value["errors"]})
    return [{**whole, "value": one} for one in cuts]


def _contacts(contacts: list[Any], item: Any, *, alone: bool) -> Json:
    """The contact an item names. The only one of an only item is its, whatever it names: the
    WhatsApp id of some countries' numbers is not the number.
    """
    named = set(_texts(as_object(item), (*SCOPED, *NUMBERS)))
    found = [one for one in contacts if named & set(_texts(as_object(one), ("wa_id", "user_id")))]
    kept = found or (contacts if alone and len(contacts) == 1 else [])
    return {"contacts": kept} if kept else {}


def _texts(raw: Json, names: Iterable[str]) -> list[str]:
    return [text for name in names if (text := as_text(raw.get(name)))]


# --------------------------------------------------------------- what is in it


def item_of(value: Json) -> tuple[str, Json]:
    """The one item of a cut value and the list it stood in; ('', {}) when there is none."""
    for name in ITEMS:
        for item in as_list(value.get(name)):
            return name, as_object(item)
    return "", {}


def contact_of(value: Json) -> Json:
    """The contact that comes with a cut value; empty when none does."""
    return next(map(as_object, as_list(value.get("contacts"))), {})


def party(value: Json) -> Party | None:
    """The customer of a cut value; None when it names nobody.

    Known by the business-scoped id where one is told, because WhatsApp always tells it while
    the number may be left out; else by the number. `from` and `wa_id` may hold either, or
    nothing: what is no number is never taken for one.
    """
    name, item = item_of(value)
    ours = OURS if name == "message_echoes" else frozenset()
    contact = contact_of(value)
    scoped = [*_texts(item, _but(SCOPED, ours)), *_texts(contact, ("user_id",))]
    numbers = [*_texts(item, _but(NUMBERS, ours)), *_texts(contact, ("wa_id",))]
    phones = [found[1] for text in (*numbers, *scoped) if (found := PHONE.fullmatch(text))]
    ids = [text for text in scoped if not PHONE.fullmatch(text)]
    ids += [text for text in numbers if BSUID.fullmatch(text)]
    others = [text for text in numbers if not PHONE.fullmatch(text)]
    key = next(iter([*ids, *phones, *others]), None)
    return None if key is None else Party(key=key, phone=next(iter(phones), None))


def _but(names: Iterable[str], without: frozenset[str]) -> list[str]:
    return [name for name in names if name not in without]


def key_of(value: Json) -> tuple[str, ...] | None:
    """What makes an event the same event (channels.md §1.1); None when it has no id.

    Edits, deletions and reactions have ids of their own; of a status its value counts too.
    """
    name, item = item_of(value)
    identifier = as_text(item.get("id"))
    if identifier is None:
        return None
    status = as_text(item.get("status")) or ""
    return (ITEMS[name], identifier, status) if name == "statuses" else (ITEMS[name], identifier)
