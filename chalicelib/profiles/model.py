"""Items of the profiles table: profiles and the identities that prove them."""

from __future__ import annotations

from pynamodb.attributes import BooleanAttribute, JSONAttribute, NumberAttribute, UnicodeAttribute

from ..platform.signing import keyed_id
from ..platform.store import GlobalSecondaryIndex, Item, KeysOnlyProjection, table

PROFILE = "profile"
IDENTITY = "identity"


class ByListing(GlobalSecondaryIndex["Profile"]):
    """Every profile, newest first."""

    class Meta:
        index_name = "listing"
        projection = KeysOnlyProjection()

    listing = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class Profile(Item):
    """One customer. `pk` is the profile's id, `sk` is `profile`.

    `phones` and `emails` are contact points as known, normalised; what proves
    who somebody is stands in identities.
    """

    Meta = table("profiles")

    by_listing = ByListing()
    listing = UnicodeAttribute(default="profiles")
    listed_at = UnicodeAttribute()
    name = UnicodeAttribute(null=True)
    phones = JSONAttribute(default=list)
    emails = JSONAttribute(default=list)
    address = UnicodeAttribute(null=True)
    birthday = UnicodeAttribute(null=True)
    gender = UnicodeAttribute(null=True)
    first_channel = UnicodeAttribute(null=True)
    tier = UnicodeAttribute(default="prospect")
    created_at = UnicodeAttribute()
    revision = NumberAttribute(default=0)


class IdentitiesOfProfile(GlobalSecondaryIndex["Identity"]):
    """All identities of one profile."""

    class Meta:
        index_name = "by_profile"
        projection = KeysOnlyProjection()

    profile_id = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class Identity(Item):
    """One proof of who a profile is: `(kind, account, value)`; one owner each.

    The key is a keyed digest of the three, so that no phone can be read out of a key.
    """

    Meta = table("profiles")

    by_profile = IdentitiesOfProfile()
    profile_id = UnicodeAttribute()
    kind = UnicodeAttribute()
    account = UnicodeAttribute()
    value = UnicodeAttribute()
    verified = BooleanAttribute(default=True)
    created_at = UnicodeAttribute()


def identity_pk(kind: str, account: str, value: str) -> str:
    """The hash key of an identity."""
    return f"{IDENTITY}#{keyed_id('identity', kind, account, value)}"
