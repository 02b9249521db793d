"""What customers are shown by segment, as staff keep it. Called by `content_api`.

An offer is here only what is told of it, its code and how long it is good; whether anybody
made use of it is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..events.customers import ContentAdded, ContentChanged, ContentRemoved
from ..platform import eventlog, listing, store
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.errors import Conflict, Invalid, NotFound
from ..platform.fact import frozen
from ..platform.pages import Page, PageRequest, page
from ..platform.revision import differing, revise
from .content_model import CONTENTS, SHOWING, Content, Showing, showing_key
from .model import SEGMENTS, Segment

#: So many at once may not have ended: customers' apps are given all that are meant for them.
MOST_SHOWING = 200
OFFER = "offer"
KINDS = ("article", OFFER)


class ContentNotFound(NotFound):
    code, title = "content_not_found", "No such content"


class TooManyContents(Conflict):
    code, title = "too_many_contents", f"{MOST_SHOWING} contents have not ended yet"


@frozen
class Edit:
    """A content as it will be, and the writes that make it so."""

    item: Content
    writes: list[store.Write]


def load(content_id: str) -> Content:
    """The content. Raises `ContentNotFound`."""
    found = store.get(Content, CONTENTS, content_id)
    if found is None:
        raise ContentNotFound(field="content_id")
    return found


def listed(request: PageRequest, *, segment_id: str | None = None) -> Page[Content]:
    """Everything there is, newest first; a segment narrows a page after it was read."""

    def keep(item: Content) -> bool:
        return segment_id is None or item.segment_id == segment_id

    return page(Content, request, CONTENTS, keep=keep)


def create(fields: Mapping[str, Any], context: Context) -> Edit:
    """Something new to be shown. Raises `Invalid` naming the field, `TooManyContents`."""
    item = Content(CONTENTS, context.new_id(), **fields, created_at=iso(context.now), revision=1)
    _check(item, fields)
    _check_room(context)
    return Edit(
        item=item,
        writes=[
            store.put("content", item),
            store.put("showing", _showing(item)),
            eventlog.record(ContentAdded(content_id=item.id), context),
        ],
    )


def change(item: Content, fields: Mapping[str, Any], context: Context) -> Edit:
    """Change what is named. Raises `Invalid` naming the field, `TooManyContents`."""
    changed = differing(item, fields)
    if not changed:
        return Edit(item=item, writes=[])
    before = _showing(item)
    update = revise("content", item, changed)
    _check(item, changed)
    writes = [update]
    after = _showing(item)
    if after.sk != before.sk:
        if before.sk < iso(context.now):  # it had ended, and is shown again
            _check_room(context)
        writes += [store.delete("shown before", before), store.put("showing", after)]
    told = ContentChanged(content_id=item.id, revision=int(item.revision))
    return Edit(item=item, writes=[*writes, eventlog.record(told, context)])


def remove(item: Content, context: Context) -> list[store.Write]:
    """The writes by which nobody is shown it any more."""
    return [
        store.delete("content", item, condition=Content.revision == item.revision),
        store.delete("showing", _showing(item)),
        eventlog.record(ContentRemoved(content_id=item.id), context),
    ]


def _showing(item: Content) -> Showing:
    return Showing(*showing_key(item.id, item.ends_at))


def _check(item: Content, given: Mapping[str, Any]) -> None:
    _check_segment(given.get("segment_id"))
    if item.code is not None and item.kind != OFFER:
        raise Invalid("only an offer has a code", field="code")
    if item.starts_at and item.ends_at and item.starts_at >= item.ends_at:
        raise Invalid("must be after starts_at", field="ends_at")


def _check_segment(segment_id: str | None) -> None:
    if segment_id is not None and store.get(Segment, SEGMENTS, segment_id) is None:
        raise Invalid("no such segment", field="segment_id")


def _check_room(context: Context) -> None:
    later = Showing.sk >= iso(context.now)
    if len(listing.keys(Showing, SHOWING, later, limit=MOST_SHOWING)) >= MOST_SHOWING:
        raise TooManyContents
