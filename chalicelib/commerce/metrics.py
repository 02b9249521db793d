"""External daily series by branch or agent: staffing, revenue and the like. For `metric_api`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from ..platform import store
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.fact import frozen
from ..platform.ids import derived_id
from ..platform.pages import Page, PageRequest, page
from .model import METRIC, Metric

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 1, 1)


@frozen
class Point:
    """One value of a series: of a day, and of a branch, an agent or the whole organisation."""

    name: str
    date: date
    value: float
    branch: str | None = None
    agent_id: str | None = None


def put(points: Iterable[Point], context: Context) -> list[store.Write]:
    """The writes of values; a later one of the same day and branch or agent replaces the former.

    Of two of the same place in one call the last one counts.
    """
    return [
        store.update(
            "metric",
            store.ref(Metric, pk, sk),
            *store.assign(Metric, _values(point, context)),
            condition=None,  # the last word counts, whatever stands there
        )
        for (pk, sk), point in {_key(point): point for point in points}.items()
    ]


def _key(point: Point) -> tuple[str, str]:
    place = derived_id("metric", point.branch or "", point.agent_id or "")
    return f"{METRIC}{point.name}", f"{point.date.isoformat()}#{place}"


def _values(point: Point, context: Context) -> dict[str, Any]:
    return {
        "name": point.name,
        "date": point.date.isoformat(),
        "branch": point.branch,
        "agent_id": point.agent_id,
        "value": point.value,
        "updated_at": iso(context.now),
    }


def listed(
    request: PageRequest,
    name: str,
    *,
    since: date = FIRST_DAY,
    until: date = LAST_DAY,
    branch: str | None = None,
    agent_id: str | None = None,
) -> Page[Metric]:
    """A series between two days, both included, newest first.

    A branch or an agent narrows a page after it was read.
    """
    between = Metric.sk.between(since.isoformat(), f"{until.isoformat()}#~")

    def keep(item: Metric) -> bool:
        asked = ((branch, item.branch), (agent_id, item.agent_id))
        return all(wanted is None or wanted == has for wanted, has in asked)

    return page(Metric, request, f"{METRIC}{name}", where=between, keep=keep)
