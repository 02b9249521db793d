"""What is done when so much of a promise is used: who is told, who is called. Pure.

Part of a set of policies (`policies`), carried out by `plan` and the subjects (`of_*`).
"""

from __future__ import annotations

from collections.abc import Mapping

from ..platform.fact import frozen

#: Who may be told. `lead`: of the team that has the matter, else of its department;
#: `on_call`: who is called outside working hours.
RECIPIENTS = ("agent", "lead", "manager", "on_call")
PRIORITY, REASSIGN, TAG = "raise_priority", "reassign_to_lead", "tag"
ACTIONS = (PRIORITY, REASSIGN, TAG)


@frozen
class Step:
    """At so many per cent of a target. `level` 0 warns; 1, 2 … escalate.

    `actions`: name → its argument (a tag's name), null where it has none.
    """

    percent: int
    level: int = 0
    tell: tuple[str, ...] = ()
    actions: Mapping[str, str | None]


DEFAULTS: tuple[Step, ...] = (
    Step(percent=75, tell=("agent",), actions={}),
    Step(percent=100, level=1, tell=("agent", "lead", "on_call"), actions={}),
    Step(percent=150, level=2, tell=("manager",), actions={}),
)
