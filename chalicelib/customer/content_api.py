"""Routes by which a mini app and a site's chat fetch what their user is shown of contents.

Of whom the page's token proves, what is for their segments too; of a stranger, what is for
everybody. Who has refused advertising is shown what is for everybody as well: what is for a
segment is chosen by what we know of them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from ..channels.pages import sites
from ..channels.pages.visits import VOUCHED
from ..commerce.people import listed_under
from ..conversations import visiting
from ..conversations.visiting import NotKnownYet, Visitor
from ..platform.crossing import CrossApi
from ..platform.http import Call, Change, OneOf, View
from ..platform.roles import PUBLIC
from ..profiles import consent
from ..segments import offered
from ..segments.content_model import Content
from ..segments.content_views import LANGUAGES, ShownView
from .own_views import Token

bp = CrossApi(__name__, sites.app_allowed)
chats = CrossApi(f"{__name__}.chats", sites.chat_allowed)

PURPOSE = "marketing"
REFUSES = (401, 403)


class ContentsAsked(View):
    """`token`: of the session or visit."""

    token: Token
    language: Annotated[str, OneOf(LANGUAGES)] = "vi"


class ContentsView(View):
    """Everything to be shown now, the most important first."""

    items: list[ShownView]


@bp.command(
    "POST",
    "/mini-app/{site_id}/contents",
    roles=PUBLIC,
    body=ContentsAsked,
    returns=ContentsView,
    summary="The contents and offers for a mini app's user",
    replayable=False,
    refuses=REFUSES,
)
def fetch_app_contents(call: Call[ContentsAsked], site_id: str) -> Change:
    visitor = visiting.load("mini_app", site_id, call.body.token, now=call.context.now)
    return _shown(_for(visitor, "zalo_mini_app", call.context.now), call)


@chats.command(
    "POST",
    "/live-chat/{site_id}/contents",
    roles=PUBLIC,
    body=ContentsAsked,
    returns=ContentsView,
    summary="The contents and offers for a visitor of a site",
    replayable=False,
    refuses=REFUSES,
)
def fetch_site_contents(call: Call[ContentsAsked], site_id: str) -> Change:
    at = call.context.now
    visitor = visiting.load("live_chat", site_id, call.body.token, now=at)
    if not visitor.user_id.startswith(VOUCHED):
        return _shown(offered.to_everybody(at), call)
    return _shown(_for(visitor, "live_chat", at), call)


def _for(visitor: Visitor, channel: str, at: datetime) -> list[Content]:
    try:
        profile_id = visiting.customer_of(visitor)
    except NotKnownYet:
        return offered.to_everybody(at)
    if consent.refused(profile_id, PURPOSE, channel):
        return offered.to_everybody(at)
    return offered.to_customer(listed_under(profile_id), at)


def _shown(found: list[Content], call: Call[ContentsAsked]) -> Change:
    items = [ShownView.of(one, call.body.language) for one in found]
    return Change(view=ContentsView(items=items), writes=[])
