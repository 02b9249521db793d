"""What Facebook calls the things that happen to comments and posts, and its errors about them.

Read by `feed.py` and `adapter.py`. Verbs: developers.facebook.com/docs/graph-api/webhooks/
reference/page (feed) and channels.md §3.
"""

from __future__ import annotations

from ...platform.fact import frozen
from ..event import AttachmentKind, Kind
from ..meta.graph import MESSAGES, Verdict
from ..sending import Outcome


@frozen
class Thing:
    """One kind of item of a page's feed: the field of its id, and what its `link` is."""

    id_field: str
    link: AttachmentKind = AttachmentKind.LINK


#: What somebody else than the page says there: comments, and posts visitors leave on it.
#: Reactions, likes and shares say nothing and are left out.
THINGS = {
    "comment": Thing(id_field="comment_id"),
    "post": Thing(id_field="post_id"),
    "status": Thing(id_field="post_id"),
    "photo": Thing(id_field="post_id", link=AttachmentKind.IMAGE),
    "video": Thing(id_field="post_id", link=AttachmentKind.VIDEO),
}
#: What somebody says of the whole page: in the field `ratings`, not in the feed.
RECOMMENDATION = Thing(id_field="open_graph_story_id")

#: Hiding is moderation: the customer said no more and no less, the fact is kept.
VERBS = {
    "add": Kind.MESSAGE,
    "edit": Kind.EDIT,
    "edited": Kind.EDIT,
    "remove": Kind.DELETE,
    "delete": Kind.DELETE,
    "hide": Kind.CONTEXT,
    "unhide": Kind.CONTEXT,
}

#: Fields that hold addresses of media, one or several.
MEDIA = {
    "photo": AttachmentKind.IMAGE,
    "photos": AttachmentKind.IMAGE,
    "video": AttachmentKind.VIDEO,
}

GONE: Verdict = (Outcome.PERMANENT, "Bình luận không còn nữa hoặc trang không được xem")

#: (code, subcode) → verdict
SUBCODES: dict[tuple[int, int], Verdict] = {**MESSAGES, (100, 33): GONE}
