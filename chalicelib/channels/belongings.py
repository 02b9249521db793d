"""What channels keep of a person: what sandbox accounts would have sent them.

Walked by `chalicelib.customer` in an export and an erasure. Live accounts keep nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..platform import listing, store
from ..platform.belongings import AT_ONCE, Belongings, Exported, nothing_moves
from .model import OutboxItem, sent_to


def _keys(profile_id: str) -> list[tuple[str, str]]:
    return listing.keys(OutboxItem.by_listing, sent_to(profile_id))


def export(profile_id: str) -> Iterator[Exported]:
    """What would have been sent to a profile, as the provider would have got it."""
    for item in store.get_many(OutboxItem, _keys(profile_id), consistent=True).values():
        yield "sandbox_sends", {"at": item.at, "body": item.body}


def erase(profile_id: str) -> Iterator[int]:
    """Remove what would have been sent to a profile."""
    keys = _keys(profile_id)
    for start in range(0, len(keys), AT_ONCE):
        yield store.remove(OutboxItem, keys[start : start + AT_ONCE])


BELONGINGS = Belongings(items=(OutboxItem,), rehome=nothing_moves, export=export, erase=erase)
