"""Who may take a ticket, who takes the next one, and who may give which role."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum

from ..platform.fact import frozen
from ..platform.roles import Role

_NEVER = datetime.min.replace(tzinfo=UTC)


class Presence(StrEnum):
    AVAILABLE = "available"
    AWAY = "away"
    OFFLINE = "offline"


@frozen
class Candidate:
    """An agent as assignment sees them. `capacity` None means no limit; `load` is open tickets."""

    agent_id: str
    department_id: str
    role: str
    team_ids: tuple[str, ...]
    presence: str
    active: bool
    capacity: int | None
    load: int
    last_assigned_at: datetime | None


def can_take(candidate: Candidate) -> bool:
    """Whether the agent is here and has room for one more."""
    has_room = candidate.capacity is None or candidate.load < candidate.capacity
    return candidate.active and candidate.presence == Presence.AVAILABLE and has_room


def choose(
    candidates: Sequence[Candidate],
    *,
    team_id: str | None = None,
    role: str | None = None,
    exclude: frozenset[str] = frozenset(),
) -> Candidate | None:
    """The agent who gets the next ticket, or None when it has to wait.

    Of those who can take one (with `role`, where given; never one of
    `exclude`), members of the team come first; then the least load, then the
    longest since the last assignment, then the id.
    """
    able = [
        candidate
        for candidate in candidates
        if can_take(candidate)
        and candidate.agent_id not in exclude
        and (role is None or candidate.role == role)
    ]
    preferred = [candidate for candidate in able if team_id in candidate.team_ids]
    return min(preferred or able, key=_turn, default=None)


def _turn(candidate: Candidate) -> tuple[int, datetime, str]:
    return candidate.load, candidate.last_assigned_at or _NEVER, candidate.agent_id


#: Roles of people, by might. An integration is no person.
MIGHT = {Role.AGENT: 1, Role.LEAD: 2, Role.MANAGER: 3, Role.ADMIN: 4}


def may_grant(granter: Role, role: str) -> bool:
    """Nobody gives, or takes away, a role above their own."""
    return MIGHT.get(granter, 0) >= MIGHT[Role(role)]
