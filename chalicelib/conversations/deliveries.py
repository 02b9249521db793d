"""What became of one message, out of its events. Called by `api`."""

from __future__ import annotations

from ..platform import eventlog
from ..platform.clock import parse
from ..platform.eventlog import EventItem
from ..platform.pages import Page, PageRequest
from .copying import MessageNotFound
from .flows import find_message
from .model import Message


def load(conversation_id: str, message_id: str) -> Message:
    """The message. Raises `MessageNotFound`."""
    found = find_message(conversation_id, message_id)
    if found is None:
        raise MessageNotFound(field="message_id")
    return found


def events_of(message: Message, request: PageRequest) -> Page[EventItem]:
    """Its events, newest first; a page may be short, for its ticket has others too."""

    def of_it(item: EventItem) -> bool:
        return item.name.startswith("message.") and item.data.get("message_id") == message.id

    kept_under = [f"conversation#{message.pk}"]
    if message.ticket_id is not None:
        kept_under.append(f"ticket#{message.ticket_id}")
    return eventlog.histories(kept_under, request, since=parse(message.received_at), keep=of_it)
