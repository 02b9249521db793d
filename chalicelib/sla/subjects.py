"""What has service clocks: tickets, and whatever else registers a module here.

A module says what the clocks of its subjects hear (`hears`), who is told (`recipients`) and
what a step does to them (`acts`). Called by `flows`; imported when first asked for.
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
from .rules import Heard

if TYPE_CHECKING:
    from .flows import Read
    from .plan import Plan

#: kind → module with `subject(key) -> Subject`
SUBJECTS: Mapping[str, str] = {
    "ticket": "of_tickets",
}


@frozen
class Subject:
    """Something with clocks. `key` names it (`ticket#<id>`), `log` is where its events are kept.

    `recipients`: (whom a step tells, now) → ids of agents. `acts`: the writes by
    which the steps of a plan change the subject itself.
    """

    key: str
    log: str
    hears: Callable[[Sequence[Recorded]], list[Heard]]
    recipients: Callable[[Sequence[str], datetime], tuple[str, ...]]
    acts: Callable[[Read, Plan, Context], list[store.Write]]


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
