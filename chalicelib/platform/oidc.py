"""Bearer tokens of the configured OpenID Connect issuer (Cognito or any other).

Loaded only when an issuer is set: signature checks need `cryptography`, an
optional part of the package. Source: OpenID Connect Core 1.0 §3.1.3.7, RFC 9068.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import jwt

from .log import logger
from .roles import Principal, Role
from .settings import SETTINGS

#: Asymmetric only: an HS256 token "signed" with a public key must not pass.
ALGORITHMS = ["RS256", "ES256", "PS256"]
LEEWAY_SECONDS = 30
#: The mightiest of several roles wins.
_BY_MIGHT = (Role.ADMIN, Role.MANAGER, Role.LEAD, Role.AGENT, Role.INTEGRATION)


@cache
def _keys() -> jwt.PyJWKClient:
    base = SETTINGS.oidc_issuer.rstrip("/")
    return jwt.PyJWKClient(f"{base}/.well-known/jwks.json", cache_keys=True, timeout=3)


def principal(token: str, *, keys: Any = None) -> Principal | None:
    """The caller named by a JWT, or None when it proves nothing or carries no role of ours."""
    try:
        signing_key = (keys or _keys()).get_signing_key_from_jwt(token)
        claims = jwt.decode(
            token,
            signing_key,  # with the algorithm it is published for
            algorithms=ALGORITHMS,
            issuer=SETTINGS.oidc_issuer,
            audience=SETTINGS.oidc_audience or None,
            leeway=LEEWAY_SECONDS,
            options={
                "require": ["exp", "iss", "sub"],
                "verify_aud": bool(SETTINGS.oidc_audience),
            },
        )
    except jwt.PyJWTError as error:
        logger.info("jwt refused", extra={"code": type(error).__name__})
        return None
    role = role_of(claims.get(SETTINGS.oidc_role_claim))
    if role is None:
        return None
    return Principal(id=claims["sub"], role=role, agent_id=claims.get("custom:agent_id"))


def role_of(claim: Any) -> Role | None:
    """The mightiest role named by a claim that is one name or a list of names."""
    names = [claim] if isinstance(claim, str) else claim if isinstance(claim, list) else []
    held = {name for name in names if isinstance(name, str)}
    return next((role for role in _BY_MIGHT if role.value in held), None)
