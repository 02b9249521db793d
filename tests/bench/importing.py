"""How fast `infra/import` brings customers in, and that its memory does not grow with the file.

Called by `__main__`. The command runs as a process of its own against the app over
HTTP on loopback, whose tables are the benchmark's in memory (one core serves, one
sends): so rows a second are those of our code, not of a database. Requests and
units per row are counted at the table, in the first thousand rows and in the last.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from waitress.server import create_server

from app import app
from infra.local.gateway import Application, Gateway
from infra.local.home import write_env
from infra.names import ROOT
from tests.bench.backend import Backend, Call
from tests.bench.drive import HTTP, Organisation, organisation
from tests.bench.figure import Figure

SMALL, LARGE, QUICK = 1_000, 100_000, 5_000
BATCH = 50
#: The last rows may cost so much more than the first.
TOLERANCE = 0.05
#: The larger file may take so much more memory than the smaller: what Python leaves lying about.
MEMORY_TOLERANCE = 0.10
FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi")
GIVEN = ("An", "Bình", "Chi", "Dũng", "Giang", "Hạnh", "Khánh", "Lan", "Minh", "Thủy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One import: rows, seconds, and the peak memory of the command in MB."""

    rows: int
    seconds: float
    memory: float


def figures(*, quick: bool = False) -> list[Figure]:
    """Rows a second, memory at both sizes, and what a row costs first and last."""
    large = QUICK if quick else LARGE
    world = organisation()
    before = _profiles(world)
    with _serving(), tempfile.TemporaryDirectory(prefix="lien-mach-import-") as folder:
        place = Path(folder)
        small = _import(world, place, SMALL)
        world.drive.backend.calls.clear()
        counted = _Counted(world.drive.backend, rows=large)
        many = _import(world, place, large)
        counted.end()
    assert _profiles(world) == before + SMALL + large, _profiles(world)
    return [
        Figure(
            name="import.rate",
            value=round(large / many.seconds, 1),
            unit="rows a second",
            detail={"rows": large, "seconds": round(many.seconds, 1)},
        ),
        Figure(
            name="import.memory",
            value=round(many.memory / small.memory - 1, 3),
            bound=MEMORY_TOLERANCE,
            unit=f"more memory of the command for {large:,} rows than for {SMALL:,}",
            detail={"peak_mb": {SMALL: small.memory, large: many.memory}},
        ),
        *counted.figures(),
    ]


class _Counted:
    """Sums up the calls of the first and last thousand rows, and drops the others: a hundred
    thousand rows make a million."""

    def __init__(self, backend: Backend, *, rows: int) -> None:
        self._backend, self._rows = backend, rows
        self._first: list[Call] = []
        self._last: list[Call] = []
        self._end = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)
        self._watch.start()

    def _look(self) -> None:
        while not self._end.wait(0.2):
            self._take()

    def _take(self) -> None:
        calls = self._backend.calls
        taken, calls[:] = list(calls), []
        per_row = 40  # more calls than a row makes
        self._first = (self._first + taken)[: SMALL * per_row]
        self._last = (self._last + taken)[-SMALL * per_row :]

    def end(self) -> None:
        """All calls are made."""
        self._end.set()
        self._watch.join()
        self._take()

    def figures(self) -> list[Figure]:
        """Units a row, first and last."""
        first, last = self._of_rows(self._first), self._of_rows(self._last[::-1])
        units = {
            "write_units": tuple(sum(c.writes for c in some) / SMALL for some in (first, last)),
            "read_units": tuple(sum(c.reads for c in some) / SMALL for some in (first, last)),
        }
        return [
            Figure(
                name=f"import.{name}",
                value=round(abs(late / early - 1), 4) if early else 0.0,
                bound=TOLERANCE,
                unit=f"difference of {name.replace('_', ' ')} a row, last thousand to first",
                detail={"first": round(early, 2), "last": round(late, 2)},
            )
            for name, (early, late) in units.items()
        ]

    def _of_rows(self, calls: Sequence[Call]) -> list[Call]:
        """The calls up to the thousandth row's transaction."""
        found: list[Call] = []
        rows = 0
        for call in calls:
            found.append(call)
            rows += call.operation == "TransactWriteItems"
            if rows == SMALL:
                break
        return found


def _import(world: Organisation, folder: Path, rows: int) -> Run:
    """Run the command on a file of so many rows."""
    file = folder / f"khach-{rows}.csv"
    with file.open("w", encoding="utf-8") as written:
        written.write("external_id,name,phones,emails,birthday\n")
        written.writelines(_rows(rows))
    words = [str(file), "--kind", "profiles", "--source", f"bench-{rows}", "--connections", "1"]
    began = time.monotonic()
    command = [sys.executable, "-m", "infra.importing", *words]
    done = subprocess.run(
        [*command, "--env", str(_env(world, folder))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = re.search(r"at most ([\d.]+) MB", done.stdout)
    assert told is not None, done.stdout
    return Run(rows=rows, seconds=time.monotonic() - began, memory=float(told[1]))


def _rows(count: int) -> Iterator[str]:
    for n in range(count):
        name = f"{FAMILY[n % len(FAMILY)]} {GIVEN[n % len(GIVEN)]} {GIVEN[n // 7 % len(GIVEN)]}"
        yield f"K{n},{name},09{n:08d},khach{n}@shop.vn,{1 + n % 28:02d}/05/19{60 + n % 40}\n"


_address: dict[str, str] = {}


def _env(world: Organisation, folder: Path) -> Path:
    token = world.admin.headers["Authorization"].removeprefix("Bearer ")
    path = folder / "env"
    write_env(path, {"BASE_URL": _address["url"], "ADMIN_TOKEN": token})
    return path


@contextmanager
def _serving() -> Iterator[None]:
    """The app over HTTP, one request at a time: the backend is not made for several."""
    server = create_server(
        Application(Gateway(app, HTTP)), host="127.0.0.1", port=0, threads=1, ident=None
    )
    _address["url"] = f"http://127.0.0.1:{int(server.effective_port)}"
    threading.Thread(target=server.run, daemon=True).start()
    try:
        yield
    finally:
        server.task_dispatcher.shutdown()


def _profiles(world: Organisation) -> int:
    table = world.drive.backend.tables[f"{world.drive.backend.prefix}-profiles"]
    return sum(sk == "profile" for _, sk in table.items)
