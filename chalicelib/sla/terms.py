"""Terms as the log and the stored clocks hold them, and back. Pure; for `story` and `settling`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .clock import Counting, Target

#: Clock → [seconds, calendar, version] and, where it has to lie in hours, [calendar, version].
Json = Mapping[str, Any]


def to_json(terms: Mapping[str, Target]) -> dict[str, Any]:
    """Terms as JSON."""
    return {name: _written(target) for name, target in sorted(terms.items())}


def _written(target: Target) -> list[Any]:
    counted = [target.seconds, target.counting.calendar, target.counting.version]
    hours = target.then_open
    return counted if hours is None else [*counted, hours.calendar, hours.version]


def from_json(value: Json) -> dict[str, Target]:
    """The reverse of `to_json`."""
    return {name: _read(*target) for name, target in value.items()}


def _read(
    seconds: int, calendar: str, version: int, hours: str | None = None, hours_version: int = 0
) -> Target:
    return Target(
        seconds=int(seconds),
        counting=Counting(calendar=calendar, version=int(version)),
        then_open=None if hours is None else Counting(calendar=hours, version=int(hours_version)),
    )
