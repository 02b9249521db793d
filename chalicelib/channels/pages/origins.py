"""Which pages of other sites may call us for an account, and what their browsers are told.

Called by the channels that live on web pages (`web_form`, `live_chat`, `store`) and by the
routes their pages read from. An origin is public and proves no sender: it only keeps other
sites' pages from posing as the account's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..base import Account, WebhookAnswer, WebhookRequest
from ..wire import as_texts

ORIGINS = "origins"  # the setting: a list of origins, or one
VARY = {"Vary": "Origin"}


def origin_of(headers: Mapping[str, str]) -> str:
    """The page's origin, as its browser says it; '' when it does not. Header names lower case."""
    return headers.get("origin", "").strip().rstrip("/")


def allows(account: Account, origin: str) -> bool:
    """Whether the account's list names the origin; without a list every one may call."""
    listed = account.settings.get(ORIGINS)
    named = as_texts([listed] if isinstance(listed, str) else listed)
    return not named or origin.lower() in {name.rstrip("/").lower() for name in named}


def addressed(request: WebhookRequest, accounts: Iterable[Account]) -> list[Account]:
    """The accounts a request may be for: the one its path names, else any."""
    return [one for one in accounts if request.account_id in (None, one.account_id)]


def answer_headers(origin: str, accounts: Iterable[Account]) -> dict[str, str]:
    """CORS for an origin that some account allows; never `*`, and none for any other."""
    known = any(allows(account, origin) for account in accounts)
    return {"Access-Control-Allow-Origin": origin, **VARY} if origin and known else dict(VARY)


def preflight(
    request: WebhookRequest, accounts: Iterable[Account], *, asks: Mapping[str, str]
) -> WebhookAnswer | None:
    """The answer to an OPTIONS: the exact origin when an account allows it, else 403.

    `asks`: what such a page may then send (`Access-Control-Allow-…`).
    """
    if request.method != "OPTIONS":
        return None
    allowed = answer_headers(origin_of(request.headers), accounts)
    if allowed == VARY:
        return WebhookAnswer(status=403, headers=VARY)
    return WebhookAnswer(status=204, headers={**allowed, **asks})
