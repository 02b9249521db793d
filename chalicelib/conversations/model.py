"""Items of the conversations table: conversations and their messages."""

from __future__ import annotations

from pynamodb.attributes import (
    BinaryAttribute,
    BooleanAttribute,
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
)

from ..platform.belongings import Owned
from ..platform.ids import derived_id
from ..platform.signing import keyed_id
from ..platform.store import GlobalSecondaryIndex, Item, KeysOnlyProjection, table

CONVERSATION = "conversation"
MESSAGE = "message#"
TRACKING = "tracking#"
#: What a message is sent for unless it says otherwise (`consent_rules.PURPOSES`).
CARE = "care"


class ByTime(GlobalSecondaryIndex["Item"]):
    """Messages of a conversation (`thread` is its id) and all conversations
    (`thread` is `conversations`), by time."""

    class Meta:
        index_name = "by_time"
        projection = KeysOnlyProjection()

    thread = UnicodeAttribute(hash_key=True)
    at = UnicodeAttribute(range_key=True)


class ByTicket(GlobalSecondaryIndex["Item"]):
    """Messages of a ticket, over all its conversations, by time."""

    class Meta:
        index_name = "by_ticket"
        projection = KeysOnlyProjection()

    ticket_id = UnicodeAttribute(hash_key=True)
    at = UnicodeAttribute(range_key=True)


class ByProfile(GlobalSecondaryIndex["Item"]):
    """Conversations of a profile, by their last message."""

    class Meta:
        index_name = "by_profile"
        projection = KeysOnlyProjection()

    profile_id = UnicodeAttribute(hash_key=True)
    at = UnicodeAttribute(range_key=True)


class ByReference(GlobalSecondaryIndex["Item"]):
    """Our sent messages by the id the provider gave them."""

    class Meta:
        index_name = "by_reference"
        projection = KeysOnlyProjection()

    reference = UnicodeAttribute(hash_key=True)
    at = UnicodeAttribute(range_key=True)


class Due(GlobalSecondaryIndex["Item"]):
    """Messages to be tried again, by when: sparse, in eight shards."""

    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_shard = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class Conversation(Owned):
    """All messages between one identity and one channel account.

    `pk` is derived from the two, `sk` is `conversation`. `account` is our id of
    the channel account, `account_id` the provider's. `current_ticket` is the
    ticket new messages go to; its status is checked in the same transaction.
    While it is `erasing`, nothing new is put into it: what comes waits until it is
    gone, and begins the next one. Of messages before `stripped_until` no payload is kept, before
    `media_until` no copy of an attachment.
    `answers`, `provider_thread` and `subject` are the latest that an answer must name
    (`storing.heard`). `held_by` is a message of ours that waits to be tried again, and
    `held_until` when the last one behind it is due (`turns`).
    """

    Meta = table("conversations")

    by_time = ByTime()
    by_profile = ByProfile()
    thread = UnicodeAttribute()
    at = UnicodeAttribute()
    current_ticket = UnicodeAttribute(null=True)
    channel = UnicodeAttribute()
    account = UnicodeAttribute()
    account_id = UnicodeAttribute()
    user_id = UnicodeAttribute()
    last_inbound_at = UnicodeAttribute(null=True)
    held_by = UnicodeAttribute(null=True)
    held_until = UnicodeAttribute(null=True)
    offered = JSONAttribute(null=True)  # `choosing`
    answers = UnicodeAttribute(null=True)
    provider_thread = UnicodeAttribute(null=True)
    subject = UnicodeAttribute(null=True)
    opted_out = BooleanAttribute(default=False)
    opted_at = UnicodeAttribute(null=True)
    unfollowed = BooleanAttribute(default=False)
    followed_at = UnicodeAttribute(null=True)
    referrer = UnicodeAttribute(null=True)
    erasing = UnicodeAttribute(null=True)
    stripped_until = UnicodeAttribute(null=True)
    media_until = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()


class Message(Item):
    """One thing said. `pk` is the conversation, `sk` is `message#<id>`.

    `copies` says of attachments, by their number, what became of copying them (`copying`).
    `raw` is the provider's payload as compressed JSON. `parts` are the provider
    ids of what was already sent of a long reply, so that a second attempt goes
    on instead of starting over. `tried` are conversations in which the same words
    could not be sent, `instead` is the message that went out in place of this one.
    A reply answers what was there when it was written (`answers`, `provider_thread`),
    not what comes until it goes out; `privately`: never where others read it. `template` is
    the approved template that one of ours goes out as, `about_message` the one of ours that
    stars or a button of the customer's are to.
    `choices` is what one of ours offers to tap, `purpose` what it is for where that is not care
    (`consent_rules.PURPOSES`), `unsubscribe` the address at which that is ended. `brought` are
    the provider's names of its files, by number; an empty one: it would not take that file.
    """

    Meta = table("conversations")

    by_time = ByTime()
    by_ticket = ByTicket()
    by_reference = ByReference()
    due = Due()
    thread = UnicodeAttribute()
    at = UnicodeAttribute()
    ticket_id = UnicodeAttribute(null=True)
    reference = UnicodeAttribute(null=True)
    direction = UnicodeAttribute()
    author = UnicodeAttribute()
    agent_id = UnicodeAttribute(null=True)
    channel = UnicodeAttribute()
    status = UnicodeAttribute()
    text = UnicodeAttribute(null=True)
    attachments = JSONAttribute(null=True)
    copies = JSONAttribute(null=True)
    brought = JSONAttribute(null=True)  # `bringing`
    choices = JSONAttribute(null=True)
    purpose = UnicodeAttribute(null=True)
    unsubscribe = UnicodeAttribute(null=True)
    call = JSONAttribute(null=True)  # `calling`
    reply_to = UnicodeAttribute(null=True)
    privately = BooleanAttribute(null=True)
    answers = UnicodeAttribute(null=True)
    provider_thread = UnicodeAttribute(null=True)
    postback = UnicodeAttribute(null=True)
    reaction = UnicodeAttribute(null=True)
    subject = UnicodeAttribute(null=True)
    template = JSONAttribute(null=True)  # `template_messages`
    about_message = UnicodeAttribute(null=True)
    courtesy = BooleanAttribute(null=True)
    provider_message_id = UnicodeAttribute(null=True)
    provider_event = UnicodeAttribute(null=True)
    raw = BinaryAttribute(null=True, legacy_encoding=False)
    raw_blob = UnicodeAttribute(null=True)
    occurred_at = UnicodeAttribute()
    received_at = UnicodeAttribute()
    edited_at = UnicodeAttribute(null=True)
    deleted_at = UnicodeAttribute(null=True)
    sent_at = UnicodeAttribute(null=True)
    attempts = NumberAttribute(null=True)
    attempted_at = UnicodeAttribute(null=True)
    parts = JSONAttribute(null=True)
    tried = JSONAttribute(null=True)
    instead = UnicodeAttribute(null=True)
    error_code = UnicodeAttribute(null=True)
    error_reason = UnicodeAttribute(null=True)
    due_shard = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)

    @property
    def id(self) -> str:
        """The message's opaque id."""
        return self.sk.removeprefix(MESSAGE)


class Tracking(Item):
    """Finds a template message by the tracking id we gave it: `pk` is the conversation, `sk` is
    `tracking#<message id>`. It stands beside the message's own reference, which is the
    provider's id and only known once the provider has answered.
    """

    Meta = table("conversations")

    by_reference = ByReference()
    reference = UnicodeAttribute()
    at = UnicodeAttribute()


def conversation_id(channel: str, account_id: str, user_id: str) -> str:
    """The id of the conversation between an identity and a channel account.

    Events carry it for ever, so it must not tell whose it is.
    """
    return keyed_id("conversation", channel, account_id, user_id)


def message_id(conversation: str, key: str) -> str:
    """The id of a provider's message: the same for every delivery that tells of it."""
    return derived_id("message", conversation, key)


def reference(account: str, provider_message_id: str) -> str:
    """How a sent message is found when the provider speaks of it."""
    return derived_id("reference", account, provider_message_id)
