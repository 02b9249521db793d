"""Going through all customers in the order they came, a few at a time: for jobs.

A position is where the last round ended (`listed_at` of its last profile). Those
who come meanwhile stand at the end and are met too.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from ..platform import listing, store
from ..platform.clock import iso
from ..platform.fact import frozen
from .model import PROFILE, PROFILES, Profile

BEGINNING = "0"  # before every year


@frozen
class Round:
    """The ids of some customers, and the position to go on from; None at the end."""

    profile_ids: tuple[str, ...]
    position: str | None


def after(position: str, *, most: int, until: datetime | None = None) -> Round:
    """The next customers that stand for themselves (until an instant); one index query."""
    last = "~" if until is None else iso(until)
    between = Profile.listed_at.between(position, last)
    read = listing.entries(Profile.by_listing, PROFILES, between, limit=most + 1)
    entries = [(str(entry.pk), str(entry.listed_at)) for entry in read]
    found = [(pk, at) for pk, at in entries if at > position][:most]
    full = len(entries) > most
    return Round(
        profile_ids=tuple(pk for pk, _ in found),
        position=found[-1][1] if full and found else None,
    )


def originals(profile_ids: Iterable[str]) -> dict[str, Profile]:
    """Profiles as they are, merged or not, by id; one read for a hundred."""
    keys = [(profile_id, PROFILE) for profile_id in profile_ids]
    found = store.get_many(Profile, keys, consistent=True)
    return {pk: item for (pk, _), item in found.items()}


def newest(most: int) -> tuple[str, ...]:
    """The ids of the customers who came last, newest first; one index query."""
    found = listing.keys(Profile.by_listing, PROFILES, limit=most, newest_first=True)
    return tuple(pk for pk, _ in found)
