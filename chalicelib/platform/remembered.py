"""Values a process may remember for a while: tokens, accounts, the roster of defaults.

Only what was found is remembered, so a thing made a moment ago is never
"unknown" for the rest of the period.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar
from weakref import WeakSet

V = TypeVar("V")

_all: WeakSet[Remembered[Any]] = WeakSet()


class Remembered(Generic[V]):
    """At most `most` values by key, each for `seconds`; thread-safe by single dict operations."""

    def __init__(self, seconds: float, *, most: int = 1024) -> None:
        self._seconds = seconds
        self._most = most
        self._values: dict[Hashable, tuple[float, V]] = {}
        _all.add(self)

    def get(self, key: Hashable, load: Callable[[], V | None]) -> V | None:
        """The remembered value, or what `load` finds now."""
        known = self._values.get(key)
        if known is not None and time.monotonic() - known[0] < self._seconds:
            return known[1]
        return self.renew(key, load)

    def renew(self, key: Hashable, load: Callable[[], V | None]) -> V | None:
        """Load now, whatever is remembered."""
        found = load()
        if found is None:
            self._values.pop(key, None)
            return None
        if len(self._values) >= self._most:
            self._values.clear()
        self._values[key] = (time.monotonic(), found)
        return found

    def age(self, key: Hashable) -> float:
        """Seconds since the value was loaded; infinite when it is not remembered."""
        known = self._values.get(key)
        return float("inf") if known is None else time.monotonic() - known[0]

    def forget(self) -> None:
        """Drop everything."""
        self._values.clear()


def forget_everything() -> None:
    """As a new process that remembers nothing; tests start so, each on tables of its own."""
    for one in list(_all):
        one.forget()
