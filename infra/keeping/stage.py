"""One stage seen from outside: its names and the clients that reach them.

Called by `backup` and `restore`. Names come from the infrastructure template
and from the outputs of its stack, so there is no second list of tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config

from infra import names
from infra.packaging import config, resources, stacks

DEFAULT_REGION = "ap-southeast-1"
POOL = 32


class NoStage(Exception):
    """There is no such stage; the message says where it was looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Clients and names of one stage. `environment` is what its functions run with."""

    name: str
    prefix: str
    region: str
    bucket: str
    dynamodb: Any
    s3: Any
    kms: Any
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def tables(self) -> tuple[resources.Table, ...]:
        """Every table of the template, `events` last."""
        found = resources.load(self.prefix).tables
        return tuple(sorted(found, key=lambda table: table.name == "events"))

    def table(self, name: str) -> str:
        """The full name of a table."""
        return f"{self.prefix}-{name}"

    @property
    def key_alias(self) -> str:
        """The KMS key that seals its credentials."""
        return f"alias/{self.prefix}"


def reached(name: str, environment: Mapping[str, str]) -> Stage:
    """The stage `name`, with the credentials and endpoint of an environment.

    Raises:
        names.BadStage: no such name can be.
        NoStage: its infrastructure stack does not exist there.
    """
    names.check_stage(name)
    session, endpoint = _session(environment)
    outputs = stacks.outputs(_client(session, "cloudformation", endpoint), names.infra_stack(name))
    if "BucketName" not in outputs:
        raise NoStage(f"there is no stack {names.infra_stack(name)} in {session.region_name}")
    return Stage(
        name=name,
        prefix=names.prefix(name),
        region=session.region_name,
        bucket=outputs["BucketName"],
        dynamodb=_client(session, "dynamodb", endpoint),
        s3=_client(session, "s3", endpoint),
        kms=_client(session, "kms", endpoint),
        environment={
            **environment,
            **config.environment(name, environment),
            "BUCKET": outputs["BucketName"],
        },
    )


def _session(environment: Mapping[str, str]) -> tuple[boto3.Session, str | None]:
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
    session = boto3.Session(
        aws_access_key_id=environment.get("AWS_ACCESS_KEY_ID"),
        aws_secret_access_key=environment.get("AWS_SECRET_ACCESS_KEY"),
        aws_session_token=environment.get("AWS_SESSION_TOKEN"),
        profile_name=environment.get("AWS_PROFILE"),
        region_name=region or DEFAULT_REGION,
    )
    return session, environment.get("AWS_ENDPOINT_URL")


def _client(session: boto3.Session, service: Any, endpoint: str | None) -> Any:
    settings = Config(
        max_pool_connections=POOL,
        connect_timeout=5,
        read_timeout=120,
        retries={"mode": "standard", "max_attempts": 8},
    )
    return session.client(service, endpoint_url=endpoint, config=settings)
