"""Which connected account an event belongs to, and whether its secret vouched for it."""

from __future__ import annotations

from ..channels import flows as accounts
from ..platform.errors import AppError
from .entries import Arrived


class NotVouched(AppError):
    """The signature was of another account than the one the event names.

    It may be a page that is not connected here yet, or somebody trying to
    speak for another account: a person decides, by replaying or not.
    """

    code, status, title = "account_not_verified", 422, "No connected account vouches for this"


def connected_for(arrived: Arrived) -> accounts.Connected:
    """The account of an event. Raises `NotVouched`."""
    known = accounts.accounts_of(arrived.provider)
    found = _matching(known, arrived)
    if found is None:
        found = _matching(accounts.accounts_of(arrived.provider, fresh=True), arrived)
    if found is None:
        raise NotVouched(arrived.delivery.account_id)
    return found


def _matching(known: list[accounts.Connected], arrived: Arrived) -> accounts.Connected | None:
    if arrived.account is not None:
        return next((c for c in known if c.account.id == arrived.account), None)
    if not arrived.replayed:
        return None
    wanted = arrived.delivery.account_id
    return next((c for c in known if c.account.account_id == wanted), None)
