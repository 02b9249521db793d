"""After a merge or its undoing: everything is listed under who stands for it now.

Called by `customer.jobs`. Works in steps, for as long as it is given, and any
number of times: whatever stands under a profile that it does not belong with is
moved, whatever is right is left. An index may lag a moment behind its table, so
a merge counts as settled only when a look some time later finds nothing to move.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from ..events.customers import BelongingsMoved
from ..platform import eventlog, store
from ..platform.clock import parse
from ..platform.context import Context
from ..platform.pages import PageRequest
from ..profiles import merging
from ..profiles.family import ProfileIsErased, below, family_of, homes, original
from ..profiles.model import Merge
from .walking import Clock, slices

#: How long after its last change a merge is looked at once more.
SETTLES_AFTER = timedelta(seconds=30)


def move(merge_id: str, context: Context, *, seconds: float) -> bool:
    """Move what a merge or its undoing displaced; False when time ran out before the end."""
    found = merging.find(merge_id)
    if found is None or found.listing != merging.MOVING:
        return True  # settled, or erased with those it was of
    clock, moved = Clock(seconds), 0
    try:
        for count in _steps(found):
            moved += count
            if count and clock.over:
                return False
    except ProfileIsErased:
        moved = 0  # the erasure takes what is there, under whomever it stands
    if moved == 0 and _is_old_enough(found.listed_at, context.now):
        _settle(found.id, context)
    return True


def _steps(found: Merge) -> Iterator[int]:
    """Every place where something may stand that belongs elsewhere now, walked by every slice.

    After a merge: what was taken in. After its undoing: wherever it may have been led.
    """
    home = homes()
    places = _below(found.profile_id)
    if found.undone_at is not None:
        places += [*family_of(found.into).ids, *family_of(found.profile_id).ids]
    for place in dict.fromkeys(places):
        for _, one in slices():
            yield from one.rehome(place, home)


def _below(profile_id: str) -> list[str]:
    return [profile_id, *(str(item.pk) for item in below(original(profile_id)))]


def _is_old_enough(listed_at: str, now: datetime) -> bool:
    return now - parse(listed_at.partition("#")[0]) >= SETTLES_AFTER


def _settle(merge_id: str, context: Context) -> None:
    found = merging.find(merge_id)
    if found is None:
        return
    told = BelongingsMoved(profile_id=found.into, merge_id=merge_id)
    try:
        store.commit([merging.settled(found), eventlog.record(told, context)])
    except store.ConditionFailed:
        return  # undone or settled meanwhile: it is listed anew, or no longer


def unsettled(now: datetime, *, most: int, scope: str) -> list[str]:
    """Merges that may be settled by now, oldest first."""
    found = merging.unsettled(PageRequest(scope=scope, limit=most))
    return [item.id for item in found.items if _is_old_enough(item.listed_at, now)]
