"""Instants: UTC, millisecond precision, ISO 8601 text that sorts as time.

Rules and flows take `now` as an argument; only entry points (http, worker) call `now()`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

#: A provider's time older than this is not believed (domain.md §6h).
OLDEST_BELIEVED = timedelta(days=7)


def now() -> datetime:
    """The present instant, cut to milliseconds."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def iso(moment: datetime) -> str:
    """`2026-11-21T10:00:00.000Z`: fixed width, so texts compare as instants do."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + (
        f"{moment.microsecond // 1000:03d}Z"
    )


def parse(text: str) -> datetime:
    """The instant written by `iso` (any ISO 8601 text with a zone). Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return moment.astimezone(UTC)


def believed(claimed: datetime | None, *, received: datetime) -> datetime:
    """The provider's time unless it lies in the future or over 7 days back, else receipt."""
    if claimed is None or claimed > received or received - claimed > OLDEST_BELIEVED:
        return received
    return claimed
