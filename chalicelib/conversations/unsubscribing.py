"""The link in a message by which its customer ends messages of its kind (RFC 8058).

The token names the conversation and the purpose and is signed by us: nobody can guess one of
somebody else. `replies` puts it into a message, `unsubscribe_api` answers it.
"""

from __future__ import annotations

import hmac
import re
from hashlib import sha256

from ..platform import store
from ..platform.context import Context
from ..platform.errors import NotFound
from ..platform.fact import frozen
from ..platform.signing import key
from ..profiles import consent, rights
from ..profiles.consent_rules import PURPOSES, State, withdrawn
from . import flows
from .model import Conversation

#: The source of a statement made by the link.
LINK = "unsubscribe_link"
SHAPE = re.compile(r"([0-9a-f]{32})-([a-z]{1,20})-([0-9a-f]{64})")


class NoSuchLink(NotFound):
    code, title = "no_such_link", "The link is not one of ours"


@frozen
class Ending:
    """What a link ends: messages for a purpose in a conversation."""

    conversation: Conversation
    purpose: str


def token_of(conversation_id: str, purpose: str) -> str:
    """The token of a conversation and a purpose: the same for ever."""
    return f"{conversation_id}-{purpose}-{_signature(conversation_id, purpose)}"


def opened(token: str) -> Ending:
    """What a token ends. Raises `NoSuchLink`, also when the conversation is gone."""
    found = SHAPE.fullmatch(token)
    if found is None:
        raise NoSuchLink
    conversation_id, purpose, given = found.groups()
    if not hmac.compare_digest(given, _signature(conversation_id, purpose)):
        raise NoSuchLink
    conversation = flows.find(conversation_id)
    if conversation is None or purpose not in PURPOSES:
        raise NoSuchLink
    return Ending(conversation=conversation, purpose=purpose)


def is_over(ending: Ending) -> bool:
    """Whether the customer has said so before, here or anywhere."""
    said = [one.said for one in consent.statements(ending.conversation.origin)]
    return withdrawn(said, ending.purpose, ending.conversation.channel)


def withdraw(ending: Ending, context: Context) -> list[store.Write]:
    """The writes that end it; none when it is over. Refused (`NoSuchLink`) of who was erased."""
    if is_over(ending):
        return []
    stated = consent.Stated(
        purpose=ending.purpose,
        channel=ending.conversation.channel,
        state=State.WITHDRAWN,
        at=context.now,
        source=LINK,
    )
    origin = ending.conversation.origin
    return [rights.alive(origin, NoSuchLink()), *consent.record_one(origin, stated, context)[1]]


def _signature(conversation_id: str, purpose: str) -> str:
    text = f"{conversation_id}\x1f{purpose}".encode()
    return hmac.new(key("unsubscribe"), text, sha256).hexdigest()
