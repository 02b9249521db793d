"""The accounts that live on web pages, by the name in the page's address: `/…/{site_id}`.

Called by the routes such pages call. Remembered for a minute, like those of a webhook.
"""

from __future__ import annotations

from collections.abc import Mapping

from ...platform.errors import NotFound
from .. import flows
from ..flows import Connected
from . import origins


class SiteNotFound(NotFound):
    code, title = "site_not_found", "No such site"


def find(provider: str, site_id: str) -> Connected | None:
    """The connected account of that name; a new one is there within a minute at the latest."""
    known = flows.accounts_of(provider)
    named = next((one for one in known if one.account.account_id == site_id), None)
    if named is None:
        fresh = flows.accounts_of(provider, fresh=True)
        named = next((one for one in fresh if one.account.account_id == site_id), None)
    return named


def load(provider: str, site_id: str) -> Connected:
    """The same. Raises `SiteNotFound`."""
    found = find(provider, site_id)
    if found is None:
        raise SiteNotFound(field="site_id")
    return found


def chat_allowed(params: Mapping[str, str], origin: str) -> bool:
    """Whether a page of an origin may use the chat of `site_id`."""
    found = find("live_chat", params.get("site_id", ""))
    return found is not None and origins.allows(found.account, origin)


def app_allowed(params: Mapping[str, str], origin: str) -> bool:
    """Whether a page of an origin may call for the mini app of `site_id`."""
    found = find("mini_app", params.get("site_id", ""))
    return found is not None and origins.allows(found.account, origin)
