"""Rows of a file, one after another, in constant memory, whatever state it is in.

CSV with `,`, `;` or tabs, NDJSON, or JSON with one list in it; UTF-8 with or
without a mark, or Windows-1258 (what Vietnamese spreadsheets save as CSV). A row
that cannot be read is told as one, and reading goes on behind it.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO
from unicodedata import normalize

BLOCK = 1 << 16
#: Characters of one JSON object; what is longer is none.
LONGEST_OBJECT = 1 << 24
VIETNAMESE = "cp1258"
NDJSON = (".ndjson", ".jsonl")
DELIMITERS = (",", ";", "\t", "|")
#: Lines of the file that one row may go over; more is a quotation mark that nobody closed.
MOST_LINES = 60
LONGEST_ROW = 400_000  # characters


class Unreadable(Exception):
    """The file is none that can be read at all; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """What a first look at a file tells: how it is written, what identifies it, its lines."""

    path: Path
    encoding: str
    sha256: str
    lines: int

    @property
    def suffix(self) -> str:
        return self.path.suffix.lower()

    @property
    def is_csv(self) -> bool:
        """Whether its first line names its columns."""
        return self.suffix not in (".json", *NDJSON)

    @property
    def rows(self) -> int:
        """About how many rows it has: its lines, without the header."""
        return max(0, self.lines - 1) if self.is_csv else self.lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`number` is the line of the file it begins on; a row without fields has a `fault`."""

    number: int
    fields: dict[str, Any] = field(default_factory=dict)
    fault: str | None = None


def look(path: Path) -> File:
    """Read the file through once: its encoding, sum and number of lines. Raises `Unreadable`."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    found, lines, encoding, last = hashlib.sha256(), 0, "utf-8-sig", b"\n"
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                found.update(block)
                lines, last = lines + block.count(b"\n"), block[-1:]
                if encoding == "utf-8-sig" and not _decodes(decoder, block):
                    encoding = VIETNAMESE
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}") from error
    with path.open("rb") as file:
        start = file.read(2)
    if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        encoding = "utf-16"
    return File(
        path=path, encoding=encoding, sha256=found.hexdigest(), lines=lines + (last != b"\n")
    )


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes) -> bool:
    try:
        decoder.decode(block)
    except UnicodeDecodeError:
        return False
    return True


def rows(file: File) -> Iterator[Row]:
    """Every row of the file. Raises `Unreadable` when it has no header, or is no list."""
    with file.path.open(encoding=file.encoding, errors="replace", newline="") as opened:
        if file.suffix in NDJSON:
            yield from _ndjson(opened)
        elif file.suffix == ".json":
            yield from _json(opened)
        else:
            yield from _csv(opened)


# ---------------------------------------------------------------------- CSV


def columns(file: File) -> list[str] | None:
    """The columns of a CSV file; None of one whose rows name their own. Raises `Unreadable`."""
    if not file.is_csv:
        return None
    with file.path.open(encoding=file.encoding, errors="replace", newline="") as opened:
        return _header(_Lines(opened))[1]


def _header(lines: _Lines) -> tuple[str, list[str]]:
    header = lines.header()
    delimiter = max(DELIMITERS, key=header.count)
    return delimiter, _names(_cells(header, delimiter))


def _csv(opened: TextIO) -> Iterator[Row]:
    lines = _Lines(opened)
    delimiter, names = _header(lines)
    while (record := lines.record(delimiter, len(names))) is not None:
        number, cells, fault = record
        if fault is not None:
            yield Row(number=number, fault=fault)
        elif any(cells):
            yield Row(number=number, fields=dict(zip(names, cells, strict=True)))


def _names(cells: list[str]) -> list[str]:
    names = [normalize("NFC", cell).strip() for cell in cells]
    if not any(names):
        raise Unreadable("the first line names no columns")
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise Unreadable(f"a column stands there twice: {', '.join(twice)}")
    return names


def _cells(text: str, delimiter: str) -> list[str]:
    """The cells of one record. Raises `csv.Error`."""
    found = list(csv.reader([text], delimiter=delimiter, strict=True))
    return found[0] if found else []


class _Lines:
    """Lines of a CSV file put together to records; what does not fit is given back."""

    def __init__(self, opened: TextIO) -> None:
        self._opened, self._number = opened, 0
        self._back: deque[tuple[int, str]] = deque()

    def header(self) -> str:
        """The first line that is not empty, put together where it goes over several."""
        while (found := self._next()) is not None:
            if found[1].strip():
                return found[1].rstrip("\r\n")
        raise Unreadable("the file is empty")

    def _next(self) -> tuple[int, str] | None:
        if self._back:
            return self._back.popleft()
        text = self._opened.readline(LONGEST_ROW)
        if not text:
            return None
        self._number += 1
        return self._number, text

    def record(self, delimiter: str, columns: int) -> tuple[int, list[str], str | None] | None:
        """The next record: its line, its cells or what is wrong with it. None at the end."""
        first = self._next()
        if first is None:
            return None
        taken, quotes = [first], first[1].count('"')
        while quotes % 2 and len(taken) < MOST_LINES:
            more = self._next()
            if more is None:
                break
            taken.append(more)
            quotes += more[1].count('"')
        cells, fault = _parsed("".join(text for _, text in taken), delimiter, columns)
        if fault is not None and len(taken) > 1:
            # A quotation mark too many swallows the rows behind it: give them back.
            self._back.extendleft(reversed(taken[1:]))
            fault = "a quotation mark is not closed"
        return first[0], cells, fault


def _parsed(text: str, delimiter: str, columns: int) -> tuple[list[str], str | None]:
    try:
        cells = _cells(text.rstrip("\r\n"), delimiter)
    except csv.Error as error:
        return [], f"cannot be read: {error}"
    if not any(cell.strip() for cell in cells):
        return [], None
    spare = cells[columns:]
    if len(cells) < columns or any(cell.strip() for cell in spare):
        return [], f"{len(cells)} columns, the header has {columns}"
    return cells[:columns], None


# --------------------------------------------------------------------- JSON


def _ndjson(opened: TextIO) -> Iterator[Row]:
    for number, text in enumerate(opened, start=1):
        if text.strip():
            yield _object(number, text)


def _object(number: int, text: str) -> Row:
    try:
        found = json.loads(text)
    except ValueError as error:
        return Row(number=number, fault=f"no JSON: {error}")
    if not isinstance(found, dict):
        return Row(number=number, fault="no JSON object")
    return Row(number=number, fields=found)


def _json(opened: TextIO) -> Iterator[Row]:
    """The objects of the first list in the file, one by one; `number` counts them."""
    decoder, buffer, number = json.JSONDecoder(), _to_list(opened), 0
    while True:
        buffer = buffer.lstrip(" \t\r\n,")
        if buffer.startswith("]"):
            return
        try:
            found, end = decoder.raw_decode(buffer)
        except ValueError as error:
            more = opened.read(BLOCK)
            if not more or len(buffer) > LONGEST_OBJECT:
                yield Row(number=number + 1, fault=f"no JSON from here on: {error}")
                return
            buffer += more
            continue
        buffer, number = buffer[end:], number + 1
        if isinstance(found, dict):
            yield Row(number=number, fields=found)
        else:
            yield Row(number=number, fault="no JSON object")


def _to_list(opened: TextIO) -> str:
    """What follows the bracket of the first list of objects. Raises `Unreadable`."""
    start = opened.read(BLOCK)
    at = -1
    while (at := start.find("[", at + 1)) >= 0:
        if start[at + 1 :].lstrip()[:1] in ("{", "]"):
            return start[at + 1 :]
    raise Unreadable("there is no list of objects in it")


def flat(found: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """A JSON object with what stands within it by dotted names; lists stay lists."""
    shown: dict[str, Any] = {}
    for name, value in found.items():
        if isinstance(value, dict):
            shown |= flat(value, f"{prefix}{name}.")
        else:
            shown[f"{prefix}{name}"] = value
    return shown
