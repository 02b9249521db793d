"""What is asked of Zalo about a user of a mini app, and what its answers say (channels.md §9).

Called by `channels.app_users`. The answers come as HTTP 200 with `error` ≠ 0 for a refusal.
Pure.
"""

from __future__ import annotations

import hmac
from hashlib import sha256

from ...language.extraction import phone
from ...platform.fact import frozen
from ..base import Account
from ..event import KnownAs
from ..sending import HttpRequest, HttpResponse
from ..wire import as_object, as_text, leading_object

GRAPH_BASE = "https://graph.zalo.me"
#: `user_id_by_oa`, `oa_id`: not in the reference, but asked for by apps in production; what is
#: not told is None here.
FIELDS = "id,name,user_id_by_oa,oa_id"
LONGEST_ID, LONGEST_NAME = 64, 200


@frozen
class AppUser:
    """Who an access token belongs to: `id` is theirs within this app (`user_id_by_app`).

    `in_oa`: the same person at the Official Account the app belongs to, said by Zalo itself.
    """

    id: str
    name: str | None = None
    in_oa: KnownAs | None = None


def proof(app_secret: str, access_token: str) -> str:
    """`appsecret_proof` = hex HMAC-SHA256(app secret, access token)."""
    return hmac.new(app_secret.encode(), access_token.encode(), sha256).hexdigest()


def user_request(account: Account, app_secret: str, access_token: str) -> HttpRequest:
    """Who is it?"""
    headers = {"access_token": access_token, "appsecret_proof": proof(app_secret, access_token)}
    url = f"{base_url(account)}/v2.0/me?fields={FIELDS}"
    return HttpRequest(method="GET", url=url, headers=headers)


def phone_request(account: Account, app_secret: str, access_token: str, code: str) -> HttpRequest:
    """Which phone? `code` is the token of `getPhoneNumber`: two minutes, once."""
    headers = {"access_token": access_token, "code": code, "secret_key": app_secret}
    return HttpRequest(method="GET", url=f"{base_url(account)}/v2.0/me/info", headers=headers)


def base_url(account: Account) -> str:
    """Zalo's address, or the account's stand-in for it."""
    return (as_text(account.settings.get("graph_base")) or GRAPH_BASE).rstrip("/")


def user_of(response: HttpResponse, account: Account) -> AppUser | None:
    """The user an answer tells of; None when it names none that can be one."""
    told = leading_object(response.body) or {}
    identifier = as_text(told.get("id"))
    if identifier is None or len(identifier) > LONGEST_ID or not identifier.isalnum():
        return None
    oa = as_text(told.get("oa_id")) or as_text(account.settings.get("oa_id"))
    there = as_text(told.get("user_id_by_oa"))
    known = KnownAs(channel="zalo_oa", account_id=oa, user_id=there) if oa and there else None
    name = as_text(told.get("name"))
    return AppUser(id=identifier, name=name[:LONGEST_NAME] if name else None, in_oa=known)


def phone_of(response: HttpResponse) -> str | None:
    """The phone an answer tells (E.164); None when there is none in it."""
    told = as_object((leading_object(response.body) or {}).get("data"))
    return phone(as_text(told.get("number")) or "")
