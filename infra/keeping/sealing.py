"""What a stage seals with its own KMS key, opened and sealed again for another stage.

Called by `backup` (with `--with-keys`: opened into the backup) and `restore`. The
owner in the encryption context is the item's hash key, as `platform.signing` and
`channels` seal it.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from .files import lines_of
from .manifest import Manifest
from .stage import Stage
from .typed import Item, from_line, text

FILE = "keys.ndjson.gz"


class CannotOpen(Exception):
    """A sealed item cannot be opened with the keys at hand; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """Items of a table that hold something sealed: how to read it and how to put another."""

    table: str
    key: str  # how their hash key begins
    read: Callable[[Item], str | None]
    put: Callable[[Item, str], Item]


def _in_data(item: Item) -> str | None:
    data = json.loads(text(item, "data") or "{}")
    return None if data.get("sealed") is None else str(data["sealed"])


def _put_in_data(item: Item, sealed: str) -> Item:
    data = json.loads(text(item, "data") or "{}") | {"sealed": sealed}
    return {**item, "data": {"S": json.dumps(data)}}


SEALED: tuple[Sealed, ...] = (
    Sealed(table="control", key="signing#", read=_in_data, put=_put_in_data),
    Sealed(
        table="channels",
        key="account#",
        read=lambda item: text(item, "sealed"),
        put=lambda item, sealed: {**item, "sealed": {"S": sealed}},
    ),
)


def kind_of(table: str, item: Mapping[str, Any]) -> Sealed | None:
    """How something is sealed in this item, or None."""
    key = str(text(item, "pk"))
    found = (kind for kind in SEALED if kind.table == table and key.startswith(kind.key))
    kind = next(found, None)
    return kind if kind is not None and kind.read(dict(item)) is not None else None


def opened(stage: Stage, kind: Sealed, item: Item) -> str:
    """The plain text of what an item holds sealed. Raises `CannotOpen`."""
    owner, sealed = str(text(item, "pk")), str(kind.read(item))
    try:
        answer = stage.kms.decrypt(
            CiphertextBlob=b64decode(sealed), EncryptionContext={"owner": owner}
        )
    except ClientError as error:
        code = error.response["Error"]["Code"]
        raise CannotOpen(
            f"{kind.table} {owner}: {code}; allow the key of the backup's stage to be used from "
            "here, or make the backup with --with-keys"
        ) from error
    return str(answer["Plaintext"].decode())


def sealed_again(stage: Stage, kind: Sealed, item: Item, plain: str) -> Item:
    """The item with the same plain text sealed by this stage's key."""
    answer = stage.kms.encrypt(
        KeyId=stage.key_alias,
        Plaintext=plain.encode(),
        EncryptionContext={"owner": str(text(item, "pk"))},
    )
    return kind.put(item, b64encode(answer["CiphertextBlob"]).decode())


def again(
    stage: Stage, known: Mapping[tuple[str, str], str], *, same_key: bool
) -> Callable[[str, Item], Item]:
    """What seals items for this stage; `same_key`: they come from this very stage.

    `known` are plain texts that came with the backup. Raises `CannotOpen` when used.
    """

    def change(table: str, item: Item) -> Item:
        kind = kind_of(table, item)
        if kind is None or same_key:
            return item
        plain = known.get((table, str(text(item, "pk")))) or opened(stage, kind, item)
        return sealed_again(stage, kind, item, plain)

    return change


def opened_lines(stage: Stage) -> Iterator[bytes]:
    """Everything sealed on a stage, opened: one line each, for the backup."""
    for kind in SEALED:
        pages = stage.dynamodb.get_paginator("scan").paginate(
            TableName=stage.table(kind.table),
            FilterExpression="begins_with(pk, :key)",
            ExpressionAttributeValues={":key": {"S": kind.key}},
        )
        for item in (item for page in pages for item in page["Items"]):
            if kind_of(kind.table, item) is not None:
                line = {"table": kind.table, "pk": text(item, "pk")}
                line["plain"] = opened(stage, kind, item)
                yield json.dumps(line).encode() + b"\n"


def opened_in(folder: Path, manifest: Manifest) -> dict[tuple[str, str], str]:
    """What a backup made with its keys holds opened: (table, hash key) → plain text."""
    found = (json.loads(line) for part in manifest.opened for line in lines_of(folder, part))
    return {(one["table"], one["pk"]): one["plain"] for one in found}


def signing_keys(folder: Path, manifest: Manifest) -> Iterator[Item]:
    """The items of our own keys in a backup."""
    for part in manifest.tables.get("control", ()):
        for line in lines_of(folder, part):
            if b"signing#" in line and str(text(item := from_line(line), "pk")).startswith(
                "signing#"
            ):
                yield item
