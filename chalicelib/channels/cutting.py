"""A long text in parts that a channel takes. Channels call it in `Adapter.prepare`."""

from __future__ import annotations

from .sending import Capabilities


def split_text(text: str, limit: int) -> list[str]:
    """Cut text into parts of at most `limit` characters, at line ends or spaces where it can.

    Nothing is lost but the white space at a cut; a word longer than the limit is cut hard.
    """
    parts: list[str] = []
    rest = text.strip()
    while len(rest) > limit:
        window = rest[: limit + 1]
        cut = max(window.rfind("\n"), window.rfind(" "))
        if cut <= 0:
            cut = limit
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest else parts


def parts_of(text: str, able: Capabilities) -> list[str]:
    """The parts in which a text goes out on a channel."""
    parts = split_text(text, able.max_text or len(text) + 1)
    most = able.max_bytes
    return parts if most is None else [one for part in parts for one in _within(part, most)]


def _within(text: str, most: int) -> list[str]:
    """A text in parts of at most `most` bytes of UTF-8."""
    limit = len(text)
    while any(len(part.encode(errors="replace")) > most for part in split_text(text, limit)):
        limit = limit * 9 // 10
    return split_text(text, limit)
