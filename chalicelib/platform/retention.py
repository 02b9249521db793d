"""How long each kind of data is kept: defaults, and what an administrator has set instead.

Read by whoever keeps such data or lets it go; listed and changed by `customer.retention_api`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from . import store
from .control import ONLY, Control, control
from .errors import Conflict, NotFound
from .fact import frozen
from .remembered import Remembered

KEY = "retention#"


class NoSuchKind(NotFound):
    code, title = "no_such_kind", "No such kind of data"


class FixedPeriod(Conflict):
    code, title = "fixed_period", "This period is part of how the product works"


@frozen
class Period:
    """How many days by default, whether that may be changed, and by what the data ends.

    `how`: `walk` (a schedule goes through what is old), `expiry` (each item has an end
    from the start, so a change holds for what comes after it), `bucket` (a rule of the bucket).
    """

    days: int
    how: str
    fixed: bool = False


#: The table of kinds.
PERIODS: Mapping[str, Period] = {
    "raw_payloads": Period(days=180, how="walk"),  # what providers sent, beside what we read of it
    "media": Period(days=730, how="walk"),  # copies of what customers attached
    "notifications": Period(days=90, how="expiry"),  # what agents were told
    "behaviours": Period(days=365, how="expiry"),
    "quarantine": Period(days=90, how="expiry", fixed=True),  # marks of what was seen outlive it
    "repeatable_answers": Period(days=2, how="expiry", fixed=True),
    "oversized_requests": Period(days=91, how="bucket", fixed=True),
    "exports": Period(days=30, how="bucket", fixed=True),
}

_set: Remembered[int] = Remembered(60)


def days(kind: str) -> int:
    """How many days a kind is kept now. Raises `NoSuchKind`."""
    if kind not in PERIODS:
        raise NoSuchKind(field="kind")
    return _set.get(kind, lambda: _days(kind)) or PERIODS[kind].days


def _days(kind: str) -> int:
    item = store.get(Control, KEY + kind, ONLY)
    return PERIODS[kind].days if item is None else int(item.data["days"])


def period(kind: str) -> timedelta:
    """How long a kind is kept now. Raises `NoSuchKind`."""
    return timedelta(days=days(kind))


def change(kind: str, to: int) -> store.Write:
    """The write that sets a period in days. Raises `NoSuchKind`, `FixedPeriod`."""
    if kind not in PERIODS:
        raise NoSuchKind(field="kind")
    if PERIODS[kind].fixed:
        raise FixedPeriod(field="kind")
    return store.update(
        "retention", control(KEY + kind), Control.data.set({"days": to}), condition=None
    )


def forget() -> None:
    """Drop what this process remembers of periods."""
    _set.forget()
