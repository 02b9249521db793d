"""The minute's watch: whose clocks have something to tell by now. Called by `jobs`.

Reads only what is due. After an outage it catches up in the order in which things were due,
as far as one run's time goes; the next run goes on where it ended, because what was settled
is due later or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from ..platform.clock import now as present
from ..platform.context import Context
from ..platform.due import due
from ..platform.errors import AppError
from ..platform.log import logger
from . import flows, subjects
from .model import Clocks

#: A run ends before the next one begins.
LONGEST = timedelta(seconds=50)
AT_A_TIME = 200


def watch(context: Context) -> Mapping[str, int]:
    """Settle what is due, oldest first; returns how many, and whether some are left."""
    seen, until = set[str](), context.now + LONGEST
    settled = 0
    while True:
        found = [key for key, _ in due(Clocks.due, now=context.now, most=AT_A_TIME + len(seen))]
        waiting = [key for key in found if key not in seen]
        if not waiting or present() > until:
            return {"settled": settled, "left": len(waiting)}
        for key in waiting:
            if present() > until:
                break
            settled += _settle(key, context)
            seen.add(key)  # an index may be a moment behind: nobody is looked at twice


def _settle(key: str, context: Context) -> bool:
    """Whether a subject was settled; one that cannot be now does not keep the others waiting."""
    try:
        return flows.settle(subjects.kind_of(key), key, context)
    except AppError as error:
        logger.warning("clocks not settled", extra={"subject": key, "code": error.code})
        return False
