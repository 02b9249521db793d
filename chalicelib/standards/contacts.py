"""When a person of ours was last in contact with a customer, by the event log. For `caring`.

A human's message that went out, one written outside the product, or a call in which the two
talked. Bots, automatic calls and messages that were never sent are none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from ..channels.event import Author
from ..events.conversations import CallAnswered, MessageFailed, MessageQueued, MessageRecorded
from ..platform import listing
from ..platform.clock import parse
from ..platform.eventlog import EventItem
from ..platform.fact import frozen
from ..platform.ids import earliest_id

MESSAGE, CALL = "message", "call"


@frozen
class Contact:
    """A contact and how it was made: message, call."""

    at: datetime
    how: str


def latest(profile_ids: Iterable[str], *, since: datetime) -> Contact | None:
    """The latest contact after a moment with any of these originals; a query for each."""
    found = [one for profile_id in profile_ids for one in _of(profile_id, since)]
    return max(found, key=lambda one: one.at, default=None)


def _of(profile_id: str, since: datetime) -> Iterator[Contact]:
    """At most one: the log is read from its end."""
    lost: set[str] = set()
    recorded = EventItem.sk >= earliest_id(since)
    for item in listing.entries(EventItem.by_profile, profile_id, recorded, newest_first=True):
        if item.name == MessageFailed.name and item.data.get("instead") is None:
            lost.add(item.data["message_id"])
        how = None if item.data.get("message_id") in lost else _how(item)
        if how is not None and parse(item.at) > since:
            yield Contact(at=parse(item.at), how=how)
            return


def _how(item: EventItem) -> str | None:
    data = item.data
    if item.name == MessageQueued.name and data["author"] == Author.HUMAN:
        return MESSAGE
    if item.name == MessageRecorded.name and data["human"]:
        return MESSAGE
    return CALL if item.name == CallAnswered.name and not data.get("automatic") else None
