"""What is done for customers before they have to ask: their order is late.

Called by `jobs` for `order.late`, once for every promise: a ticket for the customer's
own agent, or a task where the order has an open ticket already, and a message to the
customer where a channel allows a free one and they have not asked us to be silent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from ..channels.event import Author
from ..commerce import orders, people
from ..commerce.model import Order
from ..commerce.rules import folded_number, source_of
from ..conversations import recent as talks
from ..conversations import replies
from ..conversations.model import Conversation
from ..conversations.reaching import may_write
from ..platform import store
from ..platform.clock import parse, zone
from ..platform.context import Context
from ..platform.control import seen
from ..platform.errors import Conflict
from ..platform.fact import frozen
from ..platform.ids import derived_id
from ..profiles.knowing import Standing
from ..profiles.tiers import VIP
from ..team import flows as team
from ..team.rules import Candidate, can_take
from . import assignment, flows, recent
from .flows import TICKET_WRITE, Matter, is_open, open_task, same
from .model import Ticket
from .rules import Classified, Priority, Status, classify
from .taxonomy import SUB_TYPES

#: How many of a customer's newest tickets and conversations are looked at.
TICKETS, CONVERSATIONS = 20, 10
LATE = (
    "Dạ, đơn hàng {number} của anh/chị đang đến trễ hơn dự kiến (hẹn giao {promised})."
    " Bên em thành thật xin lỗi và đang kiểm tra với bộ phận giao hàng,"
    " có tin mới em sẽ báo ngay cho anh/chị ạ."
)
SUBJECT = "Đơn hàng {number} giao trễ hẹn"


class Told(Conflict):
    code, title = "already_cared_for", "This promise was dealt with before"


@frozen
class Late:
    """A late order with its customer as they are now."""

    order: Order
    whose: Standing
    tickets: Sequence[Ticket]
    conversations: Sequence[Conversation]

    @property
    def open_ticket(self) -> Ticket | None:
        """The open ticket about this very order, if there is one."""
        number = folded_number(self.order.number or "")
        return next((one for one in self.tickets if _open(one) and _number_of(one) == number), None)


def _open(ticket: Ticket) -> bool:
    return str(ticket.status) != Status.DONE


def _number_of(ticket: Ticket) -> str | None:
    return folded_number(ticket.order) if ticket.order else None


def order_is_late(order_id: str, promised_at: str, context: Context) -> None:
    """Care for the customer of a late order; a second call for the same promise does nothing."""
    try:
        store.run_again(lambda: _care(order_id, promised_at, context))
    except Told:
        return


def _care(order_id: str, promised_at: str, context: Context) -> None:
    late = _situation(order_id, promised_at)
    if late is None:
        return
    once = replace(seen(f"{order_id}#{promised_at}", now=context.now, by="care"), error=Told())
    spoken = _sayable(late.conversations, context.now)
    known = late.open_ticket
    if known is None:
        ticket, writes = _opened(late, spoken, context)
    else:
        ticket, writes = known, _task(known, late, context)
    store.commit([once, *writes, *_message(late, spoken, ticket, context)])


def _situation(order_id: str, promised_at: str) -> Late | None:
    """What there is to do; None when the order came, its promise moved, or nobody waits for it."""
    order = orders.find(order_id)
    if order is None or order.profile_id is None or order.promised_at != promised_at:
        return None
    whose = people.still(order.origin)
    if whose is None or not orders.on_its_way(order):
        return None
    return Late(
        order=order,
        whose=whose,
        tickets=recent.newest_of(whose.owner, most=TICKETS),
        conversations=talks.conversations([whose.owner], most=CONVERSATIONS),
    )


# ------------------------------------------------------------------ the work


def _opened(
    late: Late, spoken: Conversation | None, context: Context
) -> tuple[Ticket, list[store.Write]]:
    order = late.order
    talk = spoken or next(iter(late.conversations), None)
    agent = _agent_of(late)
    matter = Matter(
        profile_id=late.whose.owner,
        origin_id=order.origin,
        at=context.now,
        classified=_classified(late, agent),
        source=source_of(order.channel),
        channel=None if talk is None else talk.channel,
        conversation_id=None if talk is None else talk.pk,
        subject=SUBJECT.format(number=order.number),
        branch=order.branch,
        tier=late.whose.tier,
        order=order.number,
    )
    opened = flows.open_ticket(
        matter, context, ticket_id=derived_id("care", order.id, str(order.promised_at))
    )
    ticket = opened.ticket
    given = [] if agent is None else assignment.given_at_once(ticket, agent.agent_id, context)
    return ticket, [*opened.writes, *given, *late.whose.writes]


def _agent_of(late: Late) -> Candidate | None:
    """Who last had a ticket of this customer, if they can take one more; else routing decides."""
    agent_id = next((one.agent_id for one in late.tickets if one.agent_id), None)
    found = team.candidate(agent_id) if agent_id else None
    return found if found is not None and can_take(found) else None


def _classified(late: Late, agent: Candidate | None) -> Classified:
    """What the ticket is: it stands in its agent's department, wherever that is."""
    known = classify("inquiry", "order_status")
    return replace(
        known,
        department_id=known.department_id if agent is None else agent.department_id,
        stage="delivery",
        touchpoint="delivery",
        priority=Priority.URGENT if late.whose.tier == VIP else Priority.HIGH,
    )


def _task(ticket: Ticket, late: Late, context: Context) -> list[store.Write]:
    """Work for whoever brings the order, inside the ticket there is."""
    department = SUB_TYPES["delivery_late"].department
    return [
        store.check(TICKET_WRITE, same(ticket.pk), is_open()),
        *open_task(
            ticket,
            "order_late",
            department,
            context,
            task_id=derived_id("care", late.order.id, str(late.order.promised_at)),
        ),
    ]


# ------------------------------------------------------------------ the word


def _sayable(conversations: Sequence[Conversation], now: datetime) -> Conversation | None:
    """Where the customer may be told at once: the latest conversation that allows it."""
    return next((one for one in conversations if may_write(one, "care", now)), None)


def _message(
    late: Late, conversation: Conversation | None, ticket: Ticket, context: Context
) -> list[store.Write]:
    if conversation is None:
        return []
    promised = parse(str(late.order.promised_at)).astimezone(zone())
    text = LATE.format(number=late.order.number, promised=promised.strftime("%H:%M %d/%m/%Y"))
    queued = replies.queue(
        conversation,
        text,
        context,
        author=Author.APP,
        agent_id=None,
        ticket_id=_talked_about(conversation, late, ticket),
        privately=True,  # an order number is nobody else's business
    )
    return queued.writes


def _talked_about(conversation: Conversation, late: Late, ticket: Ticket) -> str:
    """The ticket the message belongs to: what is being talked about there goes on."""
    current = conversation.current_ticket
    going_on = any(one.pk == current and _open(one) for one in late.tickets)
    return str(current) if current is not None and going_on else str(ticket.pk)
