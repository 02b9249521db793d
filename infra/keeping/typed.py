"""Items in DynamoDB's typed JSON as lines of a file. Pure; called by `backup` and `restore`.

The client gives binary values as bytes, JSON has none: they are base64 text in
a line, under the same type code, as DynamoDB's own exports write them.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from typing import Any

Item = dict[str, Any]
Key = tuple[str, str]


def to_line(item: Mapping[str, Any]) -> bytes:
    """One item as one line, always the same for the same item."""
    shown = {name: _written(value) for name, value in item.items()}
    text = json.dumps(shown, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode() + b"\n"


def from_line(line: bytes) -> Item:
    """The reverse of `to_line`. Raises ValueError for what is no item."""
    found = json.loads(line)
    if not isinstance(found, dict) or not all(isinstance(one, dict) for one in found.values()):
        raise ValueError("a line is one item")
    return {name: _read(value) for name, value in found.items()}


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two items hold the same, whatever the order of their sets."""
    return to_line(one) == to_line(other)


def key_of(item: Mapping[str, Any]) -> Key:
    """Hash and range key of an item of ours, both text."""
    return str(item["pk"]["S"]), str(item["sk"]["S"])


def text(item: Mapping[str, Any], name: str) -> str | None:
    """The text under a name; None where there is none."""
    value = item.get(name, {}).get("S")
    return None if value is None else str(value)


def _written(value: Mapping[str, Any]) -> dict[str, Any]:
    ((kind, held),) = value.items()
    return {kind: _WRITE.get(kind, _as_it_is)(held)}


def _read(value: Mapping[str, Any]) -> dict[str, Any]:
    ((kind, held),) = value.items()
    return {kind: _READ.get(kind, _as_it_is)(held)}


def _as_it_is(held: Any) -> Any:
    return held


def _text_of(held: bytes) -> str:
    return b64encode(held).decode("ascii")


_WRITE: dict[str, Callable[[Any], Any]] = {
    "B": _text_of,
    "BS": lambda held: sorted(map(_text_of, held)),
    "SS": sorted,
    "NS": sorted,
    "L": lambda held: [_written(one) for one in held],
    "M": lambda held: {name: _written(one) for name, one in held.items()},
}
_READ: dict[str, Callable[[Any], Any]] = {
    "B": b64decode,
    "BS": lambda held: [b64decode(one) for one in held],
    "L": lambda held: [_read(one) for one in held],
    "M": lambda held: {name: _read(one) for name, one in held.items()},
}
