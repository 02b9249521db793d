"""What an agent wants to be told, where, and when not. Pure; asked by `keeping` and `pushing`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ..platform.fact import frozen
from .kinds import KINDS, LANGUAGES, URGENT


@frozen
class Quiet:
    """Hours without pushes, in the organisation's time zone; they may lie over midnight."""

    since: time
    until: time
    urgent_too: bool = False  # what is urgent waits as well


@frozen
class Preferences:
    """`goes`: kind → where it goes, for the kinds that were chosen; others go by default.

    `late_together`: what was noticed late, after an outage, is one notification.
    """

    goes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    quiet: Quiet | None = None
    late_together: bool = True
    language: str = LANGUAGES[0]


DEFAULT = Preferences()


def wanted(of: Preferences, kind: str) -> frozenset[str]:
    """Where a kind goes."""
    known = KINDS.get(kind)
    return of.goes.get(kind, frozenset() if known is None else known.goes)


def not_before(of: Preferences, kind: str, now: datetime, zone: ZoneInfo) -> datetime:
    """When a push may go: now, or when the quiet hours are over."""
    quiet = of.quiet
    if quiet is None or (KINDS[kind].level == URGENT and not quiet.urgent_too):
        return now
    local = now.astimezone(zone)
    if not _within(local.time(), quiet):
        return now
    over = datetime.combine(local.date(), quiet.until, tzinfo=zone)
    return over if over > local else over + timedelta(days=1)


def _within(at: time, quiet: Quiet) -> bool:
    if quiet.since <= quiet.until:
        return quiet.since <= at < quiet.until
    return at >= quiet.since or at < quiet.until


def to_json(of: Preferences) -> dict[str, Any]:
    """Preferences as they are stored."""
    quiet = of.quiet
    return {
        "goes": {kind: sorted(channels) for kind, channels in sorted(of.goes.items())},
        "quiet": quiet
        and {
            "since": quiet.since.isoformat("minutes"),
            "until": quiet.until.isoformat("minutes"),
            "urgent_too": quiet.urgent_too,
        },
        "late_together": of.late_together,
        "language": of.language,
    }


def from_json(value: Mapping[str, Any]) -> Preferences:
    """The reverse of `to_json`."""
    quiet = value["quiet"]
    return Preferences(
        goes={kind: frozenset(channels) for kind, channels in value["goes"].items()},
        quiet=quiet
        and Quiet(
            since=time.fromisoformat(quiet["since"]),
            until=time.fromisoformat(quiet["until"]),
            urgent_too=quiet["urgent_too"],
        ),
        late_together=value["late_together"],
        language=value["language"],
    )
