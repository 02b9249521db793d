"""Items of the `calendars` table: calendars, and every version of each. Only `flows` uses them."""

from __future__ import annotations

from typing import Any

from pynamodb.attributes import BooleanAttribute, JSONAttribute, NumberAttribute, UnicodeAttribute

from ..platform.control import ONLY
from ..platform.store import GlobalSecondaryIndex, Item, KeysOnlyProjection, table

CALENDARS = "calendars"


class ByListing(GlobalSecondaryIndex["StoredCalendar"]):
    """All calendars, in the order they were added."""

    class Meta:
        index_name = "listing"
        projection = KeysOnlyProjection()

    listing = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class StoredCalendar(Item):
    """A calendar as it is now: `pk` is `calendar#<id>`, `sk` is `-`.

    `spec` is what `reading.written` gives; `version` counts its changes, `revision` those of
    anything. Of the feed, `feed_at` is when it was last read, `feed_error` why not since.
    """

    Meta = table("calendars")

    by_listing = ByListing()
    name = UnicodeAttribute()
    spec: Any = JSONAttribute()
    version = NumberAttribute()
    revision = NumberAttribute()
    archived = BooleanAttribute()
    listing = UnicodeAttribute()
    listed_at = UnicodeAttribute()
    feed_url = UnicodeAttribute(null=True)
    feed_at = UnicodeAttribute(null=True)
    feed_error = UnicodeAttribute(null=True)

    @property
    def id(self) -> str:
        """The identifier the API shows."""
        return str(self.pk).partition("#")[2]


class CalendarVersion(Item):
    """One version of a calendar, for ever: under its calendar, `sk` is `version#<number>`."""

    Meta = table("calendars")

    spec: Any = JSONAttribute()
    since = UnicodeAttribute()


def calendar_pk(calendar_id: str) -> str:
    """The hash key of a calendar and its versions."""
    return f"calendar#{calendar_id}"


def version_sk(version: int) -> str:
    """The range key of a version."""
    return f"version#{version:06}"


__all__ = ["ONLY", "CalendarVersion", "StoredCalendar"]
