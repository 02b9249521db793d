"""Items of what customers are shown by segment. `contents` and `offered` use them.

Two hash keys instead of an index: one lists everything there is for staff, the other only what
has not ended yet, by when it ends, so that what is over costs nobody a read.
"""

from __future__ import annotations

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute

from ..platform.store import Item, table

CONTENTS = "contents"  # the hash key of all there are, newest last
SHOWING = "showing"  # the hash key of those that have not ended
NEVER = "9999"  # instead of an end: after every time there is


class Content(Item):
    """Something to be shown. `pk` is `contents`, `sk` its id.

    `segment_id` None: to everybody. `title` and `text` are texts by language (`vi`, perhaps
    `en`). `code`: of an offer, to be named when buying.
    """

    Meta = table("segments")

    kind = UnicodeAttribute()
    segment_id = UnicodeAttribute(null=True)
    title = JSONAttribute()
    text = JSONAttribute(null=True)
    image = UnicodeAttribute(null=True)
    link = UnicodeAttribute(null=True)
    code = UnicodeAttribute(null=True)
    priority = NumberAttribute(default=0)
    starts_at = UnicodeAttribute(null=True)
    ends_at = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()
    revision = NumberAttribute(default=1)

    @property
    def id(self) -> str:
        return str(self.sk)


class Showing(Item):
    """That something has not ended: `pk` is `showing`, `sk` is `<when it ends>#<its id>`."""

    Meta = table("segments")


def showing_key(content_id: str, ends_at: str | None) -> tuple[str, str]:
    """Where it stands among what has not ended."""
    return SHOWING, f"{ends_at or NEVER}#{content_id}"
