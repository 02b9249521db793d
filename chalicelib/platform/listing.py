"""Reading an index without paging: what stands under a hash key, as entries, keys or items.

Called by every slice that looks through a list of its own; lists that people page
through are in `pages`, which seals a cursor nobody needs here. The only place that
asks an index, so that a failure means the same everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from pynamodb.exceptions import QueryError
from pynamodb.expressions.condition import Condition
from pynamodb.indexes import GlobalSecondaryIndex

from . import store

Key = tuple[str, str]
I = TypeVar("I", bound=store.Item)  # noqa: E741


def entries(
    source: Any,
    hash_key: str,
    where: Condition | None = None,
    *,
    limit: int | None = None,
    newest_first: bool = False,
) -> Iterator[Any]:
    """What an index (or a table) holds under a hash key, in the order of its range key.

    `where` bounds the range key, `limit` is how many are read at most. DynamoDB is asked
    as far as the result is walked. Raises `StoreUnavailable`, `Unstorable` on a bad key.
    """
    try:
        yield from source.query(
            hash_key, range_key_condition=where, limit=limit, scan_index_forward=not newest_first
        )
    except QueryError as error:
        raise store.failure(store.code_of(error)) from error


def keys(
    source: Any,
    hash_key: str,
    where: Condition | None = None,
    *,
    limit: int | None = None,
    newest_first: bool = False,
) -> list[Key]:
    """The keys (`pk`, `sk`) of the same entries."""
    found = entries(source, hash_key, where, limit=limit, newest_first=newest_first)
    return [(entry.pk, entry.sk) for entry in found]


def items(
    model: type[I],
    index: GlobalSecondaryIndex[Any],
    hash_key: str,
    where: Condition | None = None,
    *,
    limit: int | None = None,
    newest_first: bool = False,
    consistent: bool = False,
) -> list[I]:
    """The whole items of an index's entries, in the index's order, without those gone since.

    One query, and a read for every hundred.
    """
    wanted = keys(index, hash_key, where, limit=limit, newest_first=newest_first)
    found = store.get_many(model, wanted, consistent=consistent)
    return [found[key] for key in wanted if key in found]
