"""Customers as identity resolution meets them, without a channel in between.

Issue after issue channels are added; a proof of who somebody is comes the same
way from all of them: an identity, and what its provider vouches for.
"""

from __future__ import annotations

from typing import Any

from chalicelib.channels.event import ContactHints
from chalicelib.platform import context, store
from chalicelib.profiles import knowing, meeting
from chalicelib.profiles.knowing import IdentityKey


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
        known = meeting.taught_or_made(found, key, hints, now, verified=verified, channel=kind)
        store.commit(meeting.guarded(known).writes)
        return known.origin

    return store.run_again(flow, times=8)
