"""What tickets keep of a person: subject and order, notes, search keys.

Walked by `chalicelib.customer` in a merge, an export and an erasure. A ticket
outlives the erasure of its customer as a number without words: it was work
done, and counts as such.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..platform import store
from ..platform.belongings import Belongings, Exported, Home, listed, rehome
from ..platform.clock import iso
from ..platform.context import Context, begin
from . import commands, search
from .flows import find, same
from .model import NOTE, TASK, Note, Task, Ticket, TicketWord, TicketWords
from .rules import Status

#: What becomes of a matter nobody can be answered about any more.
OUTCOME = "unresolved"
OF_TICKET = (
    "number status outcome type sub_type source channel priority severity stage touchpoint branch"
    " order product subject tags opened_at first_reply_at done_at"
).split()
#: What a customer or an agent wrote about the customer, and where it was said.
WORDS = ("subject", "order", "product", "conversation_id", "opened_in")


def _rehome(listed_under: str, home: Home) -> Iterator[int]:
    return rehome(Ticket, Ticket.by_profile, listed_under, home)


def _of(profile_id: str) -> Iterator[Ticket]:
    """The tickets listed under a profile of which anything is kept."""
    for some in listed(Ticket, Ticket.by_profile, profile_id):
        yield from (ticket for ticket in some if ticket.erased_at is None)


def export(profile_id: str) -> Iterator[Exported]:
    """The tickets listed under a profile, each followed by its notes."""
    for ticket in _of(profile_id):
        shown = {name: getattr(ticket, name) for name in OF_TICKET}
        yield "tickets", {name: value for name, value in shown.items() if value not in (None, [])}
        for note in store.query(Note, ticket.pk, prefix=NOTE):
            yield "ticket_notes", _note(ticket, note)


def _note(ticket: Ticket, note: Note) -> dict[str, Any]:
    return {"ticket": ticket.number, "text": note.text, "created_at": note.created_at}


def erase(profile_id: str) -> Iterator[int]:
    """Finish what is open, and take every word out of the tickets listed under a profile."""
    for ticket in _of(profile_id):
        yield _erased(ticket.pk, begin())


def _erased(ticket_id: str, context: Context) -> int:
    store.run_again(lambda: _finished(ticket_id, context))
    notes = [(note.pk, note.sk) for note in store.query(Note, ticket_id, prefix=NOTE)]
    store.remove(Note, notes)
    cleared = store.update(
        "ticket",
        same(ticket_id),
        *store.assign(Ticket, dict.fromkeys(WORDS)),
        Ticket.tags.set([]),
        condition=Ticket.pk.exists(),
    )
    store.commit([cleared])
    search.write([ticket_id])
    # Last: from here on nobody looks at it again.
    done = Ticket.erased_at.set(iso(context.now))
    store.commit([store.update("ticket", same(ticket_id), done, condition=Ticket.pk.exists())])
    return 1 + len(notes)


def _finished(ticket_id: str, context: Context) -> None:
    """Nobody shall work on for somebody who is gone: the ticket and its tasks are done."""
    ticket = find(ticket_id)
    if ticket is None:
        return
    for task in store.query(Task, ticket_id, prefix=TASK):
        store.commit(commands.finish_task(ticket, task, context))
    if ticket.status != Status.DONE:
        store.commit(commands.finish(ticket, OUTCOME, context))


BELONGINGS = Belongings(
    items=(Ticket, Task, Note, TicketWord, TicketWords),
    rehome=_rehome,
    export=export,
    erase=erase,
)
