"""Items of the `notifications` table, most of them under the agent whose they are (`agent#<id>`).

Only this slice reads and writes them. Whatever has an end (`expires_at`) is removed by DynamoDB.
"""

from __future__ import annotations

from typing import Any

from pynamodb.attributes import BooleanAttribute, JSONAttribute, NumberAttribute, UnicodeAttribute

from ..platform.store import GlobalSecondaryIndex, Item, KeysOnlyProjection, table

NOTIFICATION, PUSH, MEMBER, STANDING = "notification#", "push#", "member#", "standing"
ORGANISATION, SENDERS = "organisation", "senders"


class Unread(GlobalSecondaryIndex[Any]):
    """An agent's unread notifications, in the order of their time; read ones are not in."""

    class Meta:
        index_name = "unread"
        projection = KeysOnlyProjection()

    unread_of = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class Due(GlobalSecondaryIndex[Any]):
    """Pushes that are to be sent, by when."""

    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_shard = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class Notification(Item):
    """`sk` is `notification#<id>`, and ids sort by time. `many`: how many are told as one.

    `hidden`: it is pushed only. `pushes`: the channels it is, or was, pushed on.
    """

    Meta = table("notifications")

    unread = Unread()
    unread_of = UnicodeAttribute(null=True)  # the hash key once more while it is unread
    kind = UnicodeAttribute()
    link = UnicodeAttribute()
    data = JSONAttribute(default=dict)
    rank = NumberAttribute()
    late_by = NumberAttribute()
    many = NumberAttribute()
    late = BooleanAttribute(null=True)  # of several that were noticed late
    at = UnicodeAttribute()
    read_at = UnicodeAttribute(null=True)
    hidden = BooleanAttribute(null=True)
    pushes = JSONAttribute(default=list)
    turns = NumberAttribute()  # counts the writes
    expires_at = NumberAttribute()

    @property
    def id(self) -> str:
        """The id the API shows."""
        return str(self.sk).removeprefix(NOTIFICATION)


class Member(Item):
    """That something is counted in a notification: `sk` is `member#<digest>`."""

    Meta = table("notifications")

    expires_at = NumberAttribute()


class Push(Item):
    """A notification on its way to an agent: `sk` is `push#<channel>#<id of it>`.

    `state`: waiting, sent, failed, dropped (nobody wants it any more); `code` says why.
    """

    Meta = table("notifications")

    due = Due()
    state = UnicodeAttribute()
    attempts = NumberAttribute()
    queued_at = UnicodeAttribute()
    code = UnicodeAttribute(null=True)
    due_shard = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)
    expires_at = NumberAttribute()

    @property
    def notification(self) -> tuple[str, str]:
        """The key of what it pushes."""
        return self.pk, NOTIFICATION + str(self.sk).split("#", 2)[2]


class Standing(Item):
    """How an agent wants to be told: `sk` is `standing`."""

    Meta = table("notifications")

    preferences = JSONAttribute()
    revision = NumberAttribute()


class SendersItem(Item):
    """The accounts that pushes go out by: `pk` is `organisation`, `sk` is `senders`."""

    Meta = table("notifications")

    email_account = UnicodeAttribute(null=True)
    zalo_account = UnicodeAttribute(null=True)
    link_base = UnicodeAttribute(null=True)
    revision = NumberAttribute()


def agent_pk(agent_id: str) -> str:
    """The hash key of an agent's items."""
    return f"agent#{agent_id}"


def push_sk(channel: str, notification_id: str) -> str:
    """The range key of a push."""
    return f"{PUSH}{channel}#{notification_id}"
