"""Letting go of what providers sent once it is old: the payload, not what was said.

Called by `customer.retention`. Goes through all conversations by their last message,
a page at a time; of each only messages are read that have grown old since the last time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from ..platform import blobs, listing, store
from ..platform.belongings import AT_ONCE
from ..platform.clock import iso
from .flows import EVERY_CONVERSATION
from .model import CONVERSATION, Conversation, Message

BEGINNING = "0"  # before every year
END = "~"


def after(position: str, *, most: int) -> tuple[list[Conversation], str | None]:
    """The next conversations by last message, and the position after them; None at the end.

    One that is written to meanwhile moves ahead and is met later.
    """
    between = Conversation.at.between(position, END)
    found = list(listing.entries(Conversation.by_time, EVERY_CONVERSATION, between, limit=most))
    items = store.get_many(Conversation, [(one.pk, one.sk) for one in found])
    return list(items.values()), _following(found) if len(found) == most else None


def _following(found: Sequence[Any]) -> str:
    """Where to go on: at the last one's time, which others may share; past it if all do."""
    last = str(found[-1].at)
    return f"{last} " if found[0].at == last else last


def let_go(conversation: Conversation, before: datetime) -> Iterator[int]:
    """Remove payloads of messages older than `before`; how many at each step."""
    until = iso(before)
    since = conversation.stripped_until or BEGINNING
    if conversation.erasing or conversation.created_at > until or since >= until:
        return
    keys = listing.keys(Message.by_time, conversation.pk, Message.at.between(since, until))
    for start in range(0, len(keys), AT_ONCE):
        some = store.get_many(Message, keys[start : start + AT_ONCE], consistent=True).values()
        yield sum(_stripped(message) for message in some)
    if keys:
        same = store.ref(Conversation, conversation.pk, CONVERSATION)
        reached = Conversation.stripped_until.set(until)
        there = Conversation.pk.exists()
        store.commit([store.update("conversation", same, reached, condition=there)])


def _stripped(message: Message) -> int:
    if message.raw is None and message.raw_blob is None:
        return 0
    if message.raw_blob is not None:
        blobs.drop([message.raw_blob])
    strip = store.update(
        "message",
        store.ref(Message, message.pk, message.sk),
        Message.raw.remove(),
        Message.raw_blob.remove(),
        condition=Message.pk.exists(),
    )
    try:
        store.commit([strip])
    except store.ConditionFailed:
        return 0  # erased since it was read
    return 1
