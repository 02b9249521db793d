"""Whom a step tells: leads, managers and who is on call, of a department. For `of_*`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from ..calendars import flows as calendars
from ..calendars.arithmetic import is_open
from ..calendars.defaults import DEFAULT
from ..team.leading import leads, managers, on_call

ON_CALL = "on_call"
Finding = Mapping[str, Callable[[], list[str]]]


def told(whom: Sequence[str], found: Finding, now: datetime) -> tuple[str, ...]:
    """The agents who are told now, each once, in the order they are named.

    Who is on call is called when nobody works by the organisation's own hours.
    """
    outside = not is_open(now, calendars.of(DEFAULT))
    named = (one for one in whom if outside or one != ON_CALL)
    return tuple(dict.fromkeys(agent for one in named for agent in found[one]()))


def of_department(department_id: str) -> Finding:
    """Who is told of something that a department has and no single person."""
    return {
        "agent": lambda: leads(department_id),
        "lead": lambda: leads(department_id),
        "manager": lambda: managers(department_id),
        ON_CALL: lambda: on_call(department_id),
    }
