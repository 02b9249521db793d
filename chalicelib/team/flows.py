"""Finding agents, departments and teams, and what changes them.

`tickets` calls `roster`, `candidate`, `take_on`, `let_go` and `department`; the
rest serves `api` and the set-up.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar

from ..events.team import (
    AgentAdded,
    AgentChanged,
    AgentFreed,
    AgentPresenceChanged,
    TeamStructureChanged,
)
from ..platform import listing, store
from ..platform.clock import iso, parse
from ..platform.context import Context
from ..platform.errors import Conflict, Forbidden, NotFound
from ..platform.eventlog import record
from ..platform.fact import frozen
from ..platform.pages import Page, PageRequest, page
from ..platform.revision import differing, revise
from ..platform.roles import Role
from . import defaults, tokens
from .model import (
    AGENTS,
    DEPARTMENTS,
    ONLY,
    TEAMS,
    Agent,
    Department,
    Team,
    TeamItem,
    agent_pk,
    department_pk,
    team_pk,
)
from .references import checks_of, find_agent
from .rules import Candidate, Presence, may_grant

#: The writes that change an agent's load carry these names, by which callers know a refusal.
TAKES_ON = "agent takes on"
LETS_GO = "agent lets go"

I = TypeVar("I", bound=TeamItem)  # noqa: E741
Fields = Mapping[str, Any]


class AgentNotFound(NotFound):
    code, title = "agent_not_found", "No such agent"


class DepartmentNotFound(NotFound):
    code, title = "department_not_found", "No such department"


class TeamNotFound(NotFound):
    code, title = "team_not_found", "No such team"


class AgentInactive(Conflict):
    code, title = "agent_inactive", "The agent does not work here any more"


class DepartmentExists(Conflict):
    code, title = "department_exists", "There is a department with this code"


@frozen
class Edit(Generic[I]):
    """An item as it will be, and the writes that make it so."""

    item: I
    writes: list[store.Write]


# What other slices need.


def roster(department_id: str) -> list[Candidate]:
    """All agents of a department, by one query; up to a second old, so `take_on` decides."""
    return [_candidate(item) for item in listing.entries(Agent.roster, department_id)]


def candidate(agent_id: str) -> Candidate | None:
    """One agent as assignment sees them now, or None."""
    found = find_agent(agent_id)
    return None if found is None else _candidate(found)


def take_on(agent_id: str, *, now: datetime, must_be_available: bool) -> store.Write:
    """The write that counts one more open ticket for an agent.

    It refuses an agent who is unknown or inactive and, where
    `must_be_available`, one who is not here or has no room left. It belongs
    into the transaction that assigns the ticket: load changes nowhere else.
    """
    condition = Agent.active == True  # noqa: E712 - a condition, not a comparison
    if must_be_available:
        condition &= Agent.presence == Presence.AVAILABLE.value
        condition &= Agent.capacity.does_not_exist() | (Agent.load < Agent.capacity)
    return store.update(
        TAKES_ON,
        store.ref(Agent, agent_pk(agent_id), ONLY),
        Agent.load.set(Agent.load + 1),
        Agent.last_assigned_at.set(iso(now)),
        condition=condition,
    )


def let_go(agent_id: str, context: Context) -> list[store.Write]:
    """The writes that count one open ticket less, in the transaction that ends the assignment.

    Without a condition: it undoes exactly one `take_on`, and whatever became
    of the agent must never keep a ticket from being finished. For an agent who
    is gone it leaves a bare counter, which readers take for nobody.
    """
    item = store.ref(Agent, agent_pk(agent_id), ONLY)
    counted = store.update(LETS_GO, item, Agent.load.add(-1), condition=None)
    return [counted, record(AgentFreed(agent_id=agent_id), context)]


def department(code: str) -> Department | None:
    """A department by its code, or None."""
    return store.get(Department, department_pk(code), ONLY)


def team(team_id: str) -> Team | None:
    """A team, or None."""
    return store.get(Team, team_pk(team_id), ONLY)


def load_defaults(context: Context) -> None:
    """Make the default departments that are not there yet; existing ones stay as they are."""
    keys = [(department_pk(code), ONLY) for code in defaults.DEPARTMENTS]
    present = store.get_many(Department, keys, consistent=True)
    for code, name in defaults.DEPARTMENTS.items():
        if (department_pk(code), ONLY) in present:
            continue
        edit = add_department({"id": code, "name": name}, context)
        try:
            store.commit(edit.writes)
        except DepartmentExists:
            continue  # made by somebody else just now


# Reading for the API.


def load_agent(agent_id: str) -> Agent:
    """The agent. Raises `AgentNotFound`."""
    found = find_agent(agent_id)
    if found is None:
        raise AgentNotFound(field="agent_id")
    return found


def load_department(code: str) -> Department:
    """The department. Raises `DepartmentNotFound`."""
    found = department(code)
    if found is None:
        raise DepartmentNotFound(field="department_id")
    return found


def load_team(team_id: str) -> Team:
    """The team. Raises `TeamNotFound`."""
    found = team(team_id)
    if found is None:
        raise TeamNotFound(field="team_id")
    return found


def agents(request: PageRequest, *, department_id: str | None = None) -> Page[Agent]:
    """Agents of one department, or of all in the order they were added."""
    if department_id is None:
        return page(Agent, request, AGENTS, index=Agent.by_listing, newest_first=False)
    return page(Agent, request, department_id, index=Agent.roster, newest_first=False)


def departments(request: PageRequest) -> Page[Department]:
    """Departments in the order they were added."""
    return page(Department, request, DEPARTMENTS, index=Department.by_listing, newest_first=False)


def department_ids() -> list[str]:
    """The code of every department (tens at most)."""
    return [item.id for item in listing.entries(Department.by_listing, DEPARTMENTS)]


def teams(request: PageRequest) -> Page[Team]:
    """Teams in the order they were added."""
    return page(Team, request, TEAMS, index=Team.by_listing, newest_first=False)


# Changes.


def add_agent(fields: Fields, context: Context, *, by: Role) -> Edit[Agent]:
    """A new agent, offline and without tickets. Raises `Forbidden` above the caller's own role."""
    _check_grant(by, fields["role"])
    agent_id = context.new_id()
    item = Agent(
        agent_pk(agent_id),
        ONLY,
        **fields,
        presence=Presence.OFFLINE.value,
        load=0,
        active=True,
        **_listed(AGENTS, agent_id, context),
    )
    event = AgentAdded(agent_id=agent_id, department_id=item.department_id, role=item.role)
    writes = [store.put("agent", item), record(event, context), *checks_of(fields)]
    return Edit(item=item, writes=writes)


def change_agent(agent: Agent, fields: Fields, context: Context, *, by: Role) -> Edit[Agent]:
    """Change what differs; who stops working goes offline and loses every token.

    Tokens carry their agent's role, so they change with it. Raises `Forbidden`
    where the old or the new role is above the caller's.
    """
    changed = differing(agent, fields)
    if not changed:
        return Edit(item=agent, writes=[])
    _check_grant(by, agent.role, changed.get("role", agent.role))
    event = AgentChanged(agent_id=agent.id, changed=tuple(sorted(changed)))
    writes = [record(event, context), *checks_of(changed), *tokens.follow(agent, changed, context)]
    if changed.get("active") is False and agent.presence != Presence.OFFLINE:
        changed["presence"] = Presence.OFFLINE.value
    before = agent.presence
    writes.append(revise("agent", agent, changed))
    if "presence" in changed:
        writes.append(_presence_changed(agent, before, context))
    return Edit(item=agent, writes=writes)


def set_presence(agent: Agent, presence: Presence, context: Context) -> Edit[Agent]:
    """Say whether an agent is here. Raises `AgentInactive`."""
    if not agent.active:
        raise AgentInactive(field="agent_id")
    if agent.presence == presence:
        return Edit(item=agent, writes=[])
    before = agent.presence
    write = revise("agent", agent, {"presence": presence.value})
    return Edit(item=agent, writes=[write, _presence_changed(agent, before, context)])


def add_department(fields: Fields, context: Context) -> Edit[Department]:
    """A new department under its code; the writes raise `DepartmentExists` when it is taken."""
    code = fields["id"]
    kept = {name: value for name, value in fields.items() if name != "id"}
    listed = _listed(DEPARTMENTS, code, context)
    item = Department(department_pk(code), ONLY, **kept, **listed)
    create = store.put("department", item, error=DepartmentExists(field="id"))
    event = TeamStructureChanged(kind="department", id=code, changed=tuple(sorted(kept)))
    return Edit(item=item, writes=[create, record(event, context), *checks_of(fields)])


def add_team(fields: Fields, context: Context) -> Edit[Team]:
    """A new team of a department."""
    team_id = context.new_id()
    item = Team(team_pk(team_id), ONLY, **fields, **_listed(TEAMS, team_id, context))
    event = TeamStructureChanged(kind="team", id=team_id, changed=tuple(sorted(fields)))
    writes = [store.put("team", item), record(event, context), *checks_of(fields)]
    return Edit(item=item, writes=writes)


def change_department(item: Department, fields: Fields, context: Context) -> Edit[Department]:
    """Rename a department or give it another manager."""
    return _restructure("department", item, fields, context)


def change_team(item: Team, fields: Fields, context: Context) -> Edit[Team]:
    """Rename a team, give it another lead, or move it to another department."""
    return _restructure("team", item, fields, context)


def _restructure(kind: str, item: I, fields: Fields, context: Context) -> Edit[I]:
    changed = differing(item, fields)
    if not changed:
        return Edit(item=item, writes=[])
    event = TeamStructureChanged(kind=kind, id=item.id, changed=tuple(sorted(changed)))
    writes = [revise(kind, item, changed), record(event, context), *checks_of(changed)]
    return Edit(item=item, writes=writes)


def _candidate(item: Agent) -> Candidate:
    assigned = item.last_assigned_at
    return Candidate(
        agent_id=item.id,
        department_id=item.department_id,
        role=item.role,
        team_ids=tuple(item.team_ids),
        presence=item.presence,
        active=item.active,
        capacity=None if item.capacity is None else int(item.capacity),
        load=int(item.load),
        last_assigned_at=None if assigned is None else parse(assigned),
    )


def _listed(listing: str, item_id: str, context: Context) -> dict[str, Any]:
    return {"listing": listing, "listed_at": f"{iso(context.now)}#{item_id}", "revision": 1}


def _check_grant(by: Role, *roles: str) -> None:
    if not all(may_grant(by, role) for role in roles):
        raise Forbidden("this role is above your own", field="role")


def _presence_changed(agent: Agent, before: str, context: Context) -> store.Write:
    event = AgentPresenceChanged(
        agent_id=agent.id,
        before=before,
        presence=agent.presence,
        department_id=agent.department_id,
    )
    return record(event, context)
