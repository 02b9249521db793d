"""Which connected account an event belongs to, and whether its secret vouched for it."""

from __future__ import annotations

from ..channels import flows as accounts
from ..platform.errors import AppError
from .entries import Arrived


class NotConnected(AppError):
    """The signature is good, but of another account of ours: this one is not connected (yet)."""

    code, status, title = "account_not_connected", 422, "The account is not connected here"


class NotVouched(AppError):
    """The account is connected, but the signature was made with another one's secret.

    Somebody may be trying to speak for it: only a person who has looked at this
    very entry may let it in, by replaying it.
    """

    code, status, title = "account_not_verified", 422, "The account's own secret does not vouch"


class Disabled(AppError):
    """People have put the account to rest: what comes waits for a replay."""

    code, status, title = "account_disabled", 422, "The account is disabled here"


def connected_for(arrived: Arrived) -> accounts.Connected:
    """The account of an event. Raises `NotConnected`, `NotVouched`, `Disabled`."""
    for fresh in (False, True):
        known = accounts.accounts_of(arrived.provider, fresh=fresh)
        found = _vouching(known, arrived)
        if found is not None and found.disabled and fresh:
            raise Disabled(f"{arrived.provider} account {arrived.delivery.account_id}")
        if found is not None and not found.disabled:
            return found
    named = _named(known, arrived)
    refusal = NotConnected if named is None else NotVouched
    raise refusal(f"{arrived.provider} account {arrived.delivery.account_id}")


def _vouching(known: list[accounts.Connected], arrived: Arrived) -> accounts.Connected | None:
    if arrived.account is not None:
        return next((c for c in known if c.account.id == arrived.account), None)
    return _named(known, arrived) if arrived.replayed else None


def _named(known: list[accounts.Connected], arrived: Arrived) -> accounts.Connected | None:
    """The account by channel and the provider's id: a page's messages and its comments are two."""
    wanted = (arrived.delivery.channel, arrived.delivery.account_id)
    return next((c for c in known if (c.account.channel, c.account.account_id) == wanted), None)
