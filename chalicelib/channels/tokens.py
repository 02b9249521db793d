"""The steps of a token renewal on the account's own item: lock, release, store, mark.

Every step is one conditional write. `channels.flows` puts them in order, and says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from ..events.channels import AccountExpiryAnnounced, AccountTokenFailed, AccountTokenRenewed
from ..platform import eventlog, secrets, store
from ..platform.clock import iso, parse
from ..platform.context import Context
from ..platform.control import seen
from ..platform.log import count, logger
from . import rules
from .model import CONNECTED, NEEDS_RECONNECT, ONLY, ChannelAccount, account_key

#: How long a renewal may take before another process may try; longer than any provider's answer
#: and all attempts to store it.
LOCK = timedelta(minutes=2)
LONGEST_REASON = 300
#: The name under which adapters give the end of a new token (ISO 8601); not a credential.
EXPIRES_AT = "access_token_expires_at"


def find(account_id: str) -> ChannelAccount | None:
    """The item of an account, also of a disconnected one."""
    return store.get(ChannelAccount, account_key(account_id), ONLY)


def opened(item: ChannelAccount) -> Mapping[str, tuple[str, ...]]:
    """The credentials of an account, each newest first; none once it is disconnected."""
    return {} if item.sealed is None else secrets.unseal(item.sealed, owner=item.pk)


def as_read(item: ChannelAccount) -> Condition:
    """Holds while nobody has stored other credentials."""
    return ChannelAccount.sealed == item.sealed


def reference(item: ChannelAccount) -> ChannelAccount:
    return store.ref(ChannelAccount, item.pk, item.sk)


def lock(item: ChannelAccount, owner: str, now: datetime) -> bool:
    """Take the lock; False when another renewal holds it or has just stored its tokens."""
    free = ChannelAccount.lock_until.does_not_exist() | (ChannelAccount.lock_until < iso(now))
    taken = store.update(
        "lock",
        reference(item),
        ChannelAccount.lock_owner.set(owner),
        ChannelAccount.lock_until.set(iso(now + LOCK)),
        condition=free & as_read(item) & (ChannelAccount.state == CONNECTED),
    )
    try:
        store.commit([taken])
    except store.ConditionFailed:
        return False
    if item.lock_owner is not None:  # whoever held it never came back
        logger.warning("token lock ran out", extra={"account": item.id})
        count("account_token_lock_expired")
    return True


def release(item: ChannelAccount, owner: str, now: datetime) -> None:
    """Give the lock back after a passing failure, and let other due accounts go first."""
    actions: list[Action] = [
        ChannelAccount.lock_owner.remove(),
        ChannelAccount.lock_until.remove(),
    ]
    if item.due_at is not None:
        actions.append(ChannelAccount.due_at.set(iso(now + rules.AGAIN)))
    mine = (ChannelAccount.lock_owner == owner) & as_read(item)
    try:
        store.commit([store.update("lock", reference(item), *actions, condition=mine)])
    except store.ConditionFailed:
        return  # it ran out and is another's, or the account was changed: theirs now


def store_pair(item: ChannelAccount, pair: Mapping[str, str], context: Context) -> None:
    """Seal and store a new token pair, free the lock, and tell it, in one transaction.

    Raises `ConditionFailed` when the credentials are no longer the ones read with `item`.
    """
    ends_text = pair.get(EXPIRES_AT)
    ends = None if ends_text is None else parse(ends_text)
    fresh = {name: value for name, value in pair.items() if name != EXPIRES_AT}
    sealed = secrets.seal(rules.merged(opened(item), fresh), owner=item.pk)
    account_write = store.update(
        "account",
        reference(item),
        *store.assign(
            ChannelAccount,
            {
                "sealed": sealed,
                "state": CONNECTED,
                "state_reason": None,
                "token_expires_at": None if ends is None else iso(ends),
                "access_since": iso(context.now),
                "lock_owner": None,
                "lock_until": None,
                **rules.due(item.id, ends, now=context.now),
            },
        ),
        condition=as_read(item),
    )
    told = eventlog.record(AccountTokenRenewed(account=item.id), context)
    store.commit([account_write, told])


def mark(
    item: ChannelAccount, *, code: str, reason: str, context: Context, once: str | None = None
) -> bool:
    """Write that the account needs to be reconnected; False when it has changed since read,
    or when what told us (`once`) has told us before."""
    values = {
        "state": NEEDS_RECONNECT,
        "state_reason": f"{reason} ({code})"[:LONGEST_REASON],
        **dict.fromkeys(("lock_owner", "lock_until", "due_shard", "due_at")),
    }
    unchanged = as_read(item) & (ChannelAccount.state == CONNECTED)
    event = AccountTokenFailed(account=item.id, code=code)
    try:
        store.commit(
            [
                store.update(
                    "account",
                    reference(item),
                    *store.assign(ChannelAccount, values),
                    condition=unchanged,
                ),
                eventlog.record(event, context),
                *([] if once is None else [seen(once, by="account", now=context.now)]),
            ]
        )
    except store.ConditionFailed:
        return False
    logger.error("account needs to be reconnected", extra={"account": item.id, "code": code})
    count("account_token_failed")
    return True


def warn(item: ChannelAccount, ends: datetime, *, code: str, context: Context) -> None:
    """Keep when our access to the account will end, and tell it once."""
    if item.access_ends_at == iso(ends):
        return
    update = store.update(
        "account",
        reference(item),
        ChannelAccount.access_ends_at.set(iso(ends)),
        condition=as_read(item),
    )
    told = AccountExpiryAnnounced(account=item.id, code=code, ends=iso(ends))
    store.commit([update, eventlog.record(told, context)])
    logger.warning("access to the account ends", extra={"account": item.id, "code": code})
    count("account_access_ends")
