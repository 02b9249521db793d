"""What a format is: columns of theirs, fields of ours, and how a cell becomes a value.

Called by every module beside it, and by `mapping`, which works it off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from ..cells import Read, text

#: Fields of ours that hold several values: columns add to them.
SEVERAL = frozenset({"phones", "emails", "tags", "messages", "lines", "consents"})

#: What a format does with a whole row that no table of columns can say.
Finish = Callable[[dict[str, Any], Mapping[str, Any], ZoneInfo], None]


class AtColumn(ValueError):
    """What a `Finish` found wrong with one column of the row."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of theirs. `name` is a CSV header or a dotted path of JSON, in any case;
    `into` a dotted path of ours."""

    name: str
    into: str
    read: Read = text


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One system's way to write one kind of record.

    `attributes`: how the names of its custom fields begin. `constants` are fields every
    record of it has unless a column says otherwise. `finish` sees the item and the row.
    `ours_alone`: columns of an export that say what only the product decides.
    """

    name: str
    kind: str  # profiles, tickets, orders
    columns: tuple[Column, ...]
    attributes: tuple[str, ...] = ()
    constants: Mapping[str, Any] = field(default_factory=dict)
    finish: Finish | None = None
    ours_alone: frozenset[str] = frozenset()

    def by_name(self) -> dict[str, Column]:
        """The columns by name, in lower case."""
        return {column.name.lower(): column for column in self.columns}


def columns(*rows: tuple[str, str] | tuple[str, str, Read]) -> tuple[Column, ...]:
    """A table of columns: their name, our field, and what reads a cell (else text)."""
    return tuple(_column(row) for row in rows)


def _column(row: Iterable[Any]) -> Column:
    name, into, *read = row
    return Column(name=name, into=into, read=read[0] if read else text)


#: Words by which help desks sort what a ticket is about, where they sort it at all.
TYPES: Mapping[str, str] = {
    "question": "inquiry",
    "incident": "technical_support",
    "problem": "technical_support",
    "task": "service_request",
    "feature request": "suggestion",
    "lead": "inquiry",
    "refund": "service_request",
    "complaint": "complaint",
}
