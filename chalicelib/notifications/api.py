"""Routes of notifications: an agent's own feed and preferences, and what pushes go out by."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..platform.errors import NotFound
from ..platform.http import Api, Call, Change, Fresh, PageView, check_revision
from ..platform.pages import PageRequest
from ..platform.roles import MANAGERS, STAFF
from . import flows, standing, wording
from .views import (
    CountView,
    FeedQuery,
    NotificationView,
    PreferencesBody,
    PreferencesView,
    ReadAllView,
    SendersBody,
    SendersView,
    UntilBody,
)

bp = Api(__name__)


def _own(call: Call[Any]) -> str:
    """The caller's own agent. Raises `NotFound` for a token of nobody."""
    if call.principal.agent_id is None:
        raise NotFound("this token belongs to no agent")
    return call.principal.agent_id


@bp.get(
    "/notifications",
    roles=STAFF,
    returns=PageView[NotificationView],
    query=FeedQuery,
    summary="What the caller was told, newest first; `unread` for what they have not read",
    refuses=(404,),
)
def list_notifications(call: Call[None]) -> PageView[NotificationView]:
    agent_id, unread = _own(call), call.query.unread
    found = flows.feed(_page(call, agent_id), agent_id, unread=unread, now=call.context.now)
    called = wording.names(found.items)
    items = [NotificationView.of(item, called) for item in found.items]
    return PageView[NotificationView](items=items, next_cursor=found.next_cursor)


def _page(call: Call[Any], agent_id: str) -> PageRequest:
    """A cursor of one agent's feed leads nowhere in another's."""
    request = call.page()
    return replace(request, scope=f"{request.scope} {agent_id}")


@bp.get(
    "/notifications/count",
    roles=STAFF,
    returns=CountView,
    summary="How many notifications the caller has not read",
    refuses=(404,),
)
def count_notifications(call: Call[None]) -> CountView:
    unread, more = flows.unread(_own(call), call.context.now)
    return CountView(unread=unread, more=more)


@bp.command(
    "POST",
    "/notifications/{notification_id}/read",
    roles=STAFF,
    returns=NotificationView,
    summary="Read a notification; again changes nothing",
)
def read_notification(call: Call[None], notification_id: str) -> Change:
    item, writes = flows.read(_own(call), notification_id, call.context)
    return Change(view=NotificationView.of(item, wording.names([item])), writes=writes)


@bp.command(
    "POST",
    "/notifications/read-all",
    roles=STAFF,
    body=UntilBody,
    returns=ReadAllView,
    summary="Read everything the caller was told before a moment, up to 1000 at once",
    refuses=(404,),
)
def read_all_notifications(call: Call[UntilBody]) -> Change:
    agent_id = _own(call)
    until = call.body.until or call.context.now
    done, more = flows.read_all(agent_id, until, call.context)
    return Change(view=ReadAllView(read=done, more=more), writes=[])


@bp.get(
    "/notifications/preferences",
    roles=STAFF,
    returns=PreferencesView,
    summary="Where each kind of notification goes for the caller, and when nothing is pushed",
    refuses=(404,),
)
def read_preferences(call: Call[None]) -> Fresh:
    wants, revision = standing.preferences(_own(call))
    return Fresh(view=PreferencesView.of(wants, revision), revision=revision)


@bp.command(
    "PUT",
    "/notifications/preferences",
    roles=STAFF,
    body=PreferencesBody,
    returns=PreferencesView,
    summary="Replace the caller's preferences",
    locks=True,
    refuses=(404,),
)
def replace_preferences(call: Call[PreferencesBody]) -> Change:
    agent_id = _own(call)
    _, revision = standing.preferences(agent_id)
    check_revision(call, revision)
    wants = call.body.checked()
    return Change(
        view=PreferencesView.of(wants, revision + 1),
        writes=standing.prefer(agent_id, wants, revision, call.context),
        revision=revision + 1,
        after=standing.forget,
    )


@bp.get(
    "/notifications/senders",
    roles=MANAGERS,
    returns=SendersView,
    summary="The accounts that e-mails and Zalo messages to agents go out by",
)
def read_senders(call: Call[None]) -> Fresh:
    found = standing.senders(fresh=True)
    return Fresh(view=SendersView.of(found), revision=found.revision)


@bp.command(
    "PUT",
    "/notifications/senders",
    roles=MANAGERS,
    body=SendersBody,
    returns=SendersView,
    summary="Say by which accounts agents are written to",
    locks=True,
)
def replace_senders(call: Call[SendersBody]) -> Change:
    now = standing.senders(fresh=True)
    check_revision(call, now.revision)
    given = call.body.checked()
    view = SendersView(**given, revision=now.revision + 1)
    return Change(
        view=view,
        writes=standing.send_by(given, now, call.context),
        revision=now.revision + 1,
        after=standing.forget,
    )
