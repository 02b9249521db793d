"""From the event log's stream to the reactors' queues, by the table in `reactions`.

The stream is the outbox: an event that was committed is dispatched, at least
once. A batch goes out in as few requests as there are queues and tens of events.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chalice.app import Blueprint

from .platform import eventlog, queue, worker
from .platform.eventlog import Recorded
from .platform.settings import SETTINGS, resource
from .reactions import BY_NAME, Reactor

bp = Blueprint(__name__)

#: The real ARN exists once the infrastructure does: the generated merge template puts it in.
STREAM = f"arn:aws:dynamodb:{SETTINGS.region}:000000000000:table/{resource('events')}/stream/LATEST"


@bp.on_dynamodb_record(stream_arn=STREAM, batch_size=100, starting_position="TRIM_HORIZON")
@worker.on_stream
def dispatch_on_events(images: Sequence[Mapping[str, Any]]) -> None:
    dispatch(eventlog.from_stream(image) for image in images if eventlog.is_news(image))


def dispatch(events: Iterable[Recorded]) -> int:
    """Send every event to its reactors; returns how many entries that made."""
    lines: dict[str, list[queue.Message]] = {}
    for event in events:
        for reactor in BY_NAME.get(event.name, ()):
            if not reactor.acts_on(event):
                continue
            lines.setdefault(reactor.queue, []).append(_entry(event, reactor))
    for name, entries in lines.items():
        queue.send(name, entries)
    return sum(len(entries) for entries in lines.values())


def _entry(event: Recorded, reactor: Reactor) -> queue.Message:
    body = eventlog.to_body(event)
    if reactor.group_by is None:
        return queue.message(body)
    group = str(event.data.get(reactor.group_by) or event.subject)
    return queue.message(body, group=group, deduplication=event.id)


def redispatch(since_event_id: str) -> int:
    """Dispatch again whatever was recorded from an event id on (after the stream was lost).

    Reactors are idempotent, so too much is only slow. For operations.
    """
    return dispatch(eventlog.since(since_event_id))
