"""Items of the segments table: definitions, who meets them, counts, histograms.

No index: a list of segments and one of a segment's members are a hash key each.
"""

from __future__ import annotations

from pynamodb.attributes import (
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)

from ..platform.ids import digest
from ..platform.store import Item, table

SEGMENTS = "segments"  # the hash key of all definitions
STANDING = "standing"
RFM = "rfm"
#: Where two items stand that every evaluation reads with the customers' standings.
VERSION_KEY = ("version", "segments")
BOUNDS_KEY = ("rfm", "bounds")

#: Counts are kept in so many parts, so that customers seldom wait for each other. Never fewer.
PARTS = 4


class Segment(Item):
    """One saved condition. `pk` is `segments`, `sk` its id.

    `revision` counts commands, `defined` only those that changed the condition.
    `state` is `building` while the customers there are are gone through for the
    first time: `evaluated` of them so far, in `step` chunks.
    """

    Meta = table("segments")

    name = UnicodeAttribute()
    description = UnicodeAttribute(null=True)
    condition = JSONAttribute()
    state = UnicodeAttribute()
    evaluated = NumberAttribute(default=0)
    step = NumberAttribute(default=0)
    defined = NumberAttribute(default=1)
    created_at = UnicodeAttribute()
    revision = NumberAttribute(default=1)

    @property
    def id(self) -> str:
        return str(self.sk)


class Count(Item):
    """A part of a segment's number of members. `pk` is `count#<segment>`, `sk` the part.

    `defined` is that of the segment: who was judged by another condition is not counted.
    """

    Meta = table("segments")

    value = NumberAttribute(default=0)
    defined = NumberAttribute(default=1)


class Member(Item):
    """A customer in a segment: `pk` is `member#<segment>`, `sk` the profile's id."""

    Meta = table("segments")

    entered_at = UnicodeAttribute()


class State(Item):
    """What is known and changes together, read together at the start of every evaluation.

    A customer's standing: `pk` is the profile's id, `sk` is `standing`, `segments` those
    they are in, `data` the buckets they are counted in. Besides: `VERSION_KEY` (`data`
    is another one after each change of any definition, `segments` are default ones
    somebody removed) and `BOUNDS_KEY` (`data` what `histograms.recompute` found).
    """

    Meta = table("segments")

    segments = UnicodeSetAttribute(null=True)
    data = JSONAttribute(null=True)
    revision = NumberAttribute(default=0)


class Bucket(Item):
    """A part of a histogram's bucket: `pk` is `rfm#<kind>`, `sk` is `<bucket>#<part>`."""

    Meta = table("segments")

    value = NumberAttribute(default=0)


def part_of(profile_id: str) -> str:
    """The part of every count that a customer is counted in."""
    return str(int(digest(profile_id)[:8], 16) % PARTS)


def count_pk(segment_id: str) -> str:
    """The hash key of a segment's counts."""
    return f"count#{segment_id}"


def member_pk(segment_id: str) -> str:
    """The hash key of a segment's members."""
    return f"member#{segment_id}"


def bucket_key(kind: str, bucket: int, part: str) -> tuple[str, str]:
    """The key of a part of a histogram's bucket."""
    return f"{RFM}#{kind}", f"{bucket}#{part}"
