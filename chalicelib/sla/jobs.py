"""Entry points: the reactor that keeps clocks, and the schedule that watches them."""

from __future__ import annotations

from collections.abc import Mapping

from chalice.app import Blueprint

from ..platform import queue, worker
from ..platform.context import begin
from ..platform.eventlog import from_body
from ..platform.settings import resource
from . import reacting, simulating, walking, watching

bp = Blueprint(__name__)


@bp.on_sqs_message(queue=resource(queue.CLOCKS), batch_size=10, maximum_concurrency=5)
@worker.on_queue()
def sla_on_clocks(entry: worker.Entry) -> None:
    if not any(step(entry.body, begin()) for step in (walking.step, simulating.step)):
        event = from_body(entry.body)
        reacting.react(event, begin(correlation_id=event.correlation_id))


@bp.schedule("rate(1 minute)")
@worker.on_schedule
def sla_watch_clocks() -> Mapping[str, int]:
    """Warnings, breaches and calls for help whose moment has come."""
    return watching.watch(begin())
