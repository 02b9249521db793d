"""Entry points: the sender of replies, the schedule that takes up delayed ones, and the copier
of what customers attach."""

from __future__ import annotations

from collections.abc import Mapping

from chalice.app import Blueprint

from ..events.conversations import MessageDeleted
from ..platform import queue, worker
from ..platform.context import begin
from ..platform.settings import resource
from . import delivery

bp = Blueprint(__name__)


@bp.on_sqs_message(queue=resource(queue.OUTBOUND), batch_size=10)
@worker.on_queue(fifo=True)
def conversations_on_outbound(entry: worker.Entry) -> None:
    data = entry.body["data"]
    context = begin(correlation_id=entry.correlation_id)
    delivery.deliver(data["conversation_id"], data["message_id"], context)


@bp.schedule("rate(1 minute)")
@worker.on_schedule
def conversations_send_due() -> Mapping[str, int]:
    context = begin()
    due = delivery.due_messages(context)
    entries = [
        queue.message(
            {
                "correlation_id": context.correlation_id,
                "data": {"conversation_id": conversation_id, "message_id": message_id},
            },
            group=conversation_id,
            deduplication=f"{message_id}:{context.correlation_id}",
        )
        for conversation_id, message_id in due
    ]
    queue.send(queue.OUTBOUND, entries)
    return {"due": len(due)}


@bp.on_sqs_message(queue=resource(queue.MEDIA), batch_size=1, maximum_concurrency=10)
@worker.on_queue()
def conversations_on_media(entry: worker.Entry) -> None:
    from . import copying

    step = copying.forget if entry.body["name"] == MessageDeleted.name else copying.copy
    more = step(entry.body, begin(correlation_id=entry.correlation_id))
    if more is not None:
        queue.send(queue.MEDIA, [more])
