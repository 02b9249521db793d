"""Connected accounts as other slices use them: looked up, sent from, their tokens kept alive.

`intake` asks `accounts_of`, `conversations` asks `account`, `equipped`, `record_send`, `renew` and
`needs_reconnect`, `channels.jobs` asks `renew_due`. How accounts are made and changed:
`channels.connections`.

A refresh token of Zalo works once (channels.md §2.3), so a renewal holds a lock on the
account and stores the new pair before anybody may use it. What cannot be prevented: a process
killed between the provider's answer and the store takes the new pair with it. It is seen: the
account stays due, the lock runs out (metric `account_token_lock_expired`), the next attempt
gets the provider's refusal, and the account needs to be reconnected (`account_token_failed`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from time import sleep
from typing import NoReturn

from ..platform import listing, store
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.due import due
from ..platform.errors import AppError, Transient
from ..platform.fact import frozen
from ..platform.log import count, logger
from ..platform.remembered import Remembered
from . import health, outside, registry, rules, tokens
from .base import Account, Adapter
from .model import (
    CONNECTED,
    DISCONNECTED,
    LIVE,
    NEEDS_RECONNECT,
    SANDBOX,
    ChannelAccount,
    OutboxItem,
    account_id_of,
    outbox_key,
    sent_to,
)
from .sending import HttpRequest, RefreshFailed

#: Seconds before each attempt to store a new pair.
STORE_PAUSES = (0.0, 0.2, 0.5, 1.0, 2.0, 4.0)
FRESH_SECONDS = 1.0
#: Characters of a request that a sandbox account keeps: files may go in it as their bytes.
LONGEST_SHOWN = 90_000
#: More than one run of the schedule has the time for; the rest waits for the next.
MOST_RENEWALS = 500

#: Why an account needs to be reconnected, for the people who see its state.
NO_REFRESH_TOKEN = "Chưa có refresh token để gia hạn mã truy cập"
FOREIGN = "Địa chỉ gia hạn trong cấu hình không thuộc nhà cung cấp"
REFUSED = "Nhà cung cấp từ chối gia hạn mã truy cập"
NOT_STORED = "Không lưu được mã truy cập mới vừa nhận, mã cũ đã hết hiệu lực"


class RenewalUnderWay(Transient):
    code, title = "renewal_under_way", "The access token is being renewed"


class RenewalDelayed(Transient):
    code, title = "renewal_delayed", "The provider did not renew the access token now"


@frozen
class Connected:
    """A connected account: what the channel needs of it, and what we know beside."""

    account: Account
    mode: str
    state: str
    team_id: str | None
    branch: str | None
    name: str
    disabled: bool = False  # by people, for a while: nothing in, nothing out


# ------------------------------------------------------------------ looking up

_by_provider: Remembered[list[Connected]] = Remembered(60)
_by_id: Remembered[Connected] = Remembered(30)
_reloading = threading.Lock()


def forget() -> None:
    """Drop what this process remembers, so that a change counts here at once."""
    _by_provider.forget()
    _by_id.forget()
    health.forget()


def accounts_of(provider: str, *, fresh: bool = False) -> list[Connected]:
    """Every account behind `/webhooks/{provider}` that is not disconnected.

    One index query, remembered for a minute. `fresh` looks again, but at most once a second in
    a process, so that requests with a bad signature cannot make it read without bound.
    """
    if not fresh:
        return list(_by_provider.get(provider, lambda: _load(provider)) or ())
    with _reloading:
        if _by_provider.age(provider) < FRESH_SECONDS:
            return accounts_of(provider)
        return list(_by_provider.renew(provider, lambda: _load(provider)) or ())


def is_connected(channel: str, account_id: str) -> bool:
    """Whether there is an account of a channel with this id of its provider's."""
    carrying = registry.adapters(channel)
    known = (one.account for provider in carrying for one in accounts_of(provider))
    return any(one.channel == channel and one.account_id == account_id for one in known)


def _load(provider: str) -> list[Connected]:
    found = listing.entries(ChannelAccount.by_provider, provider)
    return [_connected(item) for item in found if item.state != DISCONNECTED]


def account(account_id: str, *, fresh: bool = False) -> Connected | None:
    """An account by our id; None when there is none or it is disconnected.

    Remembered for half a minute unless `fresh`.
    """
    look = _by_id.renew if fresh else _by_id.get
    return look(account_id, lambda: _look_up(account_id))


def _look_up(account_id: str) -> Connected | None:
    item = tokens.find(account_id)
    return None if item is None or item.state == DISCONNECTED else _connected(item)


def _connected(item: ChannelAccount) -> Connected:
    return Connected(
        account=Account(
            id=item.id,
            provider=item.provider,
            channel=item.channel,
            account_id=item.account_id,
            credentials=tokens.opened(item),
            settings=item.settings or {},
        ),
        mode=item.mode,
        state=item.state,
        team_id=item.team_id,
        branch=item.branch,
        name=item.name,
        disabled=bool(item.disabled),
    )


# ------------------------------------------------------------- the sandbox


def record_send(
    connected: Connected,
    *,
    message_id: str,
    part: int,
    request: HttpRequest,
    profile_id: str | None,
    now: datetime,
) -> None:
    """Keep what a sandbox account would have sent; the same part again changes nothing.

    `profile_id`: the customer it is meant for; None: one of us. What of the account is secret
    is left out of it.
    """
    item = OutboxItem(
        outbox_key(connected.account.id),
        f"{message_id}#{part:03d}",
        listing=None if profile_id is None else sent_to(profile_id),
        listed_at=iso(now),
        method=request.method,
        url=rules.shown_url(request.url, connected.account.credentials),
        headers=rules.shown_headers(request.headers, connected.account.credentials),
        body=rules.shown_body(request.body, connected.account.credentials)[:LONGEST_SHOWN],
        at=iso(now),
    )
    try:
        store.commit([store.put("outbox", item)])
    except store.ConditionFailed:
        return  # the same part, sent again


# ---------------------------------------------------------------- renewing


def equipped(connected: Connected, chosen: Adapter) -> Account:
    """The account with what it sends with: nothing leaves the machine from a sandbox one, so it
    needs no credentials of its own."""
    account = connected.account
    if connected.mode != SANDBOX:
        return account
    return replace(account, credentials={**chosen.sandbox_credentials, **account.credentials})


def renew(connected: Connected, context: Context) -> Connected:
    """Renew the access token of an account; returns the account with the new token.

    `connected` is what the caller has been using: when the stored tokens are other ones by now,
    those are returned and the provider is not asked. A sandbox account is returned as it is.
    Raises `RenewalUnderWay` while another process renews it, `RenewalDelayed` when the provider
    did not answer or failed for now, `RefreshFailed` (permanent) when a person has to reconnect.
    """
    item = _standing(connected.account.id)
    current = _connected(item)
    if item.mode != LIVE or rules.tokens(current.account) != rules.tokens(connected.account):
        return _remembered_anew(current)
    adapter = registry.adapter(item.channel, item.provider)
    asking = None if adapter is None else adapter.refresh_request
    request = None if asking is None else asking(current.account, now=context.now)
    if adapter is None or request is None:
        return _refused(item, NO_REFRESH_TOKEN, context)
    if not rules.may_be_called(request.url, adapter.hosts):
        return _refused(item, FOREIGN, context)
    owner = context.new_id()
    if not tokens.lock(item, owner, context.now):
        return _renewed_by_another(item)
    answer = outside.call(adapter, request)
    try:
        pair = adapter.refreshed(answer, now=context.now)
    except RefreshFailed as error:
        if error.permanent:
            return _refused(item, f"{REFUSED}: {error.detail}", context)
        tokens.release(item, owner, context.now)
        raise RenewalDelayed(error.detail) from error
    return _keep(item, pair, context)


def _standing(account_id: str) -> ChannelAccount:
    """The account, fit to be renewed. Raises `RefreshFailed` when only a person can help."""
    item = tokens.find(account_id)
    if item is None or item.state == DISCONNECTED:
        raise RefreshFailed("the account is disconnected", permanent=True)
    if item.state == NEEDS_RECONNECT:
        raise RefreshFailed(item.state_reason or "needs to be reconnected", permanent=True)
    return item


def _remembered_anew(current: Connected) -> Connected:
    _by_provider.forget()
    _by_id.renew(current.account.id, lambda: current)
    return current


def _renewed_by_another(item: ChannelAccount) -> Connected:
    """The account with the tokens somebody else stored. Raises `RenewalUnderWay` until then."""
    current = _connected(_standing(item.id))
    if rules.tokens(current.account) == rules.tokens(_connected(item).account):
        raise RenewalUnderWay
    return _remembered_anew(current)


def _keep(item: ChannelAccount, pair: Mapping[str, str], context: Context) -> Connected:
    """Store the new pair, as often as it takes within a few seconds: the old one is spent.

    The write is guarded by the sealed value as read, not by the lock: a pair that works must
    be kept even if the lock ran out meanwhile. When the credentials were changed beside us,
    the pair goes on top of them, unless the tokens themselves are other ones by now: then
    they are newer (a person's, or this very pair, stored by an attempt we took for failed).
    """
    latest: ChannelAccount | None = item
    for pause in STORE_PAUSES:
        try:
            if pause:
                sleep(pause)
                latest = tokens.find(item.id)
            if latest is None or _other_tokens(latest, item):
                break
            tokens.store_pair(latest, pair, context)
            break
        except AppError as error:
            logger.warning("new token not stored", extra={"account": item.id, "code": error.code})
    else:
        _lost(item, context)
    return _remembered_anew(_connected(_standing(item.id)))


def _other_tokens(latest: ChannelAccount, spent: ChannelAccount) -> bool:
    return rules.tokens(_connected(latest).account) != rules.tokens(_connected(spent).account)


# ----------------------------------------------------- when it cannot be renewed


def _marked(
    item: ChannelAccount, *, code: str, reason: str, context: Context, once: str | None = None
) -> bool:
    done = tokens.mark(item, code=code, reason=reason, context=context, once=once)
    forget()
    return done


def needs_reconnect(
    connected: Connected, *, code: str, reason: str, context: Context, once: str | None = None
) -> None:
    """Say that the provider no longer takes an account's credentials; again changes nothing.

    Nor does it when other credentials were stored since the caller got its own: a refusal of
    the old ones says nothing about them. `code` goes into the event, `reason` is for people.
    `once` names what told us: told again after the account came back it changes nothing.
    """
    item = tokens.find(connected.account.id)
    if item is None or item.state != CONNECTED:
        return
    used = {name: tuple(values) for name, values in connected.account.credentials.items()}
    if used == dict(tokens.opened(item)):
        _marked(item, code=code, reason=reason, context=context, once=once)


def _refused(item: ChannelAccount, reason: str, context: Context) -> Connected:
    """Mark a final refusal and raise it, unless somebody has stored other tokens meanwhile."""
    if _marked(item, code="refresh_refused", reason=reason, context=context):
        raise RefreshFailed(reason, permanent=True)
    return _renewed_by_another(item)


def _lost(item: ChannelAccount, context: Context) -> NoReturn:
    """The old token is spent and the new one could not be stored: say it as loudly as we can."""
    try:
        marked = _marked(item, code="token_not_stored", reason=NOT_STORED, context=context)
    except Transient:
        marked = False
    if not marked:
        logger.error("new token lost, not even marked", extra={"account": item.id})
        count("account_token_failed")
    raise RefreshFailed(NOT_STORED, permanent=True)


# ------------------------------------------------------------- by the clock


def renew_due(begin: Callable[[], Context]) -> dict[str, int]:
    """Renew every token that is due, each by itself: one that fails does not hold back the rest.

    `begin` gives each account its own context, so that a lock lasts from its own start.
    Returns how many were renewed, and how many failed.
    """
    did = {"renewed": 0, "failed": 0, "no_longer_due": 0}
    for pk, _ in due(ChannelAccount.by_due, now=begin().now, most=MOST_RENEWALS):
        did[_renew_if_due(account_id_of(pk), begin())] += 1
    return did


def _is_due(item: ChannelAccount, now: datetime) -> bool:
    """Whether the item itself agrees with the index, which may lag behind it."""
    return item.mode == LIVE and item.due_at is not None and item.due_at <= iso(now)


def _renew_if_due(account_id: str, context: Context) -> str:
    try:
        item = tokens.find(account_id)
        if item is None or not _is_due(item, context.now):
            return "no_longer_due"
        renew(_connected(item), context)
    except AppError as error:
        logger.warning("token not renewed", extra={"account": account_id, "code": error.code})
        return "failed"
    return "renewed"
