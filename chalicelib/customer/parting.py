"""What a restore ties together again: an erased original, whoever took it in, whom it took in.

Called by `erasing.reapply`. A backup may hold a merge that was undone before one of
the two was erased; whoever is left must not lead to nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from ..events.customers import MergeUndone
from ..platform import eventlog, store
from ..platform.context import Context
from ..profiles import merging
from ..profiles.family import find
from ..profiles.model import PROFILE, PROFILES, Profile

#: The `merge_id` of a tie whose merge is not there.
UNKNOWN = "restore"


def cut_off(profile_id: str, erased: Collection[str], context: Context) -> Iterator[str]:
    """Cut an original that stays erased off from others; yields those who go on without it.

    `erased` are all originals that stay erased: ties among them end with them. May run
    any number of times, and yields the same then, so long as their merges are there.
    """
    profile = find(profile_id)
    if profile is None:
        return
    merges = merging.around(profile_id)
    into = {str(one.into): one.id for one in merges if one.profile_id == profile_id}
    took = {str(one.profile_id): one.id for one in merges if one.into == profile_id}
    into |= _unknown([profile.merged_into] if profile.merged_into else [], into)
    took |= _unknown(profile.children or (), took)
    for other, merge in into.items():
        _leave(other, profile_id, merge, context)
    for other, merge in took.items():
        if other not in erased:
            _free(other, profile_id, merge, context)
    yield from (one for one in (*into, *took) if one not in erased and find(one) is not None)


def _unknown(others: Collection[str], known: Mapping[str, str]) -> dict[str, str]:
    return {other: UNKNOWN for other in others if other not in known}


def _leave(parent: str, child: str, merge_id: str, context: Context) -> None:
    """Whoever took the erased original in has it no more, whatever that says itself."""
    change = store.update(
        "parent",
        store.ref(Profile, parent, PROFILE),
        Profile.children.delete({child}),
        Profile.revision.add(1),
        condition=Profile.children.contains(child),
    )
    _commit(change, parent, child, merge_id, context)


def _free(child: str, parent: str, merge_id: str, context: Context) -> None:
    """Whom the erased original took in stands for itself again."""
    change = store.update(
        "child",
        store.ref(Profile, child, PROFILE),
        Profile.merged_into.remove(),
        Profile.listing.set(PROFILES),
        Profile.revision.add(1),
        condition=(Profile.merged_into == parent) & Profile.erased_at.does_not_exist(),
    )
    _commit(change, parent, child, merge_id, context)


def _commit(change: store.Write, parent: str, child: str, merge_id: str, context: Context) -> None:
    told = MergeUndone(profile_id=parent, merge_id=merge_id, merged_id=child)
    try:
        store.commit([change, eventlog.record(told, context)])
    except store.ConditionFailed:
        return  # apart already
