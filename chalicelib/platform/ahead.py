"""What a batch needs, read together before its entries are handled one by one.

A worker names it (`worker.on_queue(ahead=…)`), `store.get` hands it out. Each item serves
one look only: whoever looks twice, because an entry before changed it or a write was
refused, gets what the store holds then. So an item is at most as old as its batch, and
every write made of it is conditional anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

Key = tuple[type[Any], str, str]
_held: ContextVar[dict[Key, Any] | None] = ContextVar("ahead", default=None)


@contextmanager
def batch() -> Iterator[None]:
    """The time of one batch: nothing is held before or after it."""
    token = _held.set({})
    try:
        yield
    finally:
        _held.reset(token)


def hold(
    model: type[Any], keys: Iterable[tuple[str, str]], found: Mapping[tuple[str, str], Any]
) -> None:
    """Keep what was found of these keys, None where nothing was, for the first look at each."""
    held = _held.get()
    if held is not None:
        held.update({(model, *key): found.get(key) for key in keys})


def has(key: Key) -> bool:
    """Whether a key was read ahead and not looked at since."""
    return key in (_held.get() or ())


def take(key: Key) -> Any:
    """What was read ahead of a key that `has`; not a second time."""
    return (_held.get() or {}).pop(key)
