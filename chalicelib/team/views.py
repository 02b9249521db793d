"""What the API shows and takes of agents, departments, teams and tokens."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, Field

from ..language.extraction import email
from ..language.text import one_line
from ..platform.clock import parse
from ..platform.control import Control
from ..platform.http import Instant, ListQuery, View
from ..platform.received import Moment
from ..platform.roles import Role
from .model import Agent, Department, Team
from .rules import Presence

LONGEST_NAME = 120
MOST_TEAMS = 20


def _address(text: str) -> str:
    found = email(text)
    if found is None:
        raise ValueError("not an e-mail address")
    return found


T = TypeVar("T")


def _each_once(values: list[T]) -> list[T]:
    return list(dict.fromkeys(values))


Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME), AfterValidator(one_line)]
Email = Annotated[str, Field(max_length=254), AfterValidator(_address)]
Id = Annotated[str, Field(pattern=r"^[!-~]{1,64}$")]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
Teams = Annotated[list[Id], Field(max_length=MOST_TEAMS), AfterValidator(_each_once)]
#: An extension, a number, a `sip:` or `client:` address: as the exchange knows the telephone.
Telephone = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.+@:*#-]{1,100}$")]
ZaloUser = Annotated[str, Field(pattern=r"^[0-9]{1,32}$")]
Capacity = Annotated[int, Field(strict=True, ge=0, le=10_000)]
PersonRole = Literal[Role.AGENT, Role.LEAD, Role.MANAGER, Role.ADMIN]


def left_out() -> Any:
    """The default of a field that a change may leave out but not clear with null."""
    return Field(default_factory=lambda: None)


class AgentView(View):
    """`load` counts open tickets; `capacity` null means no limit. `extension` is the telephone
    that rings first when they call a customer, `zalo_user_id` they are known by on Zalo."""

    id: str
    name: str
    email: str | None
    role: str
    department_id: str
    team_ids: list[str]
    branch: str | None
    extension: str | None
    zalo_user_id: str | None
    presence: str
    capacity: int | None
    load: int
    last_assigned_at: str | None
    active: bool
    revision: int

    @classmethod
    def of(cls, item: Agent) -> AgentView:
        return cls(
            id=item.id,
            name=item.name,
            email=item.email,
            role=item.role,
            department_id=item.department_id,
            team_ids=list(item.team_ids),
            branch=item.branch,
            extension=item.extension,
            zalo_user_id=item.zalo_user_id,
            presence=item.presence,
            capacity=None if item.capacity is None else int(item.capacity),
            load=int(item.load),
            last_assigned_at=item.last_assigned_at,
            active=item.active,
            revision=int(item.revision),
        )


class AgentNew(View):
    name: Name
    email: Email | None = None
    role: PersonRole = Role.AGENT
    department_id: Id
    team_ids: Teams = []
    branch: Name | None = None
    extension: Telephone | None = None
    zalo_user_id: ZaloUser | None = None
    capacity: Capacity | None = None


class AgentChange(View):
    """A field that is not sent stays as it is; null clears branch, extension, capacity and
    `zalo_user_id`."""

    name: Name = left_out()
    email: Email = left_out()
    role: PersonRole = left_out()
    department_id: Id = left_out()
    team_ids: Teams = left_out()
    branch: Name | None = left_out()
    extension: Telephone | None = left_out()
    zalo_user_id: ZaloUser | None = left_out()
    capacity: Capacity | None = left_out()
    active: bool = left_out()


class PresenceChange(View):
    presence: Presence


class AgentQuery(ListQuery):
    department_id: Id | None = None


class DepartmentView(View):
    id: str
    name: str
    manager_id: str | None
    on_call_id: str | None
    revision: int

    @classmethod
    def of(cls, item: Department) -> DepartmentView:
        return cls(
            id=item.id,
            name=item.name,
            manager_id=item.manager_id,
            on_call_id=item.on_call_id,
            revision=int(item.revision),
        )


class DepartmentNew(View):
    """`id` is the code that tickets and routing carry."""

    id: Code
    name: Name
    manager_id: Id | None = None
    on_call_id: Id | None = None


class DepartmentChange(View):
    name: Name = left_out()
    manager_id: Id | None = left_out()
    on_call_id: Id | None = left_out()


class TeamView(View):
    id: str
    name: str
    department_id: str
    lead_id: str | None
    revision: int

    @classmethod
    def of(cls, item: Team) -> TeamView:
        return cls(
            id=item.id,
            name=item.name,
            department_id=item.department_id,
            lead_id=item.lead_id,
            revision=int(item.revision),
        )


class TeamNew(View):
    name: Name
    department_id: Id
    lead_id: Id | None = None


class TeamChange(View):
    name: Name = left_out()
    department_id: Id = left_out()
    lead_id: Id | None = left_out()


class TokenView(View):
    """A token without its text, which nobody can show again."""

    id: str
    name: str
    role: str
    agent_id: str | None
    created_at: Instant
    expires_at: Instant | None
    revoked: bool

    @classmethod
    def of(cls, item: Control, *, revoked: bool | None = None) -> TokenView:
        ends = item.expires_at
        return TokenView(
            id=item.data["id"],
            name=item.data["name"],
            role=item.data["role"],
            agent_id=item.data["agent_id"],
            created_at=parse(item.listed_at.partition("#")[0]),
            expires_at=None if ends is None else datetime.fromtimestamp(int(ends), UTC),
            revoked=bool(item.revoked) if revoked is None else revoked,
        )


class TokenNew(View):
    """A token of an agent has the agent's role; any other token says its own."""

    name: Name
    role: Role | None = None
    agent_id: Id | None = None
    expires_at: Moment | None = None


class TokenIssued(TokenView):
    """The one answer that holds the token itself."""

    token: str
