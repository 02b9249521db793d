"""Trying a request again that could not be parsed when it came. Used by replays only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..channels import flows as accounts
from ..channels.base import Account, Provider, Verified, WebhookRequest
from ..channels.registry import provider as provider_named
from ..platform import blobs, queue
from ..platform.context import Context
from .accounts import NotVouched
from .entries import delivery_entry, request_of


def read_again(body: Mapping[str, Any], context: Context) -> list[queue.Message]:
    """The events of a kept request, cut by the parser of today.

    Its signature was good when it came; which account it is of, its path or
    body says. Raises `Unreadable` when it still cannot be parsed.
    """
    provider = provider_named(body["provider"])
    if provider is None:
        raise NotVouched(body["provider"])
    raw = blobs.get(body["blob"]) if body["blob"] else None
    request = request_of(body, raw)
    known = [found.account for found in accounts.accounts_of(provider.name, fresh=True)]
    named = _named(provider, request, known)
    deliveries = provider.split(request, Verified(accounts=named, variant="replayed"))
    ours = {(account.channel, account.account_id): account.id for account in named}
    return [
        delivery_entry(provider.name, one, ours.get((one.channel, one.account_id)), context)
        for one in deliveries
    ]


def _named(
    provider: Provider, request: WebhookRequest, known: Sequence[Account]
) -> tuple[Account, ...]:
    """The accounts a request may be of: the path's, the body's, else all."""
    by_path = (request.account_id,) if request.account_id is not None else ()
    wanted = by_path or provider.account_hints(request)
    named = tuple(account for account in known if account.account_id in wanted)
    return named if named or by_path else tuple(known)
