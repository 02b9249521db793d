"""Webhooks of providers that sign nothing: a secret of ours in the path of their address.

Called by the webhooks of such providers: `/webhooks/{provider}/{account_id}/{webhook_secret}`.
Whoever knows the address may speak for the account, so nobody but the provider is told it.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from urllib.parse import quote

from .base import Account, Verified, WebhookRequest

CREDENTIAL = "webhook_secret"


def vouched(request: WebhookRequest, accounts: Sequence[Account]) -> Verified | None:
    """The accounts whose `webhook_secret` stands in the path, else None."""
    given = (request.path_secret or "").encode()
    found = [
        (account, age)
        for account in accounts
        for age, secret in enumerate(account.secrets(CREDENTIAL))
        if secret and hmac.compare_digest(secret.encode(), given)
    ]
    if not found:
        return None
    newest = any(age == 0 for _, age in found)
    return Verified(
        accounts=tuple({account.id: account for account, _ in found}.values()),
        variant="path_secret" if newest else "previous_path_secret",
    )


def with_secret(url: str, account: Account) -> str:
    """The address to give to the provider, for that without the secret."""
    return f"{url.rstrip('/')}/{quote(account.secret(CREDENTIAL) or '', safe='')}"
