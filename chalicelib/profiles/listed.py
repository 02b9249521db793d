"""What of the profiles table is listed under one profile, by kind, up to a number.

Identities, mentions, suggestions and merges stand in one index; what their
`pk` begins with tells them apart.
"""

from __future__ import annotations

from pynamodb.exceptions import QueryError

from ..platform import store
from .model import Identity


def keys(profile_id: str, kind: str, *, most: int) -> list[tuple[str, str]]:
    """The keys of at most so many items whose `pk` begins with `kind`."""
    found: list[tuple[str, str]] = []
    try:
        for entry in Identity.by_profile.query(profile_id):
            if entry.pk.startswith(kind):
                found.append((entry.pk, entry.sk))
            if len(found) == most:
                break
    except QueryError as error:
        raise store.failure(store.code_of(error)) from error
    return found
