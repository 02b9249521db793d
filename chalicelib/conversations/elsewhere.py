"""A message that cannot reach its customer here goes out on another of their channels.

Called by `delivery` when a channel's window is closed or the customer cannot be written to on
it. The next channel is the one they wrote on last that still lets us write and that they
have not silenced (`reaching.may_write`); each is tried once.
"""

from __future__ import annotations

from ..channels.event import Author
from ..platform import store
from ..platform.context import Context
from ..platform.fact import frozen
from .model import Conversation, Message
from .reaching import may_write
from .recent import newest_of
from .replies import queue

#: What an answer to a customer's matter is sent for (`consent_rules.PURPOSES`).
CARE = "care"
MOST_LOOKED_AT = 10


@frozen
class Instead:
    """The message that goes out instead, and its writes; no message: there is no other way."""

    message: Message | None
    writes: tuple[store.Write, ...] = ()


def instead(message: Message, conversation: Conversation, context: Context) -> Instead:
    """The same words to the same customer on the next channel that takes them."""
    tried = [*(message.tried or ()), conversation.pk]
    other = _next(conversation, tried, context)
    if other is None:
        return Instead(message=None)
    queued = queue(
        other,
        str(message.text),
        context,
        author=Author(message.author),
        agent_id=message.agent_id,
        ticket_id=message.ticket_id,
        privately=True,  # it was not written for others to read
        takes_ticket=other.current_ticket is None,
    )
    queued.message.tried = tried
    return Instead(message=queued.message, writes=tuple(queued.writes))


def _next(conversation: Conversation, tried: list[str], context: Context) -> Conversation | None:
    """The conversation of theirs to go on in; none that window, STOP or consent forbids."""
    theirs = newest_of(conversation.profile_id, most=MOST_LOOKED_AT)
    heard = sorted(theirs, key=lambda one: str(one.last_inbound_at or ""), reverse=True)
    free = (one for one in heard if one.pk not in tried and one.erasing is None)
    return next((one for one in free if may_write(one, CARE, context.now)), None)
