"""Custom fields: which ones a profile may have, and whether a value fits.

Called by `api` and imports. The rules are pure; `declared` and `declare` read and
write the one item that holds the list.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ..events.customers import CustomFieldsChanged
from ..language import dates
from ..language.text import fold, normalise
from ..platform import eventlog, store
from ..platform.context import Context
from ..platform.errors import Conflict, Fault, Invalid
from ..platform.fact import frozen
from .model import FIELDS, ONLY, FieldList

MOST_FIELDS = 60
#: What a field may be called.
NAME = r"[a-z][a-z0-9_]{0,39}"
#: Characters of a text; with as many fields as there may be, an item holds them all.
LONGEST_TEXT = 1_000
#: Beyond it a number in JSON is not what was sent.
LARGEST_NUMBER = 10**15

_YES = frozenset({"true", "1", "yes", "y", "co", "x"})
_NO = frozenset({"false", "0", "no", "n", "khong", ""})


class FieldKindFixed(Conflict):
    code, title = "field_kind_fixed", "The kind of a field stays: values of it are kept"


@frozen
class Field:
    """One custom field. `kind` is a key of `KINDS`; `choices` are what a choice may be.

    A `required` one cannot be cleared, and an import must bring it.
    """

    name: str
    label: str
    kind: str
    choices: tuple[str, ...] = ()
    required: bool = False


@frozen
class Declared:
    """The fields there are, in their order, and the list's revision."""

    fields: tuple[Field, ...]
    revision: int

    @property
    def by_name(self) -> dict[str, Field]:
        return {field.name: field for field in self.fields}


def _text(_field: Field, value: Any) -> str:
    clean = normalise(value) if isinstance(value, str) else ""
    if not clean or len(clean) > LONGEST_TEXT:
        raise ValueError(f"a text of 1 to {LONGEST_TEXT} characters")
    return clean


def _number(_field: Field, value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("a number")
    if abs(value) > LARGEST_NUMBER or math.isnan(value):
        raise ValueError(f"a number of at most {LARGEST_NUMBER}")
    return value


def _date(_field: Field, value: Any) -> str:
    found = dates.iso_day(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("a date, YYYY-MM-DD")
    return found.isoformat()


def _flag(_field: Field, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def _choice(field: Field, value: Any) -> str:
    if not isinstance(value, str) or value not in field.choices:
        raise ValueError(f"one of: {', '.join(field.choices)}")
    return value


#: Kind → what takes a value of it. Raises ValueError that says what is wanted.
KINDS: Mapping[str, Callable[[Field, Any], Any]] = {
    "text": _text,
    "number": _number,
    "date": _date,
    "flag": _flag,
    "choice": _choice,
}


def fits(field: Field, value: Any) -> bool:
    """Whether a stored value is still one of its field."""
    try:
        KINDS[field.kind](field, value)
    except ValueError:
        return False
    return True


def checked(
    fields: Iterable[Field],
    sent: Mapping[str, Any],
    *,
    held: Iterable[str] = (),
    whole: bool = False,
) -> dict[str, Any]:
    """The values as they are stored; None clears one.

    `held` are names a profile has values of: those may be cleared even when they are
    declared no more. `whole`: a required field must be there (an import), not only not
    be cleared. Raises `Invalid` naming `attributes.<name>`, and all that are at fault.
    """
    known = {field.name: field for field in fields}
    taken: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, value in sent.items():
        field = known.get(name)
        if field is None and value is None and name in held:
            taken[name] = None
            continue
        try:
            taken[name] = _taken(field, value)
        except ValueError as error:
            faults.append((f"attributes.{name}", str(error)))
    missing = [one.name for one in known.values() if whole and one.required]
    faults += [(f"attributes.{name}", "is required") for name in missing if name not in sent]
    _refuse(faults)
    return taken


def _taken(field: Field | None, value: Any) -> Any:
    if field is None:
        raise ValueError("no such field; /v1/profile-fields lists them")
    if value is None:
        if field.required:
            raise ValueError("is required")
        return None
    return KINDS[field.kind](field, value)


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        name, detail = faults[0]
        raise Invalid(detail, field=name, faults=faults)


def read(field: Field, text: str) -> Any:
    """The value of a cell of a file, None for an empty one. Raises ValueError.

    Dates may be day/month/year, flags có/không, numbers with a decimal point or comma.
    """
    written = normalise(text)
    if not written:
        return None
    return KINDS[field.kind](field, _READERS.get(field.kind, str)(written))


def _read_number(text: str) -> int | float:
    plain = text.replace(" ", "").replace(",", ".")
    try:
        return int(plain) if plain.lstrip("+-").isdecimal() else float(plain)
    except ValueError:
        raise ValueError("a number") from None


def _read_date(text: str) -> str:
    found = dates.day(text)
    if found is None:
        raise ValueError("a date, YYYY-MM-DD or day/month/year")
    return found.isoformat()


def _read_flag(text: str) -> bool:
    folded = fold(text)
    if folded not in _YES | _NO:
        raise ValueError("có or không")
    return folded in _YES


_READERS: Mapping[str, Callable[[str], Any]] = {
    "number": _read_number,
    "date": _read_date,
    "flag": _read_flag,
}


def declared() -> Declared:
    """The custom fields there are; one read."""
    item = store.get(FieldList, FIELDS, ONLY)
    if item is None:
        return Declared(fields=(), revision=0)
    fields = tuple(Field(**{**one, "choices": tuple(one["choices"])}) for one in item.fields)
    return Declared(fields=fields, revision=int(item.revision))


def declare(
    before: Declared, fields: Sequence[Field], context: Context
) -> tuple[Declared, list[store.Write]]:
    """The list as it will be and the writes that make it so; none where nothing changes.

    Raises `FieldKindFixed`. Refused when somebody else changed the list meanwhile.
    Values of a field that goes stay until they are cleared; nothing shows them.
    """
    for field in fields:
        old = before.by_name.get(field.name)
        if old is not None and old.kind != field.kind:
            raise FieldKindFixed(f"{field.name} is a {old.kind}", field="fields")
    if tuple(fields) == before.fields:
        return before, []
    after = Declared(fields=tuple(fields), revision=before.revision + 1)
    changed = {one.name for one in set(before.fields) ^ set(fields)}
    item = FieldList(FIELDS, ONLY, fields=[asdict(one) for one in fields], revision=after.revision)
    same = FieldList.revision == before.revision if before.revision else store.is_new(item)
    told = CustomFieldsChanged(changed=tuple(sorted(changed)))
    return after, [store.put("fields", item, condition=same), eventlog.record(told, context)]
