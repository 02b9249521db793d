"""When each account is pulled from next, and how the last runs went: one item for each pull.

`connections` keeps the items in step with the account (`follow`), `intake.pulling` takes a pull
(`lease`) and says how it went (`finish`), `channels.api` shows them. An item stands in the due
index of the `channels` table as long as its account is live, connected and not disabled; it is
removed when the account is disconnected.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition

from ..platform import store
from ..platform.clock import iso
from ..platform.due import place
from ..platform.fact import frozen
from ..platform.log import logger
from ..platform.store import GlobalSecondaryIndex, Item, KeysOnlyProjection, table
from . import registry, rules, tokens
from .base import Account
from .model import CONNECTED, LIVE, ChannelAccount, account_key
from .pull import PAGE, Cursor, Puller

PULL = "pull#"  # first part of the range key, beside the account's own
KIND = "pull"  # of the shards in the due index: tokens to renew have others
#: Longer than any run (`intake.pulling` begins no page after half a minute).
LEASE = timedelta(minutes=3)
#: After a failure: doubled from the first to the last, which is also the wait for a person.
AGAIN, LATEST, A_DAY = timedelta(minutes=5), timedelta(hours=6), timedelta(days=1)
LONGEST_REASON = 300


class ByDue(GlobalSecondaryIndex["Pull"]):
    """Pulls by when they are due; those of accounts at rest are not in."""

    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_shard = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class Pull(Item):
    """`pk` is the account's, `sk` is `pull#<name>`."""

    Meta = table("channels")

    by_due = ByDue()

    due_shard = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)
    cursor = JSONAttribute(null=True)
    recent = JSONAttribute(null=True)  # digests of the keys of events queued lately
    lease_owner = UnicodeAttribute(null=True)
    lease_until = UnicodeAttribute(null=True)
    last_run_at = UnicodeAttribute(null=True)
    last_found = NumberAttribute(null=True)
    failures = NumberAttribute(null=True)  # in a row
    error_code = UnicodeAttribute(null=True)
    error_reason = UnicodeAttribute(null=True)

    @property
    def name(self) -> str:
        """The pull's name in `Puller.pulls`."""
        return self.sk.removeprefix(PULL)


@frozen
class Outcome:
    """How a run went: how far it came, how many events were new, and what stopped it."""

    cursor: Cursor
    recent: Sequence[str]
    found: int
    more: bool = False  # pages are left for the next run
    error_code: str | None = None
    error_reason: str = ""
    lasting: bool = False


# ------------------------------------------------------------------ looking


def find(account_id: str, name: str) -> Pull | None:
    """The item of one pull."""
    return store.get(Pull, account_key(account_id), PULL + name)


def of(account_id: str) -> list[Pull]:
    """Every pull of an account, by name; one request."""
    return list(store.query(Pull, account_key(account_id), prefix=PULL))


def shown(item: ChannelAccount) -> list[Pull]:
    """The same of a channel that is pulled from at all; no request for the others."""
    return [] if puller(item.channel, item.provider) is None else of(item.id)


def puller(channel: str, provider: str) -> Puller | None:
    """What is pulled on a channel by a provider."""
    chosen = registry.adapter(channel, provider)
    return None if chosen is None else chosen.puller


def intervals(account: Account) -> Mapping[str, timedelta]:
    """The pulls an account has and how often each runs, its own settings before the channel's:
    those that say what no clock can go by (stored before that was checked) say nothing."""
    able = puller(account.channel, account.provider)
    if able is None:
        return {}
    own = {name: account.settings.get(f"pull_{name}_minutes") for name in able.wanted(account)}
    asked = {name: rules.minutes(value) for name, value in own.items()}
    return {
        name: able.pulls[name] if minutes is None else timedelta(minutes=minutes)
        for name, minutes in asked.items()
        if minutes != 0
    }


# ---------------------------------------------------- in step with the account


def follow(item: ChannelAccount, *, now: datetime) -> list[store.Write]:
    """The writes that make an account's pulls what it is after a command: due at once where
    they were not, at rest where it is no longer live and well. `item` is as it will be.
    """
    if puller(item.channel, item.provider) is None:
        return []
    known, wanted = {one.name: one for one in of(item.id)}, due_of(item)
    return [*_begun(item.id, wanted, known, now), *_at_rest(known, wanted)]


def due_of(item: ChannelAccount) -> Mapping[str, timedelta]:
    """The pulls of an account that are to run, and how often: none of one that is at rest."""
    return intervals(_account(item)) if _runs(item) else {}


def forgotten(item: ChannelAccount) -> list[store.Write]:
    """The writes that remove the pulls of an account that is disconnected."""
    return [store.delete("pull", store.ref(Pull, one.pk, one.sk)) for one in shown(item)]


def _runs(item: ChannelAccount) -> bool:
    """A sandbox asks nobody; one that a person must mend first has no token to ask with."""
    return item.mode == LIVE and item.state == CONNECTED and not item.disabled


def _account(item: ChannelAccount) -> Account:
    return Account(
        id=item.id,
        provider=item.provider,
        channel=item.channel,
        account_id=item.account_id,
        credentials=tokens.opened(item),
        settings=item.settings or {},
    )


def _begun(
    account_id: str, wanted: Mapping[str, Any], known: Mapping[str, Pull], now: datetime
) -> Iterator[store.Write]:
    for name in sorted(wanted):
        one = known.get(name)
        shard, at = place(f"{account_id}#{name}", now, kind=KIND)
        if one is None:
            made = Pull(account_key(account_id), PULL + name, due_shard=shard, due_at=at)
            yield store.put("pull", made)
        elif one.due_at is None:
            values = {"due_shard": shard, "due_at": at}
            yield _change(one, values, Pull.due_at.does_not_exist() & Pull.pk.exists())


def _at_rest(known: Mapping[str, Pull], wanted: Mapping[str, Any]) -> Iterator[store.Write]:
    """Who is at work for one that rests finds its lease gone, and stores nothing."""
    rest = dict.fromkeys(("due_shard", "due_at", "lease_owner", "lease_until"))
    for name, one in known.items():
        if name not in wanted and one.due_at is not None:
            yield _change(one, rest, Pull.pk.exists())


def _change(one: Pull, values: Mapping[str, Any], condition: Condition) -> store.Write:
    same = store.ref(Pull, one.pk, one.sk)
    return store.update("pull", same, *store.assign(Pull, values), condition=condition)


# ------------------------------------------------------------------ one run


def lease(one: Pull, owner: str, now: datetime) -> bool:
    """Take a pull for a run; False when another run holds it, or has just finished."""
    free = Pull.lease_until.does_not_exist() | (Pull.lease_until < iso(now))
    same = Pull.due_at == one.due_at if one.due_at else Pull.due_at.does_not_exist()
    values = {"lease_owner": owner, "lease_until": iso(now + LEASE)}
    return _done(_change(one, values, free & same & Pull.pk.exists()))


def finish(
    one: Pull, owner: str, outcome: Outcome, *, every: timedelta, now: datetime
) -> datetime | None:
    """Store how a run went and when the next is due; None when the lease was lost meanwhile.

    Then nothing is stored: what was queued is queued again by the next run, and is the same.
    """
    failed = outcome.error_code is not None
    failures = int(one.failures or 0) + 1 if failed else 0
    next_at = now + _wait(outcome, failures, every)
    told = {name: value for name, value in outcome.cursor.items() if not (failed and name == PAGE)}
    values = {
        "cursor": told,
        "recent": list(outcome.recent) or None,
        "last_run_at": iso(now),
        "last_found": outcome.found,
        "failures": failures or None,
        "error_code": outcome.error_code,
        "error_reason": outcome.error_reason[:LONGEST_REASON] or None,
        "lease_owner": None,
        "lease_until": None,
        "due_at": iso(next_at),
    }
    kept = _done(_change(one, values, (Pull.lease_owner == owner) & Pull.due_at.exists()))
    return next_at if kept else None


def _wait(outcome: Outcome, failures: int, every: timedelta) -> timedelta:
    if outcome.error_code is None:
        return timedelta(0) if outcome.more else every
    if outcome.lasting:
        return max(every, A_DAY)
    return min(AGAIN * (1 << min(failures - 1, 10)), max(every, LATEST))


def rest(one: Pull, account: ChannelAccount) -> None:
    """Take a pull out of the index whose account is no longer fit, if that is still so."""
    values = dict.fromkeys(("due_shard", "due_at", "lease_owner", "lease_until"))
    unfit = store.check(
        "account",
        tokens.reference(account),
        (ChannelAccount.revision == account.revision) & (ChannelAccount.state == account.state),
    )
    due = Pull.due_at == one.due_at
    try:
        store.commit([_change(one, values, due), unfit])
    except store.ConditionFailed:
        logger.info("pull goes on", extra={"account": account.id, "pull": one.name})


def _done(write: store.Write) -> bool:
    try:
        store.commit([write])
    except store.ConditionFailed:
        return False
    return True
