"""One number of the benchmark with its bound; made by every module here, printed by `__main__`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`bound` is the most it may be, or with `at_least` the least; None: told, not judged."""

    name: str
    value: float
    unit: str
    bound: float | None = None
    at_least: bool = False
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether it is within its bound."""
        if self.bound is None:
            return True
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    def shown(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "bound": self.bound,
            "bound_is": "least" if self.at_least else "most",
            "ok": self.ok,
            "detail": dict(self.detail),
        }
