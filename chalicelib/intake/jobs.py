"""Entry points: the inbound queue, pulls from providers, and the collector of dead letters.

What a worker does is imported when it does it: the HTTP function imports every
`jobs` module, does none of this, and its cold start is what a provider waits for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chalice.app import Blueprint

from ..channels.base import Unreadable
from ..platform import blobs, quarantine, queue, worker
from ..platform.clock import now
from ..platform.context import CUSTOMER, Context, begin
from ..platform.ids import digest
from ..platform.settings import resource
from .entries import arrived

bp = Blueprint(__name__)


def _ahead(bodies: Sequence[Mapping[str, Any]]) -> None:
    from . import ahead

    ahead.read(bodies)


@bp.on_sqs_message(queue=resource(queue.INBOUND), batch_size=10)
@worker.on_queue(fifo=True, ahead=_ahead)
def intake_on_inbound(entry: worker.Entry) -> None:
    context = begin(actor=CUSTOMER, correlation_id=entry.correlation_id)
    KINDS[str(entry.body.get("kind"))](entry, context)


def _delivery(entry: worker.Entry, context: Context) -> None:
    from . import flows

    flows.receive(arrived(entry.body), entry.id, entry.text, context)


def _pointer(entry: worker.Entry, context: Context) -> None:
    """Put the events of one oversized request into the queue, each for itself.

    One that is too large even alone is handled here and now. The object goes once every
    event has gone its way: what it says of many people shall not outlive them.
    """
    from . import flows

    whole = blobs.find(entry.body["blob"])
    if whole is None:
        return  # the entry came twice
    lines = whole.decode().split("\n")
    events = [queue.Message(**json.loads(line)) for line in lines]
    queue.send(queue.INBOUND, [event for event in events if queue.fits(event)])
    for event in events:
        if not queue.fits(event):
            identifier = digest("oversized", event.deduplication or event.body)[:32]
            flows.receive(arrived(json.loads(event.body)), identifier, event.body, context)
    blobs.drop([entry.body["blob"]])


def _unreadable(entry: worker.Entry, context: Context) -> None:
    """Keep a request nobody could parse; a replay tries the parser of today."""
    if not entry.body.get("replayed"):
        raise Unreadable(entry.body["why"])
    from . import reading

    queue.send(queue.INBOUND, reading.read_again(entry.body, context))


KINDS: dict[str, Callable[[worker.Entry, Context], None]] = {
    "delivery": _delivery,
    "pointer": _pointer,
    "unreadable": _unreadable,
}


@bp.schedule("rate(1 minute)")
@worker.on_schedule
def intake_pull_due() -> Mapping[str, int]:
    """Fetch what is due from the providers that do not push it."""
    from . import pulling

    return pulling.pull_due(begin)


@bp.schedule("rate(1 minute)")
@worker.on_schedule
def intake_collect_dead_letters() -> Mapping[str, int]:
    """Bring what every queue gave up on into quarantine, where people see it."""
    return {name: _collect(name) for name in queue.ALL}


def _collect(name: str) -> int:
    collected = 0
    while dead := queue.receive_dead(name):
        for letter in dead:
            quarantine.keep(
                digest("dead letter", name, letter["MessageId"])[:32],
                queue=name,
                group=letter.get("Attributes", {}).get("MessageGroupId"),
                body=letter["Body"],
                reason="dead_letter",
                detail=f"given up after several attempts in {name}",
                now=now(),
            )
            queue.delete_dead(name, letter["ReceiptHandle"])
            collected += 1
    return collected
