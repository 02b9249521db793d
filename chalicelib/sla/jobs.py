"""Entry points: the reactor that keeps clocks, and the schedule that watches them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalice.app import Blueprint

from ..platform import queue, worker
from ..platform.context import begin
from ..platform.eventlog import from_body
from ..platform.settings import resource
from . import reacting, simulating, walking, watching

bp = Blueprint(__name__)


@bp.on_sqs_message(queue=resource(queue.CLOCKS), batch_size=10, maximum_concurrency=5)
@worker.on_queue_together
def sla_on_clocks(entries: Sequence[worker.Entry]) -> None:
    events = [entry for entry in entries if not _continued(entry)]
    told = [from_body(entry.body) for entry in events]
    reacting.react([(one, begin(correlation_id=one.correlation_id)) for one in told])


def _continued(entry: worker.Entry) -> bool:
    """Whether an entry was the next step of long work, which is done now."""
    return any(step(entry.body, begin()) for step in (walking.step, simulating.step))


@bp.schedule("rate(1 minute)")
@worker.on_schedule
def sla_watch_clocks() -> Mapping[str, int]:
    """Warnings, breaches and calls for help whose moment has come."""
    return watching.watch(begin())
