"""Who works here, who is there, and who may call."""

from __future__ import annotations

from typing import Any, ClassVar

from ..platform.eventlog import Event


class AgentEvent(Event):
    """Kept under the agent."""

    agent_id: str

    @classmethod
    def subject_of(cls, event: Any) -> str:
        return f"agent#{event.agent_id}"


class AgentAdded(AgentEvent):
    name: ClassVar[str] = "agent.added"
    department_id: str
    role: str


class AgentChanged(AgentEvent):
    name: ClassVar[str] = "agent.changed"
    changed: tuple[str, ...]


class AgentFreed(AgentEvent):
    """They have one open ticket less, so there may be room for what waits."""

    name: ClassVar[str] = "agent.freed"


class AgentPresenceChanged(AgentEvent):
    name: ClassVar[str] = "agent.presence_changed"
    before: str | None
    presence: str
    department_id: str


class TeamEvent(Event):
    """Departments, teams and tokens, each under itself."""

    kind: str
    id: str

    @classmethod
    def subject_of(cls, event: Any) -> str:
        return f"{event.kind}#{event.id}"


class TeamStructureChanged(TeamEvent):
    """A department or team was made or changed."""

    name: ClassVar[str] = "team.structure_changed"
    changed: tuple[str, ...]


class TokenIssued(TeamEvent):
    name: ClassVar[str] = "token.issued"
    role: str


class TokenRevoked(TeamEvent):
    name: ClassVar[str] = "token.revoked"
