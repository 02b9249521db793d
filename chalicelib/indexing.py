"""Entry point of the indexing reactor: brings search keys up to date after a change.

One reactor for all slices that can be searched; each slice knows its own words.
"""

from __future__ import annotations

from collections.abc import Callable

from chalice.app import Blueprint

from .platform import queue, worker
from .platform.eventlog import Recorded, from_body
from .platform.settings import resource
from .profiles import flows as profiles
from .tickets import flows as tickets

bp = Blueprint(__name__)


@bp.on_sqs_message(queue=resource(queue.INDEXING), batch_size=10)
@worker.on_queue()
def indexing_on_event(entry: worker.Entry) -> None:
    event = from_body(entry.body)
    SEARCHABLE[event.name](event)


def _profile(event: Recorded) -> None:
    if event.profile_id is not None:
        profiles.index_words(event.profile_id)


def _ticket(event: Recorded) -> None:
    tickets.index_words(event.data["ticket_id"])


SEARCHABLE: dict[str, Callable[[Recorded], None]] = {
    "profile.created": _profile,
    "profile.updated": _profile,
    "ticket.opened": _ticket,
    "ticket.changed": _ticket,
}
