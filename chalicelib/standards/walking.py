"""All customers over to other standards: whoever is now in a tier with contacts, and no others.

Called by `jobs` after the standards were changed. A chunk is an entry that sends the next one
when it is done; one that comes twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..platform import queue
from ..platform.context import Context
from ..profiles import rounds
from . import caring

WALK = "standards.walk"
CHUNK = 25  # customers to an entry; ten entries must fit into a worker's minute


def begin() -> None:
    """Start going through all customers."""
    _send(rounds.BEGINNING)


def step(told: Mapping[str, Any], context: Context) -> bool:
    """The next customers; False when this is no entry of a walk."""
    if WALK not in told:
        return False
    some = rounds.after(told[WALK], most=CHUNK)
    for profile_id in some.profile_ids:
        caring.review(profile_id, context)
    if some.position is not None:
        _send(some.position)
    return True


def _send(position: str) -> None:
    queue.send(queue.STANDARDS, [queue.message({WALK: position})])
