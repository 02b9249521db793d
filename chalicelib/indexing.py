"""Entry point of the indexing reactor: brings search keys up to date after a change.

One reactor for all slices that can be searched; each slice knows its own words.
A batch goes together, because reading and writing singly would cost six
requests for every new customer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from chalice.app import Blueprint

from .commerce import products
from .platform import queue, worker
from .platform.settings import resource
from .profiles import search as profiles
from .tickets import flows as tickets

bp = Blueprint(__name__)


@bp.on_sqs_message(queue=resource(queue.INDEXING), batch_size=10)
@worker.on_queue_together
def indexing_on_event(entries: Sequence[worker.Entry]) -> None:
    subjects = dict.fromkeys(subject for entry in entries for subject in _subjects(entry.body))
    for kind, index in SEARCHABLE.items():
        owners = [one.removeprefix(kind) for one in subjects if one.startswith(kind)]
        if owners:
            index(owners)


def _subjects(event: Mapping[str, Any]) -> Iterator[str]:
    """Whose words an event may change: its subject's, and in a merge the other profile's."""
    yield str(event["subject"])
    merged: str | None = event["data"].get("merged_id")
    if merged is not None:
        yield f"profile#{merged}"


#: What an event's subject starts with, and who knows the words of what follows.
SEARCHABLE: dict[str, Callable[[Iterable[str]], None]] = {
    "profile#": profiles.write,
    "ticket#": tickets.index_words,
    "product#": products.index_words,
}
