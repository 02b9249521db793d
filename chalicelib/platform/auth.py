"""Who calls: API tokens of our own, or JWTs of a configured OIDC issuer.

`team` issues and lists tokens through here; `http` asks `principal_of` and
checks the role a route declares. The authorizer is Chalice's built-in kind, so
it runs locally, in tests and behind API Gateway alike.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from chalice.app import AuthRequest, AuthResponse, Blueprint
from pynamodb.expressions.condition import Condition

from . import store
from .clock import iso, now
from .control import ONLY, Control, control, epoch
from .ids import digest
from .pages import Page, PageRequest, page
from .remembered import Remembered
from .roles import Principal, Role
from .settings import SETTINGS

TOKEN_PREFIX = "lm_"
TOKENS = "tokens"  # their hash key in the listing index
#: How long API Gateway, and this process, may go on trusting what they looked up:
#: together a minute, because the one may ask at the end of the other's time.
TRUST_SECONDS = 45
LOCAL_TRUST_SECONDS = 15


def token_id_of(token: str) -> str:
    """The id under which a token is kept, listed and revoked; it does not give the token away."""
    return digest("token id", token)[:32]


def _token_key(token_id: str) -> str:
    return f"token#{token_id}"


def issue(
    role: Role, *, name: str, agent_id: str | None, expires_at: datetime | None, at: datetime
) -> tuple[str, str, store.Write]:
    """A new token: its text (shown once, never stored), its id, and the write that admits it."""
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    return token, *admit(token, role, name=name, agent_id=agent_id, expires_at=expires_at, at=at)


def admit(
    token: str,
    role: Role,
    *,
    name: str,
    agent_id: str | None,
    expires_at: datetime | None,
    at: datetime,
) -> tuple[str, store.Write]:
    """The id of a token chosen elsewhere (a seed) and the write that admits it."""
    token_id = token_id_of(token)
    item = control(
        _token_key(token_id),
        listing=TOKENS,
        listed_at=f"{iso(at)}#{token_id}",
        expires_at=None if expires_at is None else epoch(expires_at),
        data={"id": token_id, "role": role.value, "agent_id": agent_id, "name": name},
    )
    return token_id, store.put("token", item)


def find(token_ids: Sequence[str]) -> list[Control]:
    """The tokens of these ids that are known, revoked ones included."""
    keys = [(_token_key(token_id), ONLY) for token_id in token_ids]
    found = store.get_many(Control, keys, consistent=True)
    return [found[key] for key in keys if key in found]


def tokens(request: PageRequest) -> Page[Control]:
    """Tokens, newest first, revoked ones included; expired ones vanish in time."""
    return page(Control, request, TOKENS, index=Control.by_listing)


def is_live(item: Control, *, at: datetime) -> bool:
    """Whether a token still admits its holder."""
    expired = item.expires_at is not None and item.expires_at <= epoch(at)
    return not item.revoked and not expired


def _still_admitted() -> Condition:
    admitted: Condition = Control.pk.exists() & Control.revoked.does_not_exist()
    return admitted


def revoke(item: Control) -> store.Write:
    """The write that ends a token, once; callers still trusted have up to a minute."""
    return store.update("token", item, Control.revoked.set(True), condition=_still_admitted())


def recast(item: Control, role: Role) -> store.Write:
    """The write that gives a token another role, when its agent's role changes."""
    data = {**item.data, "role": role.value}
    return store.update("token", item, Control.data.set(data), condition=_still_admitted())


_known: Remembered[Principal] = Remembered(LOCAL_TRUST_SECONDS)


def _look_up(token: str) -> Principal | None:
    item = store.get(Control, _token_key(token_id_of(token)), ONLY, consistent=False)
    if item is None or not is_live(item, at=now()):
        return None
    data: Mapping[str, Any] = item.data
    return Principal(id=data["id"], role=Role(data["role"]), agent_id=data["agent_id"])


def forget() -> None:
    """Drop what this process trusts, so that a revoked token ends here at once."""
    _known.forget()


def principal_of(header: str) -> Principal | None:
    """The caller behind an `Authorization` header, or None."""
    scheme, _, token = header.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        return None
    if token.startswith(TOKEN_PREFIX):
        return _known.get(token, lambda: _look_up(token))
    if SETTINGS.oidc_issuer and token.count(".") == 2:
        from .oidc import principal

        return principal(token)
    return None


bp = Blueprint(__name__)


@bp.authorizer(ttl_seconds=TRUST_SECONDS)
def platform_authorizer(request: AuthRequest) -> AuthResponse:
    """Admit a caller to every route, with the role in the context; routes check the role.

    One answer for all routes, because API Gateway caches it per token.
    """
    caller = principal_of(request.token)
    if caller is None:
        return AuthResponse(routes=[], principal_id="unknown")
    context = {"role": caller.role.value, "id": caller.id}
    if caller.agent_id:
        context["agent_id"] = caller.agent_id
    return AuthResponse(routes=["*"], principal_id=caller.id, context=context)


def principal_from(context: Mapping[str, Any]) -> Principal | None:
    """The caller from the request context that the authorizer filled."""
    claims = context.get("authorizer") or {}
    if "role" not in claims:
        return None
    return Principal(
        id=claims["id"], role=Role(claims["role"]), agent_id=claims.get("agent_id") or None
    )
