"""Mails that report of another mail: bounces and read receipts (RFC 3464, 8098). For `adapter`."""

from __future__ import annotations

from email.parser import HeaderParser

from ..event import Kind
from .charsets import decoded
from .letter import MESSAGE_ID, Letter
from .mime import BROKEN, COMPAT, Part
from .received import Report, status_in

ORIGINAL = ("message/rfc822", "message/rfc822-headers", "text/rfc822-headers", "message/global")
STATUS, DISPOSITION = "message/delivery-status", "message/disposition-notification"
LARGEST = 100_000  # bytes of a part that are looked at


def bounce_of(letter: Letter) -> Report | None:
    """What a `multipart/report` says of a mail of ours; of one that is only delayed `UNKNOWN`."""
    if not letter.report:
        return None
    parts = {part.type: part for part in letter.parts}
    if DISPOSITION in parts:
        seen = "displayed" in _field(parts[DISPOSITION], "disposition").lower()
        kind = Kind.READ if seen else Kind.UNKNOWN
        named = _ids(_field(parts[DISPOSITION], "original-message-id"))
        return Report(kind=kind if named else Kind.UNKNOWN, name="receipt", ids=named)
    if STATUS not in parts:
        return Report(kind=Kind.UNKNOWN, name="report")
    told = parts[STATUS]
    original = next((parts[one] for one in ORIGINAL if one in parts), None)
    named = _ids(_field(original, "message-id")) if original else ()
    failed = _field(told, "action").lower() == "failed" and named
    diagnosis = _field(told, "diagnostic-code")
    return Report(
        kind=Kind.FAILED if failed else Kind.UNKNOWN,
        name="bounce",
        ids=named,
        code=status_in(_field(told, "status")) or status_in(diagnosis) or "bounce",
        detail=diagnosis,
    )


def _ids(value: str) -> tuple[str, ...]:
    """The id of a mail, whole and without its host: providers know theirs by that alone."""
    found = MESSAGE_ID.search(value)
    return () if found is None else tuple(dict.fromkeys((found[1], found[1].partition("@")[0])))


def _field(part: Part, name: str) -> str:
    """A field of any of the blocks of a report."""
    blocks = decoded(part.body[:LARGEST], part.charset).split("\n\n")
    for block in blocks[:20]:
        try:
            value = HeaderParser(policy=COMPAT).parsestr(block.strip() + "\n\n").get(name)
        except BROKEN:
            value = None
        if value:
            return str(value).strip()
    return ""
