"""How a run looks on a terminal: progress bar and table. Used by `__main__` and `replaying`."""

from __future__ import annotations

import sys
from dataclasses import asdict
from threading import Lock

from .verdict import Row, Verdict

WIDTH = 28
COLUMNS = (
    "channel",
    "customers",
    "sent",
    "deliveries",
    "stored",
    "tickets",
    "assigned",
    "replied",
    "waiting",
    "lost",
    "doubled",
)


class Bar:
    """A progress bar on stderr; without a terminal a line when a stage begins and ends."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._stage = ""
        self._ended = ""  # the stage whose end has been told

    def __call__(self, what: str, done: int, of: int) -> None:
        with self._lock:
            if sys.stderr.isatty():
                filled = WIDTH * done // of if of else WIDTH
                bar = "█" * filled + "░" * (WIDTH - filled)
                print(
                    f"\r  {what:<10} {bar} {done}/{of}\033[K", end="", file=sys.stderr, flush=True
                )
            elif what != self._stage or (done == of and what != self._ended):
                print(f"  {what} … {done}/{of}", file=sys.stderr, flush=True)
                self._ended = what if done == of else ""
            self._stage = what

    def end(self) -> None:
        """Leave the line."""
        if self._stage and sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def table(verdict: Verdict) -> str:
    """The rows by channel with their sum."""
    total = Row()
    for row in verdict.rows.values():
        total.add(row)
    lines = [
        list(COLUMNS),
        *([channel, *_cells(row)] for channel, row in verdict.rows.items()),
        ["total", *_cells(total)],
    ]
    widths = [max(len(line[i]) for line in lines) for i in range(len(COLUMNS))]
    return "\n".join(
        "  " + line[0].ljust(widths[0]) + "".join(f"  {c.rjust(w)}" for c, w in _rest(line, widths))
        for line in lines
    )


def _cells(row: Row) -> list[str]:
    values = asdict(row) if row.answerable else asdict(row) | {"replied": "n/a"}
    return [str(values[name]) for name in COLUMNS if name != "channel"]


def _rest(line: list[str], widths: list[int]) -> list[tuple[str, int]]:
    return list(zip(line[1:], widths[1:], strict=True))
