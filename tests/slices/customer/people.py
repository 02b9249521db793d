"""Customers as identity resolution meets them, without a channel in between.

Issue after issue channels are added; a proof of who somebody is comes the same
way from all of them: an identity, and what its provider vouches for.
"""

from __future__ import annotations

from typing import Any

from chalicelib.channels.base import ContactHints
from chalicelib.platform import context, store
from chalicelib.profiles import knowing
from chalicelib.profiles.knowing import IdentityKey, Standing


def arrives(
    kind: str,
    value: str,
    *,
    account: str = "account-1",
    verified: bool = True,
    vouched: bool = False,
    **told: Any,
) -> str:
    """Somebody turns up on a channel for the first time (or again); returns their original.

    `told` are hints (name, phones, emails); `vouched`: the provider vouches for them.
    """
    hints = ContactHints(verified=vouched, **told) if told else None
    key = IdentityKey(kind=kind, account=account, value=value)

    def flow() -> str:
        now = context.begin()
        found = knowing.whose(key, hints, now, verified=verified)
        if found is None:
            made = knowing.create(key, hints, now, channel=kind, verified=verified)
            store.commit(made.writes)
            return made.profile_id
        _again(found, hints, now)
        return found.origin

    return store.run_again(flow, times=8)


def _again(found: Standing, hints: ContactHints | None, now: context.Context) -> None:
    taught = [] if hints is None else knowing.teach(found.origin, hints, now)
    writes = [*found.writes, *taught]
    store.commit([*writes, *knowing.guard(found.owner, writes)])
