"""What a provider says of the account itself: our access to it ends, or has ended; how many
templates it may send in a day.

Called by `intake.flows` for `Kind.ACCOUNT`. Replies of an account without access wait until a
person has connected it again (`channels.flows.needs_reconnect`).
"""

from __future__ import annotations

from ..channels import flows as accounts
from ..channels import health, registry, tokens
from ..channels.event import Access
from ..channels.flows import Connected
from ..channels.model import LIVE
from ..platform.clock import iso, parse
from ..platform.context import Context
from .work import Work

ENDED = "Chủ gian hàng đã hủy quyền truy cập của ứng dụng"


def heard(work: Work) -> None:
    """Mark an account whose access has ended, keep when it will end, or renew in time.

    A repeated or late push changes nothing once other credentials were stored, nor does one
    that speaks of an earlier token than we have.
    """
    access, connected = work.event.access, work.connected
    if work.event.daily_quota is not None:
        health.quota_changed(connected.account.id, work.event.daily_quota, at=work.at)
    if access is None or _of_an_earlier_token(access, work) or _of_before(access, work):
        return
    if access.ends is None or access.ends <= work.context.now:
        accounts.needs_reconnect(
            connected, code=access.code, reason=ENDED, context=work.context, once=_once(work)
        )
    elif access.renewable and _renewable(connected, work.context):
        accounts.renew(connected, work.context)
    else:
        _will_end(connected, access, work.context)


def _of_before(access: Access, work: Work) -> bool:
    """Whether our access had ended before we were given the one we have: the owner agreed again,
    and the push comes late. One that names no time of its own is of now."""
    said_at = work.event.occurred_at
    if access.ends is not None or said_at is None:
        return False
    item = tokens.find(work.connected.account.id)
    since = None if item is None else item.access_since
    return since is not None and said_at < parse(since).replace(microsecond=0)  # they tell seconds


def _of_an_earlier_token(access: Access, work: Work) -> bool:
    """Whether what is said to end was renewed since: our token ends later."""
    if not access.renewable or access.ends is None:
        return False
    item = tokens.find(work.connected.account.id)
    ours = None if item is None else item.token_expires_at
    return ours is not None and ours > iso(access.ends)


def _once(work: Work) -> str:
    """What names this push: told again after the account came back, it says nothing new."""
    return f"{work.connected.account.id}#{work.event.event_key}"


def _renewable(connected: Connected, context: Context) -> bool:
    account = connected.account
    chosen = registry.adapter(account.channel, account.provider)
    able = chosen is not None and chosen.refresh_request(account, now=context.now) is not None
    return able and connected.mode == LIVE


def _will_end(connected: Connected, access: Access, context: Context) -> None:
    item = tokens.find(connected.account.id)
    if item is not None and access.ends is not None:
        tokens.warn(item, access.ends, code=access.code, context=context)
        accounts.forget()
