"""Every attribute of every item of a person: given to them, kept back, taken off, or nobody's.

A new attribute fails `test_belongings` until somebody has said here what it is. What is
taken off is said where it is done, in the slices' `belongings`.
"""

from __future__ import annotations

from chalicelib.commerce import belongings as commerce
from chalicelib.commerce.model import BEHAVIOUR, DEAL, ITEM, ORDER, Behaviour, Deal, Order
from chalicelib.commerce.model import OwnedItem as Owned
from chalicelib.conversations import belongings as conversations
from chalicelib.conversations.model import Conversation, Message
from chalicelib.platform import store
from chalicelib.profiles import belongings as profiles
from chalicelib.profiles.consent import Statement
from chalicelib.profiles.model import Identity, Mention, Note, Profile
from chalicelib.profiles.rights import RightsMark, RightsRequest
from chalicelib.profiles.search import ProfileWords
from chalicelib.standards import belongings as standards
from chalicelib.standards.model import Care
from chalicelib.tickets import belongings as tickets
from chalicelib.tickets.model import Task, Ticket

Model = type[store.Item]

#: What a person is given of each item in an export.
GIVEN: dict[Model, set[str]] = {
    Profile: set(profiles.OF_PROFILE),
    Identity: set(profiles.OF_IDENTITY),
    Mention: set(profiles.OF_MENTION),
    Statement: set(profiles.OF_STATEMENT),
    Note: set(profiles.OF_NOTE),
    RightsRequest: set(profiles.OF_REQUEST),
    Conversation: set(conversations.OF_CONVERSATION),
    Message: set(conversations.OF_MESSAGE),
    Ticket: set(tickets.OF_TICKET),
    Order: set(commerce.SHOWN[ORDER][1]),
    Owned: set(commerce.SHOWN[ITEM][1]),
    Deal: set(commerce.SHOWN[DEAL][1]),
    Behaviour: set(commerce.SHOWN[BEHAVIOUR][1]),
    Care: set(standards.OF_CARE),
}

#: What they are not given: keys, our own marks and clocks, who of us did it, and (`raw`) the
#: same once more in a provider's words.
WITHHELD: dict[Model, str] = {
    Profile: "listing listed_at tier_by merged_into children erasure erased_at revision",
    Identity: "profile_id origin_id",
    Mention: "profile_id message_id",
    Statement: "by",
    Note: "author",
    RightsRequest: "listing listed_at profile_id status verified_by by received_at due_at"
    " originals units counts rounds started_at answered_at expires_at proof",
    Conversation: "profile_id origin_id thread at current_ticket account erasing stripped_until"
    " media_until answers provider_thread subject held_by held_until"
    " offered",
    Message: "thread at ticket_id reference agent_id courtesy provider_message_id provider_event"
    " copies raw raw_blob attempts attempted_at parts tried instead error_code error_reason"
    " answers provider_thread privately due_shard due_at template about_message"
    " brought unsubscribe",
    Ticket: "profile_id origin_id listing status_at waiting_on department_id team_id agent_id"
    " conversation_id opened_in waiting_key waiting_since started_at reopened erased_at revision",
    Order: "profile_id origin_id at listing reference told_at late_for due_shard due_at erased"
    " created_at revision",
    Owned: "profile_id origin_id at",
    Deal: "profile_id origin_id at listing told_at created_at revision",
    Behaviour: "profile_id origin_id at expires_at",
    Care: "since ticket_id task_id asked_at turns due_shard",
}

#: What is taken off the items that outlive their person; all others are removed whole.
TAKEN_OFF: dict[Model, set[str]] = {
    Profile: {*profiles.PERSONAL, *profiles.TIES},
    Ticket: {*tickets.WORDS, "tags"},
    Task: set(),
    Order: set(commerce.TAKEN_OFF),
    RightsRequest: {"reason"},
    RightsMark: set(),
    ProfileWords: {"words"},  # an empty list stays: a late worker meets it and writes nothing
}

#: What stays of those: ids that lead nowhere any more, codes, times, counts and amounts.
NEUTRAL: dict[Model, str] = {
    ProfileWords: "turn",
    Profile: "listed_at first_channel tier erased_at created_at revision",
    Ticket: "profile_id origin_id listing number status status_at waiting_on outcome type sub_type"
    " source channel priority severity stage touchpoint branch department_id team_id agent_id"
    " waiting_key waiting_since opened_at started_at first_reply_at done_at reopened erased_at"
    " revision",
    Task: "task_status task_department what waiting_key waiting_since created_at finished_at",
    Order: "at listing source seller channel store branch status history currency lines total"
    " discount shipping_fee refunded placed_at promised_at delivered_at told_at late_for erased"
    " created_at revision",
    RightsRequest: "listing listed_at profile_id kind status verified_by by requested_at"
    " received_at due_at originals units counts rounds started_at answered_at expires_at proof",
    RightsMark: "profile_id",
}

KEYS = {"pk", "sk"}


def attributes(model: Model) -> set[str]:
    """Every attribute of a model but its keys."""
    return set(model.get_attributes()) - KEYS
