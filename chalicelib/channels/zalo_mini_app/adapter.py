"""A Zalo Mini App: what its signed-in users post to `/webhooks/mini_app[/{account_id}]`.

`intake` calls both parts. A user is proved by Zalo (`intake.mini_app_api`), which gives them a
token of ours; with it they post like every visitor (`channels.pages.visitors`). Who they are is
told by `intake.mini_app_api` itself as an event of its own, which no request can pose as. What
the platform posts to the same address is in `told`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from ..base import Account, Delivery, Verified, WebhookRequest
from ..event import ContactHints, InboundEvent, Json, Kind, KnownAs
from ..keys import digest, event_key
from ..pages.visitors import VisitorAdapter, VisitorProvider
from ..sending import HttpResponse, Outcome, SendResult
from ..wire import as_integer, as_object, as_text, as_texts, leading_object
from . import codes, told
from .calls import AppUser

#: The type of our own event; the webhook takes no such thing (`visitors.TYPES`).
PROVED = "proved"


class MiniApp(VisitorProvider):
    name: ClassVar[str] = codes.PROVIDER
    channels: ClassVar[tuple[str, ...]] = (codes.CHANNEL,)
    proves: ClassVar[bool] = True
    fields: ClassVar[Mapping[str, int]] = codes.FIELDS
    unverified: ClassVar[str] = codes.NO_SESSION

    def verify(self, request: WebhookRequest, accounts: Sequence[Account]) -> Verified | None:
        """A user by their session, the platform by its signature."""
        if told.is_told(request):
            return told.verified(request, accounts)
        return super().verify(request, accounts)

    def split(self, request: WebhookRequest, verified: Verified) -> list[Delivery]:
        """What a user posts, as of every visitor; of what the platform tells, its one event."""
        if told.is_told(request):
            return [told.cut(request, account) for account in verified.accounts]
        return super().split(request, verified)

    def counted(self, request: WebhookRequest, verified: Verified) -> Mapping[str, int]:
        """A user and their address; the platform is not counted."""
        return {} if told.is_told(request) else super().counted(request, verified)


class ZaloMiniApp(VisitorAdapter):
    channel: ClassVar[str] = codes.CHANNEL
    source: ClassVar[str] = codes.SOURCE
    provider: ClassVar[str] = codes.PROVIDER
    hosts: ClassVar[frozenset[str]] = frozenset({"graph.zalo.me"})
    sending_credentials: ClassVar[tuple[str, ...]] = ("app_secret",)

    def parse(self, delivery: Delivery) -> InboundEvent:
        """What a user says or has read, who they were proved to be, what the platform tells."""
        payload = delivery.payload
        if payload.get("type") == told.TOLD:
            return told.parsed(delivery)
        if payload.get("type") != PROVED:
            return super().parse(delivery)
        return InboundEvent(
            kind=Kind.CONTACT,
            channel=self.channel,
            account_id=delivery.account_id,
            event_key=delivery.event_key,
            user_id=delivery.sender or None,
            contact=_contact(payload),
            also=_also(as_object(payload.get("in_oa"))),
            provider_event=PROVED,
            raw=payload,
        )

    def classify(self, response: HttpResponse) -> SendResult:
        """What Zalo's answer to a question about a user means: SENT is an answer to it."""
        code = as_integer((leading_object(response.body) or {}).get("error"))
        outcome = _outcome(response.status, code)
        said = str(response.status) if code is None else str(code)
        return SendResult(outcome=outcome, code=said, reason=codes.REASONS[outcome])


def _outcome(status: int, code: int | None) -> Outcome:
    if status == 0 or status == 429 or status >= 500:
        return Outcome.RETRY
    if code:
        return codes.CODES.get(code, Outcome.PERMANENT)
    return Outcome.SENT if 200 <= status < 300 else Outcome.PERMANENT


def _contact(payload: Json) -> ContactHints:
    """Zalo vouches for the phone."""
    phones = as_texts([payload.get("phone")])
    return ContactHints(name=as_text(payload.get("name")), phones=phones, verified=bool(phones))


def _also(there: Json) -> tuple[KnownAs, ...]:
    account, user = as_text(there.get("account_id")), as_text(there.get("user_id"))
    if account is None or user is None:
        return ()
    return (KnownAs(channel="zalo_oa", account_id=account, user_id=user),)


def proved(account: Account, user: AppUser, *, phone: str | None = None) -> Delivery:
    """The event that a user was proved, with the phone that was; the same again is the same."""
    known: Json = {"type": PROVED, "name": user.name, "phone": phone}
    if user.in_oa is not None:
        known["in_oa"] = {"account_id": user.in_oa.account_id, "user_id": user.in_oa.user_id}
    payload = {name: value for name, value in known.items() if value is not None}
    return Delivery(
        channel=codes.CHANNEL,
        account_id=account.account_id,
        sender=user.id,
        event_key=event_key(PROVED, digest([user.id, payload])),
        payload=payload,
    )


PROVIDER = MiniApp()
ADAPTER = ZaloMiniApp()
