"""Routes of external daily series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ..platform import received, store
from ..platform.batches import Batch, BatchResult, RowResult, refusal, told
from ..platform.context import Context
from ..platform.errors import AppError, Invalid
from ..platform.http import Api, Call, Change, PageView
from ..platform.roles import MANAGERS, STAFF, Role
from ..platform.settings import SETTINGS
from . import metrics
from .metrics import Point
from .views import MetricNew, MetricQuery, MetricView

bp = Api(__name__)


@bp.get(
    "/metrics",
    roles=STAFF,
    returns=PageView[MetricView],
    query=MetricQuery,
    summary="An external daily series between two days, newest first",
)
def list_metrics(call: Call[None]) -> PageView[MetricView]:
    query = call.query
    found = metrics.listed(
        call.page(),
        query.name,
        since=query.since,
        until=query.until,
        branch=query.branch,
        agent_id=query.agent_id,
    )
    items = [MetricView.of(item) for item in found.items]
    return PageView[MetricView](items=items, next_cursor=found.next_cursor)


@bp.command(
    "PUT",
    "/metrics",
    roles=MANAGERS | {Role.INTEGRATION},
    body=Batch,
    returns=BatchResult,
    summary="Up to 100 daily values; the last one of a day and branch or agent counts",
)
def put_metrics(call: Call[Batch]) -> Change:
    points, broken = _read(call.body.items, call.context)
    store.commit(metrics.put(points.values(), call.context))
    results = [
        refusal(number, broken[number])
        if number in broken
        else RowResult(index=number, result="updated")
        for number in range(len(call.body.items))
    ]
    return Change(view=told(results), writes=[])


def _read(
    items: Sequence[Mapping[str, Any]], context: Context
) -> tuple[dict[int, Point], dict[int, AppError]]:
    """Values that can be taken, and why the others cannot, by their number."""
    today = context.now.astimezone(ZoneInfo(SETTINGS.time_zone)).date()
    points: dict[int, Point] = {}
    broken: dict[int, AppError] = {}
    for number, item in enumerate(items):
        try:
            point = received.validated(MetricNew, item).point()
        except AppError as error:
            broken[number] = error
            continue
        if point.date > today + timedelta(days=1):
            broken[number] = Invalid("lies in the future", field="date")
        else:
            points[number] = point
    return points, broken
