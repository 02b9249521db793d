"""File names of attachments as they may be stored and shown. Called by `letter` and `readers`."""

from __future__ import annotations

import re
import unicodedata

from ..wire import composed
from . import codes

LONGEST_NAME = 150  # characters
LONGEST_GIVEN = 5_000
#: Path separators of every system; what stands before the last one is no name.
SEPARATORS = re.compile(r"[/\\:\u2044\u2215\uff0f\uff3c]")
#: Control, format (writing direction, joiners) and unassigned characters hide what a file is.
HIDING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
FORBIDDEN = re.compile(r"[<>\"|?*]")


def safe_name(given: str | None, media_type: str, number: int) -> str:
    """A name without path, hidden characters or leading dots; one made up where none is left."""
    last = SEPARATORS.split(composed((given or "")[-LONGEST_GIVEN:]))[-1]
    shown = "".join(c for c in last if unicodedata.category(c) not in HIDING)
    clean = " ".join(FORBIDDEN.sub("_", shown).split()).strip(". ")
    if not clean:
        return f"{codes.NAMELESS}-{number}{codes.EXTENSIONS.get(media_type, '')}"
    if len(clean) <= LONGEST_NAME:
        return clean
    stem, dot, extension = clean.rpartition(".")
    kept = f"{dot}{extension}" if dot and len(extension) <= 10 else ""
    return (stem if kept else clean)[: LONGEST_NAME - len(kept)].rstrip(". ") + kept
