"""Search keys of tickets: number, subject, order. Used by `tickets.flows` and the list."""

from __future__ import annotations

from ..language.text import words as words_of
from ..platform import store, wordindex
from ..platform.errors import Invalid
from ..platform.pages import Page, PageRequest
from .model import TICKET, Ticket, TicketWord, TicketWords


def write(ticket: Ticket) -> None:
    """Bring a ticket's search keys up to date."""
    exact = [text.lower() for text in (ticket.number, ticket.order) if text]
    words = wordindex.chosen([*exact, *words_of(ticket.subject or "")])
    wordindex.write(TicketWord, TicketWords, ticket.pk, words)


def tickets(request: PageRequest, text: str) -> Page[Ticket]:
    """Tickets that have all the words of `text`. Raises `Invalid` when it has none."""
    words = wordindex.chosen(_asked(text))
    if not words:
        raise Invalid("at least one word of two characters", field="q")
    found = wordindex.owners(TicketWord, request, words)
    owners = [item.sk for item in found.items]
    items = store.get_many(Ticket, [(owner, TICKET) for owner in owners])
    kept = [items[key] for owner in owners if (key := (owner, TICKET)) in items]
    return Page(items=kept, next_cursor=found.next_cursor)


def _asked(text: str) -> list[str]:
    asked: list[str] = []
    for part in text.split():
        # A ticket number is one key with its dashes; anything else is folded words.
        asked += [part.lower()] if part.upper().startswith("CX-") else list(words_of(part))
    return asked
