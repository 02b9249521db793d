"""A customer's newest tickets, and tickets by when they were opened.

For segments, views and `sla.simulating`.
"""

from __future__ import annotations

from datetime import datetime
from itertools import islice

from ..platform import listing, store
from ..platform.clock import iso
from ..platform.pages import Page, PageRequest, page
from .model import Ticket
from .rules import Status


def newest_of(profile_id: str, *, most: int) -> list[Ticket]:
    """The newest tickets listed under a profile, newest first; two requests."""
    return listing.items(
        Ticket, Ticket.by_profile, profile_id, limit=most, newest_first=True, consistent=True
    )


def open_of(profile_id: str) -> list[Ticket]:
    """All tickets listed under a profile that are not done, newest first."""
    found = listing.items(Ticket, Ticket.by_profile, profile_id, newest_first=True)
    return [ticket for ticket in found if ticket.status != Status.DONE]


def opened_after(position: str, *, until: datetime, most: int) -> list[Ticket]:
    """Tickets whose `opened_at` lies after a position and not after an instant, oldest first."""
    between = Ticket.opened_at.between(position, iso(until))
    # one more, because a range of two ends includes the position itself
    entries = listing.entries(Ticket.by_listing, "tickets", between, limit=most + 1)
    found = [entry for entry in entries if entry.opened_at > position]
    keys = [(entry.pk, entry.sk) for entry in islice(found, most)]
    items = store.get_many(Ticket, keys)
    return [items[key] for key in keys if key in items]


def opened_between(request: PageRequest, *, since: str, until: str) -> Page[Ticket]:
    """A page of the tickets opened between two instants (as `iso` writes them), oldest first."""
    between = Ticket.opened_at.between(since, until)
    return page(
        Ticket, request, "tickets", index=Ticket.by_listing, newest_first=False, where=between
    )
