"""What callers may be. Routes declare sets of roles, `auth` and `oidc` find out who holds one."""

from __future__ import annotations

from enum import StrEnum

from .fact import frozen


class Role(StrEnum):
    AGENT = "agent"
    LEAD = "lead"
    MANAGER = "manager"
    ADMIN = "admin"
    INTEGRATION = "integration"


#: Sets of roles that routes declare.
STAFF = frozenset({Role.AGENT, Role.LEAD, Role.MANAGER, Role.ADMIN})
LEADS = frozenset({Role.LEAD, Role.MANAGER, Role.ADMIN})
MANAGERS = frozenset({Role.MANAGER, Role.ADMIN})
ADMINS = frozenset({Role.ADMIN})
#: Who tells of products, orders and deals: shops and CRMs, and leads by hand.
TELLERS = LEADS | {Role.INTEGRATION}
EVERYONE = frozenset(Role)
PUBLIC: frozenset[Role] = frozenset()


@frozen
class Principal:
    """An authenticated caller. `agent_id` is set when the token belongs to an agent."""

    id: str
    role: Role
    agent_id: str | None = None

    @property
    def actor(self) -> str:
        """How events name this caller."""
        return f"agent:{self.agent_id}" if self.agent_id else f"token:{self.id}"
