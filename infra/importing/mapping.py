"""One row of theirs as one item of ours, by the table of its format. Pure; for `sending`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.profiles import attributes
from chalicelib.profiles.attributes import Field

from .cells import text
from .formats.table import SEVERAL, AtColumn, Column, Format
from .reading import flat


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with a row: the column of the file (empty: the whole row), and why."""

    column: str
    reason: str
    code: str = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """A row as the API takes it; `columns` says which column of the file a field came from."""

    item: Mapping[str, Any] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    def column_of(self, path: str) -> str:
        """The column behind a field the API names (`phones.0`, `attributes.hang`)."""
        while path:
            if path in self.columns:
                return self.columns[path]
            path = path.rpartition(".")[0]
        return ""


class NoSuchColumn(Exception):
    """A column of the file has been given another name to no effect; the message says why."""


class Mapper:
    """Works a format off. `renamed`: columns of this very file by the names the format knows,
    or by `attributes.<name>`; `fields`: the custom fields there are."""

    def __init__(
        self,
        form: Format,
        *,
        zone: ZoneInfo,
        fields: Mapping[str, Field] | None = None,
        renamed: Mapping[str, str] | None = None,
    ) -> None:
        self._form, self._zone, self._fields = form, zone, dict(fields or {})
        self._renamed = {name.lower(): known.lower() for name, known in (renamed or {}).items()}
        self._columns = form.by_name()
        #: Columns that nothing is made of; told at the end.
        self.left_out: set[str] = set()
        #: Columns of an export that only the product decides on; told at the end too.
        self.ours_alone: set[str] = set()

    def check(self, names: Collection[str] | None) -> None:
        """Refuse a renaming that would do nothing; `names` are the file's columns, if it has
        any before its rows. Raises `NoSuchColumn`."""
        there = None if names is None else {name.lower() for name in names}
        for theirs, ours in self._renamed.items():
            if there is not None and theirs not in there:
                raise NoSuchColumn(f"--column: the file has no column {theirs!r}")
            if ours not in self._columns and self._attribute(ours) is None:
                raise NoSuchColumn(f"--column: {ours!r} is no field; {self._fields_there()}")

    def _fields_there(self) -> str:
        fields = (f"attributes.{name}" for name in self._fields)
        return f"there are {', '.join(dict.fromkeys((*self._columns, *fields)))}"

    def item(self, row: Mapping[str, Any]) -> Mapped:
        """The item of a row, with every column at fault."""
        item, where, faults = dict[str, Any](), dict[str, str](), list[Fault]()
        for name, value in flat(dict(row)).items():
            try:
                for path, read in self._values(name, value):
                    where.setdefault(_put(item, path, read), name)
            except ValueError as error:
                faults.append(Fault(column=name, reason=str(error)))
        for path, constant in self._form.constants.items():
            item.setdefault(path, constant)
        try:
            if self._form.finish is not None:
                self._form.finish(item, row, self._zone)
        except AtColumn as error:
            faults.append(Fault(column=error.column, reason=str(error)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            faults.append(Fault(column="", reason=str(error)))
        return Mapped(item=_tidy(item), columns=where, faults=tuple(faults))

    def _values(self, name: str, value: Any) -> Iterator[tuple[str, Any]]:
        known = self._renamed.get(name.lower(), name.lower())
        column: Column | None = self._columns.get(known)
        if column is not None:
            yield column.into, column.read(value, self._zone)
        elif (attribute := self._attribute(known)) is not None:
            yield f"attributes.{attribute.name}", _custom(attribute, value, self._zone)
        elif known in self._form.ours_alone:
            self.ours_alone.add(name)
        elif not _is_for_finish(known):
            self.left_out.add(name)

    def _attribute(self, name: str) -> Field | None:
        for prefix in (*self._form.attributes, "attributes."):
            if name.startswith(prefix):
                return self._fields.get(name.removeprefix(prefix))
        return self._fields.get(name) if self._form.kind == "profiles" else None


#: Columns that `finish` of a format reads; not told as left out.
_FOR_FINISH = frozenset(
    "status comments messages conversations description description_text updated_at sku product "
    "quantity unit_price consent_at last_activity_at".split()
)
_FOR_FINISH_PREFIXES = ("consent.", "stats.", "metric_set.", "solved", "resolved", "closed")


def _is_for_finish(name: str) -> bool:
    return name in _FOR_FINISH or name.startswith(_FOR_FINISH_PREFIXES)


def _custom(attribute: Field, value: Any, zone: ZoneInfo) -> Any:
    """A custom field's value: JSON's own where it has the kind, else the cell read as one."""
    if isinstance(value, bool | int | float) and attribute.kind in ("flag", "number"):
        return value
    return attributes.read(attribute, text(value, zone) or "")


def _put(item: dict[str, Any], path: str, value: Any) -> str:
    """Put a value where it belongs; returns the path it stands at."""
    if value in (None, [], ""):
        return path
    *outer, last = path.split(".")
    place = item
    for name in outer:
        place = place.setdefault(name, {})
    if last not in SEVERAL:
        place.setdefault(last, value)
        return path
    several = place.setdefault(last, [])
    at = len(several)
    several += value if isinstance(value, list) else [value]
    return f"{path}.{at}"


def _tidy(item: dict[str, Any]) -> dict[str, Any]:
    """Without what is empty, and each contact once."""
    tidy: dict[str, Any] = {}
    for name, value in item.items():
        if isinstance(value, dict):
            value = _tidy(value)
        if name in ("phones", "emails", "tags") and isinstance(value, list):
            value = list(dict.fromkeys(value))
        if value not in (None, [], {}, ""):
            tidy[name] = value
    return tidy
