"""What feeds the application's functions, read from the Chalice app itself.

There is no second list: a new queue, stream or schedule handler is pumped
because `app.event_sources` names it, with the limits it is deployed with. Used
by `runtime`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chalice import Chalice

from infra.packaging import config, merge
from infra.packaging.policies import failed_batches_export
from infra.packaging.wiring import Function, Kind, describe


@dataclass(frozen=True, slots=True, kw_only=True)
class Handler:
    """A function as Lambda knows it: its name and where to import it from."""

    name: str
    path: str  # "chalicelib.intake.jobs.intake_on_inbound"
    timeout: int  # seconds
    memory: int  # MB


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSource:
    """An SQS event source mapping. `window` in seconds; `concurrency` None: not limited."""

    handler: Handler
    queue: str
    batch_size: int
    window: int = 0
    concurrency: int | None = None

    @property
    def is_fifo(self) -> bool:
        """Whether the queue keeps the order of message groups."""
        return self.queue.endswith(".fifo")


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamSource:
    """A DynamoDB stream mapping; `failed` is the export with the ARN of its dead letters."""

    handler: Handler
    table: str
    batch_size: int
    failed: str
    retries: int = merge.STREAM_RETRIES


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleSource:
    """An EventBridge rule: `rate(5 minutes)` or `cron(0 2 * * ? *)`, UTC."""

    handler: Handler
    expression: str


Source = QueueSource | StreamSource | ScheduleSource


def sources_of(app: Chalice, *, prefix: str) -> list[Source]:
    """Every event source of the app.

    Raises:
        wiring.UnknownSource: a kind of source that packaging has no rule for either.
    """
    declared = {one.name: one for one in app.event_sources}
    return [
        _SOURCES[function.kind](function, declared[function.name], prefix)
        for function in describe(app)
        if function.kind in _SOURCES
    ]


def http_handler(app: Chalice) -> Handler:
    """The one function behind all routes."""
    return next(handler_of(one) for one in describe(app) if one.kind is Kind.HTTP)


def handler_of(function: Function) -> Handler:
    """A function with the time-out and memory it is deployed with."""
    limits = config.limits(function)
    return Handler(
        name=function.name, path=function.handler, timeout=limits.timeout, memory=limits.memory
    )


def _queue(function: Function, declared: Any, prefix: str) -> Source:
    return QueueSource(
        handler=handler_of(function),
        queue=str(function.source),
        batch_size=declared.batch_size,
        window=declared.maximum_batching_window_in_seconds or 0,
        concurrency=declared.maximum_concurrency,
    )


def _stream(function: Function, declared: Any, prefix: str) -> Source:
    return StreamSource(
        handler=handler_of(function),
        table=str(function.source),
        batch_size=declared.batch_size,
        failed=failed_batches_export(function, prefix),
    )


def _schedule(function: Function, declared: Any, prefix: str) -> Source:
    return ScheduleSource(handler=handler_of(function), expression=str(function.source))


_SOURCES: dict[Kind, Callable[[Function, Any, str], Source]] = {
    Kind.QUEUE: _queue,
    Kind.STREAM: _stream,
    Kind.SCHEDULE: _schedule,
}
