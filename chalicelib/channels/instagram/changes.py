"""What a change of an Instagram account means: comments, comments under a live video, mentions.

Called by `adapter.py`. `thread` says where an answer goes, because what is said in private and
what is said in public are one conversation of one customer: `direct`, `comment:<id>`,
`live:<id>`, `mention:<media id>:<comment id>` (without the latter: in a caption).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from ..base import Account, Delivery
from ..event import Attachment, AttachmentKind, Author, ContactHints, InboundEvent, Json, Kind
from ..meta import messenger
from ..meta.comments import NAMELESS, change_value, comment_id, commenter, field_of
from ..meta.graph import get
from ..meta.messenger import NOT_SHOWN, Facts
from ..meta.webhook import moment
from ..sending import HttpRequest
from ..wire import as_object, as_text
from . import codes

DIRECT = "direct"
#: Somebody of whom Instagram tells the name they have now, and not their id.
NAMED = "username:"
#: Fields of an IG Comment and an IG Media (developers.facebook.com/docs/instagram-platform/
#: reference); a mention in a caption is of the medium itself.
OF_COMMENT = "id,text,timestamp,username,from"
OF_MEDIA = "id,caption,timestamp,username,permalink"


def read(delivery: Delivery) -> InboundEvent:
    """The event of one change; of what nobody says anything in an unknown one, by its name."""
    event, value = messenger.read(delivery), change_value(delivery.payload)
    where = codes.FIELDS.get(field_of(delivery.payload))
    media = as_object(value.get("media"))
    medium = as_text(value.get("media_id")) or as_text(media.get("id")) or ""
    said = comment_id(delivery.payload) or (medium if where == codes.MENTION else "")
    if where is None or not said:
        return event
    mention = where == codes.MENTION
    thread = f"{medium}:{comment_id(delivery.payload) or ''}" if mention else said
    known = replace(
        event,
        kind=Kind.MESSAGE,
        provider_message_id=said,
        thread=f"{where}:{thread}",
        reply_to=as_text(value.get("parent_id")),
        advertisement=as_text(media.get("ad_id")),
        occurred_at=moment(value.get("timestamp")) or moment(delivery.payload.get("entry_time")),
        # A mention is nobody's until its words are told.
        user_id=None if mention else commenter(delivery.payload),
    )
    return _by(_said(known, as_text(value.get("text"))), as_object(value.get("from")))


def asked(event: InboundEvent, account: Account) -> HttpRequest | None:
    """What asks for the words of a mention, or the author of a comment; None: nothing is missing.

    `mentioned_comment` and `mentioned_media` are fields of the account that was mentioned.
    """
    said, known = event.provider_message_id or "", event.user_id
    where, _, rest = (event.thread or "").partition(":")
    if event.kind is not Kind.MESSAGE or not said.isdecimal() or where not in codes.FIELDS.values():
        return None
    if where != codes.MENTION:
        nameless = known is not None and known.startswith(NAMELESS)
        return get(account, said, fields=OF_COMMENT) if nameless else None
    if known is not None:
        return None
    in_comment = not rest.endswith(":")
    field = f"mentioned_comment.comment_id({said}){{{OF_COMMENT}}}"
    if not in_comment:
        field = f"mentioned_media.media_id({said}){{{OF_MEDIA}}}"
    return get(account, account.account_id, fields=field)


def told(event: InboundEvent, body: Json) -> InboundEvent:
    """The event with what Instagram answered to `asked`; a mention without words stays nobody's."""
    mention = body.get("mentioned_comment") or body.get("mentioned_media")
    found = as_object(mention) if mention else body
    words = as_text(found.get("text")) or as_text(found.get("caption"))
    link = as_text(found.get("permalink"))
    named = {"username": found.get("username"), **as_object(found.get("from"))}
    nameless = NAMELESS + str(event.provider_message_id) if words else None
    known = replace(
        event,
        user_id=event.user_id or nameless,
        text=event.text or words,
        occurred_at=_instant(found.get("timestamp")) or event.occurred_at,
        attachments=_link(link) if link else event.attachments,
    )
    return _by(known, named)


def _said(event: InboundEvent, text: str | None) -> InboundEvent:
    """A comment without words (a sticker) says something; a mention's words are asked for."""
    mention = (event.thread or "").startswith(codes.MENTION)
    shown = () if text or mention else (Attachment(kind=AttachmentKind.OTHER, title=NOT_SHOWN),)
    return replace(event, text=text, attachments=shown)


def _by(event: InboundEvent, person: Json) -> InboundEvent:
    """With its author: by id, else by name. What the account itself wrote answers somebody, but
    does not say whom."""
    number, name = as_text(person.get("id")), as_text(person.get("username"))
    if number == event.account_id or as_text(person.get("self_ig_scoped_id")):
        return replace(event, kind=Kind.ECHO, author=Author.HUMAN, user_id=None)
    who = number or (NAMED + name if name else event.user_id)
    facts: Facts = {"contact": ContactHints(name=name)} if name else {}
    return replace(event, user_id=who, **facts)


def _link(address: str) -> tuple[Attachment, ...]:
    return (Attachment(kind=AttachmentKind.LINK, url=address),)


def _instant(value: object) -> datetime | None:
    """`2018-03-20T00:05:29+0000`, as the Graph API writes times; None for anything else."""
    try:
        return datetime.strptime(as_text(value) or "", "%Y-%m-%dT%H:%M:%S%z").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
