"""The production template's tables, queues and bucket as values and API calls.

Called by the tests (on moto) and by tools that need names or limits, so that
nowhere a second list of tables or queues exists. Nothing here reads the
network or the environment: clients are passed in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from infra import names
from infra.packaging.template import Json, Place, Resolver, read


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table: `create` are the arguments of `create_table`, `ttl` the attribute or None."""

    name: str  # without the prefix
    create: Json
    ttl: str | None
    recovery: bool  # point-in-time recovery is on

    @property
    def indexes(self) -> tuple[str, ...]:
        """Names of its global secondary indexes."""
        return tuple(index["IndexName"] for index in self.create.get("GlobalSecondaryIndexes", ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """One queue: `attributes` as `create_queue` wants them (all strings)."""

    name: str  # without the prefix, with .fifo
    full_name: str
    attributes: dict[str, str]

    @property
    def visibility(self) -> int:
        """Seconds a received message stays hidden."""
        return int(self.attributes["VisibilityTimeout"])

    @property
    def dead_letters(self) -> str | None:
        """ARN of its dead-letter queue."""
        redrive = json.loads(self.attributes.get("RedrivePolicy", "{}"))
        target = redrive.get("deadLetterTargetArn")
        return None if target is None else str(target)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """What the infrastructure stack makes, dead-letter queues before their sources."""

    prefix: str
    tables: tuple[Table, ...]
    queues: tuple[Queue, ...]
    bucket: str
    key_alias: str

    def table(self, name: str) -> Table:
        """The table called `<prefix>-<name>`; KeyError when there is none."""
        return {table.name: table for table in self.tables}[name]

    def queue(self, name: str) -> Queue:
        """The queue called `<prefix>-<name>`; KeyError when there is none."""
        return {queue.name: queue for queue in self.queues}[name]


@lru_cache(maxsize=16)
def load(prefix: str, *, stage: str = names.LOCAL_STAGE, place: Place | None = None) -> Resources:
    """Read `infra/template.yaml` as it would be deployed under `prefix`.

    Cached: the result is shared, so treat it as read-only. With the default
    `place` (moto's account) ARNs in redrive policies match a moto test.
    """
    template = read(names.INFRA_TEMPLATE)
    resolver = Resolver(
        template, parameters={"Prefix": prefix, "Stage": stage}, place=place or Place()
    )

    def of(kind: str) -> Iterator[Json]:
        for resource in template["Resources"].values():
            if resource["Type"] == kind and resolver.wanted(resource):
                yield resolver.value(resource["Properties"])

    queues = [_queue(spec, prefix) for spec in of("AWS::SQS::Queue")]
    (bucket,) = of("AWS::S3::Bucket")
    (alias,) = (
        resolver.value(resource["Properties"]["AliasName"])
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::KMS::Alias"
    )
    return Resources(
        prefix=prefix,
        tables=tuple(_table(spec, prefix) for spec in of("AWS::DynamoDB::Table")),
        queues=tuple(sorted(queues, key=lambda queue: queue.dead_letters is not None)),
        bucket=bucket["BucketName"],
        key_alias=alias,
    )


def create_tables(client: Any, prefix: str) -> tuple[str, ...]:
    """Make every table, with its indexes, stream and time to live; return the full names.

    Args:
        client: a DynamoDB client (boto3 or botocore).
        prefix: what the names start with.
    """
    tables = load(prefix).tables
    for table in tables:
        client.create_table(**table.create)
        if table.ttl:
            client.update_time_to_live(
                TableName=table.create["TableName"],
                TimeToLiveSpecification={"AttributeName": table.ttl, "Enabled": True},
            )
    return tuple(table.create["TableName"] for table in tables)


def create_queues(client: Any, prefix: str) -> dict[str, str]:
    """Make every queue with its dead-letter queue; return name (without prefix) → URL.

    The client's region and account must be those of `Place()`, as moto's are
    when the client is made for ap-southeast-1: redrive policies name ARNs.
    """
    place = Place(region=client.meta.region_name)
    return {
        queue.name: client.create_queue(QueueName=queue.full_name, Attributes=queue.attributes)[
            "QueueUrl"
        ]
        for queue in load(prefix, place=place).queues
    }


def create_bucket(client: Any, prefix: str) -> str:
    """Make the bucket and return its name (the value of `BUCKET`)."""
    place = Place(region=client.meta.region_name)
    name = load(prefix, place=place).bucket
    client.create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": place.region}
    )
    return name


def create_key(client: Any, prefix: str) -> str:
    """Make the key behind `alias/<prefix>` and return its id."""
    made = client.create_key(Description=f"Channel credentials of {prefix}")
    key_id = str(made["KeyMetadata"]["KeyId"])
    client.create_alias(AliasName=load(prefix).key_alias, TargetKeyId=key_id)
    return key_id


def _table(spec: Json, prefix: str) -> Table:
    """CloudFormation's properties → the API's arguments; only the shapes that differ."""
    create: Json = {
        key: spec[key]
        for key in (
            "TableName",
            "BillingMode",
            "AttributeDefinitions",
            "KeySchema",
            "GlobalSecondaryIndexes",
            "DeletionProtectionEnabled",
        )
        if key in spec
    }
    create["SSESpecification"] = {"Enabled": spec["SSESpecification"]["SSEEnabled"]}
    if "StreamSpecification" in spec:
        create["StreamSpecification"] = {"StreamEnabled": True, **spec["StreamSpecification"]}
    return Table(
        name=spec["TableName"].removeprefix(f"{prefix}-"),
        create=create,
        ttl=spec.get("TimeToLiveSpecification", {}).get("AttributeName"),
        recovery=spec["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"],
    )


def _queue(spec: Json, prefix: str) -> Queue:
    attributes = {
        key: _attribute(value) for key, value in spec.items() if key not in ("QueueName", "Tags")
    }
    return Queue(
        name=spec["QueueName"].removeprefix(f"{prefix}-"),
        full_name=spec["QueueName"],
        attributes=attributes,
    )


def _attribute(value: Any) -> str:
    """SQS takes every attribute as a string: true/false lower case, policies as JSON."""
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value) if isinstance(value, dict) else str(value)
