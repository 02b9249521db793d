"""DynamoDB's tables in memory, with the capacity units every access would cost.

Called by `backend` and, to fill tables for the list figures, by `lists`. Units
by https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/
read-write-operations.html: writes 1 per started KB, twice that in a
transaction (checks too); reads 1 per started 4 KB, half when eventually
consistent; every index entry that a write adds, removes or changes 1 per
started KB more (an entry whose key moves is one removed and one added). Index
entries are written after the transaction, so they never count twice.
"""

from __future__ import annotations

import json
from bisect import bisect_left, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from infra.packaging.resources import load

from .expressions import Item, Value, plain

Key = tuple[str, str]
Entry = tuple[str, str, str]  # range key, pk, sk
KB = 1024


def item_size(item: Mapping[str, Value]) -> int:
    """Bytes of an item by DynamoDB's rules (CapacityUnitCalculations)."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(value: Value) -> int:
    ((kind, content),) = value.items()
    if kind == "S":
        return len(content.encode())
    if kind == "N":
        return 1 + (len(content.strip("-").replace(".", "").strip("0")) + 1) // 2
    if kind == "B":
        return len(content) * 3 // 4
    if kind in ("BOOL", "NULL"):
        return 1
    return 3 + len(json.dumps(content).encode())


def write_units(size: int) -> int:
    """Units of writing (or removing) this many bytes outside a transaction."""
    return max(1, ceil(size / KB))


def read_units(size: int, *, consistent: bool) -> float:
    """Units of reading this many bytes in one go."""
    return max(1, ceil(size / (4 * KB))) * (1.0 if consistent else 0.5)


@dataclass(slots=True, kw_only=True)
class Order:
    """Items by hash and range key: a table's own order, or an index."""

    hash_key: str
    range_key: str
    everything: bool  # the whole item stands in the index, not only its keys
    partitions: dict[str, list[Entry]] = field(default_factory=dict)

    def key_of(self, item: Item | None) -> tuple[str, Entry] | None:
        """Where an item stands; None where it lacks a key, as in a sparse index."""
        if item is None or self.hash_key not in item or self.range_key not in item:
            return None
        place = plain(item[self.range_key])
        return plain(item[self.hash_key]), (place, item["pk"]["S"], item["sk"]["S"])

    def shown(self, item: Item) -> Item:
        """What of an item stands here."""
        names = {self.hash_key, self.range_key, "pk", "sk"}
        return item if self.everything else {n: v for n, v in item.items() if n in names}

    def move(self, before: Item | None, after: Item | None) -> int:
        """Follow a change of an item; returns the write units of an index."""
        old, new = self.key_of(before), self.key_of(after)
        if old != new:
            if old is not None:
                part = self.partitions[old[0]]
                del part[bisect_left(part, old[1])]
            if new is not None:
                insort(self.partitions.setdefault(new[0], []), new[1])
        return self._units(before if old else None, after if new else None, moved=old != new)

    def _units(self, before: Item | None, after: Item | None, *, moved: bool) -> int:
        shown = [self.shown(item) for item in (before, after) if item is not None]
        sizes = [write_units(item_size(item)) for item in shown]
        if len(shown) < 2 or moved:
            return sum(sizes)
        return 0 if shown[0] == shown[1] else max(sizes)


@dataclass(slots=True, kw_only=True)
class Table:
    """One table: `stream` collects the images of new items where the template has a stream."""

    name: str
    own: Order
    indexes: dict[str, Order]
    items: dict[Key, Item] = field(default_factory=dict)
    stream: list[Item] | None = None

    def write(self, key: Key, after: Item | None, *, factor: int = 1) -> float:
        """Put, change or remove (None) an item; returns the units it costs."""
        before = self.items.get(key)
        self.own.move(before, after)
        units = sum(index.move(before, after) for index in self.indexes.values())
        if after is None:
            self.items.pop(key, None)
        else:
            self.items[key] = after
            if self.stream is not None and before is None:
                self.stream.append(after)
        sizes = [item_size(item) for item in (before, after) if item is not None]
        return units + factor * write_units(max(sizes, default=0))

    def order(self, index: str | None) -> Order:
        """An index by name, or the table's own order."""
        return self.own if index is None else self.indexes[index]


def key_of(keys: Mapping[str, Value]) -> Key:
    """The key of an item or of a request's `Key`."""
    return keys["pk"]["S"], keys["sk"]["S"]


def made(prefix: str) -> dict[str, Table]:
    """Every table of the production template, empty, by full name."""
    tables = [_table(spec.create) for spec in load(prefix).tables]
    return {table.name: table for table in tables}


def _table(create: Mapping[str, Any]) -> Table:
    specs = create.get("GlobalSecondaryIndexes", ())
    return Table(
        name=create["TableName"],
        own=_order(create["KeySchema"], everything=True),
        indexes={
            spec["IndexName"]: _order(
                spec["KeySchema"], everything=spec["Projection"]["ProjectionType"] == "ALL"
            )
            for spec in specs
        },
        stream=[] if "StreamSpecification" in create else None,
    )


def _order(schema: Sequence[Mapping[str, str]], *, everything: bool) -> Order:
    names = {part["KeyType"]: part["AttributeName"] for part in schema}
    return Order(hash_key=names["HASH"], range_key=names["RANGE"], everything=everything)
