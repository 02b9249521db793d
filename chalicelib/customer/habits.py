"""Where and when a customer likes to write, from their latest messages. Pure; for `portrait`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, tzinfo

from ..platform.fact import frozen

WINDOW = 3  # hours


@frozen
class Said:
    """One inbound message: on which channel, and when."""

    channel: str
    at: datetime


@frozen
class Habits:
    """`channels` are shares of the counted messages, 0 to 1, the largest first; `hours` counts
    by hour of the day, 24 of them; `from_hour` to `until_hour` (not included) are the hours
    to write in."""

    counted: int
    channel: str
    channels: dict[str, float]
    hours: tuple[int, ...]
    from_hour: int
    until_hour: int


def habits(said: Sequence[Said], zone: tzinfo) -> Habits | None:
    """The preferred channel and hours; None of somebody who wrote nothing.

    channel = the one with the most of the messages given (of equals, the one written on
    last); share of c = messages on c ÷ messages. hours = the window of `WINDOW` hours
    of the local day, over midnight too, with the most messages (of equals, the earliest).
    """
    if not said:
        return None
    latest = sorted(said, key=lambda one: one.at, reverse=True)
    channels = Counter(one.channel for one in latest)  # equals stay in the order of the latest
    hours = Counter(one.at.astimezone(zone).hour for one in latest)
    counts = tuple(hours[hour] for hour in range(24))
    start = max(range(24), key=lambda hour: (_within(counts, hour), -hour))
    return Habits(
        counted=len(latest),
        channel=channels.most_common(1)[0][0],
        channels={name: round(n / len(latest), 4) for name, n in channels.most_common()},
        hours=counts,
        from_hour=start,
        until_hour=(start + WINDOW) % 24,
    )


def _within(counts: Sequence[int], start: int) -> int:
    return sum(counts[(start + step) % 24] for step in range(WINDOW))
