"""What one push of a mail provider brings: a mail, or the report of a sending of ours.

The providers' modules make `Received` of their payloads, `adapter` events; `deliver` cuts a
verified request into deliveries for all of them.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as BadBase64
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ...platform.fact import frozen
from .. import addressed
from ..base import Account, Delivery, Unreadable, Verified, WebhookRequest
from ..event import Json, Kind
from ..keys import digest, event_key
from ..wire import as_list, as_text
from .letter import File, Letter, bare, from_mime, message_id, sender, writers
from .mime import headers_of

CHANNEL = "email"
SECRET = addressed.CREDENTIAL
NOBODY = "nobody"  # who orders a mail's queue when it names no sender
#: What a payload names its provider by, for whoever reads it later.
PROVIDER = "provider"
NO_SECRET = "Địa chỉ webhook phải kết thúc bằng mật khẩu của tài khoản (webhook_secret)"


@frozen
class Report:
    """What a provider says of a mail of ours. `ids` are those it gave it, with their parts."""

    kind: Kind
    name: str
    ids: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()  # who complained
    code: str = ""
    detail: str = ""
    from_address: str = ""


@frozen
class Received:
    """A mail with its envelope, or a report; neither: a push of another kind, by its `name`.

    `refused`: why the provider would not have it (spam, virus). `unproved`: the provider
    found that its sender is not who they say.
    """

    name: str
    letter: Letter | None = None
    report: Report | None = None
    recipients: tuple[str, ...] = ()
    fallback_sender: str = ""
    provider_id: str | None = None  # the provider's own id of this mail
    refused: str = ""
    unproved: bool = False


#: (payload, whether texts and attachments are wanted too) → what it brings
Reader = Callable[[Json, bool], Received]


def letter_of(mime: Any, deep: bool) -> Letter:
    """The letter of a mail as `kept` wrote it; its headers alone unless `deep`."""
    raw = mime.encode("latin-1", "replace") if isinstance(mime, str) else b""
    if deep:
        return from_mime(raw)
    return Letter(headers=headers_of(raw), text="", own="")


def kept(raw: bytes) -> str:
    """A mail's bytes as JSON can hold them: each a character, nothing is lost."""
    return raw.decode("latin-1")


def file_of(name: str, media_type: str, content: Any) -> File | None:
    """An attachment from its base64; None when that is none."""
    try:
        body = b64decode(content) if isinstance(content, str) else b""
    except (BadBase64, ValueError):
        return None
    return File(name=name, type=media_type, body=body, size=len(body))


def pairs(value: Any) -> tuple[tuple[str, str], ...]:
    """Headers given as a list of [name, value], names in lower case."""
    found = []
    for one in as_list(value):
        name, text = (as_text(one[0]), as_text(one[1])) if _is_pair(one) else (None, None)
        if name is not None:
            found.append((name.lower(), text or ""))
    return tuple(found)


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2


def speak_for(hosts: Sequence[str], mail: Letter, envelope_from: str) -> bool:
    """Whether one of the hosts that vouched for a mail is of the owner of the host in `From`.

    The same, or one below the other (DMARC's relaxed alignment, RFC 7489 §3.1).
    """
    named = [address.rpartition("@")[2] for _, address in writers(mail, envelope_from)]
    return any(_are_one(one, host) for one in named for host in hosts if host)


def _are_one(host: str, other: str) -> bool:
    return host == other or host.endswith(f".{other}") or other.endswith(f".{host}")


# ------------------------------------------------------------ authentic by a secret


def by_secret(request: WebhookRequest, accounts: Sequence[Account]) -> Verified | None:
    """The accounts whose secret the address carries, as its last part or as its password.

    For providers that sign nothing (`addressed`). Postmark and SNS take
    `https://name:secret@…` too, which keeps the secret out of the logs on the way.
    """
    found = addressed.vouched(request, accounts)
    password = _password(request)
    if found is not None or not password:
        return found
    return addressed.vouched(replace(request, path_secret=password), accounts)


def _password(request: WebhookRequest) -> str:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return b64decode(encoded.strip(), validate=True).decode().partition(":")[2]
    except (BadBase64, ValueError):
        return ""


# ---------------------------------------------------------------- cut into deliveries


def deliver(payload: Json, read: Reader, verified: Verified, *, volatile: Json) -> Delivery:
    """The one delivery of a payload. `volatile` is what it is told apart by without an id:
    the payload without what another delivery of the same has otherwise.

    Raises `Unreadable` when it is for a mailbox that is not connected.
    """
    received = read(payload, False)
    account = _owner(received, verified)
    who = _sender(received, account.account_id)
    return Delivery(
        channel=CHANNEL,
        account_id=account.account_id,
        sender=who or NOBODY,
        event_key=_key(received, volatile),
        payload=payload,
    )


def _sender(received: Received, mailbox: str) -> str:
    if received.letter is None:
        return ""
    found = sender(received.letter, mailbox, received.fallback_sender)
    return found[1] if found else ""


def _key(received: Received, volatile: Json) -> str:
    """The RFC's id of a mail, else the provider's, else what it says; of a report what it says."""
    if received.letter is None:
        return event_key("report", digest(volatile))
    named = message_id(received.letter)
    if named:
        return event_key("mail", named)
    if received.provider_id:
        return event_key("provider", received.provider_id)
    return event_key("content", digest(volatile))


def _owner(received: Received, verified: Verified) -> Account:
    """The mailbox a mail was sent to, or a report's mail from; the only one is meant anyhow:
    mailboxes are forwarded to addresses of the provider's."""
    ours = {bare(account.account_id): account for account in verified.accounts}
    report = received.report
    named = [*received.recipients, *([report.from_address] if report else [])]
    for address in named:
        if bare(address) in ours:
            return ours[bare(address)]
    if len(verified.accounts) == 1 or received.letter is None:
        return verified.accounts[0]
    raise Unreadable("the mail is for a mailbox that is not connected")


STATUS = re.compile(r"\b([245]\.[0-9]{1,3}\.[0-9]{1,3})\b")


def status_in(text: str) -> str:
    """The enhanced status code (RFC 3463) a server's words carry; '' when they carry none."""
    found = STATUS.search(text[:5000])
    return found[1] if found else ""
