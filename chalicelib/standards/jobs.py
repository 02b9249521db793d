"""Entry points: the reactor that counts kept promises and minds care contacts, and its schedule."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chalice.app import Blueprint

from ..events.customers import MergeUndone, ProfileMerged, TierChanged
from ..events.standards import StandardsChanged
from ..events.tickets import TaskDone
from ..platform import queue, worker
from ..platform.context import Context, begin
from ..platform.eventlog import Recorded, from_body
from ..platform.settings import resource
from ..sla import counting
from . import caring, walking

bp = Blueprint(__name__)


@bp.on_sqs_message(queue=resource(queue.STANDARDS), batch_size=10, maximum_concurrency=4)
@worker.on_queue()
def standards_on_event(entry: worker.Entry) -> None:
    if not walking.step(entry.body, begin()):
        event = from_body(entry.body)
        STEPS[event.name](event, begin(correlation_id=event.correlation_id))


def _count(event: Recorded, _context: Context) -> None:
    counting.hear(event)


def _review(event: Recorded, context: Context) -> None:
    for profile_id in (event.data.get("merged_id"), event.profile_id):
        if profile_id is not None:
            caring.review(profile_id, context)


def _task_done(event: Recorded, context: Context) -> None:
    if event.profile_id is not None:
        caring.task_done(event.profile_id, event.data["task_id"], context)


def _others(_event: Recorded, _context: Context) -> None:
    walking.begin()


#: What is done about each event.
STEPS: Mapping[str, Callable[[Recorded, Context], None]] = {
    **dict.fromkeys(counting.STEPS, _count),
    TierChanged.name: _review,
    ProfileMerged.name: _review,
    MergeUndone.name: _review,
    TaskDone.name: _task_done,
    StandardsChanged.name: _others,
}


@bp.schedule("rate(15 minutes)")
@worker.on_schedule
def standards_open_care() -> Mapping[str, int]:
    """Care contacts that have fallen due, in working hours."""
    return caring.watch(begin())
