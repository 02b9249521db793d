"""Connecting, changing and disconnecting channel accounts; called by `channels.api` alone.

Every function returns the account as it will be and the writes that make it so.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from secrets import token_hex
from typing import Any

from pynamodb.expressions.condition import Condition

from ..events.channels import AccountChanged, AccountConnected
from ..platform import eventlog, secrets, store
from ..platform.clock import iso, parse
from ..platform.context import Context
from ..platform.errors import Conflict, Invalid, NotFound
from ..platform.ids import derived_id
from ..platform.pages import Page, PageRequest, page
from . import pulls, registry, rules, tokens
from .base import Account, Adapter
from .model import (
    CONNECTED,
    DISCONNECTED,
    INCOMPLETE,
    LISTING,
    LIVE,
    NEEDS_RECONNECT,
    ONLY,
    ChannelAccount,
    OutboxItem,
    account_key,
    outbox_key,
)

Changed = tuple[ChannelAccount, list[store.Write]]

#: Why an account is incomplete, for the people who see its state.
MISSING = "Webhook sẽ bị từ chối cho đến khi có thông tin xác thực: {names}"

#: Attributes that follow from others: events name what a person would recognise.
_FOLLOW = frozenset(
    {
        *("credential_names", "state_reason", "access_ends_at", "access_since"),
        *("due_shard", "due_at"),
    }
)
_NAMED = {"sealed": "credentials"}
_ENDS_WITH_CREDENTIALS = (
    "sealed",
    "credential_names",
    "state_reason",
    "token_expires_at",
    "access_ends_at",
    "access_since",
    "disabled",
    "lock_owner",
    "lock_until",
    "due_shard",
    "due_at",
)


def existing(account_id: str) -> ChannelAccount:
    """The item of an account, also of a disconnected one. Raises `NotFound`."""
    item = tokens.find(account_id) if rules.is_id(account_id) else None
    if item is None:
        raise NotFound("no such channel account")
    return item


def listed(
    request: PageRequest, *, provider: str | None, channel: str | None
) -> Page[ChannelAccount]:
    """A page of all accounts, newest first; or of one provider's or channel's, in no order."""
    if channel is not None:
        carrying = registry.adapters(channel)
        if provider not in (None, *carrying) or not carrying:
            return Page(items=[])
        if len(carrying) == 1:
            provider = next(iter(carrying))

    def wanted(item: ChannelAccount) -> bool:
        return channel in (None, item.channel)

    if provider is None:
        by_listing = ChannelAccount.by_listing
        return page(ChannelAccount, request, LISTING, index=by_listing, keep=wanted)
    return page(ChannelAccount, request, provider, index=ChannelAccount.by_provider, keep=wanted)


def outbox(item: ChannelAccount, request: PageRequest) -> Page[OutboxItem]:
    """What a sandbox account has sent, newest message first."""
    return page(OutboxItem, request, outbox_key(item.id))


def connect(wanted: Mapping[str, Any], context: Context) -> Changed:
    """A new account, or a disconnected one that comes back under its id.

    `wanted` has the fields of `views.NewAccount`. Raises `Invalid`, or `Conflict` when this
    provider account is connected already.
    """
    adapter = _chosen(wanted["channel"], wanted.get("provider"))
    account_id = derived_id("account", adapter.channel, wanted["account_id"])
    before = tokens.find(account_id)
    if before is not None and before.state != DISCONNECTED:
        raise Conflict("this account is connected already", field="account_id")
    item = _new_item(adapter, wanted["account_id"], before, context)
    _apply(item, _edits(item, wanted, context))
    event = AccountConnected(account=account_id, channel=adapter.channel)
    return item, [
        # No error of its own: a refusal runs the request again, which finds the other's account.
        store.put("account", item, condition=None if before is None else _as_read(before)),
        eventlog.record(event, context),
        *pulls.follow(item, now=context.now),
    ]


def _chosen(channel: str, provider: str | None) -> Adapter:
    """How the new account is carried. Raises `Invalid` when that is not said, or cannot be."""
    carrying = registry.adapters(channel)
    if not carrying:
        raise Invalid(f"one of {', '.join(registry.CHANNELS)}", field="channel")
    alone = next(iter(carrying.values())) if len(carrying) == 1 else None
    chosen = alone if provider is None else carrying.get(provider)
    if chosen is None:
        raise Invalid(f"one of {', '.join(carrying)}", field="provider")
    return chosen


def _new_item(
    adapter: Adapter, account_id: str, before: ChannelAccount | None, context: Context
) -> ChannelAccount:
    our_id = derived_id("account", adapter.channel, account_id)
    made = iso(context.now) if before is None else before.created_at
    return ChannelAccount(
        account_key(our_id),
        ONLY,
        provider=adapter.provider,
        channel=adapter.channel,
        account_id=account_id,
        state=CONNECTED,
        listing=LISTING,
        listed_at=f"{made}#{our_id}",
        created_at=made,
        revision=1 if before is None else int(before.revision) + 1,
    )


def change(item: ChannelAccount, wanted: Mapping[str, Any], context: Context) -> Changed:
    """An account with some fields changed.

    `wanted` has the fields of `views.AccountChange` that were given. Raises `Invalid`, or
    `Conflict` when the account is disconnected.
    """
    if item.state == DISCONNECTED:
        raise Conflict("disconnected: connect it again with POST")
    changed, writes = _changed(item, _edits(item, wanted, context), context)
    return changed, [*writes, *(pulls.follow(changed, now=context.now) if writes else ())]


def disconnect(item: ChannelAccount, context: Context) -> Changed:
    """An account that takes no more webhooks and sends no more; its credentials are destroyed.

    The item stays: conversations go on naming it, and connecting it again continues it.
    """
    if item.state == DISCONNECTED:
        return item, []
    ends = {"state": DISCONNECTED, **dict.fromkeys(_ENDS_WITH_CREDENTIALS)}
    changed, writes = _changed(item, ends, context)
    return changed, [*writes, *pulls.forgotten(item)]


def _changed(item: ChannelAccount, edits: Mapping[str, Any], context: Context) -> Changed:
    changes = {name: value for name, value in edits.items() if getattr(item, name) != value}
    if not changes:
        return item, []
    write = store.update(
        "account",
        store.ref(ChannelAccount, item.pk, item.sk),
        *store.assign(ChannelAccount, {**changes, "revision": int(item.revision) + 1}),
        condition=_as_read(item),
    )
    named = sorted(_NAMED.get(name, name) for name in changes if name not in _FOLLOW)
    event = AccountChanged(account=item.id, changed=tuple(named))
    _apply(item, {**changes, "revision": int(item.revision) + 1})
    return item, [write, eventlog.record(event, context)]


def _apply(item: ChannelAccount, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(item, name, value)


def _as_read(item: ChannelAccount) -> Condition:
    """Holds while neither a command nor a renewal has changed the account."""
    gone = item.state == DISCONNECTED
    sealed: Condition = (
        ChannelAccount.sealed.does_not_exist() if gone else ChannelAccount.sealed == item.sealed
    )
    unchanged: Condition = sealed & (ChannelAccount.revision == item.revision)
    return unchanged


def _edits(item: ChannelAccount, wanted: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """The attributes that a request sets, in the form they are stored in."""
    edits: dict[str, Any] = {k: wanted[k] for k in ("team_id", "branch") if k in wanted}
    if wanted.get("branch"):
        edits["branch"] = unicodedata.normalize("NFC", wanted["branch"])
    if "disabled" in wanted:
        edits["disabled"] = wanted["disabled"] or None
    edits |= {name: wanted[name] for name in ("mode",) if wanted.get(name)}
    if wanted.get("name"):
        edits["name"] = unicodedata.normalize("NFC", wanted["name"])
    if wanted.get("settings") is not None:
        edits["settings"] = rules.checked_settings(wanted["settings"], _hosts(item))
    given = rules.checked_credentials(wanted.get("credentials") or {})
    held = _with_made(item, rules.merged(tokens.opened(item), given))
    mode = edits.get("mode", item.mode)
    if mode == LIVE and (given or item.sealed is None or mode != item.mode):
        _check_complete(item, held)
    if given or item.sealed is None:
        renewed = not given.keys().isdisjoint(rules.TOKENS)
        edits |= _resealed(item, held, renewed=renewed) | _begun(item, renewed, context)
    if wanted.get("token_expires_at") is not None:
        edits["token_expires_at"] = iso(
            rules.checked_end(wanted["token_expires_at"], now=context.now)
        )
    return edits | _due(item, edits, held, context)


def _begun(item: ChannelAccount, renewed: bool, context: Context) -> dict[str, Any]:
    """Since when we have the access of now: what is told of an earlier one says nothing of it."""
    anew = renewed or item.sealed is None or item.state == NEEDS_RECONNECT
    return {"access_since": iso(context.now)} if anew else {}


def _with_made(item: ChannelAccount, held: dict[str, list[str]]) -> dict[str, list[str]]:
    """Credentials with those that only we know (`Adapter.made_credentials`), made if missing."""
    adapter = registry.adapter(item.channel, item.provider)
    names = () if adapter is None else adapter.made_credentials
    return {name: [token_hex(32)] for name in names} | held


def _hosts(item: ChannelAccount) -> frozenset[str]:
    adapter = registry.adapter(item.channel, item.provider)
    return frozenset() if adapter is None else adapter.hosts


def _webhook_credentials(item: ChannelAccount) -> tuple[str, ...]:
    provider = registry.provider(item.provider)
    return () if provider is None else provider.webhook_credentials


def _check_complete(item: ChannelAccount, held: Mapping[str, list[str]]) -> None:
    """Refuse a live account that could not hear or not speak. Raises `Invalid`."""
    adapter = registry.adapter(item.channel, item.provider)
    if adapter is None:
        return
    needed = {*_webhook_credentials(item), *adapter.sending_credentials}
    known = ", ".join(sorted(needed.union(adapter.further_credentials)))
    detail = f"a live account needs it; {item.channel} knows: {known}"
    faults = [(f"credentials.{name}", detail) for name in sorted(needed - held.keys())]
    if faults:
        raise Invalid(detail, field=faults[0][0], faults=faults)


def _resealed(
    item: ChannelAccount, held: Mapping[str, list[str]], *, renewed: bool
) -> dict[str, Any]:
    """Credentials as stored; who gives them has reconnected the account, if they are all there.

    `renewed`: with new tokens the end of the old ones says nothing any more.
    """
    missing = [name for name in _webhook_credentials(item) if name not in held]
    return {
        "sealed": secrets.seal(held, owner=item.pk),
        "credential_names": sorted(held),
        "state": INCOMPLETE if missing else CONNECTED,
        "state_reason": MISSING.format(names=", ".join(missing)) if missing else None,
        **(dict.fromkeys(("token_expires_at", "access_ends_at")) if renewed else {}),
    }


def _due(
    item: ChannelAccount,
    edits: Mapping[str, Any],
    held: Mapping[str, list[str]],
    context: Context,
) -> dict[str, Any]:
    """When the token is to be renewed next: only of live accounts whose tokens can be."""

    def after(name: str) -> Any:
        return edits.get(name, getattr(item, name))

    account = Account(
        id=item.id,
        provider=item.provider,
        channel=item.channel,
        account_id=item.account_id,
        credentials=held,
        settings=after("settings") or {},
    )
    adapter = registry.adapter(item.channel, item.provider)
    wanted = after("mode") == LIVE and after("state") == CONNECTED
    now = context.now
    if not wanted or adapter is None or adapter.refresh_request(account, now=now) is None:
        return {"due_shard": None, "due_at": None}
    if item.due_at is not None and edits.keys().isdisjoint({"sealed", "token_expires_at"}):
        return {}
    ends = after("token_expires_at")
    return dict(rules.due(item.id, None if ends is None else parse(ends), now=context.now))
