"""Who has been erased, from every place that knows: so that a restore brings nobody back.

A ledger stands twice in a stage: items `erased#<profile id>` of the control table,
and objects `erasures/…` of the bucket. Called by `restore`, which merges those of
the backup, of the stage before it is restored, and of any further place it is
given, and has the product erase all of them again (`chalicelib.customer.erasing`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import objects
from .files import lines_of
from .manifest import FILE, Manifest, read
from .stage import Stage
from .typed import Item, from_line, text

TABLE, ITEMS, OBJECTS = "control", "erased#", "erasures/"


class BadLedger(Exception):
    """A place that should tell of erasures holds something else; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Erasures by the hash key of their item, and by the key of their object."""

    items: Mapping[str, Item] = field(default_factory=dict)
    objects: Mapping[str, bytes] = field(default_factory=dict)

    def __or__(self, other: Ledger) -> Ledger:
        return Ledger(
            items={**self.items, **other.items}, objects={**self.objects, **other.objects}
        )

    @property
    def ids(self) -> tuple[str, ...]:
        """The profiles that were erased."""
        named = {pk.removeprefix(ITEMS) for pk in self.items}
        for key, body in self.objects.items():
            named |= set(_ids_in(key, body))
        return tuple(sorted(named))


def _ids_in(key: str, body: bytes) -> Iterator[str]:
    """The profiles an object of the ledger names. Raises `BadLedger`."""
    try:
        told: Any = json.loads(body)
        ids = told.get("profile_ids") or [told["profile_id"]]
    except (ValueError, KeyError, AttributeError) as error:
        raise BadLedger(f"{key} names no erased profile: {error}") from error
    yield from (str(one) for one in ids)


def in_backup(folder: Path, manifest: Manifest) -> Ledger:
    """The ledger as it stood when a backup was made."""
    lines = (line for part in manifest.tables.get(TABLE, ()) for line in lines_of(folder, part))
    found = (from_line(line) for line in lines if ITEMS.encode() in line)
    items = {str(text(item, "pk")): item for item in found}
    return Ledger(
        items={pk: item for pk, item in items.items() if pk.startswith(ITEMS)},
        objects={
            one.key: (folder / one.file).read_bytes()
            for one in objects.listed(folder, manifest)
            if one.key.startswith(OBJECTS)
        },
    )


def in_stage(stage: Stage) -> Ledger:
    """The ledger of a stage as it is now."""
    pages = stage.dynamodb.get_paginator("scan").paginate(
        TableName=stage.table(TABLE),
        ConsistentRead=True,
        FilterExpression="begins_with(pk, :key)",
        ExpressionAttributeValues={":key": {"S": ITEMS}},
    )
    items = {str(text(item, "pk")): item for page in pages for item in page["Items"]}
    bodies = {
        key: stage.s3.get_object(Bucket=stage.bucket, Key=key)["Body"].read()
        for key in objects.keys_below(stage, OBJECTS)
    }
    return Ledger(items=items, objects=bodies)


def in_folder(folder: Path) -> Ledger:
    """The ledger of another backup, or of a folder of the ledger's objects (`*.json`)."""
    if not folder.is_dir():
        raise BadLedger(f"{folder} is no folder")
    if (folder / FILE).exists():
        return in_backup(folder, read(folder))
    found = {f"{OBJECTS}{path.name}": path.read_bytes() for path in sorted(folder.glob("*.json"))}
    if not found:
        raise BadLedger(f"{folder} holds neither a backup nor erasures (*.json)")
    return Ledger(objects=found)


def keep(stage: Stage, ledger: Ledger) -> None:
    """Write the whole ledger into a stage; an erasure it knows already is left as it is."""
    known = in_stage(stage)
    for key in ledger.objects.keys() - known.objects.keys():
        stage.s3.put_object(
            Bucket=stage.bucket,
            Key=key,
            Body=ledger.objects[key],
            ContentType="application/json",
        )
    for pk in ledger.items.keys() - known.items.keys():
        stage.dynamodb.put_item(TableName=stage.table(TABLE), Item=ledger.items[pk])
