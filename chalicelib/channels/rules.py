"""Decisions about connected accounts: credentials, rotation, when a token is due, what is secret.

Pure; called by `channels.flows`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, urlencode, urlsplit, urlunsplit

from ..platform.due import place
from ..platform.errors import Invalid
from ..platform.settings import SETTINGS
from .base import Account

Given = str | list[str] | None  # a credential as the API takes it; None removes it

NAME = r"^[a-z][a-z0-9_]{0,63}$"
ACCOUNT_ID = r"^[0-9a-f]{32}$"
LONGEST_VALUE = 2000  # characters
MOST_VALUES = 5
SEALED_BYTES = 4096  # KMS encrypts no more at once
SETTINGS_BYTES = 8192
#: Settings that say how often something is pulled: whole minutes, 0 for never, a week at most.
PULL_MINUTES = re.compile(r"pull_[a-z0-9_]+_minutes")
MOST_MINUTES = 7 * 24 * 60

#: Replaced, never kept beside their successor; sent as HTTP headers.
TOKENS = ("access_token", "refresh_token")
#: Sent to the provider in headers, which take nothing but printable ASCII.
IN_HEADERS = frozenset({*TOKENS, "app_secret"})
#: What requests are verified with: the previous value goes on verifying until the next change,
#: because a provider signs with the old one for a while after a reset.
VERIFYING = frozenset(
    {
        "app_secret",
        "auth_token",
        "oa_secret_key",
        "open_api_key",
        "partner_key",
        "private_key",
        "registered_url",
        "secret",
        "signing_key",
        "verify_token",
        "widget_key",
    }
)
VERIFYING_ENDS = ("_secret", "_secret_key")

EARLY = timedelta(hours=2)  # a token is renewed this long before its end
AGAIN = timedelta(minutes=5)  # and tried again after a passing failure
LONGEST_LIFE = timedelta(days=3650)

#: Scheme, host and port of an address. Narrow, so that no two parsers can read two hosts in it:
#: no user, no backslash, no capitals.
ADDRESS = re.compile(r"(https?)://([a-z0-9.-]+|\[::1\])(?::([0-9]{1,5}))?(?:[/?][!-~]*)?")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
#: Stages on which a stand-in of a provider may listen on this machine.
STAND_IN_STAGES = frozenset({"local", "test"})

#: Credentials that are no secrets, and what stands for one that is.
SHOWN = frozenset({"account_sid", "app_id", "registered_url"})
HIDDEN = "***"
HIDDEN_FROM = 6  # characters: a shorter one may be part of what a customer is told

#: Headers and query parameters that carry a secret and are kept out of the sandbox outbox.
SECRET_FIELDS = frozenset({"authorization", "access_token", "secret_key", "appsecret_proof"})


def checked_credentials(given: Mapping[str, Any]) -> dict[str, Given]:
    """Credentials as they may be stored, white space around values cut off.

    Raises `Invalid` naming the credential at fault.
    """
    return {_checked_name(name): _checked_values(name, value) for name, value in given.items()}


def _checked_name(name: str) -> str:
    if not re.fullmatch(NAME, name):
        raise Invalid("credential names are snake_case", field="credentials")
    return name


def _checked_values(name: str, value: Any) -> Given:
    if value is None:
        return None
    if not isinstance(value, list):
        return _checked_value(name, value)
    if not 1 <= len(value) <= MOST_VALUES:
        raise Invalid(f"1 to {MOST_VALUES} values", field=f"credentials.{name}")
    return [_checked_value(name, one) for one in value]


def _checked_value(name: str, value: Any) -> str:
    field = f"credentials.{name}"
    text = value.strip() if isinstance(value, str) else ""
    if not text or len(text) > LONGEST_VALUE:
        raise Invalid(f"a text of 1 to {LONGEST_VALUE} characters", field=field)
    if not all(character.isprintable() or character == "\n" for character in text):
        raise Invalid("contains control characters", field=field)
    if name in IN_HEADERS and not (text.isascii() and text.isprintable()):
        raise Invalid("must be printable ASCII", field=field)
    return text


def merged(
    current: Mapping[str, Sequence[str]], given: Mapping[str, Given]
) -> dict[str, list[str]]:
    """Stored credentials after a change: named ones change, the others stay.

    A text takes the place of a token and goes before the previous value of a
    verification secret; a list replaces all values; None removes the credential.
    Raises `Invalid` when the whole no longer fits into one KMS encryption.
    """
    result = {name: list(values) for name, values in current.items()}
    for name, value in given.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, list):
            result[name] = list(dict.fromkeys(value))
        else:
            result[name] = _rotated(name, value, result.get(name, []))
    if len(json.dumps(result).encode()) > SEALED_BYTES:
        raise Invalid(f"more than {SEALED_BYTES} bytes together", field="credentials")
    return result


def _rotated(name: str, value: str, before: list[str]) -> list[str]:
    if before and before[0] == value:
        return before
    if name in VERIFYING or name.endswith(VERIFYING_ENDS):
        return [value, *before[:1]]
    return [value]


def checked_settings(settings: Mapping[str, Any], hosts: frozenset[str]) -> dict[str, Any]:
    """Settings as they may be stored; `hosts` are the provider's (`Adapter.hosts`).

    Raises `Invalid` naming the setting at fault.
    """
    for name, value in settings.items():
        if not re.fullmatch(NAME, name):
            raise Invalid("setting names are snake_case", field="settings")
        if name.endswith("_base") and not may_be_called(value, hosts):
            known = ", ".join(sorted(hosts)) or "none for this channel"
            raise Invalid(f"must be https on a host of: {known}", field=f"settings.{name}")
        if PULL_MINUTES.fullmatch(name) and minutes(value) is None:
            raise Invalid(f"whole minutes, 0 to {MOST_MINUTES}", field=f"settings.{name}")
    if len(json.dumps(settings).encode()) > SETTINGS_BYTES:
        raise Invalid(f"more than {SETTINGS_BYTES} bytes together", field="settings")
    return dict(settings)


def minutes(value: Any) -> int | None:
    """What a setting of `PULL_MINUTES` says; None where no clock can go by it."""
    usable = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_MINUTES
    return value if usable else None


def may_be_called(address: Any, hosts: frozenset[str]) -> bool:
    """Whether an account's credentials may go to an address: https on a host of the provider.

    On a stage of one machine (`local`, `test`) also to a stand-in on that machine.
    """
    found = ADDRESS.fullmatch(address) if isinstance(address, str) else None
    if found is None:
        return False
    scheme, host, port = found.groups()
    if host in LOOPBACK:
        return SETTINGS.stage in STAND_IN_STAGES
    return scheme == "https" and host in hosts and port in (None, "443")


def checked_end(ends: datetime, *, now: datetime) -> datetime:
    """A token's end as a person stated it. Raises `Invalid` when it cannot be true."""
    if not now - LONGEST_LIFE < ends < now + LONGEST_LIFE:
        raise Invalid("must be within ten years", field="token_expires_at")
    return ends


def tokens(account: Account) -> tuple[str | None, ...]:
    """What a renewal replaces: two accounts with equal tokens have not been renewed between."""
    return tuple(account.secret(name) for name in TOKENS)


def due(account_id: str, ends: datetime | None, *, now: datetime) -> dict[str, str]:
    """Where a token stands in the due index: in time before its end, at once when that is unknown.

    A life too short for that is used up by half, so that no token is always due.
    """
    at = now if ends is None else max(ends - EARLY, now + (ends - now) / 2)
    shard, moment = place(account_id, at)
    return {"due_shard": shard, "due_at": moment}


def is_id(text: str) -> bool:
    """Whether a text can be an account's id at all."""
    return re.fullmatch(ACCOUNT_ID, text) is not None


def webhook_path(provider: str, account_id: str) -> str:
    """Where the provider sends the events of an account."""
    return f"/webhooks/{provider}/{quote(account_id, safe='')}"


def shown_headers(
    headers: Mapping[str, str], credentials: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """Headers without the ones that carry a secret, under whatever name a provider has for it."""
    kept = {name: text for name, text in headers.items() if name.lower() not in SECRET_FIELDS}
    return {name: _hidden(text, credentials) for name, text in kept.items()}


def shown_body(body: bytes, credentials: Mapping[str, Sequence[str]]) -> str:
    """A body as text without the credentials that some providers want in it."""
    return _hidden(body.decode("utf-8", "replace"), credentials)


def shown_url(url: str, credentials: Mapping[str, Sequence[str]]) -> str:
    """A URL without the query parameters that carry a secret, and without credentials."""
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, text) for name, text in pairs if name.lower() not in SECRET_FIELDS]
    same = len(kept) == len(pairs)
    shown = url if same else urlunsplit(parts._replace(query=urlencode(kept)))
    return _hidden(shown, credentials)


def _hidden(text: str, credentials: Mapping[str, Sequence[str]]) -> str:
    secrets = [values for name, values in credentials.items() if name not in SHOWN]
    hidden = [value for values in secrets for value in values if len(value) >= HIDDEN_FROM]
    for secret in sorted(hidden, key=len, reverse=True):
        ways = {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]}
        for written in sorted(ways, key=len, reverse=True):
            text = text.replace(written, HIDDEN)
    return text
