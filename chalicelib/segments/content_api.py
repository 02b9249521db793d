"""Routes by which staff keep what customers are shown by segment."""

from __future__ import annotations

from typing import Any

from ..platform.http import Api, Call, Change, Fresh, PageView, check_revision
from ..platform.roles import EVERYONE, MANAGERS
from . import contents, offered
from .content_views import ContentChange, ContentNew, ContentQuery, ContentView, told
from .contents import Edit

bp = Api(__name__)


@bp.get(
    "/contents",
    roles=EVERYONE,
    returns=PageView[ContentView],
    query=ContentQuery,
    summary="Contents and offers for customers, newest first; segment_id narrows a page",
)
def list_contents(call: Call[None]) -> PageView[ContentView]:
    found = contents.listed(call.page(), segment_id=call.query.segment_id)
    items = [ContentView.of(item, call.context.now) for item in found.items]
    return PageView[ContentView](items=items, next_cursor=found.next_cursor)


@bp.command(
    "POST",
    "/contents",
    roles=MANAGERS,
    body=ContentNew,
    returns=ContentView,
    status=201,
    summary="Show customers something, all or those of a segment; in a minute at the latest",
)
def add_content(call: Call[ContentNew]) -> Change:
    edit = contents.create(told(call.body, unset=True), call.context)
    return _changed(call, edit)


@bp.get("/contents/{content_id}", roles=EVERYONE, returns=ContentView, summary="One content")
def read_content(call: Call[None], content_id: str) -> Fresh:
    item = contents.load(content_id)
    return Fresh(view=ContentView.of(item, call.context.now), revision=int(item.revision))


@bp.command(
    "PATCH",
    "/contents/{content_id}",
    roles=MANAGERS,
    body=ContentChange,
    returns=ContentView,
    summary="Change what is shown, to whom, or for how long",
    locks=True,
)
def change_content(call: Call[ContentChange], content_id: str) -> Change:
    item = contents.load(content_id)
    check_revision(call, int(item.revision))
    return _changed(call, contents.change(item, told(call.body, unset=False), call.context))


@bp.command(
    "DELETE",
    "/contents/{content_id}",
    roles=MANAGERS,
    returns=ContentView,
    summary="Show it to nobody any more",
    locks=True,
)
def remove_content(call: Call[None], content_id: str) -> Change:
    item = contents.load(content_id)
    check_revision(call, int(item.revision))
    return _changed(call, Edit(item=item, writes=contents.remove(item, call.context)))


def _changed(call: Call[Any], edit: Edit) -> Change:
    view = ContentView.of(edit.item, call.context.now)
    revision = int(edit.item.revision)
    return Change(view=view, writes=edit.writes, revision=revision, after=offered.forget)
