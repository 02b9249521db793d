"""Entry points: the reactor that keeps tiers and segments, and the schedules behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalice.app import Blueprint

from ..platform import queue, worker
from ..platform.context import begin
from ..platform.settings import resource
from . import histograms, walks, work

bp = Blueprint(__name__)


@bp.on_sqs_message(queue=resource(queue.SEGMENTING), batch_size=10, maximum_concurrency=4)
@worker.on_queue_together
def segments_on_event(entries: Sequence[worker.Entry]) -> None:
    work.do([one.body for one in entries], begin(correlation_id=entries[0].correlation_id))


@bp.schedule("rate(5 minutes)")
@worker.on_schedule
def segments_catch_up() -> Mapping[str, int]:
    """New customers and new tickets, without a reaction to each."""
    return walks.catch_up(begin())


@bp.schedule("cron(0 19 * * ? *)")
@worker.on_schedule
def segments_recompute_rfm() -> Mapping[str, int]:
    """At two in the morning in Vietnam: new bounds of the fifths, then everybody under them."""
    context = begin()
    customers = histograms.recompute(context.now)
    walks.begin_walk(None, context)
    return {"customers": customers}
