"""Which ticket a mail answers: by the mails it names, then by the number its address has.

Called by `said`. Never by the subject's words: two matters may have one subject. A ticket counts
only if it is the sender's own, so that neither a number that was guessed nor a mail that was
passed on lets anybody into somebody else's matter; theirs then begins a ticket of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from ..channels.registry import adapter
from ..conversations import flows as conversations
from ..conversations import receipts
from ..conversations.model import Message, message_id
from ..platform import listing
from ..platform.clock import iso
from ..platform.errors import Invalid
from ..platform.pages import PageRequest
from ..profiles import family
from ..tickets import flows as tickets
from ..tickets import search
from ..tickets.model import Ticket
from .work import Work

#: Of the mails a mail names the nearest tell; a long thread names them all.
MOST_NAMED = 5
#: Mails to and from one address in an hour. A person writes fewer; machines that answer each
#: other without saying that they are machines write until somebody stops them.
MOST_AN_HOUR, HOUR = 40, timedelta(hours=1)
ID_LENGTH = 36  # of an id of ours, which is the first part of the ids we give our mails


def names_what_it_answers(work: Work) -> bool:
    """Whether messages of this channel say what they answer: one that does not begins anew."""
    chosen = adapter(work.event.channel, work.connected.account.provider)
    return chosen is not None and chosen.capabilities.threaded


def goes_in_circles(work: Work) -> bool:
    """Whether so many mails went to and fro that a machine must write them: what it writes on
    is stored, and opens, reopens and asks for nothing until it has been quiet for an hour."""
    if not names_what_it_answers(work):
        return False
    lately = Message.at.between(iso(work.at - HOUR), iso(work.at))
    thread = work.place.conversation_id
    return len(listing.keys(Message.by_time, thread, lately, limit=MOST_AN_HOUR)) == MOST_AN_HOUR


def ticket_of(work: Work, owner: str | None) -> Ticket | None:
    """The sender's own ticket that a message answers; None: it begins a matter."""
    if owner is None or not names_what_it_answers(work):
        return None
    for found in _candidates(work):
        if _is_theirs(found, owner):
            return found
    return None


def _is_theirs(ticket: Ticket, owner: str) -> bool:
    return bool(family.root_of(ticket.profile_id).pk == family.root_of(owner).pk)


def _candidates(work: Work) -> Iterable[Ticket]:
    for message in _named(work):
        found = tickets.find(message.ticket_id) if message.ticket_id else None
        if found is not None:
            yield found
    if work.event.ticket is not None:
        yield from _numbered(work.event.ticket)


def _named(work: Work) -> Iterable[Message]:
    """The messages it names, theirs and ours of the same conversation first: one request."""
    named = work.event.about_ids[:MOST_NAMED]
    if not named:
        return
    here = work.place.conversation_id
    wanted = [(here, message_id(here, one)) for one in named]
    wanted += [(here, one) for one in map(_local, named) if len(one) == ID_LENGTH]
    order = {identifier: number for number, (_, identifier) in enumerate(wanted)}
    found = conversations.several(dict.fromkeys(wanted))
    yield from sorted(found, key=lambda message: order.get(message.id, 0) % len(named))
    for one in named:
        for known in dict.fromkeys((one, _local(one))):
            message = receipts.by_provider_id(work.connected.account.id, known)
            if message is not None:
                yield message


def _local(identifier: str) -> str:
    """The part of a mail's id before its host: providers name their mails by it."""
    return identifier.partition("@")[0]


def _numbered(number: str) -> Iterable[Ticket]:
    if search.NUMBER.fullmatch(number) is None:
        return
    try:
        found = search.tickets(PageRequest(scope="answering", limit=1), number).items
    except Invalid:
        return
    yield from (ticket for ticket in found if ticket.number == number)
