"""When somebody of ours sits at the chat: rows such as `1-5 08:00-17:30` in an account's settings.

Days are those of ISO 8601: 1 is Monday (thứ Hai), 7 is Sunday. Pure; called by
`channels.pages.visits_api`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, time

ROW = re.compile(r"([1-7])(?:-([1-7]))? +(\d\d):(\d\d) *[-–] *(\d\d):(\d\d)")
MIDNIGHT = (24, 0)


def is_staffed(rows: Iterable[str], local: datetime) -> bool:
    """Whether a local moment is within one of the rows.

    Rows that cannot be read count for nothing; without any that can, somebody is always here.
    """
    spans = [span for row in rows if (span := _span(row)) is not None]
    moment = (local.hour, local.minute)
    here = (days[0] <= local.isoweekday() <= days[1] and a <= moment < b for days, a, b in spans)
    return not spans or any(here)


Span = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]


def _span(row: str) -> Span | None:
    """(first and last day, begin, end) of a row; None for what is none."""
    found = ROW.fullmatch(row.strip())
    if found is None:
        return None
    first, last, *clock = (int(part) if part else 0 for part in found.groups())
    begin, end = (clock[0], clock[1]), (clock[2], clock[3])
    if not (_is_time(begin) and (_is_time(end) or end == MIDNIGHT) and begin < end):
        return None
    return (first, last or first), begin, end


def _is_time(clock: tuple[int, int]) -> bool:
    return clock[0] <= time.max.hour and clock[1] <= time.max.minute
