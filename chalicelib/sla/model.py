"""Items of the `clocks` table: the clocks of a subject as they stand, and the sets of policies.

Only this slice reads and writes them. The clocks follow from the subject's event log alone;
what is stored is when to look at them again, and what lists and forecasts show of them.
"""

from __future__ import annotations

from typing import Any

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute

from ..platform.store import GlobalSecondaryIndex, Item, KeysOnlyProjection, table
from ..platform.versions import Version

CLOCKS = "clocks"
#: Where an open subject stands in the due index while none of its clocks counts.
NOT_DUE = "9999-12-31T00:00:00Z"
POLICIES = "policies"


class Due(GlobalSecondaryIndex[Any]):
    """Subjects by when the next thing happens to their clocks; those that are over are not in."""

    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_shard = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class Clocks(Item):
    """The clocks of one subject: `pk` is the subject (`ticket#<id>`), `sk` is `clocks`.

    `clocks`: name → what `plan.shown` says of its latest round. `turns` counts the writes.
    """

    Meta = table("clocks")

    due = Due()
    policy = UnicodeAttribute(null=True)
    version = NumberAttribute()
    clocks = JSONAttribute()
    turns = NumberAttribute()
    due_shard = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)


class PolicySet(Version):
    """All policies at once: `pk` is `policies`. The log names their versions."""

    Meta = table("clocks")

    policies = JSONAttribute()
    steps = JSONAttribute()
    clocks = JSONAttribute()
