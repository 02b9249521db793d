"""Saved conditions and who meets them: what the API and other slices ask and change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..events.customers import SegmentDefined, SegmentRemoved, SegmentRenamed
from ..platform import eventlog, store
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.errors import Conflict, NotFound
from ..platform.fact import frozen
from ..platform.ids import derived_id
from ..platform.pages import Page, PageRequest, page
from ..profiles.family import families
from . import conditions, definitions, judging
from .defaults import DEFAULTS
from .model import (
    PARTS,
    SEGMENTS,
    STANDING,
    VERSION_KEY,
    Count,
    Member,
    Segment,
    State,
    count_pk,
    member_pk,
)

MOST_SEGMENTS = 100
BUILDING, READY = "building", "ready"


class SegmentNotFound(NotFound):
    code, title = "segment_not_found", "No such segment"


class TooManySegments(Conflict):
    code, title = "too_many_segments", f"There are {MOST_SEGMENTS} segments already"


class SegmentExists(Conflict):
    code, title = "segment_exists", "There is a segment with this id"


@frozen
class Edit:
    """A segment as it will be, and the writes that make it so."""

    item: Segment
    writes: list[store.Write]


@frozen
class InSegment:
    """A segment that somebody is in."""

    segment_id: str
    name: str


def load(segment_id: str) -> Segment:
    """The segment. Raises `SegmentNotFound`."""
    found = store.get(Segment, SEGMENTS, segment_id)
    if found is None:
        raise SegmentNotFound(field="segment_id")
    return found


def listed(request: PageRequest) -> Page[Segment]:
    """Segments, newest first."""
    return page(Segment, request, SEGMENTS)


def counts(segment_ids: Iterable[str]) -> dict[str, int]:
    """How many customers are in each of these segments: exact, four small reads each."""
    wanted = list(segment_ids)
    keys = [(count_pk(one), str(part)) for one in wanted for part in range(PARTS)]
    found = store.get_many(Count, keys, consistent=True)
    return {
        one: sum(int(item.value) for (pk, _), item in found.items() if pk == count_pk(one))
        for one in wanted
    }


def members(request: PageRequest, segment_id: str) -> Page[Member]:
    """The customers in a segment, newest customers first. Raises `SegmentNotFound`."""
    load(segment_id)
    return page(Member, request, member_pk(segment_id))


def of_customer(profile_id: str) -> list[InSegment]:
    """The segments of a customer (the id of the profile that stands for them); two reads."""
    found = store.get_many(State, [(profile_id, STANDING), VERSION_KEY], consistent=True)
    held = judging.segments_of(found.get((profile_id, STANDING)))
    known = definitions.everything(found.get(VERSION_KEY))
    return [InSegment(segment_id=one.id, name=one.name) for one in known if one.id in held]


def preview(condition: Any, profile_ids: Sequence[str], context: Context) -> tuple[int, list[str]]:
    """How many customers these profiles are, and the ids of those who meet a condition.

    Changes nothing. Raises `Invalid` naming the place in the condition.
    """
    wanted = definitions.unsaved(condition)
    look = judging.look_at(profile_ids)
    customers = families(look.roots())
    facts = judging.facts_of(customers, [wanted], look, context)
    met = [
        family.id
        for family, known in zip(customers, facts, strict=True)
        if conditions.meets(wanted.condition, known, now=context.now)
    ]
    return len(customers), met


# ----------------------------------------------------------------- changes


def create(fields: Mapping[str, Any], context: Context, *, segment_id: str | None = None) -> Edit:
    """A new segment; a job then goes through all customers there are.

    Raises `Invalid` naming the place in the condition, `TooManySegments`.
    """
    definitions.check(fields["condition"])
    if len(definitions.current()) >= MOST_SEGMENTS:
        raise TooManySegments
    identifier = segment_id or context.new_id()
    item = Segment(
        SEGMENTS,
        identifier,
        **fields,
        state=BUILDING,
        created_at=iso(context.now),
        revision=1,
        defined=1,
    )
    parts = [Count(count_pk(identifier), str(part), value=0, defined=1) for part in range(PARTS)]
    return Edit(
        item=item,
        writes=[
            store.put("segment", item, error=SegmentExists(field="segment_id")),
            *[store.put(f"count {part.sk}", part) for part in parts],
            definitions.changed(context),
            eventlog.record(SegmentDefined(segment_id=identifier, revision=1), context),
        ],
    )


def change(item: Segment, fields: Mapping[str, Any], context: Context) -> Edit:
    """Rename a segment or give it another condition; then everybody is judged anew.

    Raises `Invalid` naming the place in the condition.
    """
    changed = {name: value for name, value in fields.items() if getattr(item, name) != value}
    if not changed:
        return Edit(item=item, writes=[])
    before, revision = int(item.revision), int(item.revision) + 1
    anew = "condition" in changed
    if anew:
        definitions.check(changed["condition"])
        changed |= {"state": BUILDING, "evaluated": 0, "step": 0, "defined": int(item.defined) + 1}
    for name, value in {**changed, "revision": revision}.items():
        setattr(item, name, value)
    told = SegmentDefined if anew else SegmentRenamed
    return Edit(
        item=item,
        writes=[
            store.update(
                "segment",
                store.ref(Segment, item.pk, item.sk),
                *store.assign(Segment, {**changed, "revision": revision}),
                condition=Segment.revision == before,
            ),
            *(_judged_by(item) if anew else ()),
            definitions.changed(context),
            eventlog.record(told(segment_id=item.id, revision=revision), context),
        ],
    )


def _judged_by(item: Segment) -> list[store.Write]:
    """Who judges by the old condition is refused from now on."""
    return [
        store.update(
            f"count {part}",
            store.ref(Count, count_pk(item.id), str(part)),
            Count.defined.set(int(item.defined)),
            condition=Count.defined.exists(),
        )
        for part in range(PARTS)
    ]


def remove(item: Segment, context: Context) -> list[store.Write]:
    """The writes that end a segment; a job then clears away who was in it.

    Nobody is told to have left: there is nothing to be in any more.
    """
    parts = [store.ref(Count, count_pk(item.id), str(part)) for part in range(PARTS)]
    version = store.ref(State, *VERSION_KEY)
    token = State.data.set(context.new_id())
    removed = [State.segments.add({item.id})] if item.id in default_ids().values() else []
    return [
        store.delete("segment", item, condition=Segment.revision == item.revision),
        *[store.delete(f"count {part.sk}", part) for part in parts],
        store.update("version", version, token, *removed, condition=None),
        eventlog.record(SegmentRemoved(segment_id=item.id), context),
    ]


def default_ids() -> dict[str, str]:
    """The id of each default segment by its code, the same everywhere."""
    return {code: derived_id("default segment", code) for code in DEFAULTS}


def load_defaults(context: Context) -> None:
    """Make the default segments that are not there yet; what somebody removed stays away."""
    version = store.get(State, *VERSION_KEY)
    away = judging.segments_of(version)
    present = {one.id for one in definitions.everything(version)}
    for code, segment_id in default_ids().items():
        if segment_id in present or segment_id in away:
            continue
        wanted = DEFAULTS[code]
        fields = {
            "name": wanted.name,
            "description": wanted.description,
            "condition": wanted.condition,
        }
        try:
            store.commit(create(fields, context, segment_id=segment_id).writes)
        except SegmentExists:
            continue  # made by somebody else just now
