"""Items of a backup into the tables of a stage, in batches. Called by `restore`.

Every step may run twice: the same items are put under the same keys, or found to
be the same. How far it has come is noted every few chunks, so that a restore
that was killed goes on where it was.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from chalicelib.platform.wordindex import WORDS
from infra.local.home import read_record, write_record
from infra.packaging.resources import Table

from . import rules
from .files import lines_of
from .manifest import Part
from .rules import Outcome
from .stage import Stage
from .typed import Item, Key, from_line, key_of, text

CHUNK = 100  # lines handled together: the most that one request reads
AT_ONCE = 8  # chunks between two notes of how far it has come
THREADS = 4
BATCH = 25  # the most that one request writes
ROUNDS = 12  # for what DynamoDB leaves unprocessed; the pauses add up to some two minutes
PAUSE = 0.1  # seconds, doubled every round up to `LONGEST`
LONGEST = 20.0

Tell = Callable[[int], None]
Change = Callable[[str, Item], Item]


class Unwritten(Exception):
    """DynamoDB would not take items however often it was asked; run it again to go on."""


@dataclass(slots=True, kw_only=True)
class Journal:
    """How many lines of each file are done, kept in a file of its own.

    `backup` says which backup goes where and how: another one begins anew.
    """

    path: Path
    backup: str
    done: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, path: Path, backup: str) -> Journal:
        """The journal of this backup, or a new one."""
        noted = read_record(path)
        return cls(
            path=path, backup=backup, done=noted["done"] if noted.get("backup") == backup else {}
        )

    @property
    def begun(self) -> bool:
        """Whether an earlier run has begun to load this backup."""
        return self.path.exists() and read_record(self.path).get("backup") == self.backup

    def note(self, file: str, lines: int) -> None:
        self.done[file] = lines
        write_record(self.path, {"backup": self.backup, "done": self.done})

    def end(self) -> None:
        self.path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loader:
    """Loads tables of one backup into `stage`.

    `compare`: look at what is there and write only what differs (in place);
    `only_missing`: and put nothing over what is there. `write` False: a dry run.
    `change` is applied to every item before it is compared or put. `stays_out` names
    items that are not put at all, `theirs` those of erased people, which give way to
    whatever stands in their place.
    """

    stage: Stage
    now: datetime
    change: Change
    stays_out: Callable[[str, Item], bool] = lambda _table, _item: False
    theirs: Callable[[Item], bool] = lambda _item: False
    compare: bool = False
    only_missing: bool = False
    write: bool = True
    threads: int = THREADS

    def part(
        self, table: Table, folder: Path, part: Part, *, journal: Journal | None, tell: Tell
    ) -> Counter[Outcome]:
        """Load one file. Raises `manifest.Damaged`, `Unwritten`."""
        skip = journal.done.get(part.file, 0) if journal is not None else 0
        done, told = skip, Counter[Outcome]()
        with ThreadPoolExecutor(self.threads) as pool:
            for chunks in _chunks(_chunks(lines_of(folder, part, skip=skip), CHUNK), AT_ONCE):
                for found in pool.map(lambda lines: self._chunk(table, lines), chunks):
                    told += found
                lines = sum(map(len, chunks))
                done += lines
                if journal is not None:
                    journal.note(part.file, done)
                tell(lines)
        return told

    def _chunk(self, table: Table, lines: Sequence[bytes]) -> Counter[Outcome]:
        items = [from_line(line) for line in lines]
        fresh = [one for one in items if not rules.expired(one, table.ttl, now=self.now)]
        allowed = [one for one in fresh if not self.stays_out(table.name, one)]
        wanted = [self.change(table.name, item) for item in allowed]
        name = self.stage.table(table.name)
        there = read_many(self.stage, name, map(key_of, wanted)) if self.compare else {}
        outcomes = [self._outcome(table.name, item, there.get(key_of(item))) for item in wanted]
        puts = (Outcome.NEW, Outcome.CHANGED)
        if self.write:
            put_many(
                self.stage,
                name,
                [item for item, what in zip(wanted, outcomes, strict=True) if what in puts],
            )
        left = {
            Outcome.EXPIRED: len(items) - len(fresh),
            Outcome.KEPT: len(fresh) - len(allowed),
        }
        return Counter(outcomes) + Counter(left)

    def _outcome(self, table: str, item: Item, present: Item | None) -> Outcome:
        found = rules.outcome(table, item, present)
        theirs = self.theirs(item)
        if found is Outcome.CHANGED and theirs and text(item, "sk") == WORDS:
            return found  # their search keys come back too: the erasure finds those by this list
        if found is Outcome.CHANGED and (self.only_missing or theirs):
            return Outcome.KEPT
        return found


def put_many(stage: Stage, table: str, items: Sequence[Item]) -> None:
    """Put items, 25 to a request, until DynamoDB has taken all. Raises `Unwritten`."""
    _write(stage, table, [{"PutRequest": {"Item": item}} for item in items])


def delete_many(stage: Stage, table: str, keys: Iterable[Key]) -> None:
    """Delete items by key. Raises `Unwritten`."""
    _write(stage, table, [{"DeleteRequest": {"Key": _key(key)}} for key in keys])


def _write(stage: Stage, table: str, requests: Sequence[dict[str, Any]]) -> None:
    for some in _chunks(requests, BATCH):
        left: dict[str, Any] = {table: list(some)}
        for attempt in range(ROUNDS):
            answer = stage.dynamodb.batch_write_item(RequestItems=left)
            left = answer.get("UnprocessedItems") or {}
            if not left:
                break
            _wait(attempt)
        if left:
            raise Unwritten(f"{len(left[table])} items of {table} are not taken")


def read_many(stage: Stage, table: str, keys: Iterable[Key]) -> dict[Key, Item]:
    """The items of at most 100 keys that exist. Raises `Unwritten` when they cannot be read."""
    wanted = [_key(key) for key in dict.fromkeys(keys)]
    left: dict[str, Any] = {table: {"Keys": wanted, "ConsistentRead": True}} if wanted else {}
    found: dict[Key, Item] = {}
    for attempt in range(ROUNDS):
        if not left:
            return found
        answer = stage.dynamodb.batch_get_item(RequestItems=left)
        found |= {key_of(item): item for item in answer["Responses"].get(table, ())}
        left = answer.get("UnprocessedKeys") or {}
        if left:
            _wait(attempt)
    if left:
        raise Unwritten(f"{table} does not answer")
    return found


def _key(key: Key) -> Item:
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


def _wait(attempt: int) -> None:
    time.sleep(min(LONGEST, PAUSE * 2**attempt) * random.uniform(0.5, 1.0))


def _chunks(values: Iterable[Any], size: int) -> Iterator[list[Any]]:
    some: list[Any] = []
    for value in values:
        some.append(value)
        if len(some) == size:
            yield some
            some = []
    if some:
        yield some
