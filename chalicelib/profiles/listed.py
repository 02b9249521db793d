"""What of the profiles table is listed under one profile, by kind, up to a number.

Identities, mentions, suggestions, merges and rights requests stand in one index;
what their `pk` begins with tells them apart. Called by this slice alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from ..platform import listing
from ..platform.store import get_many
from .identities import EXTERNAL
from .model import IDENTITY, ONLY, Identity


def keys(profile_id: str, *kinds: str, most: int | None = None) -> list[tuple[str, str]]:
    """The keys of at most so many items whose `pk` begins with one of `kinds`; of any without."""
    limit = None if kinds else most
    entries = listing.entries(Identity.by_profile, profile_id, limit=limit)
    found = ((entry.pk, entry.sk) for entry in entries if entry.pk.startswith(kinds or ""))
    return list(islice(found, most))


#: Of a customer's ids in other systems so many are told in a list.
MOST_IDS = 50


def external_ids(profile_ids: Iterable[str]) -> dict[str, list[str]]:
    """The proved ids of customers in other systems as `source:id`, by the profile they stand
    under; a query for each, and a read for every hundred identities."""
    under = {one: keys(one, f"{IDENTITY}#", most=MOST_IDS) for one in profile_ids}
    found = get_many(Identity, [(pk, ONLY) for some in under.values() for pk, _ in some])
    return {
        one: sorted(
            f"{item.account}:{item.value}"
            for pk, _ in some
            if (item := found.get((pk, ONLY))) is not None
            and item.kind == EXTERNAL
            and item.verified
        )
        for one, some in under.items()
    }
