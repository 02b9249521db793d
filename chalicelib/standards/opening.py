"""The ticket and task of a care contact, and whether there may be one. Called by `caring`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..commerce.rules import source_of
from ..conversations import recent as talks
from ..conversations.model import Conversation
from ..platform import store
from ..platform.context import Context
from ..platform.fact import frozen
from ..platform.ids import derived_id
from ..profiles import consent
from ..profiles.consent_rules import EVERY_CHANNEL
from ..profiles.family import Family
from ..team import flows as team
from ..team.rules import Candidate, can_take
from ..tickets import assignment, recent
from ..tickets import flows as tickets
from ..tickets.model import Ticket
from ..tickets.rules import classify

PURPOSE = "care"
WHAT = "care_contact"
SUBJECT = "Chăm sóc khách hàng định kỳ"
CONSENT, UNREACHABLE = "consent", "unreachable"
#: How many of a customer's newest tickets and conversations are looked at.
TICKETS, CONVERSATIONS = 20, 10
PHONE, MAIL = "voice", "email"
BY_PHONE = "hotline"


@frozen
class Opened:
    """A contact that somebody is asked to make."""

    ticket_id: str
    task_id: str
    writes: list[store.Write]


def refusal(family: Family) -> str | None:
    """Why a customer is not to be contacted; None: they may be.

    A person contacts them and chooses how: one way that is open is enough. `consent`: they
    want no care at all, or on none of the ways there are; `unreachable`: there is no way.
    """
    if consent.refused(family.id, PURPOSE, EVERY_CHANNEL):
        return CONSENT
    ways = list(_ways(family, _conversations(family)))
    if any(ways):
        return None
    return CONSENT if ways else UNREACHABLE


def _ways(family: Family, conversations: Sequence[Conversation]) -> Iterator[bool]:
    """For each way to the customer whether it is open."""
    if family.fields.get("phones"):
        yield not consent.refused(family.id, PURPOSE, PHONE)
    if family.fields.get("emails"):
        yield not consent.refused(family.id, PURPOSE, MAIL)
    for one in conversations:
        yield _open(one)


def _open(conversation: Conversation) -> bool:
    if conversation.opted_out or conversation.unfollowed:
        return False
    return not consent.refused(conversation.origin, PURPOSE, conversation.channel)


def _conversations(family: Family) -> list[Conversation]:
    return talks.newest_of(family.id, most=CONVERSATIONS)


def opened(family: Family, since: str, context: Context) -> Opened:
    """The ticket with its task, the customer's last agent's if they can take it.

    `since` tells the contacts of one customer apart: asked for twice they have the same ids.
    """
    agent = _agent_of(family)
    talk = next((one for one in _conversations(family) if _open(one)), None)
    known = classify("inquiry", None)
    matter = tickets.Matter(
        profile_id=family.id,
        at=context.now,
        classified=replace(
            known,
            department_id=known.department_id if agent is None else agent.department_id,
            touchpoint="after_sales",
        ),
        source=BY_PHONE if talk is None else source_of(talk.channel),
        channel=None if talk is None else talk.channel,
        conversation_id=None if talk is None else talk.pk,
        subject=SUBJECT,
        tier=str(family.root.tier),
        what=WHAT,
    )
    identifier = derived_id("care contact", family.id, since)
    ticket = tickets.open_ticket(matter, context, ticket_id=identifier)
    department = str(ticket.ticket.department_id)
    task = tickets.open_task(ticket.ticket, WHAT, department, context, task_id=identifier)
    given = _given(ticket.ticket, agent, context)
    return Opened(ticket_id=identifier, task_id=identifier, writes=[*ticket.writes, *task, *given])


def _given(ticket: Ticket, agent: Candidate | None, context: Context) -> list[store.Write]:
    if agent is None:
        return []
    return assignment.given_at_once(ticket, agent.agent_id, context)


def _agent_of(family: Family) -> Candidate | None:
    """Who last had a ticket of this customer, if they can take one more; else routing decides."""
    known = recent.newest_of(family.id, most=TICKETS)
    agent_id = next((one.agent_id for one in known if one.agent_id), None)
    found = team.candidate(agent_id) if agent_id else None
    return found if found is not None and can_take(found) else None
