"""Entry points: who a customer may be, and the long work on all that is kept of one.

What a worker does is imported when it does it: the HTTP function imports every
`jobs` module and does none of this.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from chalice.app import Blueprint

from ..events.customers import MergeUndone, ProfileMerged, RightsRequested
from ..platform import queue, worker
from ..platform.clock import now
from ..platform.context import Context, begin
from ..platform.eventlog import from_body
from ..platform.settings import resource

bp = Blueprint(__name__)

#: Seconds one entry may work before it is put back to go on: well within the function's time.
AT_A_TIME = 20.0
MOVES_AT_ONCE = 50
RIGHTS_AT_ONCE = 50
#: Not an event: a look at a merge some time after it.
SETTLING = "merge.settling"


@bp.on_sqs_message(queue=resource(queue.RESOLVING), batch_size=10, maximum_concurrency=5)
@worker.on_queue_together
def customer_on_resolving(entries: Sequence[worker.Entry]) -> None:
    from . import resolving

    resolving.resolve([from_body(entry.body) for entry in entries], begin())


@bp.on_sqs_message(queue=resource(queue.CUSTODY), batch_size=1, maximum_concurrency=5)
@worker.on_queue()
def customer_on_custody(entry: worker.Entry) -> None:
    step, subject = STEPS[entry.body["name"]]
    context = begin(correlation_id=entry.correlation_id)
    if not step(entry.body["data"][subject], context, AT_A_TIME):
        queue.send(queue.CUSTODY, [queue.Message(body=entry.text)])


@bp.schedule("rate(1 minute)")
@worker.on_schedule
def customer_settle_merges() -> Mapping[str, int]:
    """Look once more at merges whose move is some time ago."""
    from . import moving

    ids = moving.unsettled(now(), most=MOVES_AT_ONCE, scope="customer_settle_merges")
    entries = [{"name": SETTLING, "data": {"merge_id": one}} for one in ids]
    queue.send(queue.CUSTODY, [queue.message(one) for one in entries])
    return {"merges": len(ids)}


@bp.schedule("rate(15 minutes)")
@worker.on_schedule
def customer_go_on_with_rights() -> Mapping[str, int]:
    """Take up again what customers asked for some time ago and have not been given."""
    from . import walking

    ids = walking.unanswered(now(), most=RIGHTS_AT_ONCE)
    entries = [{"name": RightsRequested.name, "data": {"request_id": one}} for one in ids]
    queue.send(queue.CUSTODY, [queue.message(one) for one in entries])
    return {"requests": len(ids)}


@bp.schedule("rate(1 hour)")
@worker.on_schedule
def customer_apply_retention() -> Mapping[str, int]:
    """Let go of payloads that are older than they may be kept."""
    from . import retention

    return retention.apply(begin(), seconds=AT_A_TIME)


def _move(merge_id: str, context: Context, seconds: float) -> bool:
    from . import moving

    return moving.move(merge_id, context, seconds=seconds)


def _rights(request_id: str, context: Context, seconds: float) -> bool:
    """What a customer may ask for, and who does it."""
    from ..profiles import rights
    from .erasing import erase_step
    from .exporting import export_step

    steps = {rights.EXPORT: export_step, rights.ERASE: erase_step}
    return steps[rights.load(request_id).kind](request_id, context, seconds)


#: What each entry asks for, and the field that says of what; False: there is more.
STEPS: Mapping[str, tuple[Callable[[str, Context, float], bool], str]] = {
    ProfileMerged.name: (_move, "merge_id"),
    MergeUndone.name: (_move, "merge_id"),
    SETTLING: (_move, "merge_id"),
    RightsRequested.name: (_rights, "request_id"),
}
