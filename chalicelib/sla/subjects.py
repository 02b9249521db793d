"""What has service clocks: tickets, their tasks, rights requests, and whatever else registers.

To give clocks to something new (approvals, survey loops):

1. A module `of_<kind>.py` with `subject(key) -> Subject`. The key alone says whose it is
   (`<kind>#…`); `hears` turns the recorded events of its log into `rules.Heard`: one `OPENED`
   with its turn (None: always counts) and `traits`, then whatever starts, meets and ends clocks.
   Traits name the kind under `subject`; a policy fits a kind only where it names it
   (`policies.Policy`). Promises that no policy makes come from `promises`.
2. A row in `SUBJECTS`, and in `policies.BY_POLICY` where policies are about it.
3. Its events in `reactions` (queue CLOCKS) and in `reacting.SUBJECTS`, which says whose they are.
4. What people call it (`notifications.kinds.MATTERS`), where it is looked at
   (`notifications.hearing.LINKS`) and whose work it is (`placing`).

Everything else is there: the log keeps what was agreed and told, the watch finds what is due,
changed policies and calendars reach all that is open. Called by `flows`; a module is imported
when first asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..platform import store
from ..platform.context import Context
from ..platform.eventlog import Recorded
from ..platform.fact import frozen
from .clock import Target
from .policies import Traits
from .rules import Heard

if TYPE_CHECKING:
    from .plan import Plan
    from .settling import Read

#: kind → module with `subject(key) -> Subject`
SUBJECTS: Mapping[str, str] = {
    "ticket": "of_tickets",
    "task": "of_tasks",
    "rights": "of_rights",
}


def nothing(_found: Read, _plan: Plan, _context: Context) -> list[store.Write]:
    """What steps do to a subject that they change nothing of."""
    return []


@frozen
class Subject:
    """Something with clocks. `key` names it (`ticket#<id>`), `log` is where its events are kept.

    `recipients`: (whom a step tells, now) → ids of agents. `acts`: the writes by
    which the steps of a plan change the subject itself; refused when it has moved.
    `promises`: traits → a code of where they come from, and targets; None: policies decide.
    """

    key: str
    log: str
    hears: Callable[[Sequence[Recorded]], list[Heard]]
    recipients: Callable[[Sequence[str], datetime], tuple[str, ...]]
    acts: Callable[[Read, Plan, Context], list[store.Write]] = nothing
    promises: Callable[[Traits], tuple[str | None, Mapping[str, Target]]] | None = None


@cache
def _module(kind: str) -> Any:
    return import_module(f".{SUBJECTS[kind]}", __package__)


def kind_of(key: str) -> str:
    """The kind a subject's key begins with."""
    return key.partition("#")[0]


def of_kind(kind: str, key: str) -> Subject:
    """A subject by its kind and key. Raises `KeyError` for a kind nobody registered."""
    found: Subject = _module(kind).subject(key)
    return found
