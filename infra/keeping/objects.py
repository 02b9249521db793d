"""The bucket's objects in a backup: bodies as files, and one part that lists them.

Called by `backup` and `restore`. Exports (`exports/`) are left out: they are made
from the rest, and expire.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from .files import Progress, lines_of, private, write_part
from .manifest import BLOCK, Damaged, Manifest, Part, sha256_of
from .stage import Stage

LISTING = "objects.ndjson.gz"
LEFT_OUT = ("exports/",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """One object: its key, where its body stands below the folder, size, sum, tag and types."""

    key: str
    file: str
    size: int
    sha256: str
    etag: str
    content_type: str
    disposition: str | None = None  # how it is served: what could run is only downloaded


def keys_below(stage: Stage, prefix: str = "") -> Iterator[str]:
    """Every key of the bucket that begins with `prefix`."""
    for page in stage.s3.get_paginator("list_objects_v2").paginate(
        Bucket=stage.bucket, Prefix=prefix
    ):
        yield from (str(entry["Key"]) for entry in page.get("Contents", ()))


def back_up(stage: Stage, folder: Path, progress: Progress) -> tuple[tuple[Part, ...], int]:
    """Copy every object; returns the part that lists them, and their bytes together."""
    total = 0

    def lines() -> Iterator[bytes]:
        nonlocal total
        done = 0
        for key in keys_below(stage):
            if key.startswith(LEFT_OUT) or (found := _copied(stage, folder, key)) is None:
                continue
            total, done = total + found.size, done + 1
            progress("objects", done, done)
            yield json.dumps(asdict(found), ensure_ascii=False).encode() + b"\n"

    return (write_part(folder, LISTING, lines()),), total


def _copied(stage: Stage, folder: Path, key: str) -> Object | None:
    """An object's body in a file; None when it has gone since it was listed."""
    try:
        answer = stage.s3.get_object(Bucket=stage.bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
            return None
        raise
    name = hashlib.sha256(key.encode()).hexdigest()
    file, body, size = f"objects/{name[:2]}/{name}", hashlib.sha256(), 0
    with private(folder / file).open("wb") as target:
        for block in answer["Body"].iter_chunks(BLOCK):
            target.write(block)
            body.update(block)
            size += len(block)
    return Object(
        key=key,
        file=file,
        size=size,
        sha256=body.hexdigest(),
        etag=answer["ETag"],
        content_type=answer.get("ContentType", "application/octet-stream"),
        disposition=answer.get("ContentDisposition"),
    )


def listed(folder: Path, manifest: Manifest) -> Iterator[Object]:
    """The objects of a backup. Raises `Damaged`."""
    for part in manifest.objects:
        for line in lines_of(folder, part):
            yield Object(**json.loads(line))


def verify(folder: Path, manifest: Manifest, progress: Progress) -> None:
    """Hold every body against its sum. Raises `Damaged`."""
    total = sum(part.lines for part in manifest.objects)
    for number, one in enumerate(listed(folder, manifest), start=1):
        path = folder / one.file
        if not path.is_file() or sha256_of(path) != one.sha256:
            raise Damaged(f"{one.file}: the body of an object is missing or changed")
        progress("objects", number, total)


def present(stage: Stage, one: Object) -> bool:
    """Whether the bucket holds this very object already, by its size and tag."""
    try:
        head: dict[str, Any] = stage.s3.head_object(Bucket=stage.bucket, Key=one.key)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            return False
        raise
    return bool(head["ContentLength"] == one.size and head["ETag"] == one.etag)


def put(stage: Stage, folder: Path, one: Object) -> None:
    """Put an object back."""
    more = {} if one.disposition is None else {"ContentDisposition": one.disposition}
    with (folder / one.file).open("rb") as body:
        stage.s3.put_object(
            Bucket=stage.bucket, Key=one.key, Body=body, ContentType=one.content_type, **more
        )
