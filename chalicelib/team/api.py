"""Routes of agents, departments, teams and API tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel

from ..platform import auth
from ..platform.errors import Forbidden, NotFound
from ..platform.http import (
    Api,
    Call,
    Change,
    Fresh,
    ListQuery,
    PageView,
    View,
    check_revision,
)
from ..platform.roles import ADMINS, EVERYONE, LEADS, MANAGERS, STAFF
from ..platform.store import Write
from . import flows, tokens
from .model import Department, Team
from .views import (
    AgentChange,
    AgentNew,
    AgentQuery,
    AgentView,
    DepartmentChange,
    DepartmentNew,
    DepartmentView,
    PresenceChange,
    TeamChange,
    TeamNew,
    TeamView,
    TokenIssued,
    TokenNew,
    TokenView,
)

bp = Api(__name__)

V = TypeVar("V", bound=View)


@bp.get(
    "/agents",
    roles=EVERYONE,
    returns=PageView[AgentView],
    query=AgentQuery,
    summary="Agents, of one department or all, in the order they were added",
)
def list_agents(call: Call[None]) -> PageView[AgentView]:
    found = flows.agents(call.page(), department_id=call.query.department_id)
    items = [AgentView.of(item) for item in found.items]
    return PageView[AgentView](items=items, next_cursor=found.next_cursor)


@bp.command(
    "POST",
    "/agents",
    roles=MANAGERS,
    body=AgentNew,
    returns=AgentView,
    status=201,
    summary="Add an agent, offline at first; nobody gives a role above their own",
)
def add_agent(call: Call[AgentNew]) -> Change:
    edit = flows.add_agent(call.body.model_dump(), call.context, by=call.principal.role)
    return _changed(AgentView.of(edit.item), edit.writes)


@bp.get(
    "/agents/me",
    roles=STAFF,
    returns=AgentView,
    summary="The agent this token belongs to",
    refuses=(404,),
)
def read_own_agent(call: Call[None]) -> Fresh:
    if call.principal.agent_id is None:
        raise NotFound("this token belongs to no agent")
    return _fresh(AgentView.of(flows.load_agent(call.principal.agent_id)))


@bp.get("/agents/{agent_id}", roles=EVERYONE, returns=AgentView, summary="One agent")
def read_agent(call: Call[None], agent_id: str) -> Fresh:
    return _fresh(AgentView.of(flows.load_agent(agent_id)))


@bp.command(
    "PATCH",
    "/agents/{agent_id}",
    roles=MANAGERS,
    body=AgentChange,
    returns=AgentView,
    summary="Change an agent; who is set inactive goes offline and loses all tokens",
    locks=True,
)
def change_agent(call: Call[AgentChange], agent_id: str) -> Change:
    agent = flows.load_agent(agent_id)
    check_revision(call, int(agent.revision))
    edit = flows.change_agent(agent, _sent(call.body), call.context, by=call.principal.role)
    return _changed(AgentView.of(edit.item), edit.writes, tokens_too=True)


@bp.command(
    "PUT",
    "/agents/{agent_id}/presence",
    roles=STAFF,
    body=PresenceChange,
    returns=AgentView,
    summary="Say whether an agent is here: agents for themselves, leads for anybody",
    locks=True,
)
def set_presence(call: Call[PresenceChange], agent_id: str) -> Change:
    if call.principal.role not in LEADS and call.principal.agent_id != agent_id:
        raise Forbidden("not your own presence", field="agent_id")
    agent = flows.load_agent(agent_id)
    check_revision(call, int(agent.revision))
    edit = flows.set_presence(agent, call.body.presence, call.context)
    return _changed(AgentView.of(edit.item), edit.writes)


@bp.get(
    "/departments",
    roles=EVERYONE,
    returns=PageView[DepartmentView],
    query=ListQuery,
    summary="Departments, in the order they were added",
)
def list_departments(call: Call[None]) -> PageView[DepartmentView]:
    found = flows.departments(call.page())
    items = [DepartmentView.of(item) for item in found.items]
    return PageView[DepartmentView](items=items, next_cursor=found.next_cursor)


@bp.command(
    "POST",
    "/departments",
    roles=MANAGERS,
    body=DepartmentNew,
    returns=DepartmentView,
    status=201,
    summary="Add a department under its code",
)
def add_department(call: Call[DepartmentNew]) -> Change:
    edit = flows.add_department(call.body.model_dump(), call.context)
    return _changed(DepartmentView.of(edit.item), edit.writes)


@bp.get(
    "/departments/{department_id}",
    roles=EVERYONE,
    returns=DepartmentView,
    summary="One department",
)
def read_department(call: Call[None], department_id: str) -> Fresh:
    return _fresh(DepartmentView.of(flows.load_department(department_id)))


@bp.command(
    "PATCH",
    "/departments/{department_id}",
    roles=MANAGERS,
    body=DepartmentChange,
    returns=DepartmentView,
    summary="Rename a department or give it another manager",
    locks=True,
)
def change_department(call: Call[DepartmentChange], department_id: str) -> Change:
    department: Department = flows.load_department(department_id)
    check_revision(call, int(department.revision))
    edit = flows.change_department(department, _sent(call.body), call.context)
    return _changed(DepartmentView.of(edit.item), edit.writes)


@bp.get(
    "/teams",
    roles=EVERYONE,
    returns=PageView[TeamView],
    query=ListQuery,
    summary="Teams, in the order they were added",
)
def list_teams(call: Call[None]) -> PageView[TeamView]:
    found = flows.teams(call.page())
    items = [TeamView.of(item) for item in found.items]
    return PageView[TeamView](items=items, next_cursor=found.next_cursor)


@bp.command(
    "POST",
    "/teams",
    roles=MANAGERS,
    body=TeamNew,
    returns=TeamView,
    status=201,
    summary="Add a team to a department",
)
def add_team(call: Call[TeamNew]) -> Change:
    edit = flows.add_team(call.body.model_dump(), call.context)
    return _changed(TeamView.of(edit.item), edit.writes)


@bp.get("/teams/{team_id}", roles=EVERYONE, returns=TeamView, summary="One team")
def read_team(call: Call[None], team_id: str) -> Fresh:
    return _fresh(TeamView.of(flows.load_team(team_id)))


@bp.command(
    "PATCH",
    "/teams/{team_id}",
    roles=MANAGERS,
    body=TeamChange,
    returns=TeamView,
    summary="Rename a team, change its lead, or move it to another department",
    locks=True,
)
def change_team(call: Call[TeamChange], team_id: str) -> Change:
    team: Team = flows.load_team(team_id)
    check_revision(call, int(team.revision))
    edit = flows.change_team(team, _sent(call.body), call.context)
    return _changed(TeamView.of(edit.item), edit.writes)


@bp.get(
    "/tokens",
    roles=ADMINS,
    returns=PageView[TokenView],
    query=ListQuery,
    summary="API tokens without their texts, newest first",
)
def list_tokens(call: Call[None]) -> PageView[TokenView]:
    found = tokens.listed(call.page())
    items = [TokenView.of(item) for item in found.items]
    return PageView[TokenView](items=items, next_cursor=found.next_cursor)


@bp.command(
    "POST",
    "/tokens",
    roles=ADMINS,
    body=TokenNew,
    returns=TokenIssued,
    status=201,
    replayable=False,
    summary="Issue an API token; this answer alone shows it, so it takes no Idempotency-Key",
)
def issue_token(call: Call[TokenNew]) -> Change:
    body = call.body
    issued = tokens.issue(
        name=body.name,
        role=body.role,
        agent_id=body.agent_id,
        expires_at=body.expires_at,
        context=call.context,
    )
    shown = TokenView.of(issued.item).model_dump()
    return Change(view=TokenIssued(**shown, token=issued.text), writes=issued.writes)


@bp.command(
    "DELETE",
    "/tokens/{token_id}",
    roles=ADMINS,
    returns=TokenView,
    summary="Revoke a token; it stays listed as revoked",
)
def revoke_token(call: Call[None], token_id: str) -> Change:
    token = tokens.load(token_id)
    writes = tokens.revoke(token, call.context)
    view = TokenView.of(token, revoked=True)
    return Change(view=view, writes=writes, after=auth.forget)


def _sent(body: BaseModel) -> dict[str, Any]:
    """The fields a change names, null included."""
    return body.model_dump(exclude_unset=True)


def _fresh(view: AgentView | DepartmentView | TeamView) -> Fresh:
    return Fresh(view=view, revision=view.revision)


def _changed(
    view: AgentView | DepartmentView | TeamView,
    writes: Sequence[Write],
    *,
    tokens_too: bool = False,
) -> Change:
    after = auth.forget if tokens_too else None
    return Change(view=view, writes=list(writes), revision=view.revision, after=after)
