"""Values that identify nobody, whoever gives them: the organisation's hotline, an office.

Called by `merging_api`, where people say so, and by `knowing`, `meeting`, `mentions` and
`customer.resolving`, which make nothing of such a value.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..events.customers import BlockedValueChanged
from ..platform import eventlog, store
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.errors import Invalid, NotFound
from ..platform.pages import Page, PageRequest, page
from .identities import KINDS, PHONE, Value
from .model import Blocked

BLOCKED = "blocked"
_NO_DIGIT = re.compile(r"\D")
_HOTLINE = re.compile(r"(?:84|0084)?1[89]00\d{4,6}")


class NotBlocked(NotFound):
    code, title = "not_blocked", "The value is not blocked"


def blocked_key(kind: str, value: str) -> str:
    """The range key of a blocked value."""
    return f"{kind}#{value}"


def is_blocked(kind: str, value: str) -> bool:
    """Whether the organisation knows a value to be nobody's."""
    return store.get(Blocked, BLOCKED, blocked_key(kind, value)) is not None


def unblocked(found: Sequence[Value]) -> list[Value]:
    """Those of these values that the organisation does not know to be nobody's; one read."""
    keys = {one: (BLOCKED, blocked_key(one.kind, one.value)) for one in found}
    blocked = store.get_many(Blocked, keys.values(), consistent=True)
    return [one for one in found if keys[one] not in blocked]


def all_blocked(request: PageRequest) -> Page[Blocked]:
    """The blocked values, by kind and value."""
    return page(Blocked, request, BLOCKED, newest_first=False)


def normalised(kind: str, value: str) -> str:
    """A value as identities have it. Raises `Invalid` when it is none of its kind, or never
    is one: of a 1900 or 1800 number no phone of a customer is read, so nothing is to be blocked.
    """
    known = KINDS[kind]
    found = known.reads(value)
    if found is None and kind == PHONE and _HOTLINE.fullmatch(_NO_DIGIT.sub("", value)):
        raise Invalid("1800 and 1900 numbers never identify anybody", field="value")
    if found is None:
        raise Invalid(f"{value!r} is not valid", field="value")
    return known.canonical(found)


def block(kind: str, value: str, context: Context, *, reason: str | None) -> list[store.Write]:
    """Block a normalised value; again is a new reason."""
    values = {"reason": reason, "created_at": iso(context.now)}
    changed = store.update(
        "blocked", _ref(kind, value), *store.assign(Blocked, values), condition=None
    )
    return [changed, eventlog.record(BlockedValueChanged(kind=kind, blocked=True), context)]


def unblock(kind: str, value: str, context: Context) -> list[store.Write]:
    """Let a normalised value identify customers again. Raises `NotBlocked`."""
    missing = NotBlocked(field="value")
    gone = store.delete("blocked", _ref(kind, value), error=missing)
    return [gone, eventlog.record(BlockedValueChanged(kind=kind, blocked=False), context)]


def _ref(kind: str, value: str) -> Blocked:
    return store.ref(Blocked, BLOCKED, blocked_key(kind, value))
