"""What a change of a page's feed means: comments, their edits and ends, posts of visitors.

Called by `adapter.py`. `thread` is where a public answer goes: the comment a reply stands
under, else the comment itself, `post:<id>` for a visitor's post, `review:<id>` for a
recommendation of the page.
"""

from __future__ import annotations

from dataclasses import replace

from ..base import Delivery
from ..event import (
    Asked,
    Attachment,
    AttachmentKind,
    Author,
    ContactHints,
    InboundEvent,
    Json,
    Kind,
)
from ..meta import messenger
from ..meta.comments import change_value, commenter, story_id
from ..meta.messenger import NOT_SHOWN, Facts
from ..meta.webhook import listed, moment
from ..wire import as_integer, as_object, as_text
from . import codes

POST, REVIEW = "post:", "review:"
#: Whether the page is recommended → what is said of it, and the stars that stand for it.
RECOMMENDED = {"positive": ("Đề xuất trang", 5), "negative": ("Không đề xuất trang", 1)}
#: Since 2018-04-24 the Pages API names people by the page's own id of them, Messenger's
#: (Graph API changelog v3.0, "Page-Scoped ID API"): one person, whichever way they come.
SAME_IDS = "facebook_message"


def read(delivery: Delivery) -> InboundEvent:
    """The event of one change; of what is no comment or post an unknown one, by its name."""
    event, value = messenger.read(delivery), change_value(delivery.payload)
    whole_page = story_id(delivery.payload) is not None
    thing = codes.THINGS.get(as_text(value.get("item")) or "")
    thing = codes.RECOMMENDATION if whole_page else thing
    kind = codes.VERBS.get(as_text(value.get("verb")) or "")
    said = None if thing is None else as_text(value.get(thing.id_field))
    if kind is None or thing is None or said is None:
        return event
    by = commenter(delivery.payload)
    if by is None:
        return event  # a post of nobody is most likely the page's own
    known = replace(event, provider_message_id=said)
    if by == delivery.account_id:
        return own(known)
    facts = {**_who(by, value), **_what(kind, thing, value), **_where(said, value)}
    if whole_page:
        facts |= _recommended(said, value)
    # Only a new comment has a time of its own: an edit repeats it, a removal has none.
    at = value.get("created_time") if kind is Kind.MESSAGE else None
    when = moment(at) or moment(delivery.payload.get("entry_time"))
    return replace(known, kind=kind, occurred_at=when, **facts)


def own(event: InboundEvent) -> InboundEvent:
    """What the page itself wrote, here or there: it answers somebody, but does not say whom."""
    return replace(event, kind=Kind.ECHO, author=Author.HUMAN, user_id=None, contact=None)


def told_by(person: Json) -> Facts:
    """Who a `from` names, as fields of an event; nothing where it names nobody."""
    named, name = as_text(person.get("id")), as_text(person.get("name"))
    if not named:
        return {}
    contact = ContactHints(name=name) if name else None
    return {"user_id": named, "known_as": SAME_IDS, "contact": contact}


def _recommended(said: str, value: Json) -> Facts:
    """A recommendation, or stars as they were given before 2018, and the words beside them."""
    given = as_integer(value.get("rating"))
    title, stars = RECOMMENDED.get(as_text(value.get("recommendation_type")) or "", (None, None))
    if given is not None and 1 <= given <= 5:
        title, stars = title or f"Đánh giá trang {given} sao", given
    title, words = title or "Đánh giá trang", as_text(value.get("review_text"))
    return {
        "text": f"{title}\n{words}" if words else title,
        "attachments": (),
        "thread": REVIEW + said,
        "reply_to": None,
        "asked": Asked(id=REVIEW + said, title=title, text=words or "", rating=stars),
    }


def _who(by: str, value: Json) -> Facts:
    name = as_text(value.get("sender_name")) or as_text(value.get("reviewer_name"))
    old: Facts = {"user_id": by, "contact": ContactHints(name=name) if name else None}
    return told_by(as_object(value.get("from"))) or old


def _what(kind: Kind, thing: codes.Thing, value: Json) -> Facts:
    if kind not in (Kind.MESSAGE, Kind.EDIT):
        return {}
    text, found = as_text(value.get("message")), _media(thing, value)
    if not text and not found:
        # A sticker, or what Facebook does not hand over: the customer did say something.
        found = (Attachment(kind=AttachmentKind.OTHER, title=NOT_SHOWN),)
    return {"text": text, "attachments": found}


def _media(thing: codes.Thing, value: Json) -> tuple[Attachment, ...]:
    told = [(kind, one) for name, kind in codes.MEDIA.items() for one in listed(value.get(name))]
    told.append((thing.link, value.get("link")))
    found: dict[str, AttachmentKind] = {}
    for kind, one in told:
        url = as_text(one) or ""
        if url.startswith(("https://", "http://")):
            found.setdefault(url, kind)
    return tuple(Attachment(kind=kind, url=url) for url, kind in found.items())


def _where(said: str, value: Json) -> Facts:
    post, parent = as_text(value.get("post_id")) or "", as_text(value.get("parent_id"))
    if said == post:
        return {"thread": POST + said}
    under_post = parent is None or parent == said or post == parent or post.endswith(f"_{parent}")
    return {"thread": said} if under_post else {"thread": parent, "reply_to": parent}
