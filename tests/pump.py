"""Everything behind the 200, run in this thread on moto until nothing is left to do.

Reads queues and the stream from moto's own objects: receiving by API costs a
fifth of a second each. Batches, FIFO order and partial failures follow SQS;
races and redrive belong to `tests/engine`.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from app import app
from tests.cloud import Cloud

ROUNDS = 60

# What EventBridge sends; Chalice reads every field.
SCHEDULED: dict[str, Any] = {
    "version": "0",
    "id": "test",
    "account": "123456789012",
    "region": "ap-southeast-1",
    "time": "2026-01-05T02:00:00Z",
    "source": "aws.events",
    "detail-type": "Scheduled Event",
    "resources": [],
    "detail": {},
}


class LambdaContext:
    """What handlers and libraries read of Lambda's context."""

    function_name = "test"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:ap-southeast-1:123456789012:function:test"
    aws_request_id = "test"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


def function_of(handler_string: str) -> Any:
    """The handler a function is deployed with."""
    module, _, name = handler_string.rpartition(".")
    return getattr(importlib.import_module(module), name)


@dataclass
class Pump:
    """Delivers what waits in queues and stream to the app's own handlers."""

    cloud: Cloud
    stream_position: int = 0
    failures: dict[str, int] = field(default_factory=dict)
    receives: dict[str, int] = field(default_factory=dict)

    def run(self) -> None:
        """Until nothing is left; entries that fail stay in their queue."""
        for _ in range(ROUNDS):
            if not self._stream() and not self._queues():
                return
        raise AssertionError(f"never quiet: {self.failures}")

    def schedule(self, name: str) -> None:
        """Run one schedule handler now."""
        source = next(s for s in app.event_sources if s.name == name)
        function_of(source.handler_string)(SCHEDULED, LambdaContext())

    def _stream(self) -> bool:
        source: Any = next(s for s in app.event_sources if hasattr(s, "stream_arn"))
        records = self._records()
        batch = records[self.stream_position : self.stream_position + source.batch_size]
        if not batch:
            return False
        answer = function_of(source.handler_string)({"Records": batch}, LambdaContext())
        assert answer == {"batchItemFailures": []}
        self.stream_position += len(batch)
        return True

    def _records(self) -> list[dict[str, Any]]:
        table = self.cloud._tables()[f"{self.cloud.prefix}-events"]
        assert table.stream_shard is not None
        return [
            {**record.record, "eventSourceARN": "arn:aws:dynamodb:::table/events/stream/x"}
            for record in table.stream_shard.items
        ]

    def _queues(self) -> bool:
        busy = [self._queue(source) for source in self._sources()]
        return any(busy)

    def _sources(self) -> Iterator[Any]:
        return (s for s in app.event_sources if hasattr(s, "queue") and s.queue)

    def _queue(self, source: Any) -> bool:
        queue = self.cloud._queues()[source.queue]
        waiting = [m for m in queue._messages if self.failures.get(m.id, 0) < 1]
        batch = waiting[: source.batch_size]
        if not batch:
            return False
        event = {"Records": [self._record(queue, message) for message in batch]}
        answer = function_of(source.handler_string)(event, LambdaContext())
        failed = {f["itemIdentifier"] for f in answer["batchItemFailures"]}
        for message in batch:
            if message.id in failed:
                self.failures[message.id] = self.failures.get(message.id, 0) + 1
            else:
                queue._messages.remove(message)
        return True

    def _record(self, queue: Any, message: Any) -> dict[str, Any]:
        self.receives[message.id] = self.receives.get(message.id, 0) + 1
        attributes = {"ApproximateReceiveCount": str(self.receives[message.id])}
        if message.group_id:
            attributes["MessageGroupId"] = message.group_id
        return {
            "messageId": message.id,
            "receiptHandle": message.id,
            "body": message.body,
            "attributes": attributes,
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": f"arn:aws:sqs:ap-southeast-1:123456789012:{queue.name}",
            "awsRegion": "ap-southeast-1",
        }

    def retry(self) -> None:
        """Let what failed be delivered again, as after its visibility time-out."""
        self.failures.clear()
        self.run()
