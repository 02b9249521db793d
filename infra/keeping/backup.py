"""`infra/backup`: every table and object of a stage as files in a folder.

A folder holds `manifest.json`, `tables/<table>.<segment>.ndjson.gz` (one item a
line in DynamoDB's typed JSON), `objects.ndjson.gz` and the objects' bodies. It
can be read without this program, and put into another account.

What it guarantees. It is no snapshot of one instant: each item is as it stood
at some moment between `begun` and `ended`, so two items that changed together
may stand in it before and after. A change and its event are one transaction and
the events table is read last: whatever change stands in the backup, its event
does too, and every event from before `begun` with the state it led to. Objects
are read after the items that name them. Nothing that was there at `begun` and
not deleted since is missing. Queues are no part of it: after a restore,
`infra/replay --undispatched-since` the time `begun` finishes what was in them.
Where one instant is needed, use AWS's point-in-time recovery, which the template
switches on for every table that keeps customers' data; this one is portable and
leaves the account.

What the stage's KMS key seals (the key of our ids, channel credentials) stays
sealed, and can be restored only where that key can be used, unless the backup is
made `--with-keys`.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.platform.clock import iso, now
from chalicelib.platform.ids import new_id
from infra import names
from infra.local.home import Home, read_env
from infra.simulation.table import Bar

from . import objects, sealing
from .files import Progress, write_part
from .manifest import FILE, Manifest, NotABackup, Part, write
from .stage import NoStage, Stage, reached
from .typed import to_line

SEGMENTS = 4  # read at once, of each table
PAGE = 500  # items asked for in one request, at most 1 MB of them


def environment_of(stage: str, env: Path | None) -> Mapping[str, str]:
    """What reaches a stage: an env file, for the local stage its own, else the caller's."""
    local = Home().env if stage == names.LOCAL_STAGE else None
    file = env or local
    if file is None:
        return dict(os.environ)
    values = read_env(file)
    if not values:
        raise NoStage(f"nothing is running: {file} is not there; start it with infra/up")
    return values


def back_up(
    stage: Stage,
    folder: Path,
    *,
    progress: Progress,
    segments: int = SEGMENTS,
    with_keys: bool = False,
) -> Manifest:
    """Copy a stage into a folder that is empty or does not exist yet.

    Raises `NotABackup` when there is something in it, `sealing.CannotOpen`.
    """
    if folder.exists() and any(folder.iterdir()):
        raise NotABackup(f"{folder} is not empty")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    begun = now()
    tables = {
        table.name: _table(stage, table.name, folder, progress, segments) for table in stage.tables
    }
    kept, size = objects.back_up(stage, folder, progress)  # after the items that name them
    keys = [write_part(folder, sealing.FILE, sealing.opened_lines(stage))] if with_keys else []
    manifest = Manifest(
        id=new_id(),
        stage=stage.name,
        region=stage.region,
        begun=iso(begun),
        ended=iso(now()),
        tables=tables,
        objects=kept,
        object_bytes=size,
        opened=tuple(keys),
    )
    write(folder, manifest)
    return manifest


def _table(
    stage: Stage, name: str, folder: Path, progress: Progress, segments: int
) -> tuple[Part, ...]:
    described = stage.dynamodb.describe_table(TableName=stage.table(name))["Table"]
    seen = _Counter(name, about=int(described.get("ItemCount", 0)), progress=progress)

    def part(segment: int) -> Part:
        lines = _lines(stage, name, segment, segments, seen)
        return write_part(folder, f"tables/{name}.{segment}.ndjson.gz", lines)

    with ThreadPoolExecutor(segments) as pool:
        parts = tuple(pool.map(part, range(segments)))
    seen.end()
    return parts


def _lines(stage: Stage, name: str, segment: int, segments: int, seen: _Counter) -> Iterator[bytes]:
    pages = stage.dynamodb.get_paginator("scan").paginate(
        TableName=stage.table(name),
        ConsistentRead=True,
        Segment=segment,
        TotalSegments=segments,
        PaginationConfig={"PageSize": PAGE},
    )
    for page in pages:
        yield from (to_line(item) for item in page["Items"])
        seen.more(len(page["Items"]))


class _Counter:
    """Counts what all segments of a table have read, and tells it."""

    def __init__(self, name: str, *, about: int, progress: Progress) -> None:
        self._name, self._about, self._progress = name, about, progress
        self._lock, self._count = Lock(), 0

    def more(self, items: int) -> None:
        with self._lock:
            self._count += items
            # AWS counts a table's items every six hours only: never promise fewer than were read
            self._progress(self._name, self._count, max(self._about, self._count + 1))

    def end(self) -> None:
        self._progress(self._name, self._count, self._count)


def read_words(words: Sequence[str]) -> argparse.Namespace:
    """The command line, read."""
    parser = argparse.ArgumentParser(
        prog="infra/backup",
        description="Copy every table and object of a stage into a folder (personal data in the "
        "clear: keep it like the stage itself).",
    )
    parser.add_argument("--stage", default=names.LOCAL_STAGE, help="default: the local one")
    parser.add_argument(
        "--to", type=Path, default=Path("backups"), help="folder in which the backup's is made"
    )
    parser.add_argument("--env", type=Path, help="file with endpoint and credentials of the stage")
    parser.add_argument(
        "--with-keys",
        action="store_true",
        help="also what the stage's KMS key seals, opened (our own keys, channel credentials): "
        "then it can be restored where that key cannot be used. Whoever has it can be this stage",
    )
    parser.add_argument("--segments", type=int, default=SEGMENTS, help="readers of a table at once")
    return parser.parse_args(words)


def run(asked: argparse.Namespace, reach: Callable[..., Stage] = reached) -> Path:
    """Make a backup and say what is in it; returns its folder."""
    stage = reach(asked.stage, environment_of(asked.stage, asked.env))
    moment = iso(now()).replace(":", "").replace("-", "")[:15]
    folder: Path = asked.to / f"{stage.name}-{moment}Z"
    bar = Bar()
    manifest = back_up(
        stage, folder, progress=bar, segments=asked.segments, with_keys=asked.with_keys
    )
    bar.end()
    for table in manifest.tables:
        print(f"  {table:<16}{manifest.count(table):>10}")
    print(f"  {'objects':<16}{sum(p.lines for p in manifest.objects):>10}")
    print(f"{manifest.items} items in {folder} ({FILE} says the sums)")
    return folder


REFUSALS = (
    NoStage,
    names.BadStage,
    NotABackup,
    sealing.CannotOpen,
    ClientError,
    BotoCoreError,
)


def main(words: Sequence[str]) -> int:
    """Run the command; the exit status."""
    try:
        run(read_words(words))
    except REFUSALS as error:
        print(f"infra/backup: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
