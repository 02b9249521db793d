"""The one decorator under every queue, stream and schedule handler.

Chalice deploys blueprint handlers without `app.py`, so nothing outside the
handler's own module may be relied on: logging, metrics, partial failures and
the difference between "again later" and "never" are made here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from types import MappingProxyType
from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    SqsFifoPartialProcessor,
    process_partial_response,
)

from . import ahead as reading
from . import quarantine, store
from .clock import now
from .errors import AppError, Malformed
from .fact import frozen
from .log import count, crashed, logger
from .settings import SETTINGS

Answer = dict[str, Any]

#: The body of an entry that nobody of ours can have sent.
UNREADABLE: Mapping[str, Any] = MappingProxyType({})


@frozen
class Entry:
    """One queue entry: its JSON body and what the queue says of it."""

    id: str
    body: Mapping[str, Any]
    text: str
    queue: str
    group: str | None
    attempt: int

    @property
    def correlation_id(self) -> str:
        """The id that follows one customer action through every worker."""
        return str(self.body.get("correlation_id") or self.id)


ReadAhead = Callable[[Sequence[Mapping[str, Any]]], None]


def on_queue(
    *, fifo: bool = False, ahead: ReadAhead | None = None
) -> Callable[[Callable[[Entry], None]], Callable[..., Answer]]:
    """Make a function of one entry into the handler of a batch.

    `ahead` gets the bodies of a batch of several and reads together what they need.

    Entries fail singly; on a FIFO queue a failure holds back the rest of its
    own group and no other. An `AppError` that is neither transient nor a lost
    race is kept in quarantine and counts as done; anything else is tried again
    by the queue and ends in its dead letters.
    """

    def wrap(handle: Callable[[Entry], None]) -> Callable[..., Answer]:
        @wraps(handle)
        def run(event: Any) -> Answer:
            payload = event.to_dict()
            if not payload["Records"]:
                return {"batchItemFailures": []}
            processor = (
                SqsFifoPartialProcessor(skip_group_on_error=True)
                if fifo
                else BatchProcessor(event_type=EventType.SQS)
            )
            # When every entry failed, that is said entry by entry too: it is the same on
            # AWS, and does not look like a crash of the function.
            processor.raise_on_entire_batch_failure = False
            with reading.batch():
                _read_ahead(ahead, payload["Records"])
                answer: Answer = process_partial_response(  # type: ignore[assignment]
                    event=payload,
                    record_handler=lambda record: _handle(handle, record.raw_event),
                    processor=processor,
                    context=event.context,
                )
            return answer

        return run

    return wrap


def _read_ahead(ahead: ReadAhead | None, records: Sequence[Mapping[str, Any]]) -> None:
    """An economy only: what goes wrong here goes wrong again, and is told, with its entry."""
    if ahead is None or len(records) < 2:
        return
    bodies = [body for record in records if (body := _object(record["body"])) is not None]
    try:
        ahead(bodies)
    except Exception as error:  # whatever a foreign body makes of us
        logger.info("nothing read ahead", extra={"code": type(error).__name__})


def on_queue_together(
    handle: Callable[[Sequence[Entry]], None],
) -> Callable[..., Answer]:
    """Make a function of a whole batch, which does all or raises, into its handler.

    For work that costs far less together. When the batch fails, its entries are
    handled one by one with all that `on_queue` does, so that one of them spoils
    no other; the function must bear to run twice.
    """
    singly = on_queue()(lambda entry: handle([entry]))

    @wraps(handle)
    def run(event: Any) -> Answer:
        try:
            entries = [entry_of(record) for record in event.to_dict()["Records"]]
            with reading.batch():
                handle(entries)
        except Exception as error:
            logger.info("batch taken apart", extra={"code": type(error).__name__})
            return singly(event)
        for entry in entries:
            _tell(entry, "done", "")
        return {"batchItemFailures": []}

    return run


def entry_of(record: Mapping[str, Any]) -> Entry:
    """An SQS record as an `Entry`; a body that is no JSON object is empty, its text is kept."""
    name = str(record.get("eventSourceARN", "")).rsplit(":", 1)[-1]
    attributes = record.get("attributes", {})
    return Entry(
        id=record["messageId"],
        body=_object(record["body"]) or UNREADABLE,
        text=record["body"],
        queue=name.removeprefix(f"{SETTINGS.resource_prefix}-"),
        group=attributes.get("MessageGroupId"),
        attempt=int(attributes.get("ApproximateReceiveCount", 1)),
    )


def _object(text: str) -> Mapping[str, Any] | None:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _handle(handle: Callable[[Entry], None], record: Mapping[str, Any]) -> None:
    entry = entry_of(record)
    outcome, code = "done", ""
    try:
        if entry.body is UNREADABLE:
            raise Malformed("the entry is not a JSON object")
        handle(entry)
    except AppError as error:
        code = error.code
        # A state that moves under a flow again and again comes to rest: no case for a person.
        if error.transient or isinstance(error, store.ConditionFailed):
            outcome = "again"
            raise
        outcome = "kept"
        _keep(entry, error)
    except Exception as error:
        outcome, code = "crashed", type(error).__name__
        crashed("entry", error, queue=entry.queue, entry=entry.id)
        raise
    finally:
        _tell(entry, outcome, code)


def _keep(entry: Entry, error: AppError) -> None:
    quarantine.keep(
        entry.id,
        queue=entry.queue,
        group=entry.group,
        body=entry.text,
        reason=error.code,
        detail=error.detail,
        now=now(),
    )


def _tell(entry: Entry, outcome: str, code: str) -> None:
    logger.info(
        "entry",
        extra={
            "queue": entry.queue,
            "entry": entry.id,
            "outcome": outcome,
            "code": code,
            "attempt": entry.attempt,
            "correlation_id": entry.correlation_id,
        },
    )
    if outcome != "done":
        count("entries", queue=entry.queue, outcome=outcome)


def on_stream(
    handle: Callable[[Sequence[Mapping[str, Any]]], None],
) -> Callable[..., Answer]:
    """Make a function of new item images into a stream handler; it does all or raises."""

    @wraps(handle)
    def run(event: Any) -> Answer:
        records = event.to_dict()["Records"]
        images = [r["dynamodb"]["NewImage"] for r in records if r["eventName"] == "INSERT"]
        handle(images)
        logger.info("stream", extra={"records": len(records), "events": len(images)})
        return {"batchItemFailures": []}

    return run


def on_schedule(handle: Callable[[], Mapping[str, int]]) -> Callable[..., None]:
    """Make a function without arguments into a schedule handler; it returns what it did."""

    @wraps(handle)
    def run(event: Any) -> None:
        logger.info("schedule", extra={"job": handle.__name__, "did": dict(handle())})

    return run
