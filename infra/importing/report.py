"""What an import says: a bar with its rate, a file of errors, a summary. Called by `sending`."""

from __future__ import annotations

import csv
import resource
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any

WIDTH = 28
COLUMNS = ("row", "column", "code", "reason")
#: Excel takes a file for UTF-8 only with a mark.
ENCODING = "utf-8-sig"


class Pace:
    """A progress bar with rows a second; without a terminal a line every tenth."""

    def __init__(self, what: str, of: int, *, done: int = 0) -> None:
        self._what, self._of, self._began, self._first = what, of, time.monotonic(), done
        self._tenth = -1

    def __call__(self, done: int) -> None:
        share = min(1.0, done / self._of) if self._of else 1.0
        rate = (done - self._first) / max(time.monotonic() - self._began, 0.001)
        if sys.stderr.isatty():
            filled = int(WIDTH * share)
            bar = "█" * filled + "░" * (WIDTH - filled)
            told = f"\r  {self._what:<10} {bar} {done}/{self._of}  {rate:.0f}/s\033[K"
            print(told, end="", file=sys.stderr, flush=True)
        elif int(share * 10) != self._tenth:
            self._tenth = int(share * 10)
            print(f"  {self._what} … {done}/{self._of}  {rate:.0f}/s", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the line."""
        if sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr, flush=True)


@dataclass(slots=True, kw_only=True)
class Errors:
    """The rows that were not taken, in a CSV file beside the one they are from.

    `goes_on`: an earlier run has begun it. It names rows and columns, no values.
    """

    path: Path
    goes_on: bool
    count: int = 0
    _file: IO[str] | None = None
    _writer: Any = None

    def __enter__(self) -> Errors:
        if not self.goes_on:
            self.path.unlink(missing_ok=True)
        return self

    def _open(self) -> None:
        """Begin the file, or go on with it: with the first error, so that none is left empty."""
        fresh = not self.path.exists()
        self._file = self.path.open("a", encoding=ENCODING if fresh else "utf-8", newline="")
        self._writer = csv.writer(self._file)
        if fresh:
            self._writer.writerow(COLUMNS)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, row: int, column: str, code: str, reason: str) -> None:
        """Note one thing that is wrong with a row."""
        if self._file is None:
            self._open()
        self._writer.writerow((row, column, code, reason))
        self.count += 1

    def flush(self) -> None:
        """Make sure that what was noted is on disk."""
        if self._file is not None:
            self._file.flush()


def peak_memory() -> float:
    """The most memory this process has held, in MB.

    On Linux by its own account: what `getrusage` says begins with the memory of
    whoever started it.
    """
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text(encoding="utf-8").splitlines()
        high = next((line for line in lines if line.startswith("VmHWM:")), None)
        if high is not None:
            return int(high.split()[1]) / 1024
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


@dataclass(slots=True, kw_only=True)
class Summary:
    """How many rows ended how; `seconds` of this run, `first` rows done by earlier ones."""

    results: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    first: int = 0
    dry_run: bool = False

    def show(self, *, errors: Path, left_out: set[str], ours_alone: set[str]) -> None:
        """Print it."""
        rows = self.results.total()
        would = "would be " if self.dry_run else ""
        for result, count in sorted(self.results.items()):
            print(f"  {would}{result:<12}{count:>10}")
        rate = (rows - self.first) / self.seconds if self.seconds else 0.0
        told = f"{rows} rows, {rate:.0f} a second, at most {peak_memory():.1f} MB of memory"
        print(told + ("; nothing was written" if would else ""))
        if self.results["refused"]:
            print(f"why rows were refused: {errors}")
        if ours_alone:
            print(f"columns that are not imported: {', '.join(sorted(ours_alone))}")
        if left_out:
            print(f"columns nothing was made of: {', '.join(sorted(left_out))}")
