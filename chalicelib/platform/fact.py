"""Values declared like frozen dataclasses, whose methods are shared instead of generated.

`dataclasses` writes and compiles five methods for every class: for the two hundred
we have that was a seventh of all our import time, at every cold start of every
function. `frozen` is used in the place of `@dataclass(frozen=True, slots=True,
kw_only=True)` and works with `dataclasses.replace`, `asdict` and `fields`; `Fact`
is the same for a family of classes (the events).
"""

from __future__ import annotations

import dataclasses
from dataclasses import MISSING, FrozenInstanceError
from inspect import get_annotations
from typing import Any, ClassVar, NoReturn, TypeVar, dataclass_transform

T = TypeVar("T")

#: How the standard library marks a field that is one; `fields` and `replace` look for it.
_A_FIELD = dataclasses._FIELD  # type: ignore[attr-defined]


@dataclass_transform(
    frozen_default=True, kw_only_default=True, field_specifiers=(dataclasses.field,)
)
def frozen(cls: type[T]) -> type[T]:
    """Make a class a frozen value: its annotations are its fields, given by keyword."""
    fields: dict[str, Any] = {}
    for base in cls.__mro__[:0:-1]:
        fields |= vars(base).get("__dataclass_fields__", {})
    for name, kind in get_annotations(cls).items():
        if not str(kind).startswith("ClassVar"):
            fields[name] = _field(cls, name, kind)
    shared = {
        "__dataclass_fields__": fields,
        "__required__": {n for n, f in fields.items() if _has_no_default(f)},
        "__defaults__": {n: f.default for n, f in fields.items() if f.default is not MISSING},
        "__factories__": {
            n: f.default_factory for n, f in fields.items() if f.default_factory is not MISSING
        },
    }
    for name, found in {**_METHODS, **shared}.items():
        if name in shared or name not in vars(cls):
            setattr(cls, name, found)
    return cls


def but(value: T, **changes: Any) -> T:
    """The same value but for some fields: `dataclasses.replace` at a tenth of its cost."""
    unknown = changes.keys() - value.__dataclass_fields__.keys()  # type: ignore[attr-defined]
    if unknown:
        raise TypeError(f"{type(value).__name__}: unknown {sorted(unknown)}")
    made = object.__new__(type(value))
    made.__dict__.update(value.__dict__)
    made.__dict__.update(changes)
    return made


def _has_no_default(field: Any) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _field(cls: type, name: str, kind: Any) -> Any:
    declared = vars(cls).get(name, MISSING)
    found: Any = declared
    if not isinstance(declared, dataclasses.Field):
        found = dataclasses.field() if declared is MISSING else dataclasses.field(default=declared)
    elif declared.default is MISSING:
        delattr(cls, name)
    else:
        setattr(cls, name, declared.default)
    found.name, found.type, found._field_type = name, kind, _A_FIELD
    return found


def _init(self: Any, **given: Any) -> None:
    names = given.keys()
    if not (self.__required__ <= names <= self.__dataclass_fields__.keys()):
        missing = sorted(self.__required__ - names)
        unknown = sorted(names - self.__dataclass_fields__.keys())
        raise TypeError(f"{type(self).__name__}: missing {missing}, unknown {unknown}")
    made = self.__dict__
    made.update(self.__defaults__)
    made.update(given)
    for name, make in self.__factories__.items():
        if name not in given:
            made[name] = make()


def _refused(self: object, *_: object) -> NoReturn:
    raise FrozenInstanceError(f"{type(self).__name__} is frozen")


def _values(self: Any) -> tuple[Any, ...]:
    return tuple(self.__dict__[name] for name in self.__dataclass_fields__)


def _equal(self: Any, other: object) -> Any:
    if type(self) is not type(other):
        return NotImplemented
    return _values(self) == _values(other)


def _hash(self: Any) -> int:
    return hash((type(self), *_values(self)))


def _repr(self: Any) -> str:
    shown = ", ".join(f"{name}={self.__dict__[name]!r}" for name in self.__dataclass_fields__)
    return f"{type(self).__name__}({shown})"


_METHODS: dict[str, Any] = {
    "__init__": _init,
    "__setattr__": _refused,
    "__delattr__": _refused,
    "__eq__": _equal,
    "__hash__": _hash,
    "__repr__": _repr,
}


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Fact:
    """Base of a family of values; `fields` are their names, in the order they are declared."""

    fields: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        frozen(cls)
        cls.fields = tuple(vars(cls)["__dataclass_fields__"])

    def values(self) -> dict[str, Any]:
        """Every field with its value."""
        return {name: self.__dict__[name] for name in self.fields}
