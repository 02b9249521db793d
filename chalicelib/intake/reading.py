"""Trying a request again that could not be parsed when it came. Used by replays only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..channels import flows as accounts
from ..channels.base import Verified
from ..channels.registry import provider as provider_named
from ..platform import blobs, queue
from ..platform.context import Context
from .accounts import NotVouched
from .entries import delivery_entry, request_of
from .webhook import candidates_of


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
    named = tuple(candidates_of(provider, request, known))
    deliveries = provider.split(request, Verified(accounts=named, variant="replayed"))
    ours = {account.account_id: account.id for account in named}
    return [
        delivery_entry(provider.name, delivery, ours.get(delivery.account_id), context)
        for delivery in deliveries
    ]
