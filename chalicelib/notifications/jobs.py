"""Entry points: the reactor that tells agents, and the schedule that pushes what is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalice.app import Blueprint

from ..platform import queue, worker
from ..platform.context import begin
from ..platform.eventlog import from_body
from ..platform.settings import resource
from . import keeping

bp = Blueprint(__name__)


@bp.on_sqs_message(queue=resource(queue.NOTIFYING), batch_size=10, maximum_concurrency=2)
@worker.on_queue_together
def notifications_on_event(entries: Sequence[worker.Entry]) -> None:
    keeping.tell([from_body(entry.body) for entry in entries], begin())


@bp.schedule("rate(1 minute)")
@worker.on_schedule
def notifications_push_due() -> Mapping[str, int]:
    from . import pushing  # channels and tickets, which the reactor does not need

    return pushing.push_due(begin)
