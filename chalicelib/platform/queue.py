"""Queues by name, and sending to them in as few requests as SQS allows.

`ALL` is the catalogue that meta-tests hold against the infrastructure template
and that the dead-letter collector walks.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from .aws import client
from .errors import Transient
from .fact import frozen
from .settings import resource

INBOUND = "inbound.fifo"
OUTBOUND = "outbound.fifo"
ROUTING = "routing"
INDEXING = "indexing"
RESOLVING = "resolving"
CUSTODY = "custody"
SEGMENTING = "segmenting"
CARE = "care"
MEDIA = "media"
CLOCKS = "clocks"
NOTIFYING = "notifying"
STANDARDS = "standards"

ALL = (
    INBOUND, OUTBOUND, ROUTING, INDEXING, RESOLVING, CUSTODY, SEGMENTING, CARE, MEDIA, CLOCKS,
    NOTIFYING, STANDARDS,
)  # fmt: skip

BATCH_ENTRIES = 10
#: SQS takes 1 MiB per request; the rest is room for attributes.
BATCH_BYTES = 1_000_000
#: SQS refuses a body with these (XML 1.0, production 2); inside JSON they stand only in strings.
_ESCAPED = {0xFFFE: "\\ufffe", 0xFFFF: "\\uffff"}


@frozen
class Message:
    """One queue entry. `group` and `deduplication` only for FIFO queues, `delay` (seconds, at
    most 900) only for the others."""

    body: str
    group: str | None = None
    deduplication: str | None = None
    delay: int = 0


class QueueUnavailable(Transient):
    code, title = "queue_unavailable", "The queue did not answer"


class NotQueued(Transient):
    code, title = "not_queued", "The queue did not take every entry"


def message(body: Mapping[str, Any], **attributes: Any) -> Message:
    """An entry whose body is compact JSON."""
    return Message(body=packed(body), **attributes)


def packed(body: Mapping[str, Any]) -> str:
    """JSON without spaces, every character as itself that SQS takes."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPED)


def fits(entry: Message) -> bool:
    """Whether SQS takes an entry at all."""
    return len(entry.body.encode()) <= BATCH_BYTES


def dead_letters_of(queue: str) -> str:
    """The name of a queue's dead-letter queue."""
    name, dot, suffix = queue.partition(".")
    return f"{name}-dead{dot}{suffix}"


def _ask(operation: str, **fields: Any) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = getattr(client("sqs"), operation)(**fields)
    except (ClientError, BotoCoreError) as error:
        raise QueueUnavailable(f"{operation}: {type(error).__name__}") from error
    return answer


@cache
def url(queue: str) -> str:
    """The address of a queue of this stage, asked for once per process."""
    found: str = _ask("get_queue_url", QueueName=resource(queue))["QueueUrl"]
    return found


def send(queue: str, messages: Iterable[Message]) -> int:
    """Send entries in order, ten to a request; returns the number of requests.

    Raises `NotQueued` when the queue refused an entry: the caller has not been
    durable and must not acknowledge. Entries already taken may come twice.
    """
    requests = 0
    for chunk in chunks(messages):
        entries = [_entry(str(index), entry) for index, entry in enumerate(chunk)]
        answer = _ask("send_message_batch", QueueUrl=url(queue), Entries=entries)
        requests += 1
        if refused := answer.get("Failed"):
            codes = sorted({failure.get("Code", "?") for failure in refused})
            raise NotQueued(f"{queue} refused {len(refused)} entries: {', '.join(codes)}")
    return requests


def chunks(messages: Iterable[Message]) -> Iterator[list[Message]]:
    """Cut entries into requests of at most ten entries and one megabyte, order kept."""
    chunk: list[Message] = []
    size = 0
    for entry in messages:
        length = len(entry.body.encode())
        if chunk and (len(chunk) == BATCH_ENTRIES or size + length > BATCH_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(entry)
        size += length
    if chunk:
        yield chunk


def _entry(number: str, entry: Message) -> dict[str, Any]:
    fields: dict[str, Any] = {"Id": number, "MessageBody": entry.body}
    if entry.group is not None:
        fields["MessageGroupId"] = entry.group
    if entry.deduplication is not None:
        fields["MessageDeduplicationId"] = entry.deduplication
    if entry.delay:
        fields["DelaySeconds"] = entry.delay
    return fields


def receive_dead(queue: str, *, most: int = BATCH_ENTRIES) -> list[dict[str, Any]]:
    """Take entries from a queue's dead letters, with all their system attributes."""
    answer = _ask(
        "receive_message",
        QueueUrl=url(dead_letters_of(queue)),
        MaxNumberOfMessages=most,
        AttributeNames=["All"],
        WaitTimeSeconds=0,
    )
    found: list[dict[str, Any]] = answer.get("Messages", [])
    return found


def delete_dead(queue: str, receipt_handle: str) -> None:
    """Remove an entry from a queue's dead letters once it is kept elsewhere."""
    _ask("delete_message", QueueUrl=url(dead_letters_of(queue)), ReceiptHandle=receipt_handle)
