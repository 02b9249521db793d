"""Keys: idempotency keys made of what a provider sends, and secrets compared with those known.

Called by providers while they verify and split, and by what visitors' browsers ask.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

LONGEST_KEY = 300  # characters; a DynamoDB sort key ends at 1,024 bytes and carries a prefix


def digest(value: Any) -> str:
    """A fingerprint (32 hex digits) of a JSON value, the same however its keys are ordered."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return sha256(canonical.encode()).hexdigest()[:32]


def event_key(*parts: str) -> str:
    """The parts joined by `:`; when that is too long for a database key, the first and a digest
    of the others, or of all where the first alone is too long."""
    joined = ":".join(parts)
    if len(joined) <= LONGEST_KEY:
        return joined
    short = f"{parts[0]}:{digest(parts[1:])}"
    return short if len(short) <= LONGEST_KEY else digest(parts)


def is_one_of(given: str, known: Sequence[str]) -> bool:
    """Whether a text is among the known ones; every one is compared, in constant time."""
    asked = given.encode()
    return sum(hmac.compare_digest(one.encode(), asked) for one in known) > 0
