"""All open subjects over to other terms: after policies or a calendar changed.

Called by `reacting`. A walk goes through the due index, where everything open stands, a page at
a time: each entry of the queue takes one page, sends its subjects on in handfuls, and itself
with where to go on. Cut off anywhere it goes on from the last entry, and what was settled
already is settled again for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..platform import queue
from ..platform.context import Context
from ..platform.due import shards
from ..platform.pages import PageRequest, page
from . import flows, subjects
from .model import Clocks

SCOPE = "sla walk"
A_PAGE, A_HANDFUL = 100, 20
#: Until then every process has forgotten the terms before.
LATER = 60  # seconds


def begin() -> None:
    """Start a walk over everything open."""
    starts = [queue.message({"walk": shard, "cursor": None}, delay=LATER) for shard in shards()]
    queue.send(queue.CLOCKS, starts)


def step(told: Mapping[str, Any], context: Context) -> bool:
    """One step of a walk; False when this is no entry of one."""
    if "settle" in told:
        for key in told["settle"]:
            flows.settle(subjects.kind_of(key), key, context)
        return True
    if "walk" not in told:
        return False
    request = PageRequest(scope=SCOPE, limit=A_PAGE, cursor=told["cursor"])
    found = page(Clocks, request, told["walk"], index=Clocks.due, newest_first=False)
    keys = [str(item.pk) for item in found.items]
    sent = [
        queue.message({"settle": keys[start : start + A_HANDFUL]})
        for start in range(0, len(keys), A_HANDFUL)
    ]
    if found.next_cursor is not None:
        sent.append(queue.message({"walk": told["walk"], "cursor": found.next_cursor}))
    queue.send(queue.CLOCKS, sent)
    return True
