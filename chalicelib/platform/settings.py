"""Everything the environment decides, read once when a process starts.

Every other module imports `SETTINGS`; nothing else reads the environment.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from .fact import frozen


@frozen
class Settings:
    """One field per environment variable of the same name in capitals.

    `resource_prefix` starts the name of every table, queue and key alias.
    `on_lambda`: this process serves one function, and imports what that one needs.
    `oidc_*` switch on bearer tokens of an OpenID Connect issuer beside our own.
    """

    stage: str
    resource_prefix: str
    region: str
    bucket: str
    time_zone: str
    log_level: str
    oidc_issuer: str
    oidc_audience: str
    oidc_role_claim: str
    max_pool_connections: int
    on_lambda: bool

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read the settings; what is not set has the value of a local stage."""
        stage = environment.get("STAGE", "local")
        prefix = environment.get("RESOURCE_PREFIX", f"lien-mach-{stage}")
        region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
        return cls(
            stage=stage,
            resource_prefix=prefix,
            region=region or "ap-southeast-1",
            bucket=environment.get("BUCKET", f"{prefix}-files"),
            time_zone=environment.get("TIME_ZONE", "Asia/Ho_Chi_Minh"),
            log_level=environment.get("LOG_LEVEL", "INFO"),
            oidc_issuer=environment.get("OIDC_ISSUER", ""),
            oidc_audience=environment.get("OIDC_AUDIENCE", ""),
            oidc_role_claim=environment.get("OIDC_ROLE_CLAIM", "cognito:groups"),
            max_pool_connections=int(environment.get("MAX_POOL_CONNECTIONS", "10")),
            on_lambda="AWS_LAMBDA_FUNCTION_NAME" in environment,
        )


SETTINGS = Settings.from_environment(os.environ)


def resource(name: str) -> str:
    """The full name of a table, queue or alias of this stage."""
    return f"{SETTINGS.resource_prefix}-{name}"
