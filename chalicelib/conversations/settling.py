"""Storing what became of a message of ours: sent, to be tried again, given up, sent elsewhere.

Called by `delivery` after every attempt, and where there is none.
"""

from __future__ import annotations

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from ..channels.sending import Outcome, SendResult
from ..events.conversations import MessageDelayed, MessageFailed, MessageSent
from ..platform import eventlog, store
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.due import place
from ..platform.fact import frozen
from . import copying, turns
from .elsewhere import Instead, instead
from .model import Conversation, Message, reference
from .rules import Next, Status
from .storing import about

#: The write of what became of the message itself, apart from one that goes out instead.
SETTLED_WRITE = "settled"


@frozen
class Ending:
    """What became of a message: the provider's word, and what follows from it."""

    message: Message
    conversation: Conversation
    result: SendResult
    following: Next


def settle(ending: Ending, context: Context, *, condition: Condition) -> bool:
    """Store an ending, and with it the message that goes out elsewhere instead.

    `condition` is what the message must still be; False when it no longer is.
    """

    def flow() -> bool:
        other = _instead(ending, context)
        try:
            store.commit([*_writes(ending, other, condition, context), *other.writes])
        except store.ConditionFailed as error:
            copying.take_back(other.writes)
            if SETTLED_WRITE in error.names:
                return False
            raise  # the other conversation moved: look for the way anew
        return True

    return store.run_again(flow)


def _instead(ending: Ending, context: Context) -> Instead:
    if ending.result.outcome is not Outcome.UNREACHABLE:
        return Instead(message=None)
    return instead(ending.message, ending.conversation, context)


def _writes(
    ending: Ending, other: Instead, condition: Condition, context: Context
) -> list[store.Write]:
    message = ending.message
    actions = _actions(ending, context)
    if other.message is not None:
        actions.append(Message.instead.set(other.message.id))
    same = store.ref(Message, message.pk, message.sk)
    return [
        store.update(SETTLED_WRITE, same, *actions, condition=condition),
        *turns.after(message, ending.conversation, ending.following.due_at),
        _fact(ending, other.message, context),
    ]


def _actions(ending: Ending, context: Context) -> list[Action]:
    following = ending.following
    actions: list[Action] = [Message.status.set(following.status)]
    if following.status is Status.SENT:
        return actions + _sent(ending, context)
    actions.append(Message.error_code.set(following.code or following.status.value))
    if following.reason:
        actions.append(Message.error_reason.set(following.reason[:300]))
    if following.due_at is not None:
        shard, moment = place(ending.message.id, following.due_at)
        actions += [Message.due_shard.set(shard), Message.due_at.set(moment)]
    return actions


def _sent(ending: Ending, context: Context) -> list[Action]:
    actions: list[Action] = [Message.sent_at.set(iso(context.now)), Message.error_code.remove()]
    given = ending.result.provider_message_id
    if given:
        found_by = reference(ending.conversation.account, given)
        actions += [Message.provider_message_id.set(given), Message.reference.set(found_by)]
    return actions


def _fact(ending: Ending, other: Message | None, context: Context) -> store.Write:
    following = ending.following
    told = about(ending.message, ending.conversation)
    if following.status is Status.SENT:
        return eventlog.record(MessageSent(**told), context)
    if following.due_at is not None:
        delayed = MessageDelayed(
            **told,
            outcome=ending.result.outcome.value,
            code=following.code,
            until=iso(following.due_at),
        )
        return eventlog.record(delayed, context)
    failed = MessageFailed(
        **told, code=following.code or "refused", instead=None if other is None else other.id
    )
    return eventlog.record(failed, context)
