"""Identifiers: random ones that sort by time, and derived ones that never change.

A derived id is what makes a handler repeatable: the second run of the same
delivery computes the same key and meets its own first write.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from uuid_utils import uuid7

#: Stands between the parts of a derived id, so that ("a", "bc") and ("ab", "c") differ.
SEPARATOR = "\x1f"


def new_id() -> str:
    """A fresh identifier (UUID version 7): 36 characters, sorts by creation."""
    return str(uuid7())


def earliest_id(moment: datetime) -> str:
    """Where ids made from `moment` on begin, to compare as text (RFC 9562 §5.7: 48 bits of ms)."""
    digits = f"{max(0, int(moment.timestamp() * 1000)):012x}"
    return f"{digits[:8]}-{digits[8:]}"


def digest(*parts: str) -> str:
    """SHA-256 of the parts as 64 hex digits; the same parts always give the same digest."""
    return sha256(SEPARATOR.join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def derived_id(kind: str, *parts: str) -> str:
    """A short opaque id (128 bits of `digest`) for something that has a natural key."""
    return digest(kind, *parts)[:32]
