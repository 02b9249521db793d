"""A long text in parts that a channel takes. Channels call it through `base`."""

from __future__ import annotations


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
