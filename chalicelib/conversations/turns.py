"""Our messages of one conversation go out in the order they were written.

Called by `delivery` (whose turn is it?) and `settling` (who holds up the others). While a
message waits to be tried again, its conversation says so, and for how long; whatever is
written meanwhile queues up behind it. A template is no part of what is said to and fro: it
neither waits nor holds up anybody, though it may lie until the morning.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from pynamodb.expressions.update import Action

from ..platform import store
from ..platform.clock import iso, parse
from .flows import find_message
from .model import CONVERSATION, Conversation, Message
from .rules import FINISHED, Status

HOLD_WRITE = "hold"
#: Between two that wait for the same: the schedule takes them up in this order.
NEXT = timedelta(milliseconds=1)


def wait(message: Message, conversation: Conversation, now: datetime) -> datetime | None:
    """Until when a message lets an earlier one go first; None: it is its turn.

    What never waited lets pass all that do; what has waited only the one that holds it up.
    """
    if message.template:
        return None
    until = parse(conversation.held_until) if conversation.held_until else None
    waiting = message.status in (Status.QUEUED, Status.DELAYED)
    if until is None or conversation.held_by == message.id or not waiting:
        return None
    if message.status == Status.QUEUED and until > now:
        return until + NEXT
    return max(until, now) + NEXT if _holds_up(conversation) else None


def _holds_up(conversation: Conversation) -> bool:
    """Whether the message that held up the others is still to be sent."""
    if conversation.held_by is None:
        return False
    first = find_message(conversation.pk, conversation.held_by)
    return first is not None and first.status not in FINISHED


def after(
    message: Message, conversation: Conversation, due_at: datetime | None
) -> list[store.Write]:
    """What a message's ending, or its next time, means for those behind it."""
    if message.template:
        return []
    if due_at is None:
        mine = conversation.held_by == message.id
        return [_told(conversation, Conversation.held_by.remove())] if mine else []
    latest = max(iso(due_at), conversation.held_until or "")
    return [
        _told(
            conversation,
            Conversation.held_by.set(message.id),
            Conversation.held_until.set(latest),
        )
    ]


def behind(conversation: Conversation, until: datetime) -> store.Write:
    """The write that puts one more behind: the next one waits for it too."""
    return _told(conversation, Conversation.held_until.set(iso(until)))


def _told(conversation: Conversation, *actions: Action) -> store.Write:
    same = store.ref(Conversation, conversation.pk, CONVERSATION)
    return store.update(HOLD_WRITE, same, *actions, condition=Conversation.pk.exists())
