"""Whether the things a change names are there: read, or checked inside its transaction.

Called by `flows` and `tokens`. Where the thing is not needed itself, a check
beats reading: nothing can come between it and the write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..platform import store
from ..platform.errors import Invalid
from .model import ONLY, Agent, Department, Team, agent_pk, department_pk, team_pk


def checks_of(fields: Mapping[str, Any]) -> list[store.Write]:
    """The checks for everything these fields point at; each raises `Invalid` naming its field."""
    return [
        check
        for field, checks in _CHECKS.items()
        if fields.get(field) is not None
        for check in checks(field, fields[field])
    ]


def find_agent(agent_id: str) -> Agent | None:
    """The agent, or None; a bare counter (see `flows.let_go`) is nobody."""
    found = store.get(Agent, agent_pk(agent_id), ONLY)
    return None if found is None or found.active is None else found


def _department_is_there(field: str, code: str) -> Iterable[store.Write]:
    item = store.ref(Department, department_pk(code), ONLY)
    error = Invalid("no such department", field=field)
    yield store.check("department is there", item, Department.pk.exists(), error=error)


def _agent_is_active(field: str, agent_id: str) -> Iterable[store.Write]:
    item = store.ref(Agent, agent_pk(agent_id), ONLY)
    error = Invalid("no such active agent", field=field)
    active = Agent.active == True  # noqa: E712 - a condition, not a comparison
    yield store.check("agent is active", item, active, error=error)


def _teams_are_there(field: str, team_ids: Iterable[str]) -> Iterable[store.Write]:
    error = Invalid("no such team", field=field)
    for team_id in team_ids:
        item = store.ref(Team, team_pk(team_id), ONLY)
        yield store.check("team is there", item, Team.pk.exists(), error=error)


#: Field → the checks of what it names.
_CHECKS: dict[str, Callable[[str, Any], Iterable[store.Write]]] = {
    "department_id": _department_is_there,
    "manager_id": _agent_is_active,
    "on_call_id": _agent_is_active,
    "lead_id": _agent_is_active,
    "team_ids": _teams_are_there,
}
