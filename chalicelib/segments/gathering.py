"""Gathering the facts of customers, with a bounded number of reads each. Called by `judging`.

Only the sources that somebody asks for are read: the table `SOURCES` says which
function brings which facts of `vocabulary.FACTS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from ..commerce import recent as orders
from ..commerce.sums import Sums, sums, sums_of
from ..conversations import recent as conversations
from ..language.dates import birthday_month
from ..platform.clock import local_day, parse
from ..profiles import consent
from ..profiles.consent_rules import EVERY_CHANNEL, PURPOSES
from ..profiles.family import Family
from ..tickets import recent as tickets
from . import rules

Facts = Mapping[str, Any]

#: The newest tickets and conversations that are looked at.
MOST_TICKETS = 50
MOST_CONVERSATIONS = 20
COMPLAINTS_FOR = timedelta(days=90)
COMPLAINT, DONE = "complaint", "done"
ORDERS = "orders"


def gather(families: Sequence[Family], sources: Iterable[str], now: datetime) -> list[Facts]:
    """The facts of each customer that these sources know; dates are instants, amounts VND."""
    facts: list[dict[str, Any]] = [{} for _ in families]
    for name in sources:
        for known, found in zip(facts, SOURCES[name](families, now), strict=True):
            known.update(found)
    return list(facts)


Source = Callable[[Sequence[Family], datetime], Iterable[Facts]]


def _each(of_one: Callable[[Family, datetime], Facts]) -> Source:
    return lambda families, now: [of_one(family, now) for family in families]


def _profile(family: Family, now: datetime) -> Facts:
    fields = family.fields
    month = birthday_month(fields["birthday"])
    custom = (fields["attributes"] or {}).items()
    return {
        "first_channel": fields["first_channel"],
        "created_at": parse(min(member.created_at for member in family.members)),
        "gender": fields["gender"],
        "birthday_month": month,
        "birthday_this_month": month is not None and month == local_day(now).month,
        "has_phone": bool(fields["phones"]),
        "has_email": bool(fields["emails"]),
        "acquisition_channel": (fields["acquisition"] or {}).get("channel"),
        **{f"attributes.{key}": value for key, value in custom},
    }


def _orders(families: Sequence[Family], now: datetime) -> Iterable[Facts]:
    """One read for all customers of one original, one for each that is a family."""
    alone = sums_of(family.id for family in families if not family.others)
    for family in families:
        found = sums(family.ids) if family.others else alone[family.id]
        yield _of_sums(found, now)


def _of_sums(found: Sums, now: datetime) -> Facts:
    return {
        "placed_orders": found.placed_count,
        "open_orders": found.open_count,
        "delivered_orders": found.delivered_count,
        "returned_orders": found.returned_count,
        "delivered_amount": found.delivered_amount,
        "last_order_at": found.last_placed_at,
        "last_delivered_at": found.last_delivered_at,
        "cycle_days": found.cycle_days,
        "cycles_since_delivery": rules.cycles_since(found.last_delivered_at, found.cycle_days, now),
    }


def _last_order(family: Family, _now: datetime) -> Facts:
    newest = orders.newest_of(family.id, most=1)
    return {"last_order_branch": newest[0].branch if newest else None}


def _conversations(family: Family, _now: datetime) -> Facts:
    found = conversations.newest_of(family.id, most=MOST_CONVERSATIONS)
    heard = [parse(one.last_inbound_at) for one in found if one.last_inbound_at]
    return {
        "last_message_at": max(heard, default=None),
        "channels": sorted({one.channel for one in found}),
    }


def _tickets(family: Family, now: datetime) -> Facts:
    found = tickets.newest_of(family.id, most=MOST_TICKETS)
    unfinished = [one for one in found if one.status != DONE]
    since = now - COMPLAINTS_FOR
    complaints = [one for one in found if one.type == COMPLAINT and parse(one.opened_at) >= since]
    return {
        "open_tickets": len(unfinished),
        "open_ticket_types": sorted({one.type for one in unfinished}),
        "complaints_90_days": len(complaints),
        "recent_tickets": len(found),
    }


def _consent(family: Family, _now: datetime) -> Facts:
    """Purposes the customer allows as a whole, where no original of theirs withdrew them."""
    said = {one: consent.statements(one) for one in family.ids}
    return {
        "consents": [
            purpose
            for purpose in PURPOSES
            if consent.allows(said, family.id, purpose, EVERY_CHANNEL)
        ]
    }


#: Who brings which facts. `standing` facts are worked out by `standing` itself.
SOURCES: dict[str, Source] = {
    "profile": _each(_profile),
    ORDERS: _orders,
    "last_order": _each(_last_order),
    "conversations": _each(_conversations),
    "tickets": _each(_tickets),
    "consent": _each(_consent),
}
