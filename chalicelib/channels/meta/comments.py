"""Comments under posts of a page or an Instagram account: whose they are, and which one.

Used by `channels/meta/webhook.py` while it cuts a request, and by the adapters of
`facebook_comment` and `instagram`. A payload is one update as `webhook` cuts it: `object`,
`entry_id`, `change`.
"""

from __future__ import annotations

from ..event import Json
from ..keys import digest
from ..wire import as_object, as_text

#: (object, field of a change) → channel, where that is another one than its object's
CHANNELS = {
    ("page", "feed"): "facebook_comment",
    ("page", "mention"): "facebook_comment",
}
#: The item of a page's field `ratings` that is a recommendation itself; others are about one.
RATINGS, RATING = "ratings", "rating"
#: Fields of Instagram whose changes are comments: their `id` is the comment's.
INSTAGRAM = frozenset({"comments", "live_comments"})
MENTIONS = "mentions"
#: Who wrote a comment that does not say: somebody known by the comment alone.
NAMELESS = "comment:"

#: a comment is added and removed once, but edited or hidden many times
ONCE = frozenset({"add", "remove"})


def change_value(payload: Json) -> Json:
    """What a change says; empty when the payload is none."""
    return as_object(as_object(payload.get("change")).get("value"))


def field_of(payload: Json) -> str:
    """The field that changed, `feed` or `comments`; '' when the payload is no change."""
    return as_text(as_object(payload.get("change")).get("field")) or ""


def comment_id(payload: Json) -> str | None:
    """The comment a change is about, also a mention in one; None when it is about another thing."""
    value = change_value(payload)
    named = as_text(value.get("id")) if field_of(payload) in INSTAGRAM else None
    return as_text(value.get("comment_id")) or named


def story_id(payload: Json) -> str | None:
    """The recommendation of a page that a change is; None when it is another thing."""
    value = change_value(payload)
    told = field_of(payload) == RATINGS and as_text(value.get("item")) == RATING
    return as_text(value.get("open_graph_story_id")) if told else None


def commenter(payload: Json) -> str | None:
    """Who a change is by: from{id}, before v2.11 sender_id, of a recommendation reviewer_id; None
    when it says nothing at all.

    Without a permission Meta does not say whose a comment is: then it is `comment:<its id>`.
    """
    value = change_value(payload)
    named = as_text(as_object(value.get("from")).get("id")) or as_text(value.get("sender_id"))
    comment = comment_id(payload) or story_id(payload)
    if story_id(payload):
        named = named or as_text(value.get("reviewer_id"))
    return named or (NAMELESS + comment if comment else None)


def channel_of(payload: Json) -> str | None:
    """The channel of a change of a page's posts; None: that of its object."""
    if payload.get("object") == "page" and story_id(payload):
        return CHANNELS["page", "feed"]
    return CHANNELS.get((str(payload.get("object")), field_of(payload)))


def key_of(payload: Json) -> tuple[str, ...] | None:
    """What makes a change of a comment the same: its id and verb; an edit also what it says.

    Instagram tells of new comments only, and of one on an advertisement more than once.
    """
    value, field, comment = change_value(payload), field_of(payload), comment_id(payload)
    if comment and (field in INSTAGRAM or field == MENTIONS):
        return (field, "comment", comment)
    medium = as_text(value.get("media_id"))
    if field == MENTIONS and medium:
        return (field, "medium", medium)
    verb, story = as_text(value.get("verb")), story_id(payload)
    if story and verb:
        return (field, RATING, story, verb, *([] if verb in ONCE else [digest(value)]))
    if not (comment and verb) or value.get("item") != "comment":
        return None
    again = () if verb in ONCE else (digest(value),)
    return (field, "comment", comment, verb, *again)
