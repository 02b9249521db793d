"""What a batch of arrived events will look for first, read together. Called by `jobs`.

Found by what the webhook wrote on the entry, before anything is parsed: an event that
turns out to be of another conversation reads its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from ..channels.base import Delivery
from ..conversations.model import CONVERSATION, Conversation, conversation_id
from ..platform import ahead, store
from ..profiles.model import ONLY, Identity, identity_pk
from ..tickets.model import TICKET, Ticket
from .entries import arrived

I = TypeVar("I", bound=store.Item)  # noqa: E741
Found = dict[tuple[str, str], I]


def read(bodies: Sequence[Mapping[str, Any]]) -> None:
    """Hold conversations, the tickets they are about, and of new ones whose identity it is."""
    deliveries = {
        _conversation(delivery): delivery
        for delivery in (arrived(body).delivery for body in bodies if body["kind"] == "delivery")
    }
    conversations = _hold(Conversation, [(pk, CONVERSATION) for pk in deliveries])
    _hold(
        Ticket,
        {(one.current_ticket, TICKET) for one in conversations.values() if one.current_ticket},
    )
    new = (one for pk, one in deliveries.items() if (pk, CONVERSATION) not in conversations)
    _hold(Identity, [(identity_pk(one.channel, one.account_id, one.sender), ONLY) for one in new])


def _conversation(delivery: Delivery) -> str:
    return conversation_id(delivery.channel, delivery.account_id, delivery.sender)


def _hold(model: type[I], keys: Iterable[tuple[str, str]]) -> Found[I]:
    wanted = list(keys)
    found = store.get_many(model, wanted, consistent=True)
    ahead.hold(model, wanted, found)
    return found
