"""The stored clocks: those of a page of tickets, and what comes of all in the next hours.

Called by `clocks_api`. A forecast reads the due index up to its horizon, and no more of it
than `MOST`: whatever warns or breaks until then has its next step until then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from ..platform import store
from ..platform.clock import parse
from ..platform.due import due
from .forecast import Forecast, coming
from .model import CLOCKS, Clocks
from .placing import places

#: Subjects looked at for one forecast; an answer of that many stays well below 10 MB.
MOST = 1_000


def several(keys: Iterable[str]) -> dict[str, Clocks]:
    """The clocks of those of these subjects that have any; one read for a hundred."""
    found = store.get_many(Clocks, [(key, CLOCKS) for key in keys])
    return {pk: item for (pk, _), item in found.items()}


def foreseen(hours: int, wanted: Mapping[str, str], *, now: datetime) -> Forecast:
    """What warns and breaks in the next hours; `wanted`: fields of `Place` and their values."""
    until = now + timedelta(hours=hours)
    keys = due(Clocks.due, now=until, most=MOST + 1)
    known = several(pk for pk, _ in keys[:MOST])
    entries = [
        entry
        for key, item in known.items()
        for entry in coming(key, item.clocks, now=now, until=until)
    ]
    where = places(dict.fromkeys(entry.subject for entry in entries))
    placed = (replace(entry, place=where[entry.subject]) for entry in entries)
    kept = (
        entry
        for entry in placed
        if all(getattr(entry.place, field) == value for field, value in wanted.items())
    )
    return Forecast(
        now=now,
        until=until,
        complete_until=until if len(keys) <= MOST else _reached(known, until),
        entries=tuple(sorted(kept, key=lambda one: (one.at, one.subject, one.clock, one.what))),
    )


def _reached(known: Mapping[str, Clocks], until: datetime) -> datetime:
    """Up to when the due index was read: the latest next step among what was found."""
    steps = [parse(item.due_at) for item in known.values() if item.due_at is not None]
    return min(until, max(steps, default=until))
