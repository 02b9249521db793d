"""Search keys of tickets: number, subject, order. Used by `tickets.flows` and the list."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..language.text import words as words_of
from ..platform import listing, store, wordindex
from ..platform.errors import Invalid
from ..platform.pages import Page, PageRequest
from .model import TICKET, Ticket, TicketWord, TicketWords
from .rules import number

#: Every key is a write; so many find a ticket by any but its subject's shortest words.
MOST_KEYS = 8
MOST_ASKING = 10
NUMBER = re.compile(r"cx-(?P<year>[0-9]{2})-(?P<count>[0-9]{1,12})", re.IGNORECASE)
#: Words nobody looks for, folded: people, particles, what every message says.
EMPTY = frozenset(
    "a ad ah anh ban bac ben bi cac cai can chao chi cho chu chua co con cua cung da dang de den"
    " di do du duoc em gi giup ha hay hoi hom is ko khong la lai lam len luc ma may minh moi mot"
    " muon nay neu nha nhe nho nhung nua o oi qua ra roi sao se shop sau tai the thi thay tren toi"
    " tu va van ve voi vui long xin y".split()
)


def write(ticket_ids: Iterable[str]) -> None:
    """Bring the search keys of tickets up to date, together."""
    named = [(one, TICKET) for one in ticket_ids]

    def wanted() -> dict[str, list[str]]:
        found = store.get_many(Ticket, named, consistent=True).values()
        return {ticket.pk: _words(ticket) for ticket in found}

    wordindex.write(TicketWord, TicketWords, wanted, keys=MOST_KEYS)


def _words(ticket: Ticket) -> list[str]:
    numbers = (ticket.number, ticket.number.rpartition("-")[2], ticket.order)
    exact = [text.lower() for text in numbers if text]
    if ticket.order:
        exact.append(_bare(ticket.order))
    telling = _telling(words_of(ticket.subject or ""))
    return wordindex.chosen([*exact, *sorted(telling, key=len, reverse=True)])


def _telling(words: Iterable[str]) -> list[str]:
    return [word for word in words if word not in EMPTY]


def tickets(request: PageRequest, text: str) -> Page[Ticket]:
    """Tickets that have all the words of `text`. Raises `Invalid` when it has none that tells."""
    words = wordindex.chosen(_asked(text))
    common = list(dict.fromkeys(word for word in words_of(text) if word in EMPTY))
    if common and not words:
        raise Invalid(f"too common to be searched for: {', '.join(common)}", field="q")
    return wordindex.search(TicketWord, Ticket, request, words, sk=TICKET)


def asking_for(orders: Iterable[str]) -> dict[str, list[str]]:
    """By order number: the originals that the newest tickets about it came with."""
    named = {
        order: [
            (entry.sk, TICKET)
            for entry in listing.entries(
                TicketWord, f"word#{_bare(order)}", limit=MOST_ASKING, newest_first=True
            )
        ]
        for order in orders
    }
    found = store.get_many(Ticket, {key for keys in named.values() for key in keys})
    return {
        order: list(dict.fromkeys(found[key].origin for key in keys if key in found))
        for order, keys in named.items()
    }


def _bare(order: str) -> str:
    return re.sub(r"[^0-9a-z]", "", order.lower())


def _asked(text: str) -> list[str]:
    asked: list[str] = []
    for part in text.split():
        # A ticket number is one key with its dashes; anything else is folded words.
        named = NUMBER.fullmatch(part)
        asked += [_written(named)] if named else _telling(words_of(part))
    return asked


def _written(named: re.Match[str]) -> str:
    """A ticket number as its key is written, however many zeros the caller gave it."""
    return number(int(named["year"]), int(named["count"])).lower()
