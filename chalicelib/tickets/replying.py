"""Answering a customer, and what a public reply does to its ticket.

`api` calls `reply`; `intake` calls `public_reply` for what people of ours wrote
outside this product.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from pynamodb.expressions.update import Action

from ..channels.event import Author
from ..conversations import flows as conversations
from ..conversations import replies
from ..conversations.model import Conversation, Message
from ..events.tickets import TicketFirstReplied
from ..platform import eventlog, store
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.errors import Invalid
from ..platform.fact import frozen
from ..platform.roles import Principal, Role
from ..profiles.family import same_customer
from ..team import flows as team
from . import assignment, publicly
from .flows import TICKET_WRITE, about, is_open, merged, require_open, same, turn_to
from .model import Ticket
from .rules import Status, WaitingOn


@frozen
class Replied:
    """The waiting message and all writes of a reply."""

    message: Message
    writes: list[store.Write]


def reply(
    ticket: Ticket,
    text: str,
    context: Context,
    *,
    principal: Principal,
    expects_answer: bool,
    conversation_id: str | None,
    reply_to: str | None,
    privately: bool = False,
    exactly: bool = False,
    offering: replies.Offering = replies.WORDS,
) -> Replied:
    """Answer the customer where they last wrote (or where told), with what that means here.

    `exactly`: refused when another command was quicker (the caller sent `If-Match`). Raises
    `publicly.WouldBePublic` for what not everybody shall read.
    """
    require_open(ticket)
    conversation = _where(ticket, conversation_id)
    human = principal.role is not Role.INTEGRATION
    queued = replies.queue(
        conversation,
        text,
        context,
        author=Author.HUMAN if human else Author.APP,
        agent_id=principal.agent_id,
        ticket_id=ticket.pk,
        reply_to=reply_to,
        privately=privately,
        offering=replace(offering, subject=f"{ticket.subject or ''} [{ticket.number}]".strip()),
    )
    publicly.check(ticket, conversation, queued.message, wanted=conversation_id)
    effects = public_reply(ticket, context, human=human, expects_answer=expects_answer)
    claim = _claim_by_reply(ticket, principal, context)
    counted = merged(merged(effects, claim), [_counted(ticket, exactly=exactly)])
    return Replied(message=queued.message, writes=[*queued.writes, *counted])


def _where(ticket: Ticket, wanted: str | None) -> Conversation:
    """The conversation an answer goes to: the one asked for, where the customer last wrote,
    or where the matter began if that is another customer's by now (an undone merge)."""
    places = (wanted,) if wanted else (ticket.conversation_id, ticket.opened_in)
    for place in places:
        found = None if place is None else conversations.load(place)
        if found is not None and same_customer(found, ticket):
            return found
    refusal = "a conversation of another customer" if any(places) else "nowhere to answer"
    raise Invalid(refusal, field="conversation_id")


def _counted(ticket: Ticket, *, exactly: bool) -> store.Write:
    """A reply is a command too: of two against one revision with `If-Match` one goes out."""
    unchanged = Ticket.revision == ticket.revision
    condition = is_open() & unchanged if exactly else is_open()
    return store.update(TICKET_WRITE, same(ticket.pk), Ticket.revision.add(1), condition=condition)


def public_reply(
    ticket: Ticket,
    context: Context,
    *,
    human: bool,
    expects_answer: bool = False,
    at: datetime | None = None,
) -> list[store.Write]:
    """What a public reply does to its ticket: it starts the work, and may pass the turn.

    Used for replies made here and for those a person made outside, `at` some
    time before now. A bot's reply does nothing.
    """
    actions: list[Action] = []
    events: list[store.Write] = []
    if human and ticket.first_reply_at is None:
        actions.append(Ticket.first_reply_at.set(iso(at or context.now)))
        events.append(eventlog.record(TicketFirstReplied(**about(ticket)), context, at=at))
    if human and ticket.status == Status.NEW:
        began, told = assignment.started(ticket, context, why="replied", at=at)
        actions += began
        events += told
    if expects_answer:
        turned, told = turn_to(ticket, WaitingOn.CUSTOMER, context, at=at)
        actions += turned
        events += told
    if not actions:
        return [store.check(TICKET_WRITE, same(ticket.pk), is_open())]
    condition = is_open() & (Ticket.status == ticket.status)
    return [store.update(TICKET_WRITE, same(ticket.pk), *actions, condition=condition), *events]


def _claim_by_reply(ticket: Ticket, principal: Principal, context: Context) -> list[store.Write]:
    """Who answers a ticket that nobody has, has it."""
    if ticket.agent_id is not None or principal.agent_id is None:
        return []
    return [
        *assignment.given(ticket, principal.agent_id, context, how="replied"),
        team.take_on(principal.agent_id, now=context.now, must_be_available=False),
    ]
