"""Routes of calendars."""

from __future__ import annotations

from datetime import timedelta

from ..platform import received
from ..platform.clock import local_day
from ..platform.errors import Invalid
from ..platform.http import Api, Call, Change, Fresh, ListQuery, PageView, check_revision
from ..platform.roles import EVERYONE, MANAGERS
from . import flows, importing
from .reading import written
from .views import (
    CalendarChange,
    CalendarNew,
    CalendarView,
    ClosedDaysImport,
    DaysQuery,
    DaysView,
    ImportView,
    VersionView,
    drawn,
)

bp = Api(__name__)

MOST_DAYS = 400
USUAL_DAYS = 30


@bp.get(
    "/calendars",
    roles=EVERYONE,
    returns=PageView[CalendarView],
    query=ListQuery,
    summary="Calendars, in the order they were added",
)
def list_calendars(call: Call[None]) -> PageView[CalendarView]:
    found = flows.calendars(call.page())
    items = [CalendarView.of(item) for item in found.items]
    return PageView[CalendarView](items=items, next_cursor=found.next_cursor)


@bp.command(
    "POST",
    "/calendars",
    roles=MANAGERS,
    body=CalendarNew,
    returns=CalendarView,
    status=201,
    summary="Add a calendar; one that is never open is refused",
)
def add_calendar(call: Call[CalendarNew]) -> Change:
    return _changed(flows.add(call.body.model_dump(), call.context))


@bp.get("/calendars/{calendar_id}", roles=EVERYONE, returns=CalendarView, summary="One calendar")
def read_calendar(call: Call[None], calendar_id: str) -> Fresh:
    view = CalendarView.of(flows.load(calendar_id))
    return Fresh(view=view, revision=view.revision)


@bp.get(
    "/calendars/{calendar_id}/versions/{version}",
    roles=EVERYONE,
    returns=VersionView,
    summary="A calendar as an earlier version had it: clocks name the one they were counted by",
)
def read_calendar_version(call: Call[None], calendar_id: str, version: str) -> VersionView:
    found = flows.at_version(calendar_id, received.version(version))
    return VersionView(id=found.id, version=found.version, **written(found))


@bp.command(
    "PATCH",
    "/calendars/{calendar_id}",
    roles=MANAGERS,
    body=CalendarChange,
    returns=CalendarView,
    summary="Change or archive a calendar; other hours or days make a new version of it",
    locks=True,
)
def change_calendar(call: Call[CalendarChange], calendar_id: str) -> Change:
    item = flows.load(calendar_id)
    check_revision(call, int(item.revision))
    return _changed(flows.change(item, call.body.model_dump(exclude_unset=True), call.context))


@bp.get(
    "/calendars/{calendar_id}/days",
    roles=EVERYONE,
    returns=DaysView,
    query=DaysQuery,
    summary="Day by day: the hours, and why a day is closed",
)
def read_calendar_days(call: Call[None], calendar_id: str) -> DaysView:
    calendar = drawn(flows.load(calendar_id))
    first = received.day(call.query.first, "from") or local_day(call.context.now)
    last = received.day(call.query.last, "to") or first + timedelta(days=USUAL_DAYS)
    if not 0 <= (last - first).days < MOST_DAYS:
        raise Invalid(f"from 1 to {MOST_DAYS} days", field="to")
    return DaysView.of(calendar, first, last)


@bp.command(
    "POST",
    "/calendars/{calendar_id}/closed-days/import",
    roles=MANAGERS,
    body=ClosedDaysImport,
    returns=ImportView,
    summary="Add the whole days of an iCalendar as closed days; `daily` keeps on reading it",
    locks=True,
)
def import_closed_days(call: Call[ClosedDaysImport], calendar_id: str) -> Change:
    body = call.body
    if (body.ics is None) == (body.url is None):
        raise Invalid("either a text or an address", field="ics")
    if body.daily and body.url is None:
        raise Invalid("only an address can be read every day", field="daily")
    item = flows.load(calendar_id)
    check_revision(call, int(item.revision))
    text = body.ics if body.ics is not None else importing.fetched(body.url or "")
    feed_url = body.url if body.daily else None
    done = importing.closed_days(item, text, call.context, feed_url=feed_url)
    view = ImportView(
        added=done.added, ignored=done.ignored, calendar=CalendarView.of(done.edit.item)
    )
    revision = view.calendar.revision
    return Change(view=view, writes=done.edit.writes, revision=revision, after=flows.forget)


def _changed(edit: flows.Edit) -> Change:
    view = CalendarView.of(edit.item)
    return Change(view=view, writes=edit.writes, revision=view.revision, after=flows.forget)
