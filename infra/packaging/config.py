"""What `chalice package` reads from `.chalice/`: generated per stage, never written by hand.

Called by `package`; the meta-tests read `LIMITS` and `limits`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra import names
from infra.packaging.permissions import grant
from infra.packaging.policies import policy
from infra.packaging.wiring import Function, Kind

Json = dict[str, Any]

APP_NAME = "lien-mach"
API_STAGE = "api"  # last part of the base URL
LOG_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds a call may take and megabytes it gets; 1,769 MB come with one whole core."""

    timeout: int
    memory: int


# A cold webhook pays for the import of the whole API, so HTTP gets the most.
# API Gateway answers 504 after 29 s whatever the function does. A queue's
# visibility must be six times its worker's time-out (infra/template.yaml).
LIMITS: Mapping[Kind, Limits] = {
    Kind.HTTP: Limits(timeout=29, memory=1769),
    Kind.AUTHORIZER: Limits(timeout=10, memory=1024),
    Kind.QUEUE: Limits(timeout=60, memory=1024),
    Kind.STREAM: Limits(timeout=60, memory=512),
    Kind.SCHEDULE: Limits(timeout=55, memory=512),
    Kind.PLAIN: Limits(timeout=60, memory=512),
}

# Where one function differs from its kind, by name.
EXCEPTIONS: Mapping[str, Limits] = {}

# Settings of the application that the deployer's environment may set; the rest
# is fixed by the stage.
PASSED_ON = ("TIME_ZONE", "LOG_LEVEL", "OIDC_ISSUER", "OIDC_AUDIENCE", "OIDC_ROLE_CLAIM")


def limits(function: Function) -> Limits:
    """Time-out and memory of one function."""
    return EXCEPTIONS.get(function.name, LIMITS[function.kind])


def environment(stage: str, given: Mapping[str, str]) -> dict[str, str]:
    """Environment of every function: the stage's own, then what `given` holds of `PASSED_ON`.

    `BUCKET` is missing on purpose: its name holds the account, `merge` imports it.
    """
    fixed = {
        "RESOURCE_PREFIX": names.prefix(stage),
        "STAGE": stage,
        "POWERTOOLS_SERVICE_NAME": APP_NAME,
        "POWERTOOLS_METRICS_NAMESPACE": names.prefix(stage),
    }
    return fixed | {name: given[name] for name in PASSED_ON if given.get(name)}


def files(
    functions: tuple[Function, ...],
    *,
    stage: str,
    env: Mapping[str, str],
    architecture: str,
) -> dict[str, Json]:
    """File name below `.chalice/` → content: the configuration and one policy per function.

    Args:
        functions: as `wiring.describe` gives them for this stage.
        stage: name of the stage, also Chalice's.
        env: environment of every function, see `environment`.
        architecture: `x86_64` or `arm64`.

    Raises:
        NoPermissions: a function has no row in `permissions`.
    """
    prefix = names.prefix(stage)
    policies = {
        _policy_file(function): policy(function, grant(function.name), prefix=prefix)
        for function in functions
    }
    config = {
        "version": "2.0",
        "app_name": APP_NAME,
        "stages": {stage: _stage(functions, env, architecture)},
    }
    return {"config.json": config, **policies}


def _stage(functions: tuple[Function, ...], env: Mapping[str, str], architecture: str) -> Json:
    return {
        "api_gateway_stage": API_STAGE,
        "api_gateway_endpoint_type": "REGIONAL",
        "automatic_layer": True,
        "autogen_policy": False,
        "lambda_architecture": architecture,
        "xray": True,
        "log_retention_in_days": LOG_DAYS,
        "environment_variables": dict(env),
        "lambda_functions": {
            function.name: {
                "lambda_timeout": limits(function).timeout,
                "lambda_memory_size": limits(function).memory,
                "iam_policy_file": _policy_file(function),
            }
            for function in functions
        },
    }


def _policy_file(function: Function) -> str:
    return f"policy-{function.name}.json"
