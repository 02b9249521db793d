"""Twilio's requests, whatever they are about: their signature and their fields.

Called by the webhooks of SMS (`sms.twilio`) and telephony. `X-Twilio-Signature` is base64 of
HMAC-SHA1(auth token, URL + every field's name and value, sorted by name) (channels.md §5).
"""

from __future__ import annotations

import hmac
import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha1, sha256
from urllib.parse import SplitResult, parse_qs, parse_qsl, urlsplit

from ..platform.errors import TooLarge
from .base import Account, Verified, WebhookRequest

SIGNATURE = "x-twilio-signature"
SIGNED = re.compile(r"[A-Za-z0-9+/]{27}=")
FORM = "application/x-www-form-urlencoded"
BODY_HASH = "bodySHA256"
#: Real requests have a few kilobytes and fields; the form is read before anything is proved.
MAX_BODY = 256 * 1024
MAX_FIELDS = 500
PORTS = {"https": 443, "http": 80}

Pairs = Sequence[tuple[str, str]]


def verify(request: WebhookRequest, accounts: Sequence[Account]) -> Verified | None:
    """The accounts whose `auth_token` signed the request, else None.

    Twilio signs the address it calls. That is `request.url`, or where that is another one
    (a name of its own before the gateway) any of the credential `registered_url`; each with
    and without its port. Raises `TooLarge`.
    """
    given = request.headers.get(SIGNATURE, "").strip()
    if not SIGNED.fullmatch(given):
        return None
    pairs = _signed_pairs(request)
    if pairs is None:
        return None
    told = cache(lambda url: _signed(url, pairs, request.body))
    found = {
        account.id: (account, variant)
        for account in accounts
        for token in account.secrets("auth_token")
        for variant, url in _addresses(account, request)
        if token and (text := told(url)) is not None and _is(given, token, text)
    }
    if not found:
        return None
    return Verified(
        accounts=tuple(account for account, _ in found.values()),
        variant=next(variant for _, variant in found.values()),
    )


def sign(url: str, pairs: Pairs, token: str) -> str:
    """The signature of a request to `url` with these fields of a form."""
    return _code(token, _text(url, pairs))


def fields(request: WebhookRequest) -> dict[str, str]:
    """The fields of a request: of its form, and of its query where it has no form.

    Of a repeated one the last counts; text that is no UTF-8 is replaced, never an error.
    """
    return dict(_form(request.body) or request.query.items())


def _is(given: str, token: str, text: bytes) -> bool:
    return hmac.compare_digest(_code(token, text), given)


def _code(token: str, text: bytes) -> str:
    return b64encode(hmac.digest(token.encode(), text, sha1)).decode()


def _text(url: str, pairs: Pairs) -> bytes:
    """The URL and every name with each of its values once, all sorted."""
    return (url + "".join(name + value for name, value in sorted(set(pairs)))).encode(
        "utf-8", "replace"
    )


def _signed_pairs(request: WebhookRequest) -> Pairs | None:
    """What is signed beside the URL; None for a body whose fields cannot be read.

    Only a form's fields are; any other body is vouched for by its hash in the URL.
    """
    if len(request.body) > MAX_BODY:
        raise TooLarge(f"at most {MAX_BODY} bytes", field="body")
    return _form(request.body) if request.content_type == FORM else ()


def _form(body: bytes) -> Pairs | None:
    try:
        return parse_qsl(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS
        )
    except ValueError:  # more fields than that
        return None


def _signed(url: str, pairs: Pairs, body: bytes) -> bytes | None:
    """What was signed if this address was called; None when it cannot vouch for the body."""
    hashes = parse_qs(_query(url)).get(BODY_HASH)
    if hashes is None:
        return _text(url, pairs) if pairs or not body else None
    hashed = sha256(body).hexdigest().encode()
    return _text(url, pairs) if hmac.compare_digest(hashes[-1].encode(), hashed) else None


def _query(url: str) -> str:
    return url.partition("#")[0].partition("?")[2]


def _addresses(account: Account, request: WebhookRequest) -> Iterator[tuple[str, str]]:
    """(how it was found, address) of everything Twilio may have called, the likeliest first."""
    asked = _query(request.url)
    for registered in filter(None, account.secrets("registered_url")):
        bare = registered.partition("#")[0]  # what follows only tunes Twilio's time-outs
        yield from _with_ports("registered_url", bare)
        if asked and asked != _query(bare):  # calls we place have more in their address
            called = f"{bare.partition('?')[0]}?{asked}"
            yield from _with_ports("registered_url+query", called)
    yield from _with_ports("seen_url", request.url)


def _with_ports(how: str, url: str) -> Iterator[tuple[str, str]]:
    yield how, url
    try:
        parts = urlsplit(url)
        port, bare = parts.port, parts.hostname
    except ValueError:
        return
    if not bare:
        return
    if port is None:
        yield f"{how}+port", _at(parts, f"{parts.netloc}:{PORTS.get(parts.scheme, 443)}")
    else:
        yield f"{how}-port", _at(parts, parts.netloc.rpartition(":")[0])


def _at(parts: SplitResult, place: str) -> str:
    return parts._replace(netloc=place).geturl()
