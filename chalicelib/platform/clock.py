"""Instants: UTC, millisecond precision, ISO 8601 text that sorts as time.

Rules and flows take `now` as an argument; only entry points (http, worker) call `now()`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .settings import SETTINGS

#: A provider's time older than this is not believed (domain.md §6h).
OLDEST_BELIEVED = timedelta(days=7)


def now() -> datetime:
    """The present instant, cut to milliseconds."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def iso(moment: datetime) -> str:
    """`2026-11-21T10:00:00.000Z`: fixed width, so texts compare as instants do."""
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    return utc.isoformat(timespec="milliseconds") + "Z"  # strftime's %Y does not pad years


def parse(text: str) -> datetime:
    """The instant written by `iso` (any ISO 8601 text with a zone). Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{text!r} lies outside of the years 1 to 9999") from None


def zone() -> ZoneInfo:
    """The organisation's time zone: in which days begin, and people read times."""
    return ZoneInfo(SETTINGS.time_zone)


def local_day(moment: datetime) -> date:
    """The day of an instant in the organisation's time zone."""
    return moment.astimezone(zone()).date()


def beginning_of(day: date) -> datetime:
    """The instant at which a day begins in the organisation's time zone.

    In that zone, not in UTC: there the first day of all would begin before the calendar.
    """
    return datetime.combine(day, time(), zone())


def believed(claimed: datetime | None, *, received: datetime) -> datetime:
    """The provider's time unless it lies in the future or over 7 days back, else receipt."""
    if claimed is None or claimed > received or received - claimed > OLDEST_BELIEVED:
        return received
    return claimed
