"""Routes by which a user of a mini app sees and adds to what is theirs.

They are asked with a session's token and never with an id of anything: whose is decided by the
token alone. A customer who is one with others (a merge) sees what is listed under who stands for
them, the same as staff do; parted again they see their own.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel

from ..channels.pages import sites
from ..channels.zalo_mini_app.codes import SOURCE
from ..commerce import behaviours, items, orders
from ..commerce.behaviours import Seen
from ..commerce.order_views import OwnedItemView
from ..commerce.people import listed_under
from ..conversations import visiting
from ..conversations.visiting import Visitor
from ..platform.batches import BatchResult, RowResult, answered
from ..platform.crossing import CrossApi
from ..platform.http import Call, Change, PageView
from ..platform.pages import Page, PageRequest, page
from ..platform.roles import PUBLIC
from ..platform.store import Item
from ..profiles import consent, rights
from ..profiles.consent import Stated
from ..profiles.consent_rules import State
from ..profiles.family import ProfileIsErased
from ..tickets.model import Ticket
from .own_views import (
    OwnBehaviours,
    OwnConsent,
    OwnConsentView,
    OwnList,
    OwnOrderView,
    OwnTicketView,
)

bp = CrossApi(__name__, sites.app_allowed)

APP = "/mini-app/{site_id}"
REFUSES = (401, 403)

I = TypeVar("I", bound=Item)  # noqa: E741


@bp.command(
    "POST",
    APP + "/tickets",
    roles=PUBLIC,
    body=OwnList,
    returns=PageView[OwnTicketView],
    summary="The requests of a mini app's user, newest first",
    replayable=False,
    refuses=REFUSES,
)
def fetch_own_tickets(call: Call[OwnList], site_id: str) -> Change:
    return _listed(call, site_id, _tickets, OwnTicketView.of)


@bp.command(
    "POST",
    APP + "/orders",
    roles=PUBLIC,
    body=OwnList,
    returns=PageView[OwnOrderView],
    summary="The orders of a mini app's user, newest first",
    replayable=False,
    refuses=REFUSES,
)
def fetch_own_orders(call: Call[OwnList], site_id: str) -> Change:
    return _listed(call, site_id, orders.of_profile, OwnOrderView.of)


@bp.command(
    "POST",
    APP + "/items",
    roles=PUBLIC,
    body=OwnList,
    returns=PageView[OwnedItemView],
    summary="What a mini app's user owns, with the end of its warranty, newest first",
    replayable=False,
    refuses=REFUSES,
)
def fetch_own_items(call: Call[OwnList], site_id: str) -> Change:
    return _listed(call, site_id, items.of_profile, OwnedItemView.of)


def _tickets(request: PageRequest, profile_id: str) -> Page[Ticket]:
    return page(Ticket, request, profile_id, index=Ticket.by_profile)


def _listed(
    call: Call[OwnList],
    site_id: str,
    look: Callable[[PageRequest, str], Page[I]],
    shown: Callable[[I], BaseModel],
) -> Change:
    visitor = _visitor(call, site_id)
    whose = listed_under(visiting.customer_of(visitor))
    # A cursor is good for its list and its user alone.
    scope = json.dumps([call.route, visitor.account_id, visitor.user_id])
    request = PageRequest(scope=scope, limit=call.body.limit, cursor=call.body.cursor)
    found = look(request, whose)
    view: PageView[Any] = PageView[Any](
        items=[shown(one) for one in found.items], next_cursor=found.next_cursor
    )
    return Change(view=view, writes=[])


@bp.command(
    "POST",
    APP + "/behaviours",
    roles=PUBLIC,
    body=OwnBehaviours,
    returns=BatchResult,
    summary="What a user did in a mini app; refused row by row where tracking was not agreed to",
    replayable=False,
    refuses=(*REFUSES, 410),
)
def add_own_behaviours(call: Call[OwnBehaviours], site_id: str) -> Change:
    profile_id = visiting.customer_of(_visitor(call, site_id))
    told = [Seen(**{**row.model_dump(), "source": SOURCE}) for row in call.body.items]
    kept, refused = behaviours.take(profile_id, dict(enumerate(told)), call.context)
    taken = [RowResult(index=number, result="kept", id=one) for number, one in kept.items()]
    return Change(view=answered(taken, refused), writes=[])


@bp.command(
    "POST",
    APP + "/consents",
    roles=PUBLIC,
    body=OwnConsent,
    returns=OwnConsentView,
    summary="What a mini app's user agrees to, or no longer does",
    replayable=False,
    refuses=(*REFUSES, 410),
)
def state_own_consent(call: Call[OwnConsent], site_id: str) -> Change:
    profile_id = visiting.customer_of(_visitor(call, site_id))
    made = call.body
    stated = Stated(
        purpose=made.purpose,
        channel=None,
        state=State.GRANTED if made.granted else State.WITHDRAWN,
        at=call.context.now,
        source="app",
        wording=made.wording,
    )
    item, writes = consent.record_one(profile_id, stated, call.context)
    alive = rights.alive(profile_id, ProfileIsErased(field="token"))
    view = OwnConsentView(purpose=item.purpose, granted=made.granted, at=item.at)
    return Change(view=view, writes=[alive, *writes])


def _visitor(call: Call[Any], site_id: str) -> Visitor:
    return visiting.load("mini_app", site_id, call.body.token, now=call.context.now)
