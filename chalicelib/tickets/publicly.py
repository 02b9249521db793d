"""What everybody would read: whether an answer may go out under a comment, or a review.

Called by `replying` before a reply is stored. An answer that names no message goes to where the
customer wrote last, so an agent who answers a private matter could find it under a post. Two
rules: without a word of where it is to go, it goes out in public only where the customer has
spoken of the matter in public alone, in that very conversation; and no number, address or order
of anybody is said there, but what the account's setting `public_contacts` lists as our own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..channels import flows as accounts
from ..channels.base import Adapter
from ..channels.event import Author
from ..channels.registry import adapter
from ..channels.sending import OutboundMessage
from ..conversations.model import Conversation, Message
from ..language import extraction
from ..language.text import fold
from ..platform import listing
from ..platform.errors import Invalid
from ..profiles.family import family_of
from .model import Ticket

#: The setting of an account: our own numbers and addresses, which may be said to everybody.
OWN = "public_contacts"
#: The latest messages of a ticket that tell whether its matter is everybody's.
LOOKED_AT = 20
#: Characters of an address that say where somebody lives; less may stand in any answer.
SHORTEST_ADDRESS = 8
PRIVATELY = "send it with privately=true, or where only the customer reads it"


class WouldBePublic(Invalid):
    code, title = "would_be_public", "Everybody would read this answer"


def check(
    ticket: Ticket, conversation: Conversation, message: Message, *, wanted: str | None
) -> None:
    """Refuse a reply that must not go out in public. `wanted`: the conversation the caller named.

    Raises `WouldBePublic` naming the field at fault.
    """
    chosen = _adapter(conversation)
    if chosen is None or not chosen.is_public(_outbound(message, conversation)):
        return
    named = message.reply_to or (wanted and chosen.capabilities.public)
    if not named and not _is_of_everybody(ticket, conversation, chosen):
        raise WouldBePublic(
            "the customer wrote of it in private too, and their last words are a comment: "
            f"{PRIVATELY}, or name the comment in reply_to",
            field="privately",
        )
    told = next(_told(str(message.text), conversation), None)
    if told is not None:
        raise WouldBePublic(f"it names {told}: {PRIVATELY}", field="text")


def _adapter(conversation: Conversation) -> Adapter | None:
    connected = accounts.account(conversation.account)
    provider = None if connected is None else connected.account.provider
    return adapter(conversation.channel, provider)


def _outbound(message: Message, conversation: Conversation) -> OutboundMessage:
    """As much of a message as says where it goes."""
    return OutboundMessage(
        message_id=message.id,
        user_id=conversation.user_id,
        text=message.text or "",
        author=Author(message.author),
        last_inbound_at=None,
        privately=bool(message.privately),
        quote_provider_id=message.reply_to,
        answers=message.answers,
        thread=message.provider_thread,
    )


def _is_of_everybody(ticket: Ticket, conversation: Conversation, chosen: Adapter) -> bool:
    """Whether the customer has spoken of the matter in public alone, and there."""
    if (ticket.opened_in or ticket.conversation_id) != conversation.pk:
        return False
    said = listing.items(
        Message, Message.by_ticket, ticket.pk, limit=LOOKED_AT, newest_first=True, consistent=True
    )
    return all(
        one.pk == conversation.pk and chosen.is_public(_answering(one, conversation))
        for one in said
        if one.direction == "in"
    )


def _answering(said: Message, conversation: Conversation) -> OutboundMessage:
    """An answer that names what it answers."""
    named = said.provider_message_id
    return replace(_outbound(said, conversation), quote_provider_id=named, answers=None)


def _told(text: str, conversation: Conversation) -> Iterator[str]:
    """What a text tells that is somebody's own, in words for whoever wrote it."""
    ours = _own(conversation)
    kinds = (
        ("a phone number", extraction.phones(text), extraction.phone),
        ("an e-mail address", extraction.emails(text), extraction.email),
    )
    for kind, found, read in kinds:
        known = {read(one) for one in ours}
        yield from (kind for one in found if one not in known)
    yield from ("an order number" for _ in extraction.orders(text))
    said = fold(text)
    yield from ("the customer's address" for part in _homes(conversation) if part in said)


def _own(conversation: Conversation) -> Sequence[str]:
    connected = accounts.account(conversation.account)
    listed = None if connected is None else connected.account.settings.get(OWN)
    return [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else ()


def _homes(conversation: Conversation) -> Iterator[str]:
    """The customer's addresses as `fold` writes them: house and street, whatever follows."""
    for member in family_of(conversation.origin).members:
        street = fold((member.address or "").partition(",")[0]).strip()
        if len(street) >= SHORTEST_ADDRESS:
            yield street
