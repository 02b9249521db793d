"""One message to one of us, over an account of the organisation's. Called by `pushing`.

No conversation of a customer: nothing of it is kept but what a sandbox account would have sent.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from ..channels import flows as accounts
from ..channels import outside, registry
from ..channels.base import Adapter
from ..channels.event import Author
from ..channels.flows import Connected
from ..channels.model import SANDBOX
from ..channels.sending import (
    CannotSend,
    HttpRequest,
    OutboundMessage,
    Outcome,
    RefreshFailed,
    SendResult,
    Unreachable,
)
from ..conversations.flows import find
from ..conversations.model import conversation_id
from ..platform.clock import parse
from ..platform.context import Context
from ..platform.errors import Transient
from ..platform.fact import frozen

NOT_SENT_FROM = "account_does_not_send"


@frozen
class Words:
    """What is said, to whom on the channel; `id` is the same at every attempt."""

    id: str
    to: str
    title: str
    text: str


def carry(connected: Connected, words: Words, context: Context) -> SendResult:
    """Send it and say what became of it; a token that has run out is renewed once."""
    account = connected.account
    chosen = registry.adapter(account.channel, account.provider)
    if chosen is None or not chosen.capabilities.can_send:
        return SendResult(outcome=Outcome.PERMANENT, code=NOT_SENT_FROM)
    message = _message(connected, chosen, words)
    try:
        result = _sent(connected, chosen, message, context)
        if result.outcome is not Outcome.REFRESH:
            return result
        result = _sent(accounts.renew(connected, context), chosen, message, context)
    except CannotSend as error:
        gone = isinstance(error, Unreachable)
        outcome = Outcome.UNREACHABLE if gone else Outcome.PERMANENT
        return SendResult(outcome=outcome, code=error.code, reason=error.detail)
    except RefreshFailed as error:
        outcome = Outcome.REAUTH if error.permanent else Outcome.RETRY
        return SendResult(outcome=outcome, code=error.code, reason=error.detail)
    except Transient as error:
        return SendResult(outcome=Outcome.RETRY, code=error.code, reason=error.detail)
    again = result.outcome is Outcome.REFRESH
    return replace(result, outcome=Outcome.RETRY) if again else result


def _message(connected: Connected, chosen: Adapter, words: Words) -> OutboundMessage:
    """A mail has a subject; elsewhere the title is the first line."""
    threaded = chosen.capabilities.threaded
    return OutboundMessage(
        message_id=words.id,
        user_id=words.to,
        text=words.text if threaded else f"{words.title}\n\n{words.text}",
        author=Author.APP,
        last_inbound_at=None if threaded else _heard(connected, words.to),
        subject=words.title,
        begins=True,
    )


def _heard(connected: Connected, to: str) -> datetime | None:
    """When the agent last wrote to the account: a chat takes no message long after that."""
    account = connected.account
    talk = find(conversation_id(account.channel, account.account_id, to))
    return parse(talk.last_inbound_at) if talk is not None and talk.last_inbound_at else None


def _sent(
    connected: Connected, chosen: Adapter, message: OutboundMessage, context: Context
) -> SendResult:
    result = SendResult(outcome=Outcome.SENT)
    for part, request in enumerate(_requests(connected, chosen, message, context)):
        if connected.mode == SANDBOX:
            accounts.record_send(
                connected,
                message_id=message.message_id,
                part=part,
                request=request,
                profile_id=None,
                now=context.now,
            )
            continue
        result = chosen.classify(outside.call(chosen, request))
        if result.outcome is not Outcome.SENT:
            break
    return result


def _requests(
    connected: Connected, chosen: Adapter, message: OutboundMessage, context: Context
) -> list[HttpRequest]:
    account = accounts.equipped(connected, chosen)
    return chosen.prepare(message, account, now=context.now)
