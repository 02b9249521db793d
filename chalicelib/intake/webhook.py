"""What happens before the 200: verify the raw bytes, cut into events, queue, nothing else.

Called by `intake.api`; the worker's side of the queue entries is `intake.entries`.
Deadlines are 500 ms (Lazada) to 3 s (TikTok): one AWS request for up to ten events.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import timedelta

from ..channels import flows as accounts
from ..channels.base import (
    Account,
    Provider,
    Unreadable,
    Verified,
    WebhookAnswer,
    WebhookRequest,
)
from ..channels.registry import provider as provider_named
from ..platform import blobs, queue
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.control import within_rate
from ..platform.errors import AppError, NotFound, TooMany, Unauthenticated
from ..platform.ids import digest
from ..platform.log import count
from . import certificates
from .entries import delivery_entry, pointer_entry, unreadable_entry

#: More events or bytes than this go to the bucket, with one pointer in the queue.
MOST_EVENTS = 50
MOST_BYTES = 900_000
FORM_WINDOW = timedelta(minutes=1)


class UnknownProvider(NotFound):
    code, title = "unknown_provider", "No such webhook"


class BadSignature(Unauthenticated):
    code, title = "bad_signature", "The signature is missing or wrong"


class TooManyForms(TooMany):
    retry_after = int(FORM_WINDOW.total_seconds())


class Refused(Exception):
    """A refusal together with the headers its sender's browser needs to read it."""

    def __init__(self, error: AppError, headers: Mapping[str, str]) -> None:
        super().__init__(error.detail)
        self.error = error
        self.headers = headers


def accept(name: str, request: WebhookRequest, context: Context) -> WebhookAnswer:
    """Make an authentic request durable and answer it. Raises `Refused`."""
    provider = provider_named(name)
    if provider is None:
        raise Refused(UnknownProvider(field="provider"), {})
    known = _accounts(name, fresh=False)
    try:
        return _accept(provider, request, known, context)
    except AppError as error:
        raise Refused(error, provider.answer_headers(request, known)) from None


def _accounts(name: str, *, fresh: bool) -> list[Account]:
    return [found.account for found in accounts.accounts_of(name, fresh=fresh)]


def _accept(
    provider: Provider, request: WebhookRequest, known: Sequence[Account], context: Context
) -> WebhookAnswer:
    greeting = provider.greet(request, addressed(request, known))
    if greeting is not None:
        if greeting.status >= 400:
            known = _accounts(provider.name, fresh=True)
            greeting = provider.greet(request, addressed(request, known)) or greeting
        return greeting
    verified = _verified(provider, request, addressed(request, known))
    if verified is None:
        # The account may have been connected, or its secret changed, a moment ago.
        before, known = known, _accounts(provider.name, fresh=True)
        if known != before:
            verified = _verified(provider, request, addressed(request, known))
    if verified is None:
        count("webhook_refused", provider=provider.name)
        raise BadSignature(provider.unverified)
    count("webhook_verified", provider=provider.name, variant=verified.variant)
    if provider.rate_limited:
        _limit(provider, request, verified, context)
    enqueue(provider, _entries(provider, request, verified, context), context)
    answer = _answer(provider, request, verified)
    common = provider.answer_headers(request, known)
    return replace(answer, headers={**common, **answer.headers})


def _answer(provider: Provider, request: WebhookRequest, verified: Verified) -> WebhookAnswer:
    """What the provider is told: with the script of a call that we placed, where it asks for it."""
    our_id = provider.asks_script(request)
    if our_id is None:
        return provider.answer(request, verified)
    from ..conversations import dialling  # no other webhook needs it

    script = dialling.script_of((one.id for one in verified.accounts), our_id)
    return provider.scripted(request, verified, script)


def _verified(
    provider: Provider, request: WebhookRequest, accounts: Sequence[Account]
) -> Verified | None:
    """What the provider makes of a request, together with the certificate it was signed with."""
    address = provider.certificate_url(request, accounts)
    if address is None:
        return provider.verify(request, accounts)
    found = certificates.fetched(address)
    return provider.verify(replace(request, certificate=found), accounts)


def addressed(request: WebhookRequest, known: Sequence[Account]) -> list[Account]:
    """The accounts whose secrets may prove a request: the path's, else all.

    What the body names is not asked: reading the body of a stranger costs more than hashing it.
    """
    return [account for account in known if request.account_id in (None, account.account_id)]


def _limit(
    provider: Provider, request: WebhookRequest, verified: Verified, context: Context
) -> None:
    for counted, most in provider.counted(request, verified).items():
        who = digest(provider.name, counted)[:32]
        if not within_rate(who, most=most, window=FORM_WINDOW, now=context.now):
            raise TooManyForms("try again in a minute")


def _entries(
    provider: Provider, request: WebhookRequest, verified: Verified, context: Context
) -> list[queue.Message]:
    try:
        deliveries = provider.split(request, verified)
    except Unreadable as error:
        return [_kept_raw(provider, request, error, context)]
    ours = {(account.channel, account.account_id): account.id for account in verified.accounts}
    proved = verified.variant
    return [
        delivery_entry(
            provider.name, one, ours.get((one.channel, one.account_id)), context, variant=proved
        )
        for one in deliveries
    ]


def _kept_raw(
    provider: Provider, request: WebhookRequest, error: Unreadable, context: Context
) -> queue.Message:
    """An authentic body nobody can parse, whole, for quarantine."""
    body = b64encode(request.body).decode()
    blob = None
    if len(body) > MOST_BYTES:
        blob = f"inbound/{iso(context.now)[:10]}/{context.new_id()}"
        blobs.put(blob, request.body)
        body = ""
    return unreadable_entry(provider.name, request, body, blob, error.detail, context)


def enqueue(provider: Provider, entries: Sequence[queue.Message], context: Context) -> None:
    """Bring entries to the inbound queue: ten to a request, a crowd by one pointer."""
    size = sum(len(entry.body.encode()) for entry in entries)
    if len(entries) <= MOST_EVENTS and size <= MOST_BYTES:
        queue.send(queue.INBOUND, entries)
        return
    key = f"inbound/{iso(context.now)[:10]}/{context.new_id()}"
    lines = "\n".join(queue.packed(asdict(entry)) for entry in entries)
    blobs.put(key, lines.encode(), content_type="application/x-ndjson")
    queue.send(queue.INBOUND, [pointer_entry(provider.name, key, context)])
