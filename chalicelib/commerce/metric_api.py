"""Routes of external daily series."""

from __future__ import annotations

from datetime import date, timedelta

from ..platform import store
from ..platform.batches import Batch, BatchResult, RowResult, answered, batch_of, readable
from ..platform.clock import local_day
from ..platform.errors import Invalid
from ..platform.http import Api, Call, Change, PageView
from ..platform.roles import MANAGERS, STAFF, Role
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
    body=batch_of(Batch, MetricNew),
    returns=BatchResult,
    summary="Up to 100 daily values; the last one of a day and branch or agent counts",
)
def put_metrics(call: Call[Batch]) -> Change:
    last = local_day(call.context.now) + timedelta(days=1)
    points, broken = readable(call.body.items, MetricNew, lambda row: _point(row, last))
    store.commit(metrics.put(points.values(), call.context))
    taken = [RowResult(index=number, result="updated") for number in points]
    return Change(view=answered(taken, broken), writes=[])


def _point(row: MetricNew, last: date) -> Point:
    """The value of a day, up to the `last`. Raises `Invalid`."""
    point = row.point()
    if point.date > last:
        raise Invalid("lies in the future", field="date")
    return point
