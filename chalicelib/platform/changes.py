"""What a command of the API did, and how it is made true.

Routes return it, `http` carries it out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pydantic import BaseModel

from . import store
from .errors import AppError
from .fact import frozen


@frozen
class Change:
    """What a command did: the view to answer with and the writes that make it true."""

    view: BaseModel
    writes: list[store.Write]
    revision: int | None = None
    status: int | None = None
    after: Callable[[], None] | None = None  # once committed: drop a process's caches
    refused: Callable[[], None] | None = None  # it was not: take back what no transaction holds
    about: tuple[str, ...] = ()  # whom else the answer tells of: a kept one ends with any of them


def carry_out(change: Change, kept: Sequence[store.Write]) -> None:
    """Commit a change with the writes that keep its answer. Raises what `store.commit` does."""
    try:
        store.commit([*change.writes, *kept])
    except AppError as error:
        # Where the store did not answer it may be done all the same.
        if change.refused is not None and not isinstance(error, store.StoreUnavailable):
            change.refused()
        raise
    if change.after is not None:
        change.after()
