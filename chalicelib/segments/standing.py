"""Bringing customers' tiers and segments up to date with what is known of them now.

`settle` may run for any profile at any time and any number of times. It reads a
customer's standing before their facts and writes it under the condition that
nobody did so meanwhile: of two that judge one customer at once, the one with
the older facts is refused and looks again. Membership, counts, histograms, tier and
the events that tell of them are one transaction. Called by `work` and `belongings`.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..events.customers import SegmentEntered, SegmentLeft
from ..platform import eventlog, store
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.errors import Transient
from ..profiles import tiers
from ..profiles.knowing import guard
from . import histograms, rules
from .definitions import Definition
from .judging import Judged, Look, counted_in, judge, look_at, nobody, segments_of
from .model import STANDING, Count, Member, State, count_pk, member_pk, part_of

ROUNDS = 8
#: Segments entered or left in one transaction, three writes each; the rest follows at once.
MOST_MOVES = 25


class Unsettled(Transient):
    code, title = "unsettled", "The customer keeps changing while their segments are looked at"


def settle(
    profile_ids: Iterable[str], context: Context, *, only: str | None = None, quiet: bool = False
) -> int:
    """Judge these customers anew; returns how many. Any original of one stands for all of them.

    `only`: the one segment that is looked at, when a new condition is taken round. `quiet`:
    nothing happened to them, so where nothing changes nothing is written.
    Profiles that were merged away, erased or never there leave everything.
    Raises `Unsettled` when others keep being quicker.
    """
    waiting = list(dict.fromkeys(profile_ids))
    judged_first = 0
    for number in range(ROUNDS):
        if not waiting:
            break
        look = look_at(waiting)
        judged = judge(look, context, only=only)
        judged_first = judged_first if number else len(judged)
        waiting = [
            one.profile_id for one in judged if not _carried_out(one, look, context, quiet=quiet)
        ]
    if waiting:
        raise Unsettled(f"{len(waiting)} customers")
    return judged_first


def leave(profile_id: str, context: Context) -> None:
    """Take a profile out of everything, whatever it stands for. Raises `Unsettled`."""
    for _ in range(ROUNDS):
        look = look_at([profile_id])
        state = look.state(profile_id)
        if state is None:
            return
        _carried_out(nobody(profile_id, state, look), look, context, quiet=False)
    raise Unsettled(profile_id)


def _carried_out(one: Judged, look: Look, context: Context, *, quiet: bool) -> bool:
    """Whether all of a judgement is true now; False: look again."""
    writes = _writes(one, look, context, quiet=quiet)
    try:
        store.commit(writes)
    except (store.ConditionFailed, store.Contended):
        return False
    return len(one.moves) <= MOST_MOVES


def _writes(one: Judged, look: Look, context: Context, *, quiet: bool) -> list[store.Write]:
    some = one.moves.first(MOST_MOVES)
    changes = [
        *_moved(one, some, look, context),
        *histograms.shift(one.profile_id, counted_in(one.state), one.buckets),
        *_tiered(one, context),
    ]
    if quiet and not changes:
        return []
    kept = _kept(one, some)
    if one.family is None or (one.state is not None and not changes):
        return [*changes, kept]
    return [*changes, kept, *guard(one.profile_id, changes)]


def _tiered(one: Judged, context: Context) -> list[store.Write]:
    if one.family is None or one.tier is None:
        return []
    return tiers.follow(one.family, one.tier.name, one.tier.why, context)


def _kept(one: Judged, some: rules.Moves) -> store.Write:
    """The standing afterwards: written even where nothing changed, so that whoever looked
    before and has older facts is refused."""
    before = 0 if one.state is None else int(one.state.revision)
    segments = (segments_of(one.state) | set(some.enters)) - set(some.leaves)
    item = State(
        one.profile_id,
        STANDING,
        segments=segments or None,
        data=dict(one.buckets) or None,
        revision=before + 1,
    )
    same = store.is_new(item) if one.state is None else State.revision == before
    if one.family is None and len(one.moves) <= MOST_MOVES:
        return store.delete("standing of nobody", item, condition=same)
    return store.put("standing kept", item, condition=same)


def _moved(one: Judged, some: rules.Moves, look: Look, context: Context) -> list[store.Write]:
    by_id = {definition.id: definition for definition in look.definitions}
    writes: list[store.Write] = []
    for segment_id in some.leaves:
        item = store.ref(Member, member_pk(segment_id), one.profile_id)
        event = SegmentLeft(profile_id=one.profile_id, segment_id=segment_id)
        writes += [
            store.delete(f"member of {segment_id}", item),
            _counted(one, by_id[segment_id], -1),
            eventlog.record(event, context),
        ]
    for segment_id in some.enters:
        pk = member_pk(segment_id)
        member = Member(pk, one.profile_id, entered_at=iso(context.now))
        entered = SegmentEntered(profile_id=one.profile_id, segment_id=segment_id)
        writes += [
            store.put(f"member of {segment_id}", member),
            _counted(one, by_id[segment_id], 1),
            eventlog.record(entered, context),
        ]
    return writes


def _counted(one: Judged, definition: Definition, by: int) -> store.Write:
    """Refused when the segment was removed or defined anew meanwhile."""
    item = store.ref(Count, count_pk(definition.id), part_of(one.profile_id))
    return store.update(
        f"count of {definition.id}",
        item,
        Count.value.add(by),
        condition=Count.defined == definition.defined,
    )
