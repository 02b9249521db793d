"""Search keys of tickets: number, subject, order. Used by `tickets.flows` and the list."""

from __future__ import annotations

from collections.abc import Iterable

from ..language.text import words as words_of
from ..platform import wordindex
from ..platform.pages import Page, PageRequest
from .model import TICKET, Ticket, TicketWord, TicketWords

#: Every key is a write; so many find a ticket by any but its subject's shortest words.
MOST_KEYS = 8
#: Words nobody looks for, folded: people, particles, what every message says.
EMPTY = frozenset(
    "a ad ah anh ban bac ben bi cac cai can chao chi cho chu chua co con cua cung da dang de den"
    " di do du duoc em gi giup ha hay hoi hom is ko khong la lai lam len luc ma may minh moi mot"
    " muon nay neu nha nhe nho nhung nua o oi qua ra roi sao se shop sau tai the thi thay tren toi"
    " tu va van ve voi vui long xin y".split()
)


def write(tickets: Iterable[Ticket]) -> None:
    """Bring the search keys of tickets up to date, together."""
    wanted = {ticket.pk: _words(ticket) for ticket in tickets}
    wordindex.write(TicketWord, TicketWords, wanted, keys=MOST_KEYS)


def _words(ticket: Ticket) -> list[str]:
    exact = [text.lower() for text in (ticket.number, ticket.order) if text]
    telling = _telling(words_of(ticket.subject or ""))
    return wordindex.chosen([*exact, *sorted(telling, key=len, reverse=True)])


def _telling(words: Iterable[str]) -> list[str]:
    return [word for word in words if word not in EMPTY]


def tickets(request: PageRequest, text: str) -> Page[Ticket]:
    """Tickets that have all the words of `text`. Raises `Invalid` when it has none."""
    words = wordindex.chosen(_asked(text))
    return wordindex.search(TicketWord, Ticket, request, words, sk=TICKET)


def _asked(text: str) -> list[str]:
    asked: list[str] = []
    for part in text.split():
        # A ticket number is one key with its dashes; anything else is folded words.
        asked += [part.lower()] if part.upper().startswith("CX-") else _telling(words_of(part))
    return asked
