"""The stream pump: changes of a table to a function, as Lambda's mapping of a DynamoDB stream does.

One thread a stream. A failing batch is halved until the record at fault stands
alone; that one is tried a few times more and then reported to the stream's
dead letters, so that it does not hold up the rest.
"""

from __future__ import annotations

import base64
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from .engine import REGION
from .invoke import Call, invoke
from .sources import StreamSource

log = logging.getLogger(__name__)

Record = dict[str, Any]

PAUSE = 0.25  # seconds between reads: Lambda too polls a shard four times a second
RETRY_PAUSE = 1.0
PAUSE_AFTER_ERROR = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What outlives a stream pump.

    `position` is the sequence number of the last record done before, or empty.
    `done` is told the number and the epoch seconds of the last record of all
    that is done. `missed` gives the changes to catch up with when the engine
    has forgotten the position. `give_up` takes the on-failure message of a
    record that nobody could handle.
    """

    position: str
    done: Callable[[str, int], None]
    missed: Callable[[], list[Record]]
    give_up: Callable[[Record], None]


class StreamPump:
    """Feeds one stream to its function until it is stopped; `streams` is an AWS client."""

    def __init__(
        self,
        source: StreamSource,
        *,
        streams: Any,
        ledger: Ledger,
        call: Call = invoke,
        retry_pause: float = RETRY_PAUSE,
    ) -> None:
        self.source = source
        self._streams = streams
        self._ledger = ledger
        self._call = call
        self._position = ledger.position
        self._retry_pause = retry_pause
        self._arn, self._shard = _shard_of(streams, source.table)
        self._iterator = ""
        self._ended = threading.Event()
        self._abandoned = False
        self._reader = threading.Thread(target=self._read, name=source.table, daemon=True)
        self._busy = True  # until it has caught up
        self.last_busy = time.monotonic()

    def start(self) -> None:
        """Catch up, then read on."""
        self._reader.start()

    def quiet_for(self) -> float:
        """Seconds since the last record was done; 0 while one is at work."""
        return 0.0 if self._busy else time.monotonic() - self.last_busy

    def stop(self) -> None:
        """Read no more; the batch at work is finished."""
        self._ended.set()
        self._reader.join()

    def _read(self) -> None:
        while not self._ended.is_set():
            records: list[Record] = []
            try:
                if not self._iterator:
                    self._resume()
                records = self._next()
            except (ClientError, BotoCoreError) as error:
                log.warning("%s: stream not read: %s", self.source.table, error)
                self._iterator = ""
                self._ended.wait(PAUSE_AFTER_ERROR)
            self._work(records)
            self._ended.wait(0 if len(records) == self.source.batch_size else PAUSE)

    def _work(self, records: Sequence[Record]) -> None:
        if records:
            self._busy = True
            for start in range(0, len(records), self.source.batch_size):
                self._deliver(records[start : start + self.source.batch_size])
            self.last_busy = time.monotonic()
        self._busy = False

    def _next(self) -> list[Record]:
        asked = {"ShardIterator": self._iterator, "Limit": self.source.batch_size}
        answer = self._streams.get_records(**asked)
        self._iterator = answer["NextShardIterator"]
        found: list[Record] = answer["Records"]
        return found

    def _resume(self) -> None:
        """Stand after the last record done, or catch up if the stream has forgotten it."""
        if self._position and self._stands_after(self._position):
            return
        # First where the stream ends, then what is in the table: together nothing is left out.
        began = int(time.time())
        iterator = self._iterator_at("LATEST")
        self._work(self._ledger.missed())
        self._iterator = iterator
        if not self._abandoned:
            self._ledger.done("", began)

    def _stands_after(self, position: str) -> bool:
        try:
            self._iterator = self._iterator_at("AFTER_SEQUENCE_NUMBER", SequenceNumber=position)
        except ClientError as error:
            if error.response["Error"]["Code"] != "TrimmedDataAccessException":
                raise
            return False
        return True

    def _iterator_at(self, kind: str, **more: str) -> str:
        answer = self._streams.get_shard_iterator(
            StreamArn=self._arn, ShardId=self._shard, ShardIteratorType=kind, **more
        )
        iterator: str = answer["ShardIterator"]
        return iterator

    def _deliver(self, records: Sequence[Record]) -> None:
        """Hand records over, halving what fails; returns when all are done or given up."""
        if self._accepted(records):
            self._finish(records)
        elif len(records) > 1:
            middle = len(records) // 2
            self._deliver(records[:middle])
            self._deliver(records[middle:])
        else:
            self._insist(records)

    def _insist(self, records: Sequence[Record]) -> None:
        for _ in range(self.source.retries):
            if self._ended.wait(self._retry_pause):
                self._abandoned = True  # nothing from here on is done: it comes again
                return
            if self._accepted(records):
                self._finish(records)
                return
        self._ledger.give_up(failure_message(self.source, self._arn, self._shard, records))
        self._finish(records)

    def _accepted(self, records: Sequence[Record]) -> bool:
        if self._abandoned:
            return False
        event = {"Records": [record(one, self._arn) for one in records]}
        try:
            answer = self._call(self.source.handler, event)
        except Exception as error:  # noqa: BLE001  Lambda too takes any exception as a failure
            log.warning("%s: %s: %s", self.source.handler.name, type(error).__name__, error)
            return False
        return not (isinstance(answer, dict) and answer.get("batchItemFailures"))

    def _finish(self, records: Sequence[Record]) -> None:
        last = records[-1]["dynamodb"]
        if last["SequenceNumber"] and not self._abandoned:
            self._position = last["SequenceNumber"]
            self._ledger.done(self._position, _epoch(last["ApproximateCreationDateTime"]))


def record(change: Record, arn: str) -> Record:
    """A change as a record of Lambda's DynamoDB event: times are numbers, binaries base64 text."""
    detail = change["dynamodb"]
    created = _epoch(detail["ApproximateCreationDateTime"])
    plain: Record = _plain({**detail, "ApproximateCreationDateTime": created})
    return {**change, "dynamodb": plain, "eventSourceARN": arn, "awsRegion": REGION}


def failure_message(
    source: StreamSource, arn: str, shard: str, records: Sequence[Record]
) -> Record:
    """What Lambda sends to the on-failure destination: where the records are, not the records."""
    first, last = records[0]["dynamodb"], records[-1]["dynamodb"]
    return {
        "version": "1.0",
        "timestamp": datetime.now(UTC).isoformat(),
        "requestContext": {
            "functionArn": source.handler.name,
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": source.retries + 1,
        },
        "DDBStreamBatchInfo": {
            "shardId": shard,
            "startSequenceNumber": first["SequenceNumber"],
            "endSequenceNumber": last["SequenceNumber"],
            "batchSize": len(records),
            "streamArn": arn,
        },
    }


def _shard_of(streams: Any, table: str) -> tuple[str, str]:
    """The table's stream and its shard (the engine keeps one shard a stream)."""
    found = streams.list_streams(TableName=table)["Streams"]
    if not found:
        raise LookupError(f"table {table} has no stream")
    arn: str = found[-1]["StreamArn"]
    described = streams.describe_stream(StreamArn=arn)["StreamDescription"]
    return arn, str(described["Shards"][0]["ShardId"])


def _epoch(moment: datetime | float) -> int:
    return int(moment.timestamp() if isinstance(moment, datetime) else moment)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value
