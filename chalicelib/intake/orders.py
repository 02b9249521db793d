"""What shops tell of orders: the order itself, and what is asked of it by the shop's own forms.

Called by `intake.flows` for `Kind.ORDER`. The order goes the way of every order
(`commerce.orders.upsert`); a return, a cancellation, a review or a failed delivery is a ticket
of the order's customer, or a task and a note where a ticket about this order is open.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from ..channels.event import Asked, InboundEvent
from ..commerce import orders, people
from ..commerce.currencies import DEFAULT, MINOR_DIGITS
from ..commerce.model import Order
from ..commerce.order_views import OrderNew
from ..commerce.people import Customer
from ..commerce.rules import MOST_MONEY, folded_number
from ..conversations import recent as talks
from ..conversations.model import Conversation
from ..events.tickets import TicketNoteAdded
from ..language.text import normalise
from ..platform import eventlog, received, store
from ..platform.clock import iso
from ..platform.control import seen
from ..platform.errors import Conflict
from ..platform.ids import derived_id
from ..platform.revision import Upserted
from ..profiles import knowing
from ..profiles.knowing import IdentityKey, Standing
from ..tickets import flows as tickets
from ..tickets.model import NOTE, Note, Ticket
from ..tickets.rules import Classified, Status, classify, subject
from ..tickets.taxonomy import COMPLAINT, SUB_TYPES
from . import rating
from .work import Work

#: What holds an amount of an order, and of each of its lines.
AMOUNTS = ("total", "discount", "shipping_fee", "refunded")
BRANCH = re.compile(r"[a-z0-9][a-z0-9_.-]{0,39}")
#: A note is read by people; a review of a whole page is cut.
LONGEST_NOTE = 5_000
#: What a task of an open ticket is called.
TASK = "order_request"
#: What of an order's facts is no news of it.
NAMES = frozenset({"external_id", "number", "customer"})


class AskedBefore(Conflict):
    code, title = "asked_before", "What was asked of this order is a ticket already"


def ordered(work: Work) -> None:
    """Take what a shop tells of an order, and what is asked of it; again changes nothing.

    What it goes on telling of an erased customer's order is not taken. Raises `Invalid` for
    facts that cannot be.
    """
    try:
        _take(work)
    except AskedBefore:
        _take(replace(work, event=replace(work.event, asked=None)))
    except orders.OrderErased:
        return


def _take(work: Work) -> None:
    row = received.validated(OrderNew, _row(work))
    customer = _customer(work, row)
    told = _known(row, work.event) or orders.upsert(
        row.source,
        row.external_id,
        row.told(),
        work.context,
        customer=customer,
        seller=work.event.account_id,
    )
    asked = work.event.asked
    matter = [] if asked is None else _asked(work, told.item, asked, told.writes)
    store.commit([*told.writes, *matter])


def _known(row: OrderNew, event: InboundEvent) -> Upserted[Order] | None:
    """The order as it is, where a push says nothing of it but its number.

    It would count as the latest word, and a state that is told late be taken for an old one.
    """
    facts = event.order_facts or {}
    if not facts.keys() <= NAMES:
        return None
    _, found = orders.known(row.source, row.external_id, event.account_id)
    if found is None or found.erased:
        return None
    if found.profile_id is None and (event.asked is not None or "customer" in facts):
        return None  # whose it is, is learnt now
    return Upserted(item=found, created=False, writes=[])


def _row(work: Work) -> dict[str, Any]:
    """The facts as `POST /v1/orders` takes them, with what the account adds."""
    event, connected = work.event, work.connected
    facts: dict[str, Any] = dict(event.order_facts or {})
    branch = connected.branch or ""
    more = {"branch": branch} if BRANCH.fullmatch(branch) else {}
    return {
        **_counted(facts),
        "source": event.channel,
        "channel": event.channel,
        "store": connected.name,
        **more,
    }


def _counted(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Decimal amounts as integers in minor units; what is no amount is left out."""
    digits = MINOR_DIGITS.get(str(facts.get("currency", DEFAULT)), 0)
    counted = {name: value for name, value in facts.items() if name not in AMOUNTS}
    for name in AMOUNTS:
        amount = _minor(facts.get(name), digits)
        if amount is not None:
            counted[name] = amount
    if "lines" in facts:
        counted["lines"] = [
            {**line, "unit_price": _minor(line.get("unit_price"), digits) or 0}
            for line in facts["lines"]
        ]
    return counted


def _minor(amount: Any, digits: int) -> int | None:
    try:
        value = Decimal(str(amount)).scaleb(digits)
    except InvalidOperation:
        return None
    return round(value) if value.is_finite() and 0 <= value <= MOST_MONEY else None


def _customer(work: Work, row: OrderNew) -> Customer | None:
    """Whose the order is: the account's user, the shop's customer, or whoever asks for it."""
    event = work.event
    named = Customer() if row.customer is None else row.customer.customer()
    if event.user_id is not None:
        key = IdentityKey(kind=event.channel, account=event.account_id, value=event.user_id)
        return replace(named, identity=key)
    if named == Customer() and event.asked is not None:
        return Customer(external_customer_id=f"order:{event.account_id}:{row.external_id}")
    return None if named == Customer() else named


# --------------------------------------------------------------- what is asked


def _asked(work: Work, order: Order, asked: Asked, writes: list[store.Write]) -> list[store.Write]:
    """A ticket for what is asked, once, under whom the order is listed."""
    named = f"{work.connected.account.id}#{asked.id}"
    once = seen(named, by="order", now=work.context.now)
    whose = _whose(order)
    known = _open_about(order, whose)
    identifier = derived_id("order_asked", named)
    if known is None:
        ticket, done = _opened(work, order, asked, whose, identifier)
    else:
        ticket, done = known, _added(known, work, asked, identifier)
    return [
        replace(once, error=AskedBefore()),
        *done,
        *_note(ticket, work, asked),
        *knowing.guard(whose.owner, writes),
    ]


def _whose(order: Order) -> Standing:
    """Who the order's customer is; one who is made with it has no tier yet."""
    found = people.still(order.origin)
    if found is not None:
        return replace(found, writes=())
    return Standing(origin=order.origin, owner=str(order.profile_id), tier="")


def _open_about(order: Order, whose: Standing) -> Ticket | None:
    """The open ticket about this very order, if there is one."""
    number = folded_number(order.number or "")
    for one in tickets.of_profile(whose.owner):
        if one.status != Status.DONE and one.order and folded_number(one.order) == number:
            return tickets.find(one.ticket_id)
    return None


def _opened(
    work: Work, order: Order, asked: Asked, whose: Standing, identifier: str
) -> tuple[Ticket, list[store.Write]]:
    talk = _talk(work, whose)
    matter = tickets.Matter(
        profile_id=whose.owner,
        origin_id=whose.origin,
        at=work.at,
        classified=classified(asked, tier=whose.tier or None),
        source=work.source,
        channel=work.event.channel if talk is None else talk.channel,
        conversation_id=None if talk is None else talk.pk,
        subject=heading(asked),
        branch=work.connected.branch,
        tier=whose.tier or None,
        team_id=work.connected.team_id,
        account_id=work.event.account_id,
        order=order.number,
        product=work.event.product,
    )
    opened = tickets.open_ticket(matter, work.context, ticket_id=identifier)
    return opened.ticket, opened.writes


def _talk(work: Work, whose: Standing) -> Conversation | None:
    """Where the customer can be answered: their latest conversation, this shop's before others."""
    found = talks.newest_of(whose.owner, most=10)
    here = [one for one in found if one.account == work.connected.account.id]
    return next(iter([*here, *found]), None)


def _added(ticket: Ticket, work: Work, asked: Asked, identifier: str) -> list[store.Write]:
    """Work inside the ticket there is."""
    department = classified(asked).task_department or classified(asked).department_id
    return [
        store.check(tickets.TICKET_WRITE, tickets.same(ticket.pk), tickets.is_open()),
        *tickets.open_task(ticket, TASK, department, work.context, task_id=identifier),
    ]


def _note(ticket: Ticket, work: Work, asked: Asked) -> list[store.Write]:
    """What was asked, in full and in the customer's own words, beside the ticket."""
    context = work.context
    said = "\n".join(part for part in (asked.title, asked.text) if part)
    note = Note(
        ticket.pk,
        NOTE + context.new_id(),
        text=normalise(said)[:LONGEST_NOTE],
        author=context.actor,
        created_at=iso(context.now),
    )
    added = TicketNoteAdded(**tickets.about(ticket), note_id=note.id)
    return [store.put("note", note), eventlog.record(added, context)]


def heading(asked: Asked) -> str | None:
    """The subject of its ticket: what it is, and the first of the customer's words."""
    return subject(normalise(": ".join(part for part in (asked.title, asked.text) if part)))


def classified(asked: Asked, *, tier: str | None = None) -> Classified:
    """What the ticket is: as the shop says it, else by the customer's words and their stars."""
    if asked.sub_type in SUB_TYPES:
        return classify(SUB_TYPES[asked.sub_type].type, asked.sub_type, tier=tier)
    found = rating.meant(asked)
    urgent = found.urgent_words and found.type == COMPLAINT
    return classify(found.type, found.sub_type, urgent_words=urgent, tier=tier)
