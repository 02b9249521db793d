"""Which functions the application consists of and what feeds each: read from the Chalice object.

There is no second list: a new handler is packaged because Chalice knows it.
`config`, `merge`, `package` and the meta-tests call it. As a program,
`python -m infra.packaging.wiring` prints the wiring of the `app.py` in the
working directory; `package` runs it so, because names of queues are fixed when
`app.py` is imported and differ by stage.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from chalice import Chalice
from chalice.app import (
    DynamoDBEventConfig,
    ScheduledEventConfig,
    ScheduleExpression,
    SQSEventConfig,
)

API_HANDLER = "api_handler"  # Chalice's own name for the function behind all routes


class Kind(StrEnum):
    """What invokes a function; decides its memory, its time-out and how it is alarmed."""

    HTTP = "http"
    AUTHORIZER = "authorizer"
    QUEUE = "queue"
    STREAM = "stream"
    SCHEDULE = "schedule"
    PLAIN = "plain"


class UnknownSource(ValueError):
    """An event source this packaging has no rule for: add one before it ships unguarded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One Lambda function. `source` is the full name of the queue or table that feeds it,
    or the rate/cron expression; None for HTTP, authorizers and plain functions."""

    name: str
    handler: str
    kind: Kind
    source: str | None = None

    @property
    def resource(self) -> str:
        """Logical id in the template that Chalice writes."""
        return "APIHandler" if self.kind is Kind.HTTP else logical_id(self.name)

    @property
    def event(self) -> str:
        """Logical id of the event source below the function."""
        return logical_id(f"{self.name}-{_EVENT_SUFFIX[self.kind]}")


_EVENT_SUFFIX = {
    Kind.QUEUE: "sqs-event-source",
    Kind.STREAM: "dynamodb-event-source",
    Kind.SCHEDULE: "event",
}


def logical_id(name: str) -> str:
    """The CloudFormation id Chalice makes of a name: `a_b-c` → `ABC`, each part capitalised."""
    parts = name.replace("-", "_").split("_")
    return "".join(part[0].upper() + part[1:] for part in parts if part)


def describe(app: Chalice) -> tuple[Function, ...]:
    """Every function of `app`, the one behind the routes first.

    Raises:
        UnknownSource: an event source of a kind that has no rule here.
    """
    http = [Function(name=API_HANDLER, handler="app.app", kind=Kind.HTTP)] if app.routes else []
    authorizers = [
        Function(name=auth.name, handler=auth.handler_string, kind=Kind.AUTHORIZER)
        for auth in app.builtin_auth_handlers
    ]
    plain = [
        Function(name=one.name, handler=one.handler_string, kind=Kind.PLAIN)
        for one in app.pure_lambda_functions
    ]
    return (*http, *authorizers, *map(_fed_function, app.event_sources), *plain)


def _fed_function(config: Any) -> Function:
    known = _SOURCES.get(type(config))
    if known is None:
        raise UnknownSource(f"{config.name}: no packaging rule for {type(config).__name__}")
    kind, source = known
    return Function(
        name=config.name, handler=config.handler_string, kind=kind, source=source(config)
    )


def _queue_name(config: SQSEventConfig) -> str:
    return config.queue or str(config.queue_arn).rpartition(":")[2]


def _table_name(config: DynamoDBEventConfig) -> str:
    # The ARN in code is a placeholder: only its table part is true before deployment.
    table = config.stream_arn.rpartition(":table/")[2] if ":table/" in config.stream_arn else ""
    if "/stream/" not in table:
        raise UnknownSource(f"{config.name}: {config.stream_arn} names no table's stream")
    return table.split("/", 1)[0]


def _expression(config: ScheduledEventConfig) -> str:
    expression = config.schedule_expression
    if isinstance(expression, ScheduleExpression):
        return expression.to_string()
    return expression


_SOURCES: dict[type, tuple[Kind, Callable[[Any], str]]] = {
    SQSEventConfig: (Kind.QUEUE, _queue_name),
    DynamoDBEventConfig: (Kind.STREAM, _table_name),
    ScheduledEventConfig: (Kind.SCHEDULE, _expression),
}


def dump(functions: tuple[Function, ...]) -> str:
    """As JSON text, for another process."""
    return json.dumps([asdict(function) for function in functions])


def load(text: str) -> tuple[Function, ...]:
    """What `dump` wrote."""
    return tuple(Function(**{**one, "kind": Kind(one["kind"])}) for one in json.loads(text))


def _main() -> None:
    sys.path.insert(0, ".")
    from app import app

    print(dump(describe(app)))


if __name__ == "__main__":
    _main()
