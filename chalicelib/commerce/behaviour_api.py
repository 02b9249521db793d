"""Routes of what customers do on sites and in apps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..platform import received
from ..platform.batches import Batch, BatchResult, RowResult, refusal, told
from ..platform.errors import AppError
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
    body=Batch,
    returns=BatchResult,
    summary="Up to 100 behaviours; refused row by row where tracking was not agreed to",
    refuses=(410,),
)
def add_behaviours(call: Call[Batch], profile_id: str) -> Change:
    rows, broken = _read(call.body.items)
    kept, refused = behaviours.take(profile_id, rows, call.context)
    results = [
        RowResult(index=number, result="kept", id=kept[number])
        if number in kept
        else refusal(number, (broken | refused)[number])
        for number in range(len(call.body.items))
    ]
    return Change(view=told(results), writes=[])


def _read(items: Sequence[Mapping[str, Any]]) -> tuple[dict[int, Seen], dict[int, AppError]]:
    """Rows that can be read, and why the others cannot, by their number."""
    rows: dict[int, Seen] = {}
    broken: dict[int, AppError] = {}
    for number, item in enumerate(items):
        try:
            rows[number] = Seen(**received.validated(BehaviourNew, item).model_dump())
        except AppError as error:
            broken[number] = error
    return rows, broken
