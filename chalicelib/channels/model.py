"""The items of the `channels` table: connected accounts and the sandbox outbox.

Read and written by `channels.flows` alone; `channels.views` shows them.
"""

from __future__ import annotations

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
)
from pynamodb.indexes import AllProjection

from ..platform.store import GlobalSecondaryIndex, Item, KeysOnlyProjection, table

ONLY = "-"  # the range key of an account, which stands alone under its hash key

SANDBOX, LIVE = "sandbox", "live"
CONNECTED, NEEDS_RECONNECT, DISCONNECTED = "connected", "needs_reconnect", "disconnected"
#: A sandbox account without what its webhook is verified by: it sends, and hears nothing yet.
INCOMPLETE = "incomplete"

LISTING = "accounts"


class ByProvider(GlobalSecondaryIndex["ChannelAccount"]):
    """Every account behind one webhook address, whole, so that one query verifies a request."""

    class Meta:
        index_name = "by_provider"
        projection = AllProjection()

    provider = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class ByListing(GlobalSecondaryIndex["ChannelAccount"]):
    """All accounts, by the time they were made."""

    class Meta:
        index_name = "listing"
        projection = KeysOnlyProjection()

    listing = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class ByDue(GlobalSecondaryIndex["ChannelAccount"]):
    """Accounts whose token has to be renewed, by when; accounts without a due time are not in."""

    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_shard = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class ChannelAccount(Item):
    """`pk` is `account#<id>`. `sealed` differs after every change of a credential (KMS never
    encrypts to the same text twice), which makes it the version that renewals are guarded by;
    `revision` counts commands alone."""

    Meta = table("channels")

    by_provider = ByProvider()
    by_listing = ByListing()
    by_due = ByDue()

    provider = UnicodeAttribute()
    channel = UnicodeAttribute()
    account_id = UnicodeAttribute()  # the provider's
    name = UnicodeAttribute()
    mode = UnicodeAttribute()
    team_id = UnicodeAttribute(null=True)
    branch = UnicodeAttribute(null=True)
    settings = JSONAttribute(null=True)
    sealed = UnicodeAttribute(null=True)  # None once disconnected
    credential_names = JSONAttribute(null=True)
    state = UnicodeAttribute()
    disabled = BooleanAttribute(null=True)
    state_reason = UnicodeAttribute(null=True)
    token_expires_at = UnicodeAttribute(null=True)
    access_ends_at = UnicodeAttribute(null=True)  # until a person connects it again
    access_since = UnicodeAttribute(null=True)  # when the tokens of now were stored
    lock_owner = UnicodeAttribute(null=True)
    lock_until = UnicodeAttribute(null=True)
    due_shard = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)
    listing = UnicodeAttribute()
    listed_at = UnicodeAttribute()
    revision = NumberAttribute()
    created_at = UnicodeAttribute()

    @property
    def id(self) -> str:
        """Our id of the account, as it stands in URLs and events."""
        return account_id_of(self.pk)


def account_key(account_id: str) -> str:
    """The hash key of an account."""
    return f"account#{account_id}"


def account_id_of(pk: str) -> str:
    """The account's id from its hash key."""
    return pk.removeprefix("account#")


class OutboxItem(Item):
    """One request a sandbox account would have sent; `sk` is `<message id>#<part>`.

    Listed under the original profile it was meant for, so that it ends with them.
    """

    Meta = table("channels")

    by_listing = ByListing()
    listing = UnicodeAttribute(null=True)
    listed_at = UnicodeAttribute(null=True)

    method = UnicodeAttribute()
    url = UnicodeAttribute()
    headers = JSONAttribute()
    body = UnicodeAttribute()
    at = UnicodeAttribute()


def sent_to(profile_id: str) -> str:
    """The listing of what sandbox accounts would have sent to a profile."""
    return f"sent_to#{profile_id}"


def outbox_key(account_id: str) -> str:
    """The hash key of an account's outbox."""
    return f"outbox#{account_id}"
