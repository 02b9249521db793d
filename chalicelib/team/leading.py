"""Who leads and manages a department. Called by `sla` and `notifications`."""

from __future__ import annotations

from ..platform.roles import Role
from . import flows


def leads(department_id: str) -> list[str]:
    """The leads of a department."""
    return _of_roles(department_id, Role.LEAD)


def manager(department_id: str) -> list[str]:
    """The manager a department names, if any."""
    department = flows.department(department_id)
    return [department.manager_id] if department and department.manager_id else []


def managers(department_id: str) -> list[str]:
    """The manager of a department; without one those who manage in it."""
    return manager(department_id) or _of_roles(department_id, Role.MANAGER)


def on_call(department_id: str) -> list[str]:
    """Who is called for a department when nobody works."""
    department = flows.department(department_id)
    return [department.on_call_id] if department and department.on_call_id else []


def managing() -> list[str]:
    """Managers and administrators of the whole organisation, a query for each department."""
    everywhere = (_of_roles(one, Role.MANAGER, Role.ADMIN) for one in flows.department_ids())
    return sorted(agent_id for some in everywhere for agent_id in some)


def _of_roles(department_id: str, *roles: Role) -> list[str]:
    wanted = {role.value for role in roles}
    roster = flows.roster(department_id)
    return sorted(one.agent_id for one in roster if one.active and one.role in wanted)
