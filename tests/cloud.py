"""The stage's resources on moto, made once from the production template and emptied between tests.

Making them costs a third of a second, emptying them a millisecond. moto is for
tens of items and one thread; races belong to `tests/engine`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from moto import mock_aws
from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import s3_backends
from moto.sqs.models import sqs_backends

from chalicelib.platform import remembered, signing
from chalicelib.platform.aws import client
from chalicelib.platform.settings import SETTINGS
from infra.packaging import resources
from tests.lighter_moto import lighter

ACCOUNT = "123456789012"  # moto's


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """What one stage has on AWS."""

    prefix: str
    region: str

    @classmethod
    @contextmanager
    def running(cls, *, prefix: str, region: str) -> Iterator[Cloud]:
        """Everything the infrastructure template declares, until the block ends."""
        with mock_aws(), lighter():
            resources.create_tables(client("dynamodb"), prefix)
            resources.create_queues(client("sqs"), prefix)
            resources.create_bucket(client("s3"), prefix)
            resources.create_key(client("kms"), prefix)
            yield cls(prefix=prefix, region=region)

    def wipe(self) -> None:
        """Empty tables, streams, queues and the bucket, and what this process remembers of them.

        Through moto's own objects: deleting by API would take longer than most tests.
        """
        for table in self._tables().values():
            table.items.clear()
            if table.stream_shard is not None:
                table.stream_shard.items.clear()
        for queue in self._queues().values():
            queue._messages.clear()
            queue._pending_messages.clear()
        for key in list(self._bucket().keys):
            self._s3().delete_object(SETTINGS.bucket, key)
        remembered.forget_everything()
        signing.key.cache_clear()

    def items(self, table: str) -> list[dict[str, Any]]:
        """Every item of a table in DynamoDB's typed JSON, whatever wrote it."""
        found: list[dict[str, Any]] = client("dynamodb").scan(TableName=f"{self.prefix}-{table}")[
            "Items"
        ]
        return found

    def entries(self, queue: str) -> list[str]:
        """The bodies waiting in a queue, oldest first, without receiving them."""
        found = self._queues()[f"{self.prefix}-{queue}"]._messages
        return [message.body for message in found]

    def objects(self) -> dict[str, bytes]:
        """What lies in the bucket."""
        return {name: key.value for name, key in self._bucket().keys.items()}

    def put_objects(self, objects: dict[str, bytes]) -> None:
        """Lay these into the bucket, beside what is there."""
        for name, body in objects.items():
            self._s3().put_object(SETTINGS.bucket, name, body)

    def _s3(self) -> Any:
        return s3_backends[ACCOUNT]["aws"]

    def _bucket(self) -> Any:
        return self._s3().buckets[SETTINGS.bucket]

    def _tables(self) -> Any:
        return dynamodb_backends[ACCOUNT][self.region].tables

    def _queues(self) -> Any:
        return sqs_backends[ACCOUNT][self.region].queues
