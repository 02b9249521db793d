"""The queue pump: SQS messages to functions, as an event source mapping of Lambda delivers them.

One poller thread a queue; batches run in a small pool. Order within a FIFO
group and dead letters are the queue's own work: it hands out no message of a
group that is in flight, and moves what was received too often.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from .engine import REGION
from .inflight import InFlight
from .invoke import ACCOUNT, Call, invoke
from .sources import QueueSource

log = logging.getLogger(__name__)

MOST_PER_RECEIVE = 10  # SQS gives no more at once
WAIT_SECONDS = 2  # of a long poll: short enough to stop quickly, long enough to cost nothing
#: Batches of one queue at work at once: handlers share one interpreter, so more
#: would only slow each other and the webhooks down.
CONCURRENCY = 3
#: After a batch that was not full, wait this long, so that the next one is fuller:
#: every poll and every small batch costs the engine as much as a full one.
LINGER_SECONDS = 0.1
PAUSE_AFTER_ERROR = 1.0
#: AWS shows a failed message again only after the queue's whole visibility
#: time-out (six times the function's: minutes). Nobody at a desk waits for that,
#: so here it is seconds: one more for every receipt so far.
RETRY_SECONDS = 1
LONGEST_RETRY = 30


class QueuePump:
    """Feeds one queue to its function until it is stopped; `sqs` is an AWS client.

    `record` is where it notes what it has in hand.
    """

    def __init__(
        self,
        source: QueueSource,
        *,
        sqs: Any,
        record: Path,
        call: Call = invoke,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self.source = source
        self._call = call
        self._sqs = sqs
        self._in_flight = InFlight(record)
        self._retry_seconds = retry_seconds
        self._url = sqs.get_queue_url(QueueName=source.queue)["QueueUrl"]
        self._slots = min(CONCURRENCY, source.concurrency or CONCURRENCY)
        self._free = threading.Semaphore(self._slots)
        self._pool = ThreadPoolExecutor(self._slots, thread_name_prefix=source.queue)
        self._ended = threading.Event()
        self._poller = threading.Thread(target=self._poll, name=f"poll {source.queue}", daemon=True)
        self._counting = threading.Lock()
        self._at_work = 0
        self.last_busy = time.monotonic()
        self._behind = (0.0, 0.0)  # seconds, and when that was

    def start(self) -> None:
        """Begin to poll, first for what a killed process had in hand."""
        for handle in self._in_flight.left_behind():
            with contextlib.suppress(ClientError):  # it has been settled or has come back since
                self._sqs.change_message_visibility(
                    QueueUrl=self._url, ReceiptHandle=handle, VisibilityTimeout=0
                )
        self._poller.start()

    def quiet_for(self) -> float:
        """Seconds since the last message came or was done; 0 while one is at work."""
        return 0.0 if self._at_work else time.monotonic() - self.last_busy

    def behind(self) -> float:
        """Seconds the oldest message of the last poll had waited; 0 if that is long ago."""
        seconds, at = self._behind
        return seconds if time.monotonic() - at < WAIT_SECONDS else 0.0

    def stop(self) -> None:
        """Poll no more and wait for the batches at work."""
        self._ended.set()
        self._poller.join()
        self._pool.shutdown(wait=True)

    def _poll(self) -> None:
        while not self._ended.is_set():
            self._free.acquire()
            try:
                messages = self._gather()
            except (ClientError, BotoCoreError) as error:
                log.warning("%s: not polled: %s", self.source.queue, error)
                messages = []
                self._ended.wait(PAUSE_AFTER_ERROR)
            if not messages:
                self._free.release()
                continue
            self._note(+1)
            self._behind = (_waited(messages), time.monotonic())
            self._pool.submit(self._work, messages)
            if len(messages) < self.source.batch_size:
                self._ended.wait(LINGER_SECONDS)

    def _gather(self) -> list[dict[str, Any]]:
        """A batch: what one receipt gives, or all that come within the declared window."""
        messages = self._receive(self.source.batch_size, WAIT_SECONDS)
        until = time.monotonic() + self.source.window
        while messages and (room := self.source.batch_size - len(messages)) > 0:
            left = until - time.monotonic()
            if left <= 0 and (self.source.is_fifo or room < MOST_PER_RECEIVE):
                break
            more = self._receive(room, max(0, int(left)))
            messages += more
            if not more and left <= 0:
                break
        return messages

    def _receive(self, most: int, wait: int) -> list[dict[str, Any]]:
        answer = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=min(most, MOST_PER_RECEIVE),
            WaitTimeSeconds=wait,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        found: list[dict[str, Any]] = answer.get("Messages", [])
        return found

    def _work(self, messages: list[dict[str, Any]]) -> None:
        batch = self._in_flight.begin(one["ReceiptHandle"] for one in messages)
        try:
            failed = self._deliver(messages)
            self._delete([one for one in messages if one["MessageId"] not in failed])
            self._show_again([one for one in messages if one["MessageId"] in failed])
        except (ClientError, BotoCoreError) as error:
            # Neither deleted nor shown again: they come back by themselves.
            log.warning("%s: batch not settled: %s", self.source.queue, error)
        finally:
            self._in_flight.end(batch)
            self._note(-1)
            self._free.release()

    def _deliver(self, messages: Sequence[dict[str, Any]]) -> set[str]:
        """The ids of the messages that failed."""
        every = {one["MessageId"] for one in messages}
        event = {"Records": [record(one, self.source.queue) for one in messages]}
        try:
            answer = self._call(self.source.handler, event)
        except Exception as error:  # noqa: BLE001  Lambda too takes any exception as "all failed"
            log.warning("%s: %s: %s", self.source.handler.name, type(error).__name__, error)
            return every
        return failures(answer, every)

    def _delete(self, messages: Sequence[dict[str, Any]]) -> None:
        for some in _tens(messages):
            entries = [_entry(number, one) for number, one in enumerate(some)]
            self._sqs.delete_message_batch(QueueUrl=self._url, Entries=entries)

    def _show_again(self, messages: Sequence[dict[str, Any]]) -> None:
        for some in _tens(messages):
            entries = [
                _entry(number, one) | {"VisibilityTimeout": self._retry_in(one)}
                for number, one in enumerate(some)
            ]
            self._sqs.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)

    def _retry_in(self, message: dict[str, Any]) -> int:
        received = int(message["Attributes"]["ApproximateReceiveCount"])
        return int(min(LONGEST_RETRY, self._retry_seconds * received))

    def _note(self, change: int) -> None:
        with self._counting:
            self._at_work += change
            self.last_busy = time.monotonic()


def _waited(messages: Sequence[dict[str, Any]]) -> float:
    """Seconds since the oldest of these was sent, leaving out what is tried again."""
    first = [one["Attributes"] for one in messages]
    sent = [int(one["SentTimestamp"]) for one in first if one["ApproximateReceiveCount"] == "1"]
    return time.time() - min(sent) / 1000 if sent else 0.0


def failures(answer: Any, every: set[str]) -> set[str]:
    """The failed messages a function's return value names, read as Lambda reads it.

    An id that was not in the batch, or an empty one, means that all failed
    (AWS: "Reporting batch item failures", conditions for success and failure).
    """
    reported = (answer or {}).get("batchItemFailures") if isinstance(answer, dict) else None
    named = {str(one.get("itemIdentifier", "")) for one in reported or []}
    return named if named <= every else every


def record(message: dict[str, Any], queue: str) -> dict[str, Any]:
    """A received message as a record of Lambda's SQS event."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {
            name: _attribute(value) for name, value in message.get("MessageAttributes", {}).items()
        },
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}",
        "awsRegion": REGION,
    }


def _attribute(value: dict[str, Any]) -> dict[str, Any]:
    return {
        "stringValue": value.get("StringValue"),
        "stringListValues": [],
        "binaryListValues": [],
        "dataType": value["DataType"],
    }


def _entry(number: int, message: dict[str, Any]) -> dict[str, Any]:
    return {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}


def _tens(messages: Sequence[dict[str, Any]]) -> Iterator[Sequence[dict[str, Any]]]:
    for start in range(0, len(messages), MOST_PER_RECEIVE):
        yield messages[start : start + MOST_PER_RECEIVE]
