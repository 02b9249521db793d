"""Closed days from iCalendar feeds, once or every day. Called by `api` and `jobs`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from ..platform import fetching, store
from ..platform.clock import iso, local_day
from ..platform.context import Context
from ..platform.errors import Invalid
from ..platform.fact import frozen
from ..platform.settings import SETTINGS
from . import flows
from .feed import Feed, read_feed
from .model import StoredCalendar
from .reading import read

MOST_BYTES = 1_000_000
SECONDS = 10.0
#: Stages that run on one machine, where a feed may be a stand-in on it.
STAND_IN_STAGES = frozenset({"local", "test"})
IMPORTED, FROM_FEED = "import", "feed"
YEARS_AHEAD = 2


class FeedUnreadable(Invalid):
    code, title = "feed_unreadable", "The address gave no calendar"


@frozen
class Imported:
    """A calendar with the days of a text, how many of them it had not, and what was left out."""

    edit: flows.Edit
    added: int
    ignored: int


def fetched(url: str) -> str:
    """The text of a feed. Raises `FeedUnreadable` with why."""
    found = fetching.fetch(
        url, most=MOST_BYTES, seconds=SECONDS, stand_in=SETTINGS.stage in STAND_IN_STAGES
    )
    if found.code is not None:
        raise FeedUnreadable(found.code, field="url")
    try:
        return found.body.decode()
    except UnicodeDecodeError:
        raise FeedUnreadable("no_text", field="url") from None


def closed_days(
    item: StoredCalendar, text: str, context: Context, *, feed_url: str | None = None
) -> Imported:
    """Add the days of a text; days worked by a person's word are left out.

    With `feed_url` it is the calendar's feed from now on: its days ahead are then those of
    the text, the ones before stay. Raises `Invalid` where the text is no calendar.
    """
    today = local_day(context.now)
    feed = read_feed(text, date(today.year, 1, 1), date(today.year + YEARS_AHEAD, 12, 31))
    closed, added = _with(item, feed, today, source=IMPORTED if feed_url is None else FROM_FEED)
    fields: dict[str, Any] = {"closed_days": closed}
    notes: dict[str, Any] = {}
    if feed_url is not None:
        fields["feed_url"] = feed_url
        notes = {"feed_at": iso(context.now), "feed_error": None}
    edit = flows.change(item, fields, context, notes=notes)
    return Imported(edit=edit, added=added, ignored=feed.ignored)


def _with(
    item: StoredCalendar, feed: Feed, today: date, *, source: str
) -> tuple[list[dict[str, Any]], int]:
    """The closed days as they will be, and how many are new."""
    worked = set(read(item.spec).made_up)
    before: Mapping[str, Any] = {one["date"]: one for one in item.spec["closed_days"]}
    kept = {
        day: one
        for day, one in before.items()
        if source != FROM_FEED or one["source"] != FROM_FEED or day < str(today)
    }
    told = {
        str(day): {"date": str(day), "name": name, "source": source}
        for day, name in feed.days.items()
        if day not in worked
    }
    after = {**told, **kept}
    return [after[day] for day in sorted(after)], len(set(after) - set(before))


def refresh(context: Context) -> dict[str, int]:
    """Read every feed again; what one of them is not, the others are all the same."""
    did = {"read": 0, "changed": 0, "failed": 0}
    for item in flows.fed():
        version = int(item.version)
        try:
            imported = closed_days(item, fetched(item.feed_url), context, feed_url=item.feed_url)
            store.commit(imported.edit.writes)
        except store.ConditionFailed:
            did["failed"] += 1  # changed by a person just now; tomorrow is soon enough
        except Invalid as error:
            code = error.detail if isinstance(error, FeedUnreadable) else error.code
            flows.note(item, {"feed_error": code})
            did["failed"] += 1
        else:
            did["read"] += 1
            did["changed"] += int(item.version) > version
    flows.forget()
    return did
