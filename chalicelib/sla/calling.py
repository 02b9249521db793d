"""Whom a step tells: leads, managers and who is on call, of a department. For `of_*`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from ..calendars import flows as calendars
from ..calendars.arithmetic import is_open
from ..calendars.defaults import DEFAULT
from ..team import flows as team

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


def leads(department_id: str) -> list[str]:
    """The leads of a department."""
    return _of_role(department_id, "lead")


def managers(department_id: str) -> list[str]:
    """The manager of a department; without one those who manage in it."""
    department = team.department(department_id)
    if department is not None and department.manager_id is not None:
        return [department.manager_id]
    return _of_role(department_id, "manager")


def on_call(department_id: str) -> list[str]:
    """Who is called for a department when nobody works."""
    department = team.department(department_id)
    return [department.on_call_id] if department and department.on_call_id else []


def _of_role(department_id: str, role: str) -> list[str]:
    roster = team.roster(department_id)
    return sorted(one.agent_id for one in roster if one.active and one.role == role)
