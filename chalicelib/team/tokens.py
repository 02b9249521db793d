"""Issuing and revoking API tokens, and keeping an agent's tokens in step with the agent.

An agent's item lists its tokens, so that who stops working, or gets another
role, is followed by every token in the same transaction. Called by `api` and `flows`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from ..events.team import TokenIssued, TokenRevoked
from ..platform import auth, store
from ..platform.context import Context
from ..platform.control import Control
from ..platform.errors import Conflict, Invalid, NotFound
from ..platform.eventlog import record
from ..platform.fact import frozen
from ..platform.pages import Page, PageRequest
from ..platform.revision import revise
from ..platform.roles import Role
from .model import Agent
from .references import find_agent

LONGEST_LIFE = timedelta(days=3653)
#: A change of the agent rewrites all of them in one transaction.
MOST_OF_ONE_AGENT = 20


class TokenNotFound(NotFound):
    code, title = "token_not_found", "No such token"


class TooManyTokens(Conflict):
    code, title = "too_many_tokens", "The agent has too many tokens; revoke one first"


@frozen
class Issued:
    """A new token: `text` is shown once and stored nowhere."""

    text: str
    item: Control
    writes: list[store.Write]


def listed(request: PageRequest) -> Page[Control]:
    """Tokens, newest first."""
    return auth.tokens(request)


def issue(
    *,
    name: str,
    role: Role | None,
    agent_id: str | None,
    expires_at: datetime | None,
    context: Context,
) -> Issued:
    """A token of an agent, with the agent's role, or of a system, with the role named.

    Raises `Invalid` for an end that is past or over ten years off and for a
    role that is missing or not the agent's; `TooManyTokens`.
    """
    agent = None if agent_id is None else _active_agent(agent_id)
    given = _role(role, agent)
    if expires_at is not None and not context.now < expires_at <= context.now + LONGEST_LIFE:
        raise Invalid("must be in the future, within ten years", field="expires_at")
    text, token_id, admission = auth.issue(
        given,
        name=name,
        agent_id=agent_id,
        expires_at=expires_at,
        at=context.now,
    )
    event = TokenIssued(kind="token", id=token_id, role=given.value)
    writes = [admission, record(event, context), *_noted(agent, token_id, context)]
    return Issued(text=text, item=cast(Control, admission.item), writes=writes)


def revoke(token: Control, context: Context) -> list[store.Write]:
    """What ends a token; nothing when it has ended already."""
    return [] if token.revoked else _end(token, context)


def load(token_id: str) -> Control:
    """The token's item. Raises `TokenNotFound`."""
    found = auth.find([token_id])
    if not found:
        raise TokenNotFound(field="token_id")
    return found[0]


def follow(agent: Agent, changed: Mapping[str, Any], context: Context) -> list[store.Write]:
    """What a change of an agent does to the agent's tokens."""
    leaves = changed.get("active") is False
    if not leaves and "role" not in changed:
        return []
    live = _live(agent, context)
    if leaves:
        return [write for token in live for write in _end(token, context)]
    return [auth.recast(token, Role(changed["role"])) for token in live]


def _active_agent(agent_id: str) -> Agent:
    found = find_agent(agent_id)
    if found is None or not found.active:
        raise Invalid("no such active agent", field="agent_id")
    return found


def _role(role: Role | None, agent: Agent | None) -> Role:
    if agent is None:
        if role is None:
            raise Invalid("needed for a token without an agent", field="role")
        return role
    if role not in (None, agent.role):
        raise Invalid("not the agent's role", field="role")
    return Role(agent.role)


def _noted(agent: Agent | None, token_id: str, context: Context) -> list[store.Write]:
    if agent is None:
        return []
    live = [token.data["id"] for token in _live(agent, context)]
    if len(live) >= MOST_OF_ONE_AGENT:
        raise TooManyTokens(field="agent_id")
    return [revise("agent", agent, {"token_ids": [*live, token_id]})]


def _live(agent: Agent, context: Context) -> list[Control]:
    return [token for token in auth.find(agent.token_ids) if auth.is_live(token, at=context.now)]


def _end(token: Control, context: Context) -> list[store.Write]:
    event = TokenRevoked(kind="token", id=token.data["id"])
    return [auth.revoke(token), record(event, context)]
