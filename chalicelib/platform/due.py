"""What is to be done at a time of its own: a sparse index in shards, read by a schedule.

The index is called `due` in every table that has one, with `due_shard` and
`due_at` for keys; an item without them waits for nothing. Called by
`conversations.delivery` (replies to be tried again), `channels` (tokens to renew) and `intake`
(what is to be pulled). Several kinds of work may share a table's index: each has shards of
its own.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex

from .clock import iso
from .ids import digest
from .listing import entries

#: Never fewer: what lies in a shard that is no longer read is never due.
SHARDS = 8


def place(key: str, at: datetime, *, kind: str = "due") -> tuple[str, str]:
    """Where something stands in a due index: its shard and its instant (ISO 8601).

    The shard follows from the key alone, so an item keeps it when its time
    moves. It is taken from a digest: ids begin with the time they were made.
    """
    return _shard(kind, int(digest(key)[:8], 16) % SHARDS), iso(at)


def due(
    index: GlobalSecondaryIndex[Any], *, now: datetime, most: int, kind: str = "due"
) -> list[tuple[str, str]]:
    """The keys (`pk`, `sk`) of what is due by `now`, oldest first, `most` in all.

    One query a shard. An index may lag behind its table: look at the item
    before acting on it. Raises `StoreUnavailable`.
    """
    until = UnicodeAttribute(attr_name="due_at") <= iso(now)
    found = [
        (entry.due_at, entry.pk, entry.sk)
        for number in range(SHARDS)
        for entry in entries(index, _shard(kind, number), until, limit=most)
    ]
    return [(pk, sk) for _, pk, sk in sorted(found)[:most]]


def shards(kind: str = "due") -> tuple[str, ...]:
    """Every shard: all that waits for anything, whenever it is due."""
    return tuple(_shard(kind, number) for number in range(SHARDS))


def _shard(kind: str, number: int) -> str:
    return f"{kind}#{number}"
