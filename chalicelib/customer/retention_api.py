"""Routes of retention: how long each kind of data is kept, and for how long instead."""

from __future__ import annotations

from pydantic import Field

from ..events.customers import RetentionChanged
from ..platform import eventlog, retention
from ..platform.http import Api, Call, Change, View
from ..platform.roles import ADMINS, MANAGERS

bp = Api(__name__)


class PeriodView(View):
    """`how` the data ends: `walk`, `expiry` (a change holds for what comes after), `bucket`."""

    kind: str
    days: int
    default_days: int
    how: str
    fixed: bool


class PeriodsView(View):
    items: list[PeriodView]


class PeriodSet(View):
    days: int = Field(ge=1, le=3650)


@bp.get(
    "/retention",
    roles=MANAGERS,
    returns=PeriodsView,
    summary="How long each kind of data is kept, in days",
)
def list_retention(call: Call[None]) -> PeriodsView:
    return PeriodsView(items=[_view(kind, retention.days(kind)) for kind in retention.PERIODS])


@bp.command(
    "PUT",
    "/retention/{kind}",
    roles=ADMINS,
    body=PeriodSet,
    returns=PeriodView,
    summary="Keep a kind of data for so many days",
)
def change_retention(call: Call[PeriodSet], kind: str) -> Change:
    change = retention.change(kind, call.body.days)
    told = RetentionChanged(kind=kind, days=call.body.days)
    return Change(
        view=_view(kind, call.body.days),
        writes=[change, eventlog.record(told, call.context)],
        after=retention.forget,
    )


def _view(kind: str, days: int) -> PeriodView:
    period = retention.PERIODS[kind]
    return PeriodView(
        kind=kind, days=days, default_days=period.days, how=period.how, fixed=period.fixed
    )
