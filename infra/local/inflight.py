"""Which messages a queue pump has in hand, on disk, so that a killed one leaves none hidden.

A message that was received stays hidden for the queue's visibility time-out, six
minutes, and blocks its FIFO group. Lambda's pollers do not get killed at a desk;
ours do. Used by `queues`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path

from .home import read_record, write_record


class InFlight:
    """The receipt handles of the batches at work, in a record of one queue."""

    def __init__(self, record: Path) -> None:
        self._record = record
        self._writing = threading.Lock()
        self._batches: dict[int, list[str]] = {}

    def left_behind(self) -> list[str]:
        """The handles an earlier process noted and did not settle."""
        handles: list[str] = read_record(self._record).get("handles", [])
        return handles

    def begin(self, handles: Iterable[str]) -> int:
        """Note a batch; returns the key to `end` it with."""
        batch = list(handles)
        with self._writing:
            self._batches[id(batch)] = batch
            self._write()
        return id(batch)

    def end(self, key: int) -> None:
        """The batch is settled."""
        with self._writing:
            self._batches.pop(key)
            self._write()

    def _write(self) -> None:
        handles = [handle for batch in self._batches.values() for handle in batch]
        write_record(self._record, {"handles": handles})
