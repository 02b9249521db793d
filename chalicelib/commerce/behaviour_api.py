"""Routes of what customers do on sites and in apps."""

from __future__ import annotations

from ..platform.batches import Batch, BatchResult, RowResult, answered, batch_of, readable
from ..platform.http import Api, Call, Change, ListQuery, PageView
from ..platform.roles import EVERYONE, STAFF
from . import behaviours
from .behaviours import Seen
from .people import listed_under
from .views import BehaviourNew, BehaviourView

bp = Api(__name__)

BEHAVIOURS = "/profiles/{profile_id}/behaviours"


@bp.get(
    BEHAVIOURS,
    roles=STAFF,
    returns=PageView[BehaviourView],
    query=ListQuery,
    summary="What a customer did on sites and in apps, newest first",
)
def list_behaviours(call: Call[None], profile_id: str) -> PageView[BehaviourView]:
    found = behaviours.of_profile(call.page(), listed_under(profile_id))
    items = [BehaviourView.of(item) for item in found.items]
    return PageView[BehaviourView](items=items, next_cursor=found.next_cursor)


@bp.command(
    "POST",
    BEHAVIOURS,
    roles=EVERYONE,
    body=batch_of(Batch, BehaviourNew),
    returns=BatchResult,
    summary="Up to 100 behaviours; refused row by row where tracking was not agreed to",
    refuses=(410,),
)
def add_behaviours(call: Call[Batch], profile_id: str) -> Change:
    rows, broken = readable(call.body.items, BehaviourNew, lambda row: Seen(**row.model_dump()))
    kept, refused = behaviours.take(profile_id, rows, call.context)
    taken = [RowResult(index=number, result="kept", id=one) for number, one in kept.items()]
    return Change(view=answered(taken, broken | refused), writes=[])
