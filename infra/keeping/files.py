"""Gzipped files of lines: written with their sum, read back and held against it.

Called by `backup`, `objects` and `restore`. Personal data stands in them in the
clear, so only their owner may read them.
"""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from .manifest import Damaged, Manifest, Part, sha256_of

FAST = 5  # of 9: a tenth larger than the best, three times as quick
Progress = Callable[[str, int, int], None]


def private(path: Path) -> Path:
    """Make a file that only its owner may read; returns it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
    return path


def write_part(folder: Path, file: str, lines: Iterable[bytes]) -> Part:
    """Write lines (each with its end) into a new part."""
    path, count = private(folder / file), 0
    with path.open("wb") as raw, gzip.GzipFile("", "wb", FAST, raw, mtime=0) as packed:
        for line in lines:
            packed.write(line)
            count += 1
    return Part(file=file, lines=count, sha256=sha256_of(path))


def lines_of(folder: Path, part: Part, *, skip: int = 0) -> Iterator[bytes]:
    """The lines of a part, after the first `skip`. Raises `Damaged`."""
    try:
        with gzip.open(folder / part.file, "rb") as packed:
            yield from islice(packed, skip, None)
    except (OSError, EOFError, zlib.error) as error:
        raise Damaged(f"{part.file}: {error}") from error


def verify(folder: Path, manifest: Manifest, progress: Progress) -> None:
    """Hold every part against its sum and its number of lines. Raises `Damaged`."""
    parts = list(manifest.parts)
    for number, part in enumerate(parts, start=1):
        path = folder / part.file
        if not path.is_file():
            raise Damaged(f"{part.file} is missing")
        if sha256_of(path) != part.sha256:
            raise Damaged(f"{part.file}: its SHA-256 is not the manifest's")
        if (found := sum(1 for _ in lines_of(folder, part))) != part.lines:
            raise Damaged(f"{part.file}: {found} lines, the manifest says {part.lines}")
        progress("verifying", number, len(parts))
