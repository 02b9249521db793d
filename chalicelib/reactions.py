"""What happens when: every domain event, and the reactors that act on it.

`dispatch` sends each recorded event to the queues named here. A reactor is a
queue with one worker of its own, idempotent on the event, so none can block
another. An event with an empty row is history only.
"""

from __future__ import annotations

from .events.calendars import CalendarAdded, CalendarChanged
from .events.channels import (
    AccountChanged,
    AccountConnected,
    AccountExpiryAnnounced,
    AccountTokenFailed,
    AccountTokenRenewed,
    TemplateAdded,
    TemplateChanged,
    TemplateRemoved,
)
from .events.clocks import (
    ClockBreached,
    ClockBreachRevoked,
    ClockEscalated,
    ClockFollowedUp,
    ClockMet,
    ClockMetRevoked,
    ClockWarned,
    PoliciesChanged,
    SimulationAsked,
    TermsAgreed,
)
from .events.commerce import (
    BehaviourSeen,
    DealChanged,
    OrderChanged,
    OrderDelivered,
    OrderLate,
    OrderPlaced,
    OrderReturned,
    ProductChanged,
)
from .events.conversations import (
    CallAnswered,
    CallAnswerGiven,
    CallEnded,
    CallFailed,
    CallMissed,
    CallRequested,
    CallStarted,
    ConversationConsentChanged,
    ConversationContextGiven,
    ConversationStarted,
    MessageDelayed,
    MessageDeleted,
    MessageDelivered,
    MessageEdited,
    MessageFailed,
    MessageMediaCopied,
    MessageMediaFailed,
    MessageMediaRequested,
    MessageQueued,
    MessageRead,
    MessageReceived,
    MessageRecorded,
    MessageSent,
)
from .events.customers import (
    BelongingsMoved,
    BlockedValueChanged,
    ConsentChanged,
    ContentAdded,
    ContentChanged,
    ContentRemoved,
    CustomFieldsChanged,
    IdentityAdded,
    IdentityShared,
    MergeSuggested,
    MergeSuggestionDismissed,
    MergeUndone,
    NoteAdded,
    ProfileCreated,
    ProfileErased,
    ProfileMerged,
    ProfileUpdated,
    RetentionChanged,
    RightsAnswered,
    RightsRequested,
    SegmentDefined,
    SegmentEntered,
    SegmentLeft,
    SegmentRemoved,
    SegmentRenamed,
    TierChanged,
)
from .events.notifications import PreferencesChanged, SendersChanged
from .events.standards import (
    CareContactOpened,
    CareContactRecorded,
    CareContactSkipped,
    CommitmentEnded,
    CommitmentPublished,
    StandardsChanged,
)
from .events.team import (
    AgentAdded,
    AgentChanged,
    AgentFreed,
    AgentPresenceChanged,
    TeamStructureChanged,
    TokenIssued,
    TokenRevoked,
)
from .events.tickets import (
    TaskDone,
    TaskOpened,
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
)
from .platform import queue
from .platform.eventlog import Event, Recorded
from .platform.fact import frozen


@frozen
class Reactor:
    """Who reacts: a queue, and on a FIFO queue the field whose events stay in order.

    An event without that field keeps the order of its own subject. `only_if` names
    a field that must hold something: the reactor has nothing to do with the others.
    """

    queue: str
    group_by: str | None = None
    only_if: str | None = None

    def acts_on(self, event: Recorded) -> bool:
        """Whether this event is any of its business."""
        return self.only_if is None or bool(event.data.get(self.only_if))


#: Sends a reply to its customer (conversations.jobs), one conversation's in order.
DELIVERY = Reactor(queue=queue.OUTBOUND, group_by="conversation_id")
#: Gives tickets to agents (tickets.jobs).
ROUTING = Reactor(queue=queue.ROUTING)
#: Keeps search keys (indexing).
INDEXING = Reactor(queue=queue.INDEXING)

#: Finds out who a customer may be besides (customer.jobs).
RESOLVING = Reactor(queue=queue.RESOLVING)
#: The same for messages, few of which name a phone, an address or an order …
MENTIONS = Reactor(queue=queue.RESOLVING, only_if="mentions")
#: … and for contact points that nobody vouches for.
CONTACTS = Reactor(queue=queue.RESOLVING, only_if="contacts")
#: Long work on all that is kept of one person: moved, given out, erased (customer.jobs).
CUSTODY = Reactor(queue=queue.CUSTODY)
#: Keeps tiers and segments (segments.jobs).
SEGMENTING = Reactor(queue=queue.SEGMENTING)
#: Does for customers what their orders' course asks for (tickets.jobs).
CARE = Reactor(queue=queue.CARE)
#: Copies what customers attach into our bucket (conversations.jobs).
MEDIA = Reactor(queue=queue.MEDIA, only_if="media")

#: Keeps service clocks (sla.jobs).
CLOCKS = Reactor(queue=queue.CLOCKS)
#: … for what is said on a matter, and nothing else.
CLOCKS_OF_TICKETS = Reactor(queue=queue.CLOCKS, only_if="ticket_id")

#: Tells agents what concerns them (notifications.jobs).
NOTIFYING = Reactor(queue=queue.NOTIFYING)
#: … where it is somebody's.
NOTIFYING_AGENT = Reactor(queue=queue.NOTIFYING, only_if="agent_id")
#: … where it names whom to tell.
NOTIFYING_NAMED = Reactor(queue=queue.NOTIFYING, only_if="to")

#: Counts kept promises, and minds who is to be contacted when (standards.jobs).
STANDARDS = Reactor(queue=queue.STANDARDS)

REACTIONS: dict[type[Event], tuple[Reactor, ...]] = {
    # a customer becomes known
    ProfileCreated: (INDEXING, CONTACTS),
    ProfileUpdated: (INDEXING, SEGMENTING, CONTACTS),
    IdentityAdded: (RESOLVING,),
    IdentityShared: (RESOLVING,),
    NoteAdded: (),
    CustomFieldsChanged: (),
    # … perhaps twice, and then once
    BlockedValueChanged: (),
    MergeSuggested: (),
    MergeSuggestionDismissed: (),
    ProfileMerged: (CUSTODY, INDEXING, SEGMENTING, STANDARDS),
    MergeUndone: (CUSTODY, INDEXING, SEGMENTING, STANDARDS),
    BelongingsMoved: (SEGMENTING,),
    # … decides what we may keep and send
    ConsentChanged: (SEGMENTING,),
    RightsRequested: (CUSTODY, CLOCKS),
    RightsAnswered: (CLOCKS,),
    ProfileErased: (INDEXING, SEGMENTING),
    RetentionChanged: (),
    # … and what they are to us
    TierChanged: (SEGMENTING, CLOCKS, STANDARDS),
    SegmentEntered: (),
    SegmentLeft: (),
    SegmentDefined: (SEGMENTING,),
    SegmentRenamed: (),
    SegmentRemoved: (SEGMENTING,),
    ContentAdded: (),
    ContentChanged: (),
    ContentRemoved: (),
    # they look, buy and wait
    ProductChanged: (INDEXING,),
    OrderPlaced: (SEGMENTING, RESOLVING),
    OrderChanged: (SEGMENTING,),
    OrderDelivered: (SEGMENTING,),
    OrderReturned: (SEGMENTING,),
    OrderLate: (CARE,),
    DealChanged: (),
    BehaviourSeen: (),
    # something is said
    ConversationStarted: (),
    ConversationConsentChanged: (),
    ConversationContextGiven: (),
    MessageReceived: (MENTIONS, MEDIA, CLOCKS_OF_TICKETS),
    MessageRecorded: (MEDIA, CLOCKS_OF_TICKETS),
    MessageEdited: (MENTIONS,),
    MessageDeleted: (MEDIA,),
    # … and shown
    MessageMediaCopied: (),
    MessageMediaFailed: (),
    MessageMediaRequested: (MEDIA,),
    CallStarted: (),
    CallAnswered: (CLOCKS_OF_TICKETS,),
    CallEnded: (),
    CallMissed: (),
    CallAnswerGiven: (),
    # we answer
    CallRequested: (DELIVERY,),
    CallFailed: (),
    MessageQueued: (DELIVERY, CLOCKS_OF_TICKETS),
    MessageSent: (),
    MessageDelayed: (),
    MessageFailed: (CLOCKS_OF_TICKETS, NOTIFYING_AGENT),
    MessageDelivered: (),
    MessageRead: (),
    # a matter lives
    TicketOpened: (ROUTING, INDEXING, CLOCKS),
    TicketReopened: (ROUTING, SEGMENTING, CLOCKS, NOTIFYING_AGENT),
    TicketStarted: (),
    TicketFirstReplied: (),
    TicketWaiting: (CLOCKS, NOTIFYING_AGENT),
    TicketChanged: (INDEXING, SEGMENTING, CLOCKS),
    TicketAssigned: (NOTIFYING_AGENT,),
    TicketUnassigned: (ROUTING, CLOCKS),
    TicketDone: (SEGMENTING, CLOCKS),
    TicketNoteAdded: (),
    TicketConversationJoined: (),
    TaskOpened: (CLOCKS, NOTIFYING),
    TaskDone: (CLOCKS, STANDARDS),
    # … against the clock
    TermsAgreed: (),
    ClockWarned: (NOTIFYING_NAMED,),
    ClockBreached: (NOTIFYING, STANDARDS),
    ClockBreachRevoked: (STANDARDS,),
    ClockEscalated: (NOTIFYING_NAMED,),
    ClockMet: (STANDARDS,),
    ClockMetRevoked: (STANDARDS,),
    ClockFollowedUp: (CLOCKS,),
    PoliciesChanged: (CLOCKS,),
    SimulationAsked: (CLOCKS,),
    # … and promised to all
    StandardsChanged: (STANDARDS,),
    CommitmentPublished: (),
    CommitmentEnded: (),
    CareContactOpened: (),
    CareContactRecorded: (),
    CareContactSkipped: (),
    # people come and go
    AgentAdded: (),
    AgentChanged: (ROUTING,),
    AgentFreed: (ROUTING,),
    AgentPresenceChanged: (ROUTING,),
    TeamStructureChanged: (),
    TokenIssued: (),
    TokenRevoked: (),
    # … and are told
    PreferencesChanged: (),
    SendersChanged: (),
    # … in hours of their own
    CalendarAdded: (),
    CalendarChanged: (CLOCKS,),
    # accounts
    AccountConnected: (),
    AccountChanged: (),
    AccountTokenRenewed: (),
    AccountTokenFailed: (NOTIFYING,),
    AccountExpiryAnnounced: (NOTIFYING,),
    TemplateAdded: (),
    TemplateChanged: (),
    TemplateRemoved: (),
}

BY_NAME: dict[str, tuple[Reactor, ...]] = {
    event.name: reactors for event, reactors in REACTIONS.items()
}

#: Slices that keep anything of a person: each has a module `belongings` that says how it
#: follows them in a merge and back, is given out, and is erased (platform.belongings).
BELONGINGS: tuple[str, ...] = (
    "conversations",
    "tickets",
    "commerce",
    "segments",
    "standards",
    "intake",
    "channels",
    "profiles",  # last: an erasure that stops half-way still knows whose things it erases
)
