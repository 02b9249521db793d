"""Open subjects over to other terms: all after policies or a calendar changed, a customer's
after their tier did.

Called by `reacting`. A walk goes through the due index, where everything open stands, a page at
a time: each entry of the queue takes one page, sends its subjects on in handfuls, and itself
with where to go on. Cut off anywhere it goes on from the last entry, and what was settled
already is settled again for nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from ..platform import queue
from ..platform.context import Context
from ..platform.due import shards
from ..platform.pages import PageRequest, page
from ..profiles.family import ProfileIsErased, ProfileNotFound, family_of
from ..tickets import recent
from . import flows, of_tickets, subjects
from .model import Clocks

SCOPE = "sla walk"
A_PAGE, A_HANDFUL = 100, 20
#: Until then every process has forgotten the terms before.
LATER = 60  # seconds


def begin() -> None:
    """Start a walk over everything open."""
    starts = [queue.message({"walk": shard, "cursor": None}, delay=LATER) for shard in shards()]
    queue.send(queue.CLOCKS, starts)


def other_tier(profile_id: str, context: Context) -> None:
    """The open tickets of a customer over to what their tier is promised now.

    A ticket's tier is as at its creation but for this.
    """
    handfuls = _handfuls(list(_open_tickets(profile_id)))
    for keys in handfuls[:1]:
        _agree_on_tier(keys, context)
    queue.send(queue.CLOCKS, [queue.message({"tier_of": keys}) for keys in handfuls[1:]])


def _open_tickets(profile_id: str) -> Iterator[str]:
    """The keys of a customer's tickets, under whichever of their originals they are listed."""
    try:
        originals = family_of(profile_id).ids
    except (ProfileNotFound, ProfileIsErased):
        return
    for one in originals:
        yield from (of_tickets.PREFIX + ticket.pk for ticket in recent.open_of(one))


def _agree_on_tier(keys: Sequence[str], context: Context) -> None:
    for key in keys:
        flows.settle("ticket", key, context, traits=partial(of_tickets.tier, key))


def _settle(keys: Sequence[str], context: Context) -> None:
    for key in keys:
        flows.settle(subjects.kind_of(key), key, context)


def _handfuls(keys: Sequence[str]) -> list[Sequence[str]]:
    return [keys[start : start + A_HANDFUL] for start in range(0, len(keys), A_HANDFUL)]


def step(told: Mapping[str, Any], context: Context) -> bool:
    """One step of a walk; False when this is no entry of one."""
    if "settle" in told:
        _settle(told["settle"], context)
    elif "tier_of" in told:
        _agree_on_tier(told["tier_of"], context)
    elif "walk" in told:
        _walk(told)
    else:
        return False
    return True


def _walk(told: Mapping[str, Any]) -> None:
    request = PageRequest(scope=SCOPE, limit=A_PAGE, cursor=told["cursor"])
    found = page(Clocks, request, told["walk"], index=Clocks.due, newest_first=False)
    keys = [str(item.pk) for item in found.items]
    sent = [queue.message({"settle": some}) for some in _handfuls(keys)]
    if found.next_cursor is not None:
        sent.append(queue.message({"walk": told["walk"], "cursor": found.next_cursor}))
    queue.send(queue.CLOCKS, sent)
