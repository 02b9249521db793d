"""Keys for what we sign ourselves (cursors, ids made of personal data, later survey links).

Made on first use, sealed by KMS, kept in the control table, held by the process.
"""

from __future__ import annotations

import hmac
import secrets as randomness
from functools import cache
from hashlib import sha256

from . import store
from .control import ONLY, Control, control
from .ids import digest
from .secrets import seal, unseal


@cache
def key(purpose: str) -> bytes:
    """The 32-byte signing key of a purpose; the first caller anywhere creates it."""
    pk = f"signing#{purpose}"
    found = store.get(Control, pk, ONLY)
    if found is None:
        fresh = randomness.token_hex(32)
        sealed = seal({"key": [fresh]}, owner=pk)
        try:
            store.commit([store.put("key", control(pk, data={"sealed": sealed}))])
        except store.ConditionFailed:
            pass_on = store.get(Control, pk, ONLY)  # somebody else was first: use theirs
            return _opened(pass_on, pk)
        return bytes.fromhex(fresh)
    return _opened(found, pk)


def _opened(item: Control | None, pk: str) -> bytes:
    if item is None:
        raise store.StoreUnavailable(f"{pk} has vanished")
    return bytes.fromhex(unseal(item.data["sealed"], owner=pk)["key"][0])


def keyed_id(kind: str, *parts: str) -> str:
    """A derived id of something personal (a phone, a user's id): without the key nobody can
    try all phones and see whose id it is. 128 bits, the same for ever on one stage."""
    text = digest(kind, *parts).encode()
    return hmac.new(key("ids"), text, sha256).hexdigest()[:32]
