"""What handling one event needs to know, and how a new customer begins.

Shared by `flows` and `said`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from pynamodb.expressions.update import Action

from ..channels import flows as accounts
from ..channels.event import InboundEvent
from ..channels.flows import Connected
from ..channels.registry import adapter
from ..conversations import flows as conversations
from ..conversations import storing
from ..conversations.model import Conversation
from ..conversations.storing import Place
from ..media.flows import to_copy
from ..platform import store
from ..platform.context import Context
from ..platform.fact import frozen
from ..profiles import knowing
from ..profiles.knowing import IdentityKey, Standing
from ..profiles.meeting import guarded, taught_or_made


@frozen
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
        return storing.place_of(self.event, self.connected.account.id)

    @property
    def media(self) -> tuple[int, ...]:
        """Which attachments of the event are to be copied."""
        if not self.event.attachments:
            return ()
        chosen = adapter(self.event.channel, self.connected.account.provider)
        return () if chosen is None else to_copy(self.event.attachments, chosen, self.connected)

    @property
    def identity(self) -> IdentityKey:
        """Who wrote, as the account knows them; two channels of a page may know the same."""
        place = self.place
        kind = self.event.known_as or place.channel
        return IdentityKey(kind=kind, account=place.account_id, value=place.user_id)

    @property
    def elsewhere(self) -> tuple[IdentityKey, ...]:
        """Who they are on other connected accounts, as the provider says.

        Zalo says it of everybody: without a mini app it would cost two reads and two writes
        a customer for nothing.
        """
        return tuple(
            IdentityKey(kind=one.channel, account=one.account_id, value=one.user_id)
            for one in self.event.also
            if accounts.is_connected(one.channel, one.account_id)
        )


@frozen
class Begun:
    """Whose event it is, and the writes that make or touch conversation and profile.

    `origin` is the original it comes with, `owner` who stands for them now; `tier`
    is theirs where the caller has looked, and a new customer's.
    """

    origin: str
    owner: str
    tier: str | None
    writes: list[store.Write]


def started(
    work: Work,
    conversation: Conversation | None,
    *,
    inbound: bool,
    ticket_id: str | None,
    extra: tuple[Action, ...] = (),
    standing: Standing | None = None,
    looked: bool = False,
    **fields: Any,
) -> Begun:
    """Profile and conversation of an event: touched where they are, made where they are not.

    `standing` is whose the identity is, when the caller has `looked` already.
    """
    if conversation is not None:
        if inbound:
            extra = (*extra, *storing.hear(conversation, work.event, at=work.at))
        touched = conversations.touch(
            conversation, at=work.at, inbound=inbound, ticket_id=ticket_id, extra=extra
        )
        return _going_on(work, conversation, standing, touched)
    made = _known_or_made(work, standing, looked=looked)
    begun = conversations.start(
        work.place,
        made.owner,
        work.context,
        origin=made.origin,
        at=work.at,
        ticket_id=ticket_id,
        inbound=inbound,
        **(storing.heard(work.event) if inbound else {}),
        **fields,
    )
    return replace(made, writes=[*made.writes, *begun])


def _going_on(
    work: Work, conversation: Conversation, standing: Standing | None, touched: store.Write
) -> Begun:
    """Who stands for a known customer only matters to who has looked."""
    return Begun(
        origin=conversation.origin,
        owner=conversation.profile_id if standing is None else standing.owner,
        tier=None if standing is None else standing.tier,
        writes=[*_taught(work, conversation.origin), touched],
    )


def whose(work: Work) -> Standing | None:
    """Whose the identity of an event is; None: of nobody yet."""
    event = work.event
    return knowing.whose(
        work.identity,
        event.contact,
        work.context,
        verified=event.identity_verified,
        also=work.elsewhere,
    )


def _known_or_made(work: Work, standing: Standing | None, *, looked: bool) -> Begun:
    event = work.event
    found = standing if looked else whose(work)
    known = taught_or_made(
        found,
        work.identity,
        event.contact,
        work.context,
        verified=event.identity_verified,
        channel=event.channel,
        referrer=event.referrer,
        advertisement=event.advertisement,
    )
    ids = knowing.also_known(known.origin, work.elsewhere, work.context, owner=known.owner)
    now = guarded(replace(known, writes=(*known.writes, *ids)))
    return Begun(origin=now.origin, owner=now.owner, tier=now.tier, writes=list(now.writes))


def _taught(work: Work, origin: str) -> list[store.Write]:
    contact = work.event.contact
    return [] if contact is None else knowing.teach(origin, contact, work.context)
