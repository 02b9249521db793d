"""Letting go of what is old: providers' payloads and copied attachments, not what was said.

Called by `customer.retention`. Goes through all conversations by their last message,
a page at a time; of each only messages are read that have grown old since the last time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pynamodb.expressions.update import Action

from ..media import flows as media
from ..platform import blobs, listing, store
from ..platform.belongings import AT_ONCE
from ..platform.clock import iso
from ..platform.fact import frozen
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


def let_go(conversation: Conversation, before: Mapping[str, datetime]) -> Iterator[int]:
    """Remove of messages what is older than it may be kept, by kind; how many at each step.

    `before` has a time for each of `KINDS`.
    """
    if conversation.erasing:
        return
    for kind, way in KINDS.items():
        yield from _let_go(conversation, way, iso(before[kind]))


def _let_go(conversation: Conversation, way: Way, until: str) -> Iterator[int]:
    since = getattr(conversation, way.reached) or BEGINNING
    if conversation.created_at > until or since >= until:
        return
    keys = listing.keys(Message.by_time, conversation.pk, Message.at.between(since, until))
    for start in range(0, len(keys), AT_ONCE):
        some = store.get_many(Message, keys[start : start + AT_ONCE], consistent=True).values()
        yield sum(way.strip(message) for message in some)
    if keys:
        same = store.ref(Conversation, conversation.pk, CONVERSATION)
        there = Conversation.pk.exists()
        reached = store.assign(Conversation, {way.reached: until})
        store.commit([store.update("conversation", same, *reached, condition=there)])


def _stripped(message: Message) -> int:
    if message.raw is None and message.raw_blob is None:
        return 0
    if message.raw_blob is not None:
        blobs.drop([message.raw_blob])
    return _changed(message, Message.raw.remove(), Message.raw_blob.remove())


def _expired(message: Message) -> int:
    """Remove the copies of a message's attachments; what they were stays said."""
    kept = message.copies or {}
    if not any(one["state"] == "kept" for one in kept.values()):
        return 0
    blobs.drop(media.key(message.pk, message.id, number) for number in kept)
    ended = {number: {"state": "expired", "code": "expired"} for number in kept}
    return _changed(message, Message.copies.set(ended))


def _changed(message: Message, *actions: Action) -> int:
    same = store.ref(Message, message.pk, message.sk)
    try:
        store.commit([store.update("message", same, *actions, condition=Message.pk.exists())])
    except store.ConditionFailed:
        return 0  # erased since it was read
    return 1


@frozen
class Way:
    """How a kind of data ends: what is taken off a message, and where it is noted how far."""

    reached: str
    strip: Callable[[Message], int]


#: Kinds of `platform.retention.PERIODS` that end by this walk.
KINDS: Mapping[str, Way] = {
    "raw_payloads": Way(reached="stripped_until", strip=_stripped),
    "media": Way(reached="media_until", strip=_expired),
}
