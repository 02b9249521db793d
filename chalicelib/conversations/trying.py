"""A sample message over an account, sent now and told of at once: does the connection work?

Called by `account_tests_api`. What went out stands in the conversation as any message does,
under the id that the provider's echo of it would have: whichever comes first is the one.
"""

from __future__ import annotations

from ..channels import flows as accounts
from ..channels import health, outside, rules
from ..channels.base import Adapter
from ..channels.event import Author
from ..channels.flows import Connected
from ..channels.model import SANDBOX
from ..channels.registry import adapter
from ..channels.sending import (
    CannotSend,
    HttpRequest,
    OutboundMessage,
    Outcome,
    RefreshFailed,
    SendResult,
)
from ..events.conversations import MessageSent
from ..platform import eventlog, listing, store
from ..platform.clock import iso, parse
from ..platform.context import Context
from ..platform.errors import Invalid, Transient
from ..platform.fact import frozen
from .flows import EVERY_CONVERSATION, MESSAGE_WRITE, find
from .model import MESSAGE, Conversation, Message, conversation_id, message_id, reference
from .rules import Status
from .storing import about

#: Conversations looked through for the latest one of an account.
LATEST = 100
ONLY_HEARS = "Kênh này chỉ nhận tin, không gửi được"


@frozen
class Tried:
    """What became of the sample; `requests` are what a sandbox account would have sent."""

    user_id: str | None
    conversation_id: str | None
    sent: bool
    outcome: str
    provider_message_id: str | None
    code: str | None
    reason: str
    requests: tuple[HttpRequest, ...] = ()


def send(connected: Connected, user_id: str | None, text: str, context: Context) -> Tried:
    """Send a sample to a customer's id on the account; a sandbox one without it takes the latest.

    Raises `Invalid` when it is not said whom to send it to.
    """
    account = connected.account
    chosen = adapter(account.channel, account.provider)
    if chosen is None or not chosen.capabilities.can_send:
        return _told(None, None, SendResult(outcome=Outcome.PERMANENT, reason=ONLY_HEARS))
    talk = _talk(connected, user_id)
    to = user_id or (None if talk is None else talk.user_id)
    if to is None:
        raise Invalid("nobody wrote to this account yet: say whom to send to", field="user_id")
    requests, result = _sent(connected, chosen, _sample(to, talk, text, context), context)
    if result.outcome is Outcome.SENT:
        _keep(connected, talk, text, result, context)
        health.sent(account.id, at=context.now)
    return _told(to, talk, result, requests if connected.mode == SANDBOX else ())


def _told(
    to: str | None,
    talk: Conversation | None,
    result: SendResult,
    requests: tuple[HttpRequest, ...] = (),
) -> Tried:
    return Tried(
        user_id=to,
        conversation_id=None if talk is None else talk.pk,
        sent=result.outcome is Outcome.SENT,
        outcome=result.outcome.value,
        provider_message_id=result.provider_message_id,
        code=result.code,
        reason=result.reason,
        requests=requests,
    )


def _talk(connected: Connected, user_id: str | None) -> Conversation | None:
    account = connected.account
    if user_id is not None:
        return find(conversation_id(account.channel, account.account_id, user_id))
    if connected.mode != SANDBOX:
        raise Invalid("a live account sends to somebody who expects it: say whom", field="user_id")
    latest = listing.items(
        Conversation, Conversation.by_time, EVERY_CONVERSATION, limit=LATEST, newest_first=True
    )
    return next((one for one in latest if one.account == account.id), None)


def _sample(to: str, talk: Conversation | None, text: str, context: Context) -> OutboundMessage:
    seen = None if talk is None else talk.last_inbound_at
    return OutboundMessage(
        message_id=context.new_id(),
        user_id=to,
        text=text,
        author=Author.APP,
        last_inbound_at=parse(seen) if seen else None,
        answers=None if talk is None else talk.answers,
        thread=None if talk is None else talk.provider_thread,
        subject=None if talk is None else talk.subject,
    )


def _sent(
    connected: Connected, chosen: Adapter, sample: OutboundMessage, context: Context
) -> tuple[tuple[HttpRequest, ...], SendResult]:
    """The requests and what the last one was answered; none is sent of a sandbox account."""
    try:
        if connected.mode == SANDBOX:
            trial = accounts.equipped(connected, chosen)
            requests = tuple(chosen.prepare(sample, trial, now=context.now))
            return requests, SendResult(outcome=Outcome.SENT)
        result = _called(connected, chosen, sample, context)
        if result.outcome is Outcome.REFRESH:
            renewed = accounts.renew(connected, context)
            result = _called(renewed, chosen, sample, context)
    except (CannotSend, RefreshFailed) as error:
        return (), SendResult(outcome=Outcome.PERMANENT, code=error.code, reason=error.detail)
    except Transient as error:
        return (), SendResult(outcome=Outcome.RETRY, code=error.code, reason=error.detail)
    return (), result


def _called(
    connected: Connected, chosen: Adapter, sample: OutboundMessage, context: Context
) -> SendResult:
    result = SendResult(outcome=Outcome.SENT)
    for request in chosen.prepare(sample, connected.account, now=context.now):
        result = chosen.classify(outside.call(chosen, request))
        if result.outcome is not Outcome.SENT:
            break
    return result


def _keep(
    connected: Connected,
    talk: Conversation | None,
    text: str,
    result: SendResult,
    context: Context,
) -> None:
    """Put a sample that went out into its conversation; the echo may have been quicker."""
    given = result.provider_message_id
    if talk is None or given is None:
        return
    identifier, moment = message_id(talk.pk, given), iso(context.now)
    message = Message(
        talk.pk,
        MESSAGE + identifier,
        thread=talk.pk,
        at=f"{moment}#{identifier}",
        direction="out",
        author=Author.APP.value,
        channel=talk.channel,
        status=Status.SENT,
        text=text,
        provider_message_id=given,
        reference=reference(connected.account.id, given),
        occurred_at=moment,
        received_at=moment,
        sent_at=moment,
    )
    told = eventlog.record(MessageSent(**about(message, talk)), context)
    try:
        store.commit([store.put(MESSAGE_WRITE, message), told])
    except store.ConditionFailed:
        return


def shown(request: HttpRequest, connected: Connected) -> dict[str, object]:
    """A request as it may be shown: without what is secret of it."""
    return {
        "method": request.method,
        "url": rules.shown_url(request.url, connected.account.credentials),
        "headers": rules.shown_headers(request.headers, connected.account.credentials),
        "body": rules.shown_body(request.body, connected.account.credentials),
    }
