"""What a backup says of itself: the file `manifest.json`, written last.

A folder without it is no backup: it was not finished. Called by `backup`,
`restore` and `erasures`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

FILE = "manifest.json"
PRODUCT, FORMAT = "lien-mach backup", 1
BLOCK = 1 << 20


class NotABackup(Exception):
    """The folder holds no finished backup that this version can read; the message says why."""


class Damaged(Exception):
    """A backup whose content is not what its manifest says; the message names the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One gzipped file of lines: its place below the folder, how many lines, its SHA-256."""

    file: str
    lines: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """`begun` and `ended` are instants (ISO 8601 UTC); `tables` maps a table to its parts."""

    id: str
    stage: str
    region: str
    begun: str
    ended: str
    tables: Mapping[str, tuple[Part, ...]]
    objects: tuple[Part, ...] = ()
    object_bytes: int = 0
    opened: tuple[Part, ...] = ()  # what the stage's key sealed, opened: `--with-keys`

    def count(self, table: str) -> int:
        """Items of a table."""
        return sum(part.lines for part in self.tables.get(table, ()))

    @property
    def items(self) -> int:
        """Items of all tables."""
        return sum(self.count(table) for table in self.tables)

    @property
    def parts(self) -> Iterator[Part]:
        """Every file of lines."""
        for parts in self.tables.values():
            yield from parts
        yield from self.objects
        yield from self.opened


def write(folder: Path, manifest: Manifest) -> None:
    """Write it whole: from then on the folder is a backup."""
    content = {"product": PRODUCT, "format": FORMAT, **asdict(manifest)}
    content["sum"] = _sum(content)
    draft = folder / f"{FILE}.new"
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    draft.replace(folder / FILE)


def read(folder: Path) -> Manifest:
    """The manifest of a folder. Raises `NotABackup`, `Damaged`."""
    try:
        content = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotABackup(f"{folder} holds no {FILE}: no backup, or one never finished") from None
    except ValueError as error:
        raise Damaged(f"{FILE}: {error}") from error
    if not isinstance(content, dict) or content.get("product") != PRODUCT:
        raise NotABackup(f"{folder / FILE} is not of this product")
    if content["format"] != FORMAT:
        raise NotABackup(f"format {content['format']}; this version reads format {FORMAT}")
    if content.pop("sum", None) != _sum(content):
        raise Damaged(f"{FILE}: changed after it was written")
    return _manifest(content)


def _manifest(content: Mapping[str, Any]) -> Manifest:
    fields = {name: content[name] for name in content if name not in ("product", "format")}
    fields["tables"] = {
        table: tuple(Part(**part) for part in parts) for table, parts in content["tables"].items()
    }
    for name in ("objects", "opened"):
        fields[name] = tuple(Part(**part) for part in content[name])
    return Manifest(**fields)


def _sum(content: Mapping[str, Any]) -> str:
    rest = {name: value for name, value in content.items() if name != "sum"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, read in blocks."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            found.update(block)
    return found.hexdigest()
