"""What happens when: every domain event, and the reactors that act on it.

`dispatch` sends each recorded event to the queues named here. A reactor is a
queue with one worker of its own, idempotent on the event, so none can block
another. An event with an empty row is history only.
"""

from __future__ import annotations

from dataclasses import dataclass

from .events import (
    AccountChanged,
    AccountConnected,
    AccountTokenFailed,
    AccountTokenRenewed,
    AgentAdded,
    AgentChanged,
    AgentFreed,
    AgentPresenceChanged,
    ConversationConsentChanged,
    ConversationContextGiven,
    ConversationStarted,
    IdentityAdded,
    MessageDelayed,
    MessageDeleted,
    MessageDelivered,
    MessageEdited,
    MessageFailed,
    MessageQueued,
    MessageRead,
    MessageReceived,
    MessageRecorded,
    MessageSent,
    ProfileCreated,
    ProfileUpdated,
    TaskDone,
    TaskOpened,
    TeamStructureChanged,
    TicketAssigned,
    TicketChanged,
    TicketConversationJoined,
    TicketDone,
    TicketFirstReplied,
    TicketNoteAdded,
    TicketOpened,
    TicketReopened,
    TicketStarted,
    TicketUnassigned,
    TicketWaiting,
    TokenIssued,
    TokenRevoked,
)
from .platform import queue
from .platform.eventlog import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Reactor:
    """Who reacts: a queue, and on a FIFO queue the field whose events stay in order.

    An event without that field keeps the order of its own subject.
    """

    queue: str
    group_by: str | None = None


#: Sends a reply to its customer (conversations.jobs), one conversation's in order.
DELIVERY = Reactor(queue=queue.OUTBOUND, group_by="conversation_id")
#: Gives tickets to agents (tickets.jobs).
ROUTING = Reactor(queue=queue.ROUTING)
#: Keeps search keys (indexing).
INDEXING = Reactor(queue=queue.INDEXING)

REACTIONS: dict[type[Event], tuple[Reactor, ...]] = {
    # a customer becomes known
    ProfileCreated: (INDEXING,),
    ProfileUpdated: (INDEXING,),
    IdentityAdded: (),
    # something is said
    ConversationStarted: (),
    ConversationConsentChanged: (),
    ConversationContextGiven: (),
    MessageReceived: (),
    MessageRecorded: (),
    MessageEdited: (),
    MessageDeleted: (),
    # we answer
    MessageQueued: (DELIVERY,),
    MessageSent: (),
    MessageDelayed: (),
    MessageFailed: (),
    MessageDelivered: (),
    MessageRead: (),
    # a matter lives
    TicketOpened: (ROUTING, INDEXING),
    TicketReopened: (ROUTING,),
    TicketStarted: (),
    TicketFirstReplied: (),
    TicketWaiting: (),
    TicketChanged: (INDEXING,),
    TicketAssigned: (),
    TicketUnassigned: (ROUTING,),
    TicketDone: (),
    TicketNoteAdded: (),
    TicketConversationJoined: (),
    TaskOpened: (),
    TaskDone: (),
    # people come and go
    AgentAdded: (),
    AgentChanged: (ROUTING,),
    AgentFreed: (ROUTING,),
    AgentPresenceChanged: (ROUTING,),
    TeamStructureChanged: (),
    TokenIssued: (),
    TokenRevoked: (),
    # accounts
    AccountConnected: (),
    AccountChanged: (),
    AccountTokenRenewed: (),
    AccountTokenFailed: (),
}

BY_NAME: dict[str, tuple[Reactor, ...]] = {
    event.name: reactors for event, reactors in REACTIONS.items()
}
