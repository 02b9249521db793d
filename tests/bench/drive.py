"""An organisation on the benchmark's backend, and the pump that feeds the app's event sources.

Called by the figures. Webhooks go through `app(event, context)` with the event
API Gateway would send, queues and the stream through the functions' own handler
strings, in full batches. CPU is process time inside handlers less the time
spent in the backend.
"""

from __future__ import annotations

import importlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from time import process_time
from typing import Any, cast

from app import app
from chalicelib.channels import flows as accounts
from chalicelib.platform import auth, signing
from chalicelib.platform.aws import client
from chalicelib.platform.settings import SETTINGS
from infra.local.invoke import Context
from infra.local.sources import (
    Handler,
    QueueSource,
    ScheduleSource,
    StreamSource,
    http_handler,
    sources_of,
)
from tests.bench.backend import Backend, Call
from tests.world import PAGE, World, milliseconds

SERVICES = ("dynamodb", "sqs", "kms", "s3")
HTTP = http_handler(app)
ARN = "arn:aws:sqs:ap-southeast-1:123456789012:"
#: What a pump of Lambda asks for on our behalf, for every batch: a receive and a delete.
POLLS_PER_BATCH = 2

TEXTS = (
    "Shop ơi, đơn hàng {order} của em đặt từ tuần trước giờ vẫn chưa thấy giao, kiểm tra giúp em",
    "Cho mình hỏi áo khoác size L còn hàng không ạ, giao về Đà Nẵng mất mấy ngày?",
    "Mình muốn đổi size giày, đơn {order}, sđt {phone}",
    "Bên mình có xuất hoá đơn công ty không, gửi giúp mình thông tin nhé",
)
#: About another department's work, so that it gets a linked task.
COMPLAINT = "Giao hàng quá chậm, tôi rất bức xúc, đơn {order} một tuần rồi chưa nhận được!"


def said_by(user: str, text: str) -> str:
    """A text with the customer's own order and phone: no two of them share one."""
    own = int(sha256(user.encode()).hexdigest()[:12], 16)
    return text.format(order=f"DH{own % 100_000:05}", phone=f"09{own % 88_888_888 + 10_000_000}")


@dataclass(slots=True)
class Drive:
    """Delivers events to handlers; `cpu` are seconds by handler, `polls` the pollers' requests."""

    backend: Backend
    cpu: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    polls: Counter[str] = field(default_factory=Counter)
    stream_position: int = 0
    _numbers: int = 0

    def call(self, handler: Handler, event: Mapping[str, Any]) -> Any:
        """Call a handler as Lambda does, its requests and CPU counted under its name."""
        function, context = _function(handler.path), Context(handler)
        outside, self.backend.handler = self.backend.handler, handler.name
        before, began = self.backend.seconds, process_time()
        answer = function(event, context)
        spent = process_time() - began - (self.backend.seconds - before)
        self.cpu[handler.name] += spent
        self.backend.handler = outside
        return answer

    def run(self) -> None:
        """Everything behind the 200, in full batches, until nothing is left."""
        while sum([self._deliver(source) for source in SOURCES]):
            continue

    def _deliver(self, source: Any) -> bool:
        records = (
            self._of_stream(source) if isinstance(source, StreamSource) else self._of_queue(source)
        )
        if not records:
            return False
        answer = self.call(source.handler, {"Records": records})
        assert answer == {"batchItemFailures": []}, answer
        self.polls[source.handler.name] += POLLS_PER_BATCH
        return True

    def _of_stream(self, source: StreamSource) -> list[dict[str, Any]]:
        stream = self.backend.tables[source.table].stream
        assert stream is not None
        batch = stream[self.stream_position : self.stream_position + source.batch_size]
        self.stream_position += len(batch)
        return [_stream_record(image) for image in batch]

    def _of_queue(self, source: QueueSource) -> list[dict[str, Any]]:
        waiting = self.backend.queues.get(source.queue, [])
        batch, waiting[: source.batch_size] = waiting[: source.batch_size], []
        return [self._queue_record(source, entry) for entry in batch]

    def _queue_record(self, source: QueueSource, entry: Mapping[str, Any]) -> dict[str, Any]:
        self._numbers += 1
        attributes = {"ApproximateReceiveCount": "1"}
        if "MessageGroupId" in entry:
            attributes["MessageGroupId"] = entry["MessageGroupId"]
        return {
            "messageId": f"00000000-0000-0000-0000-{self._numbers:012d}",
            "receiptHandle": "r",
            "body": entry["MessageBody"],
            "attributes": attributes,
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": ARN + source.queue,
            "awsRegion": "ap-southeast-1",
        }


_ALL = sources_of(app, prefix=SETTINGS.resource_prefix)
SOURCES = [source for source in _ALL if isinstance(source, QueueSource | StreamSource)]
SCHEDULES = [source for source in _ALL if isinstance(source, ScheduleSource)]


def _function(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


def _stream_record(image: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "eventID": "e",
        "eventName": "INSERT",
        "eventSource": "aws:dynamodb",
        "eventSourceARN": "arn:aws:dynamodb:::table/events/stream/x",
        "dynamodb": {"Keys": {}, "NewImage": image, "StreamViewType": "NEW_IMAGE"},
    }


def api_event(path: str, body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
    """What API Gateway gives the function for a POST to `/webhooks/{provider}`."""
    return {
        "resource": "/webhooks/{provider}",
        "path": f"/webhooks/{path}",
        "httpMethod": "POST",
        "headers": dict(headers),
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": {"provider": path},
        "stageVariables": None,
        "requestContext": {
            "resourcePath": "/webhooks/{provider}",
            "httpMethod": "POST",
            "path": f"/api/webhooks/{path}",
            "identity": {"sourceIp": "127.0.0.1"},
        },
        "body": body.decode(),
        "isBase64Encoded": False,
    }


@dataclass
class Organisation(World):
    """The tests' small organisation, its webhooks and work driven as Lambda does."""

    drive: Drive = field(kw_only=True)

    def webhook(self, path: str, body: bytes, headers: Mapping[str, str]) -> int:
        event = api_event(path, body, {"Content-Type": "application/json", **headers})
        return int(self.drive.call(HTTP, event)["statusCode"])

    def run(self) -> None:
        self.drive.run()

    def writes_in(self, user: str, text: str = TEXTS[0]) -> None:
        """A customer writes to the page."""
        self.facebook(said_by(user, text), user=user)

    def crowd(self, users: Sequence[str]) -> None:
        """Many customers' messages in one request, texts in turn."""
        entries = [
            {
                "sender": {"id": user},
                "recipient": {"id": PAGE},
                "timestamp": milliseconds(),
                "message": {
                    "mid": f"m_{user}_{milliseconds()}",
                    "text": said_by(user, TEXTS[n % len(TEXTS)]),
                },
            }
            for n, user in enumerate(users)
        ]
        assert self.facebook_items(entries) == 200


def organisation(agents: int = 3) -> Organisation:
    """An organisation at work, every cache warm: accounts, key, queue addresses, handlers."""
    backend = Backend(SETTINGS.resource_prefix)
    backend.attach({service: client(service) for service in SERVICES})
    for forget in (auth.forget, accounts.forget, signing.key.cache_clear):
        forget()  # what the process knows of an earlier organisation
    drive = Drive(backend)
    made = World.made(cast(Any, None))  # its pump is never run: ours is
    world = Organisation(cloud=made.cloud, pump=made.pump, admin=made.admin, drive=drive)
    for number in range(agents):
        for department in ("customer_care", "sales"):
            world.agent(f"Lan {department} {number}", department=department)
    world.writes_in("1")
    world.run()
    world.writes_in("1")
    world.run()
    for number in range(agents * len(TEXTS)):  # every agent had a ticket lately: they are known
        world.writes_in(f"warm {number}", TEXTS[number % len(TEXTS)])
    world.run()
    return world


@contextmanager
def counted(world: Organisation) -> Iterator[list[Call]]:
    """The calls made in the block, complete when it ends; CPU and polls start anew too."""
    calls: list[Call] = []
    world.drive.cpu.clear()
    world.drive.polls.clear()
    begin = len(world.drive.backend.calls)
    yield calls
    calls += [one for one in world.drive.backend.calls[begin:] if one.handler]
