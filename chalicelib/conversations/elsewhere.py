"""A message that cannot reach its customer here goes out on another of their channels.

Called by `settling` when a channel's window is closed or the customer cannot be written to on
it, and by `receipts` when the provider tells so later. The next channel is the one they wrote on
last that still lets us write, that they have not silenced (`reaching.may_write`) and whose
account can send now; each is tried once.
"""

from __future__ import annotations

from ..channels import flows as accounts
from ..channels.event import Author
from ..channels.model import CONNECTED, SANDBOX
from ..media import uploads
from ..platform import store
from ..platform.context import Context
from ..platform.fact import frozen
from .model import CARE, Conversation, Message
from .outgoing import choices_of
from .reaching import may_write
from .recent import newest_of
from .replies import Offering, queue

MOST_LOOKED_AT = 10


@frozen
class Instead:
    """The message that goes out instead, and its writes; no message: there is no other way."""

    message: Message | None
    writes: tuple[store.Write, ...] = ()


def instead(message: Message, conversation: Conversation, context: Context) -> Instead:
    """The same words and files to the same customer on the next channel that takes them.

    None for a template: its words are approved for this channel alone, and what we have of them
    is a description for people of ours.
    """
    if message.template:
        return Instead(message=None)
    tried = [*(message.tried or ()), conversation.pk]
    purpose = message.purpose or CARE
    other = _next(conversation, tried, purpose, context)
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
        offering=_offering(message),
    )
    queued.message.tried = tried
    if message.copies:
        queued.message.attachments, queued.message.copies = uploads.carried_over(
            (message.pk, message.id),
            (queued.message.pk, queued.message.id),
            attachments=message.attachments or (),
            copies=message.copies,
        )
    return Instead(message=queued.message, writes=tuple(queued.writes))


def _offering(message: Message) -> Offering:
    base = (message.unsubscribe or "").rpartition("/")[0]
    return Offering(
        choices=choices_of(message), purpose=message.purpose or CARE, unsubscribe=base or None
    )


def _next(
    conversation: Conversation, tried: list[str], purpose: str, context: Context
) -> Conversation | None:
    """The conversation of theirs to go on in; none that window, STOP or consent forbids, nor
    one whose account would let the message lie for days."""
    theirs = newest_of(conversation.profile_id, most=MOST_LOOKED_AT)
    heard = sorted(theirs, key=lambda one: str(one.last_inbound_at or ""), reverse=True)
    free = (one for one in heard if one.pk not in tried and one.erasing is None)
    able = (one for one in free if may_write(one, purpose, context.now))
    return next((one for one in able if _sends(one.account)), None)


def _sends(account: str) -> bool:
    """Whether an account can send now: neither disconnected nor disabled, and its token taken."""
    found = accounts.account(account)
    if found is None or found.disabled:
        return False
    return found.mode == SANDBOX or found.state == CONNECTED
