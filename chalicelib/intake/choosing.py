"""An answer to a question of ours with choices, typed where nothing could be tapped.

Called by `said` before a message is understood: "2" is then what the second button says.
"""

from __future__ import annotations

from dataclasses import replace

from pynamodb.expressions.update import Action

from ..channels.event import Kind
from ..conversations import choosing
from ..conversations.flows import find_message
from ..conversations.model import Conversation
from ..platform.clock import parse
from .work import Work


def recognised(work: Work, conversation: Conversation | None) -> Work:
    """The work with the postback of the choice its words take, if they take one."""
    event = work.event
    if conversation is None or not conversation.offered or not event.text:
        return work
    if event.kind is not Kind.MESSAGE or event.postback is not None or event.attachments:
        return work
    value = choosing.taken(event.text, conversation.offered)
    if value is None or not _asked(work, conversation):
        return work
    return replace(work, event=replace(event, postback=value))


def _asked(work: Work, conversation: Conversation) -> bool:
    """Whether the question had reached the customer when they said it, and not long ago."""
    question = find_message(conversation.pk, conversation.offered["message_id"])
    sent = None if question is None else question.sent_at
    return choosing.in_time(asked_at=parse(sent) if sent else None, at=work.at)


def answered(work: Work, conversation: Conversation | None) -> tuple[Action, ...]:
    """The action by which a question that is answered is none any more: another "2" is a two."""
    if conversation is None or not conversation.offered or work.event.postback is None:
        return ()
    values = [one["value"] for one in conversation.offered["choices"]]
    return (Conversation.offered.remove(),) if work.event.postback in values else ()
