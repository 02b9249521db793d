"""Items of the `standards` table: standards of tiers, public commitments, who is to be contacted.

Only this slice reads and writes them.
"""

from __future__ import annotations

from typing import Any

from pynamodb.attributes import BooleanAttribute, JSONAttribute, NumberAttribute, UnicodeAttribute

from ..platform.store import GlobalSecondaryIndex, Item, KeysOnlyProjection, table
from ..platform.versions import Version

TIERS = "tiers"
COMMITMENTS, COMMITMENT = "commitments", "commitment#"
CARE = "care"


class TierStandards(Version):
    """The standards of all tiers: `pk` is `tiers`."""

    Meta = table("standards")

    standards = JSONAttribute()


class Commitment(Item):
    """One commitment: `pk` is `commitments`, `sk` its id. `position` orders them for readers."""

    Meta = table("standards")

    position = NumberAttribute()
    latest = NumberAttribute()  # the number of its newest text
    revision = NumberAttribute()

    @property
    def id(self) -> str:
        return str(self.sk)


class CommitmentText(Item):
    """A text of a commitment: `pk` is `commitment#<id>`, `sk` is `version#<n>`.

    Nothing of it is changed later but the day it ends. `title`, `body`, `conditions`: language →
    text. `measured_by`: [policy, clock] pairs. `example`: nobody has made it their own yet.
    """

    Meta = table("standards")

    number = NumberAttribute()
    title = JSONAttribute()
    body = JSONAttribute()
    conditions = JSONAttribute()
    measured_by = JSONAttribute()
    valid_from = UnicodeAttribute()  # a day of the organisation's time zone
    valid_until = UnicodeAttribute(null=True)  # the last one
    example = BooleanAttribute(default=False)
    written_at = UnicodeAttribute()
    written_by = UnicodeAttribute()

    @property
    def commitment_id(self) -> str:
        return str(self.pk).removeprefix(COMMITMENT)


class Due(GlobalSecondaryIndex[Any]):
    """Customers by when their care is to be looked at next."""

    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_shard = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class Care(Item):
    """The care contacts of one customer: `pk` is the profile that stands for them, `sk` is `care`.

    `since`: the latest contact, or when they came into a tier that has any. `ticket_id` and
    `task_id` are of a contact that is due and not made; then `due_at` is the next look at it.
    """

    Meta = table("standards")

    due = Due()
    tier = UnicodeAttribute()
    since = UnicodeAttribute()
    contacted_at = UnicodeAttribute(null=True)
    ticket_id = UnicodeAttribute(null=True)
    task_id = UnicodeAttribute(null=True)
    asked_at = UnicodeAttribute(null=True)
    turns = NumberAttribute()
    due_shard = UnicodeAttribute()
    due_at = UnicodeAttribute()
