"""Values declared like frozen dataclasses, whose methods are shared instead of generated.

Base of the events: generating methods for each of their forty classes took a
tenth of all our import time, at every cold start of every function.
"""

from __future__ import annotations

from inspect import get_annotations
from typing import Any, ClassVar, NoReturn, dataclass_transform


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Fact:
    """Its annotations are its fields, given by keyword; class attributes are their defaults."""

    fields: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        declared = get_annotations(cls)
        own = [name for name, kind in declared.items() if not str(kind).startswith("ClassVar")]
        cls.fields = (*cls.fields, *own)

    def __init__(self, **values: Any) -> None:
        missing = [name for name in self.fields if name not in values and not hasattr(self, name)]
        unknown = sorted(values.keys() - set(self.fields))
        if missing or unknown:
            raise TypeError(f"{type(self).__name__}: missing {missing}, unknown {unknown}")
        self.__dict__.update(values)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def values(self) -> dict[str, Any]:
        """Every field with its value, in the order they are declared."""
        return {name: getattr(self, name) for name in self.fields}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Fact) or type(self) is not type(other):
            return NotImplemented
        return self.values() == other.values()

    def __hash__(self) -> int:
        return hash((type(self), *self.values().values()))

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.values().items())
        return f"{type(self).__name__}({shown})"
