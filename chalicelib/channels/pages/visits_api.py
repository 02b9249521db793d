"""Routes of the chat widget before anything is said: how it looks, and who its visitor is."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from chalice.app import Response

from ...platform.clock import zone
from ...platform.control import within_rate
from ...platform.crossing import CrossApi
from ...platform.errors import TooMany
from ...platform.http import Call, Change, Headers
from ...platform.ids import digest
from ...platform.roles import PUBLIC
from ..base import Account
from ..live_chat.hours import is_staffed
from ..vouching import SECRET, is_vouched_for
from ..wire import as_text, as_texts
from . import sites
from .visit_views import NewVisit, SiteView, VisitView
from .visits import STRANGER, VOUCHED, Visit, token_of, visit_of

bp = CrossApi(__name__, sites.chat_allowed)

CHAT = "/live-chat/{site_id}"
#: How long a visitor is remembered who does not come back; a visit is renewed at each coming.
VISIT = timedelta(days=90)
#: Visits that one address may begin in a minute: an office behind one address, not a script.
MOST_VISITS, MINUTE = 30, timedelta(minutes=1)
#: Seconds in which a browser does not ask again: somebody may leave their desk meanwhile.
CACHED = 60

COLOR = re.compile(r"#[0-9a-fA-F]{6}")
LONGEST_TEXT = 300


class TooManyVisits(TooMany):
    retry_after = int(MINUTE.total_seconds())


class NoVisits(sites.SiteNotFound):
    """An account without a secret to sign visits with is no chat."""


@bp.get(CHAT, roles=PUBLIC, returns=SiteView, summary="How the chat of a site looks to a visitor")
def show_chat(call: Call[None], site_id: str) -> Response:
    view = _view(sites.load("live_chat", site_id).account, call.context.now)
    headers: Headers = {"Content-Type": "application/json", "Cache-Control": f"max-age={CACHED}"}
    return Response(body=view.model_dump_json(), headers=headers)


def _view(account: Account, at: datetime) -> SiteView:
    told: Any = account.settings
    color = as_text(told.get("color")) or ""
    return SiteView(
        name=account.account_id,
        staffed=is_staffed(as_texts(told.get("hours")), at.astimezone(zone())),
        vouches=bool(account.secret(SECRET)),
        color=color if COLOR.fullmatch(color) else None,
        title=_text(told.get("title")),
        greeting=_text(told.get("greeting")),
        offline=_text(told.get("offline")),
    )


def _text(value: object) -> str | None:
    text = as_text(value)
    return text[:LONGEST_TEXT] if text else None


@bp.command(
    "POST",
    CHAT + "/visits",
    roles=PUBLIC,
    body=NewVisit,
    returns=VisitView,
    summary="Begin or renew a visit: a token that says who the visitor is",
    replayable=False,
    refuses=(403,),
)
def begin_visit(call: Call[NewVisit], site_id: str) -> Change:
    account = sites.load("live_chat", site_id).account
    address = digest("visits", bp.caller_address())[:32]
    if not within_rate(address, most=MOST_VISITS, window=MINUTE, now=call.context.now):
        raise TooManyVisits
    at = call.context.now
    visit = Visit(visitor=_visitor(call.body, account, at), ends_at=at + VISIT)
    token = token_of(visit, account)
    if token is None:
        raise NoVisits(field="site_id")
    return Change(
        view=VisitView(token=token, vouched=visit.vouched, ends_at=visit.ends_at), writes=[]
    )


def _visitor(wanted: NewVisit, account: Account, at: datetime) -> str:
    """Whom the site names; else who they were, unless the site vouched for them then.

    Who has logged out is a stranger again. Raises `Invalid` for a wrong hash.
    """
    if is_vouched_for(wanted.identifier, wanted.identifier_hash, account):
        return f"{VOUCHED}{wanted.identifier}"
    before = visit_of(wanted.token or "", account, now=at)
    if before is not None and not before.vouched:
        return before.visitor
    return f"{STRANGER}{uuid4().hex}"
