"""Items of the profiles table: profiles, what proves them, what suggests that two are one."""

from __future__ import annotations

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)

from ..platform.belongings import Owned
from ..platform.ids import derived_id
from ..platform.signing import keyed_id
from ..platform.store import GlobalSecondaryIndex, Item, KeysOnlyProjection, table

PROFILE = "profile"
IDENTITY = "identity"
MENTION = "mention#"
SUGGESTION = "suggestion#"
MERGE = "merge#"
NOTE = "note#"
FIELDS = "profile-fields"
ONLY = "-"
NEW_TIER = "prospect"  # the first of `tiers.TIERS`


PROFILES = "profiles"  # the listing of those that stand for themselves


class ByListing(GlobalSecondaryIndex["Item"]):
    """Every profile that stands for itself, open merge suggestions, and more, newest first."""

    class Meta:
        index_name = "listing"
        projection = KeysOnlyProjection()

    listing = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class Profile(Item):
    """One customer, as they first came to us. `pk` is the profile's id, `sk` is `profile`.

    A merge makes one profile point to another (`merged_into`, and `children` the
    other way) and changes nothing else of it: what a merged customer is shown
    with is chosen from the whole family at reading (`survivorship`), so parting
    them loses nothing. `phones` and `emails` are contact points as known,
    normalised; what proves who somebody is stands in identities. `tier_by` is
    `hand` where a person set the tier. `attributes` are custom fields,
    `acquisition` where they came from (channel, advertisement, referrer). `erasure` is the
    rights request that is about to erase them: nobody is merged with them meanwhile.
    """

    Meta = table("profiles")

    by_listing = ByListing()
    listing = UnicodeAttribute(null=True, default=PROFILES)
    listed_at = UnicodeAttribute()
    name = UnicodeAttribute(null=True)
    phones = JSONAttribute(default=list)
    emails = JSONAttribute(default=list)
    address = UnicodeAttribute(null=True)
    birthday = UnicodeAttribute(null=True)
    gender = UnicodeAttribute(null=True)
    first_channel = UnicodeAttribute(null=True)
    tier = UnicodeAttribute(default=NEW_TIER)
    tier_by = UnicodeAttribute(null=True)
    attributes = JSONAttribute(null=True)
    acquisition = JSONAttribute(null=True)
    merged_into = UnicodeAttribute(null=True)
    children = UnicodeSetAttribute(null=True)
    erasure = UnicodeAttribute(null=True)
    erased_at = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()
    revision = NumberAttribute(default=0)


class OfProfile(GlobalSecondaryIndex["Item"]):
    """What of this table is listed under one profile: identities, mentions, suggestions."""

    class Meta:
        index_name = "by_profile"
        projection = KeysOnlyProjection()

    profile_id = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class Identity(Owned):
    """One proof of who a profile is: `(kind, account, value)`; one owner each.

    The key is a keyed digest of the three, so that no phone can be read out of a key.
    """

    Meta = table("profiles")

    by_profile = OfProfile()
    kind = UnicodeAttribute()
    account = UnicodeAttribute()
    value = UnicodeAttribute()
    verified = BooleanAttribute(default=True)
    created_at = UnicodeAttribute()


def identity_pk(kind: str, account: str, value: str) -> str:
    """The hash key of an identity."""
    return f"{IDENTITY}#{keyed_id('identity', kind, account, value)}"


class Mention(Item):
    """A phone, address or order number that came with a profile, unproved: typed in a form,
    written in a message, imported.

    `pk` is `mention#<keyed digest>` of kind and value, `sk` the original profile: so a
    look at one key says who else came with the same. `how` is form, message, import.
    """

    Meta = table("profiles")

    by_profile = OfProfile()
    profile_id = UnicodeAttribute()
    kind = UnicodeAttribute()
    value = UnicodeAttribute()
    how = UnicodeAttribute()
    message_id = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()


class Suggestion(Item):
    """Two originals that may be one person. `pk` is `suggestion#<digest of both>`, `sk` is `-`.

    `profile_id` is the first of the two, `other_id` the second; `reasons` are codes with the
    kind of what they share. `state`: open, accepted, dismissed. Open ones are listed.
    """

    Meta = table("profiles")

    by_listing = ByListing()
    by_profile = OfProfile()
    listing = UnicodeAttribute(null=True)
    listed_at = UnicodeAttribute()
    profile_id = UnicodeAttribute()
    other_id = UnicodeAttribute()
    reasons = JSONAttribute(default=list)
    state = UnicodeAttribute()
    decided_by = UnicodeAttribute(null=True)
    decided_at = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()

    @property
    def id(self) -> str:
        """The suggestion's opaque id."""
        return self.pk.removeprefix(SUGGESTION)


class SuggestionMark(Item):
    """The second profile of a suggestion has it listed too: `pk` as its suggestion,
    `sk` is `of`."""

    Meta = table("profiles")

    by_profile = OfProfile()
    profile_id = UnicodeAttribute()


class Merge(Item):
    """One profile taken into another. `pk` is `merge#<id>`, `sk` is `-`.

    `profile_id` is who was taken in, `into` who took it. `fields` says which value
    is shown since, from whom and by which rule; `identities` are the keys of those that
    came along, the first hundred. `state`: moving, settled, undone (moving back), parted.
    """

    Meta = table("profiles")

    by_listing = ByListing()
    by_profile = OfProfile()
    listing = UnicodeAttribute(default="merges")
    listed_at = UnicodeAttribute()
    profile_id = UnicodeAttribute()
    into = UnicodeAttribute()
    why = UnicodeAttribute()
    reasons = JSONAttribute(default=list)
    by = UnicodeAttribute()
    fields = JSONAttribute(default=dict)
    identities = JSONAttribute(default=list)
    state = UnicodeAttribute()
    undone_by = UnicodeAttribute(null=True)
    undone_at = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()

    @property
    def id(self) -> str:
        """The merge's opaque id."""
        return self.pk.removeprefix(MERGE)


class MergeMark(Item):
    """Who took the other in has the merge listed too: `pk` as its merge, `sk` is `of`."""

    Meta = table("profiles")

    by_profile = OfProfile()
    profile_id = UnicodeAttribute()


class Blocked(Item):
    """A value that identifies nobody: a hotline, an office's address. `pk` is `blocked`, `sk`
    is `<kind>#<value>`."""

    Meta = table("profiles")

    reason = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()


def mention_pk(kind: str, value: str) -> str:
    """The hash key under which all who came with the same value stand."""
    return f"{MENTION}{keyed_id('mention', kind, value)}"


def suggestion_id(one: str, other: str) -> str:
    """The id of the suggestion that two originals are one, whichever is named first."""
    return derived_id("suggestion", *sorted((one, other)))


class Note(Item):
    """What somebody of ours noted about a customer: `pk` is the original it was written
    under, `sk` is `note#<id>`, which sorts by time."""

    Meta = table("profiles")

    text = UnicodeAttribute()
    author = UnicodeAttribute()
    created_at = UnicodeAttribute()

    @property
    def id(self) -> str:
        """The note's opaque id."""
        return str(self.sk).removeprefix(NOTE)


class FieldList(Item):
    """Which custom fields a profile may have, all in one item: `pk` is `profile-fields`."""

    Meta = table("profiles")

    fields = JSONAttribute(default=list)
    revision = NumberAttribute(default=0)


class AnyItem(Item):
    """Any item of the table, as far as a look at several kinds at once needs it; never written."""

    Meta = table("profiles")

    profile_id = UnicodeAttribute(null=True)
    origin_id = UnicodeAttribute(null=True)
    verified = BooleanAttribute(null=True)
    erased_at = UnicodeAttribute(null=True)

    @property
    def origin(self) -> str:
        """The original profile it came with."""
        return str(self.origin_id or self.profile_id)


class UnderProfile(Item):
    """Anything that stands under a profile's own key, by its key alone; never written."""

    Meta = table("profiles")
