"""Which customers a list shows: all, those who have what is searched for, a segment's members.

Called by `api`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..commerce import orders
from ..platform.errors import Invalid
from ..platform.fact import frozen
from ..platform.pages import Page, PageRequest
from ..profiles import flows as profiles
from ..profiles.family import Family, families
from ..profiles.model import Profile
from ..profiles.search import profiles as search_profiles
from ..profiles.search import standing_for
from ..segments import flows as segments
from ..tickets.search import NUMBER
from ..tickets.search import tickets as search_tickets

#: Customers of orders and tickets of one number that are shown before the others found.
BY_NUMBER = 10


@frozen
class Found:
    """One page of customers and the cursor of the next."""

    families: list[Family]
    next_cursor: str | None


def customers(request: PageRequest, query: Any) -> Found:
    """A page of the customers asked for; `tier` drops some after it was read.

    Raises `Invalid` for a search together with a segment: each has an index of its own;
    `SegmentNotFound`.
    """
    found = _listed(request, query)
    asked = [
        family
        for family in families(found.items)
        if query.tier is None or family.fields["tier"] == query.tier
    ]
    return Found(families=asked, next_cursor=found.next_cursor)


def _listed(request: PageRequest, query: Any) -> Page[Profile]:
    if query.q is not None and query.segment_id is not None:
        raise Invalid("not together with q", field="segment_id")
    if query.q is not None:
        return _searched(request, query.q)
    if query.segment_id is None:
        return profiles.everyone(request)
    members = segments.members(request, query.segment_id)
    return Page(
        items=standing_for(member.sk for member in members.items),
        next_cursor=members.next_cursor,
    )


def _searched(request: PageRequest, text: str) -> Page[Profile]:
    """By number first (on the first page), then by what customers are called and reached at."""
    numbered = [] if request.cursor is not None else _by_number(text)
    try:
        found = search_profiles(request, text)
    except Invalid:
        if not numbered:
            raise
        return Page(items=numbered)
    known = {profile.pk for profile in numbered}
    others = [profile for profile in found.items if profile.pk not in known]
    return Page(items=[*numbered, *others], next_cursor=found.next_cursor)


def _by_number(text: str) -> list[Profile]:
    ordered = [order.origin for order in orders.find_by_number(text) if order.profile_id]
    return standing_for([*ordered, *_of_ticket(text)][:BY_NUMBER])


def _of_ticket(text: str) -> Iterable[str]:
    if NUMBER.fullmatch(text.strip()) is None:
        return ()
    found = search_tickets(PageRequest(scope="", limit=BY_NUMBER), text)
    return [ticket.profile_id for ticket in found.items]
