"""What handling one event needs to know, and how a new customer begins.

Shared by `flows` and `said`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pynamodb.expressions.update import Action

from ..channels.base import ContactHints, InboundEvent
from ..channels.flows import Connected
from ..conversations import flows as conversations
from ..conversations.flows import Place
from ..conversations.model import Conversation
from ..platform import store
from ..platform.context import Context
from ..profiles import flows as profiles
from ..profiles.flows import IdentityKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One event, the account it came through, and its times. `at` is the believed one."""

    event: InboundEvent
    connected: Connected
    source: str
    at: datetime
    received_at: datetime
    context: Context

    @property
    def place(self) -> Place:
        """The conversation the event is part of."""
        return conversations.place_of(self.event, self.connected.account.id)

    @property
    def identity(self) -> IdentityKey:
        """Who wrote, as the channel account knows them."""
        place = self.place
        return IdentityKey(kind=place.channel, account=place.account_id, value=place.user_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """Whose event it is, and the writes that make or touch conversation and profile."""

    profile_id: str
    writes: list[store.Write]


def started(
    work: Work,
    conversation: Conversation | None,
    *,
    inbound: bool,
    ticket_id: str | None,
    extra: tuple[Action, ...] = (),
    owner: str | None = None,
    **fields: Any,
) -> Begun:
    """Profile and conversation of an event: touched where they are, made where they are not.

    `owner` is the profile of the identity when the caller has looked already, empty
    when it found nobody.
    """
    if conversation is not None:
        touched = conversations.touch(
            conversation, at=work.at, inbound=inbound, ticket_id=ticket_id, extra=extra
        )
        known = _known(work, conversation.profile_id)
        return Begun(profile_id=known.profile_id, writes=[*known.writes, touched])
    found = profiles.owner_of(work.identity) if owner is None else owner
    made = _known(work, found) if found else _made(work, work.event.contact)
    begun = conversations.start(
        work.place,
        made.profile_id,
        work.context,
        at=work.at,
        ticket_id=ticket_id,
        inbound=inbound,
        **fields,
    )
    return Begun(profile_id=made.profile_id, writes=[*made.writes, *begun])


def _made(work: Work, contact: ContactHints | None) -> Begun:
    made = profiles.create(
        work.identity,
        contact,
        work.context,
        channel=work.event.channel,
        verified=work.event.identity_verified,
    )
    return Begun(profile_id=made.profile_id, writes=made.writes)


def _known(work: Work, owner: str) -> Begun:
    contact = work.event.contact
    taught = [] if contact is None else profiles.teach(owner, contact, work.context)
    return Begun(profile_id=owner, writes=taught)
