"""Routes by which a user of a Zalo Mini App is proved: a session, then their phone.

What Zalo says of a user goes the way of every event (the inbound queue), so that profile,
conversation and phone come about as on any other channel, and a repeated call changes nothing.
What a user may then see is in `customer.own_api`; what they write goes to
`/webhooks/mini_app/{site_id}`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ..channels.flows import Connected
from ..channels.pages import sites
from ..channels.pages.visits import Visit, token_of
from ..conversations import visiting
from ..platform.context import Context
from ..platform.control import within_rate
from ..platform.crossing import CrossApi
from ..platform.errors import TooMany
from ..platform.http import Call, Change
from ..platform.ids import digest
from ..platform.roles import PUBLIC
from .entries import delivery_entry
from .mini_app_views import PhoneCode, PhoneView, SessionView, SignIn
from .webhook import enqueue

if TYPE_CHECKING:
    from ..channels.zalo_mini_app.calls import AppUser

bp = CrossApi(__name__, sites.app_allowed)

APP = "/mini-app/{site_id}"
#: How long a session is good; an access token of Zalo lives no longer.
SESSION = timedelta(hours=1)
#: Of one address in a minute: each asks Zalo. Phones of one carrier share addresses.
MOST_ASKED, MINUTE = 60, timedelta(minutes=1)


class TooManySessions(TooMany):
    retry_after = int(MINUTE.total_seconds())


class NoSessions(sites.SiteNotFound):
    """An account without a secret to sign sessions with is no app."""


@bp.command(
    "POST",
    APP + "/session",
    roles=PUBLIC,
    body=SignIn,
    returns=SessionView,
    summary="Prove the user of a mini app by their access token, and begin a session",
    replayable=False,
    refuses=(401, 403),
)
def begin_session(call: Call[SignIn], site_id: str) -> Change:
    from ..channels import app_users

    connected = sites.load("mini_app", site_id)
    _limit(call.context)
    user = app_users.prove(connected, call.body.access_token)
    ends_at = call.context.now + SESSION
    token = token_of(Visit(visitor=user.id, ends_at=ends_at), connected.account)
    if token is None:
        raise NoSessions(field="site_id")
    _tell(connected, user, call.context)
    return Change(view=SessionView(token=token, ends_at=ends_at, name=user.name), writes=[])


@bp.command(
    "POST",
    APP + "/phone",
    roles=PUBLIC,
    body=PhoneCode,
    returns=PhoneView,
    summary="Prove the phone of a session's user by the code of getPhoneNumber",
    replayable=False,
    refuses=(401, 403),
)
def prove_phone(call: Call[PhoneCode], site_id: str) -> Change:
    from ..channels import app_users

    given = call.body
    visitor = visiting.load("mini_app", site_id, given.token, now=call.context.now)
    connected = sites.load("mini_app", site_id)
    _limit(call.context)
    user, phone = app_users.phone_of(connected, visitor.user_id, given.access_token, given.code)
    _tell(connected, user, call.context, phone=phone)
    return Change(view=PhoneView(phone=phone), writes=[])


def _limit(context: Context) -> None:
    address = digest("mini app", bp.caller_address())[:32]
    if not within_rate(address, most=MOST_ASKED, window=MINUTE, now=context.now):
        raise TooManySessions


def _tell(
    connected: Connected, user: AppUser, context: Context, *, phone: str | None = None
) -> None:
    """Queue what was proved, before anybody is told that it was."""
    from ..channels.zalo_mini_app.adapter import PROVIDER, proved

    event = proved(connected.account, user, phone=phone)
    entry = delivery_entry(PROVIDER.name, event, connected.account.id, context, variant="zalo")
    enqueue(PROVIDER, [entry], context)
