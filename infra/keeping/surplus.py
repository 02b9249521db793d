"""What a stage has and a backup has not: found with keys on disk, deleted by `restore --exact`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from . import rules
from .files import lines_of
from .loading import delete_many
from .manifest import Manifest
from .stage import Stage
from .typed import Key, from_line, key_of

AT_ONCE = 500


def remove(stage: Stage, folder: Path, manifest: Manifest, table: str, *, write: bool) -> int:
    """Delete (or with `write` False: count) items of a table that the backup does not have.

    Keys of the backup go through a file, so memory does not grow with the table.
    """
    with TemporaryDirectory(prefix="lien-mach-restore-") as scratch:
        known = sqlite3.connect(Path(scratch) / "keys")
        known.execute("CREATE TABLE kept (pk TEXT, sk TEXT, PRIMARY KEY (pk, sk)) WITHOUT ROWID")
        known.executemany(
            "INSERT OR IGNORE INTO kept VALUES (?, ?)", _keys_in(folder, manifest, table)
        )
        surplus: list[Key] = []
        count = 0
        for key in _keys_there(stage, table):
            if rules.spared(table, key[0]) or _has(known, key):
                continue
            count += 1
            surplus += [key] if write else []
            if len(surplus) >= AT_ONCE:
                delete_many(stage, stage.table(table), surplus)
                surplus = []
        delete_many(stage, stage.table(table), surplus)
        known.close()
    return count


def _keys_in(folder: Path, manifest: Manifest, table: str) -> Iterator[Key]:
    for part in manifest.tables.get(table, ()):
        yield from (key_of(from_line(line)) for line in lines_of(folder, part))


def _keys_there(stage: Stage, table: str) -> Iterator[Key]:
    pages = stage.dynamodb.get_paginator("scan").paginate(
        TableName=stage.table(table), ConsistentRead=True, ProjectionExpression="pk, sk"
    )
    for page in pages:
        yield from (key_of(item) for item in page["Items"])


def _has(known: sqlite3.Connection, key: Key) -> bool:
    return known.execute("SELECT 1 FROM kept WHERE pk = ? AND sk = ?", key).fetchone() is not None
