"""Routes of segments and of tiers set by hand."""

from __future__ import annotations

from typing import Any

from ..platform.http import (
    Api,
    Call,
    Change,
    Fresh,
    ListQuery,
    PageView,
    check_revision,
)
from ..platform.roles import EVERYONE, LEADS, MANAGERS
from ..platform.store import Write
from ..profiles import rounds, tiers
from ..profiles.family import families, family_of
from . import flows, judging
from .model import Segment
from .views import (
    FactsView,
    MemberView,
    PreviewNew,
    PreviewView,
    SegmentChange,
    SegmentNew,
    SegmentView,
    TierChange,
    TierView,
)

bp = Api(__name__)


@bp.get(
    "/segments",
    roles=EVERYONE,
    returns=PageView[SegmentView],
    query=ListQuery,
    summary="Segments with their numbers of members, newest first",
)
def list_segments(call: Call[None]) -> PageView[SegmentView]:
    found = flows.listed(call.page())
    counts = flows.counts(item.id for item in found.items)
    items = [SegmentView.of(item, members=counts[item.id]) for item in found.items]
    return PageView[SegmentView](items=items, next_cursor=found.next_cursor)


@bp.get(
    "/segments/facts",
    roles=EVERYONE,
    returns=FactsView,
    summary="What conditions may ask for of a customer",
)
def read_segment_facts(call: Call[None]) -> FactsView:
    return FactsView.all()


@bp.command(
    "POST",
    "/segments",
    roles=MANAGERS,
    body=SegmentNew,
    returns=SegmentView,
    status=201,
    summary="Save a condition; customers who meet it are looked for from now on",
)
def add_segment(call: Call[SegmentNew]) -> Change:
    edit = flows.create(call.body.model_dump(), call.context)
    return _changed(edit.item, edit.writes, members=0)


@bp.command(
    "POST",
    "/segments/preview",
    roles=LEADS,
    body=PreviewNew,
    returns=PreviewView,
    summary="Try a condition on some customers; nothing is saved",
)
def preview_segment(call: Call[PreviewNew]) -> Change:
    wanted = call.body
    ids = wanted.profile_ids or rounds.newest(wanted.newest)
    evaluated, met = flows.preview(wanted.condition, ids, call.context)
    view = PreviewView(evaluated=evaluated, members=len(met), profile_ids=met)
    return Change(view=view, writes=[])


@bp.get("/segments/{segment_id}", roles=EVERYONE, returns=SegmentView, summary="One segment")
def read_segment(call: Call[None], segment_id: str) -> Fresh:
    item = flows.load(segment_id)
    members = flows.counts([segment_id])[segment_id]
    return Fresh(view=SegmentView.of(item, members=members), revision=int(item.revision))


@bp.command(
    "PATCH",
    "/segments/{segment_id}",
    roles=MANAGERS,
    body=SegmentChange,
    returns=SegmentView,
    summary="Rename a segment or change its condition; then everybody is judged anew",
    locks=True,
)
def change_segment(call: Call[SegmentChange], segment_id: str) -> Change:
    item = flows.load(segment_id)
    check_revision(call, int(item.revision))
    edit = flows.change(item, call.body.model_dump(exclude_unset=True), call.context)
    members = flows.counts([segment_id])[segment_id]
    return _changed(edit.item, edit.writes, members=members)


@bp.command(
    "DELETE",
    "/segments/{segment_id}",
    roles=MANAGERS,
    returns=SegmentView,
    summary="Remove a segment; its members are in it no more",
    locks=True,
)
def remove_segment(call: Call[None], segment_id: str) -> Change:
    item = flows.load(segment_id)
    check_revision(call, int(item.revision))
    return _changed(item, flows.remove(item, call.context), members=0)


@bp.get(
    "/segments/{segment_id}/members",
    roles=EVERYONE,
    returns=PageView[MemberView],
    query=ListQuery,
    summary="The customers in a segment, newest customers first",
    refuses=(404,),
)
def list_segment_members(call: Call[None], segment_id: str) -> PageView[MemberView]:
    found = flows.members(call.page(), segment_id)
    known = rounds.originals(item.sk for item in found.items)
    shown = {family.id: family.fields for family in families(known.values())}
    items = [
        MemberView(
            profile_id=item.sk,
            name=shown[item.sk]["name"],
            tier=known[item.sk].tier,
            entered_at=item.entered_at,
        )
        for item in found.items
        if item.sk in known
    ]
    return PageView[MemberView](items=items, next_cursor=found.next_cursor)


@bp.command(
    "PUT",
    "/profiles/{profile_id}/tier",
    roles=LEADS,
    body=TierChange,
    returns=TierView,
    summary="Set a customer's tier by hand, or leave it to the rules again with null; while "
    "several profiles are one customer it stays with the surviving one",
    locks=True,
    refuses=(410,),
)
def set_tier(call: Call[TierChange], profile_id: str) -> Change:
    family = family_of(profile_id)
    revision = int(family.root.revision)
    check_revision(call, revision)
    wanted = call.body.tier
    if wanted is not None:
        writes, tier = tiers.set_by_hand(family, wanted, call.context), wanted
    else:
        found = judging.ruled(family, call.context)
        writes, tier = tiers.free(family, found.name, found.why, call.context), found.name
    view = TierView(profile_id=family.id, tier=tier, by_hand=wanted is not None)
    return Change(view=view, writes=writes, revision=revision + (1 if writes else 0))


def _changed(item: Segment, writes: list[Write], *, members: int) -> Change:
    view: Any = SegmentView.of(item, members=members)
    return Change(view=view, writes=writes, revision=int(item.revision))
