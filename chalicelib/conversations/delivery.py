"""Sending a queued reply: claim → send what is missing of it → record what became of it.

Called by the worker of `outbound.fifo`. May run any number of times for one
message. A send whose result was never recorded is in doubt: the provider's echo
(see `receipts`) is given a minute to settle it before it is sent again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime

from ..channels import flows as accounts
from ..channels import health, outside
from ..channels.base import Adapter
from ..channels.model import SANDBOX
from ..channels.registry import adapter
from ..channels.sending import (
    CannotSend,
    HttpRequest,
    HttpResponse,
    Once,
    OutboundMessage,
    Outcome,
    RefreshFailed,
    SendResult,
    Unreachable,
    lost,
)
from ..events.conversations import MessageDelayed
from ..platform import eventlog, store
from ..platform.clock import iso, parse, zone
from ..platform.context import Context
from ..platform.due import due, place
from ..platform.errors import Transient
from ..platform.fact import frozen
from ..platform.ids import digest
from . import bringing, calling_out, holding, outgoing, pacing, turns
from .flows import MESSAGE_WRITE, find_message, load
from .model import MESSAGE, Conversation, Message
from .rules import FINISHED, Next, Status, after_attempt, in_doubt, spread
from .settling import Ending, settle
from .storing import about

#: Why a message waits that nothing is wrong with.
EARLIER_FIRST = "earlier_first"
RECONNECT, TO_RECONNECT = "needs_reconnect", "Kênh cần được kết nối lại, tin sẽ đi ngay sau đó"
NOT_RENEWED = "Chưa gia hạn được mã truy cập của kênh, sẽ thử lại"
ANSWER_LOST = "answer_lost"
#: Why nobody can send a message: what that means, and in words for people.
GIVEN_UP = {
    "account_disconnected": (Outcome.UNREACHABLE, "Tài khoản kênh này đã ngắt kết nối"),
    "unfollowed": (Outcome.UNREACHABLE, "Khách đã bỏ theo dõi hoặc chặn tài khoản này"),
    ANSWER_LOST: (
        Outcome.PERMANENT,
        "Nhà cung cấp không trả lời, không rõ tin đã đến khách chưa: hãy kiểm tra rồi gửi lại",
    ),
}
DISABLED, AT_REST = "account_disabled", "Tài khoản kênh đang tạm ngưng, tin chờ mở lại"
OWN_PACE, PACED = "own_pace", "Đang gửi nhiều tin trên kênh này, tin sẽ đi trong ít phút tới"


class InDoubt(Transient):
    code, title = "send_in_doubt", "An earlier attempt may still be confirmed"


@frozen
class Attempt:
    """One claimed attempt to send a message."""

    message: Message
    conversation: Conversation
    connected: accounts.Connected
    adapter: Adapter
    number: int
    bodies: Mapping[str, bytes] = field(default_factory=dict)  # of its files, by their number


def deliver(conversation_id: str, message_id: str, context: Context) -> Status:
    """Send a reply as far as it is not sent. Raises `InDoubt` to be called again later."""
    message = find_message(conversation_id, message_id)
    if message is None or message.status in FINISHED:
        return Status.SENT if message is None else Status(message.status)
    if message.call is not None:
        return calling_out.place(message, context)
    if message.due_at is not None and message.due_at > iso(context.now):
        return Status.DELAYED  # an old queue entry come again: its time is not there yet
    conversation = load(conversation_id)
    until = turns.wait(message, conversation, context.now)
    if until is not None:
        return _queue_up(message, conversation, until, context)
    connected = accounts.account(conversation.account)
    provider = "" if connected is None else connected.account.provider
    chosen = adapter(conversation.channel, provider)
    if connected is None or chosen is None:
        return _settle_unclaimed(message, conversation, context, code="account_disconnected")
    if conversation.unfollowed:
        return _settle_unclaimed(message, conversation, context, code="unfollowed")
    attempt = Attempt(
        message=message,
        conversation=conversation,
        connected=connected,
        adapter=chosen,
        number=int(message.attempts or 0) + 1,
    )
    if _doubtful(attempt, context):
        return _settle_unclaimed(message, conversation, context, code=ANSWER_LOST)
    _claim(attempt, context)
    attempt, result = _send(attempt, context)
    return _settle(attempt, result, context)


def _doubtful(attempt: Attempt, context: Context) -> bool:
    """Whether an earlier attempt may have gone out, and nobody will ever tell.

    Raises `InDoubt` while its echo, or another process, may still settle it. A sandbox send
    is a conditional write of ours: doing it again is the same write.
    """
    message = attempt.message
    if message.status != Status.SENDING or attempt.connected.mode == SANDBOX:
        return False
    attempted = parse(message.attempted_at) if message.attempted_at else None
    if in_doubt(attempted_at=attempted, now=context.now):
        raise InDoubt
    return _once(attempt) is Once.PERSON


def _once(attempt: Attempt) -> Once:
    return attempt.adapter.once(_outbound(attempt), attempt.connected.account)


def _claim(attempt: Attempt, context: Context) -> None:
    message = attempt.message
    known = Message.attempts == message.attempts if message.attempts else None
    unclaimed = Message.attempts.does_not_exist() if known is None else known
    store.commit(
        [
            store.update(
                MESSAGE_WRITE,
                store.ref(Message, message.pk, message.sk),
                Message.status.set(Status.SENDING),
                Message.attempts.set(attempt.number),
                Message.attempted_at.set(iso(context.now)),
                Message.due_shard.remove(),
                Message.due_at.remove(),
                condition=(Message.status == message.status) & unclaimed,
            )
        ]
    )


def _send(attempt: Attempt, context: Context) -> tuple[Attempt, SendResult]:
    """The result of the last part sent; parts the provider has already are not sent again.

    With it the attempt as it is then: its account may have a new token.
    """
    not_now = _not_now(attempt, context)
    if not_now is not None:
        return attempt, not_now
    sent: list[str] = list(attempt.message.parts or ())
    try:
        attempt, missing = _with_files(attempt, context)
        if missing is not None:
            return attempt, missing
        parts = len(_prepared(attempt, context))
        result = SendResult(outcome=Outcome.SENT, provider_message_id=sent[-1] if sent else None)
        for number in range(len(sent), parts):
            attempt, result = _send_part(attempt, number, context)
            if result.outcome is not Outcome.SENT:
                return attempt, _after(sent, _settled(attempt, result))
            sent.append(result.provider_message_id or "")
            if number + 1 < parts:
                _keep_parts(attempt.message, sent)
    except CannotSend as error:
        gone = isinstance(error, Unreachable)
        outcome = Outcome.UNREACHABLE if gone else Outcome.PERMANENT
        result = SendResult(outcome=outcome, code=error.code, reason=error.detail)
    return attempt, result


def _not_now(attempt: Attempt, context: Context) -> SendResult | None:
    """Why the provider is not asked at all for now: its account, a template's hour, our pace."""
    connected = attempt.connected
    if connected.state != "connected" and connected.mode != SANDBOX:
        return SendResult(outcome=Outcome.REAUTH, code=RECONNECT, reason=TO_RECONNECT)
    if connected.disabled:
        return SendResult(outcome=Outcome.REAUTH, code=DISABLED, reason=AT_REST)
    held = holding.held(attempt.message, attempt.conversation, connected, context)
    if held is not None:
        return held
    if not pacing.has_turn(connected, attempt.adapter.capabilities, context.now):
        return SendResult(outcome=Outcome.PACED, code=OWN_PACE, reason=PACED)
    return None


def _after(sent: Sequence[str], result: SendResult) -> SendResult:
    """Who has the beginning of a message shall not get it once more from its start elsewhere."""
    begun = bool(sent) and result.outcome is Outcome.UNREACHABLE
    return replace(result, outcome=Outcome.PERMANENT) if begun else result


def _settled(attempt: Attempt, result: SendResult) -> SendResult:
    """What follows when a part may have gone out although its answer does not say so."""
    once = _once(attempt) if result.unclear else Once.KEY
    if once is Once.PERSON:
        outcome, reason = GIVEN_UP[ANSWER_LOST]
        return SendResult(outcome=outcome, code=ANSWER_LOST, reason=reason)
    return replace(result, unclear=once is Once.ECHO)


def _with_files(attempt: Attempt, context: Context) -> tuple[Attempt, SendResult | None]:
    """The attempt with what must be had of its files first; or why that cannot be had now."""
    missing = _bring(attempt)
    if missing is not None and missing.outcome is Outcome.REFRESH:
        renewed = _renewed(attempt, context)
        if isinstance(renewed, SendResult):
            return attempt, renewed
        attempt, missing = renewed, _bring(renewed)
        if missing is not None and missing.outcome is Outcome.REFRESH:
            missing = replace(missing, outcome=Outcome.RETRY)
    bodies = bringing.bodies(attempt.message, attempt.adapter)
    return replace(attempt, bodies=bodies), missing


def _bring(attempt: Attempt) -> SendResult | None:
    if attempt.connected.mode == SANDBOX:
        bringing.pretend(attempt.message, attempt.adapter)
        return None

    def call(request: HttpRequest) -> HttpResponse:
        return outside.call(attempt.adapter, request)

    return bringing.bring(
        attempt.message,
        attempt.adapter,
        attempt.connected.account,
        call,
        attempt=attempt.number,
    )


def _send_part(attempt: Attempt, number: int, context: Context) -> tuple[Attempt, SendResult]:
    """Send one part; when the access token has run out, renew it once and try again."""
    result = _call(attempt, number, context)
    if result.outcome is not Outcome.REFRESH:
        return attempt, result
    renewed = _renewed(attempt, context)
    if isinstance(renewed, SendResult):
        return attempt, renewed
    result = _call(renewed, number, context)
    if result.outcome is Outcome.REFRESH:
        result = replace(result, outcome=Outcome.RETRY)
    return renewed, result


def _outbound(attempt: Attempt) -> OutboundMessage:
    return outgoing.outbound(
        attempt.message,
        attempt.conversation,
        attempt.adapter.capabilities,
        bodies=attempt.bodies,
    )


def _prepared(attempt: Attempt, context: Context) -> list[HttpRequest]:
    account = accounts.equipped(attempt.connected, attempt.adapter)
    return attempt.adapter.prepare(_outbound(attempt), account, now=context.now)


def _call(attempt: Attempt, number: int, context: Context) -> SendResult:
    request = _prepared(attempt, context)[number]
    if attempt.connected.mode == SANDBOX:
        accounts.record_send(
            attempt.connected,
            message_id=attempt.message.id,
            part=number,
            request=request,
            profile_id=attempt.conversation.origin,
            now=context.now,
        )
        made_up = f"sandbox-{digest(attempt.message.id, str(number))[:20]}"
        return SendResult(outcome=Outcome.SENT, provider_message_id=made_up)
    response = outside.call(attempt.adapter, request)
    result = attempt.adapter.classify(response)
    return replace(result, unclear=lost(response, result))


def _renewed(attempt: Attempt, context: Context) -> Attempt | SendResult:
    try:
        connected = accounts.renew(attempt.connected, context)
    except RefreshFailed as error:
        outcome = Outcome.REAUTH if error.permanent else Outcome.RETRY
        return SendResult(outcome=outcome, code=error.code, reason=TO_RECONNECT)
    except Transient as error:
        return SendResult(outcome=Outcome.RETRY, code=error.code, reason=NOT_RENEWED)
    return replace(attempt, connected=connected)


def _keep_parts(message: Message, sent: Sequence[str]) -> None:
    same = store.ref(Message, message.pk, message.sk)
    kept = store.update(
        MESSAGE_WRITE,
        same,
        Message.parts.set(list(sent)),
        condition=Message.status == Status.SENDING,
    )
    store.commit([kept])


def _settle(attempt: Attempt, result: SendResult, context: Context) -> Status:
    message = attempt.message
    following = after_attempt(
        result,
        attempts=attempt.number,
        queued_at=parse(message.received_at),
        now=context.now,
        zone=zone(),
        spread=spread(message.id, attempt.number),
    )
    told = result.outcome is Outcome.REAUTH and result.code != DISABLED
    if told and attempt.connected.state == "connected":
        accounts.needs_reconnect(
            attempt.connected, code=result.code or "", reason=result.reason, context=context
        )
    ours = (Message.status == Status.SENDING) & (Message.attempts == attempt.number)
    ending = Ending(
        message=message, conversation=attempt.conversation, result=result, following=following
    )
    health.stands(attempt.connected.account.id, result.quota, None, at=context.now)
    if settle(ending, context, condition=ours):
        _noted(attempt.connected.account.id, following, context)
        return following.status
    # The echo was quicker and has settled it, or a later attempt has begun.
    return Status.SENDING


def _noted(account: str, following: Next, context: Context) -> None:
    """How the account does, for those who look after it."""
    if following.status is Status.SENT:
        health.sent(account, at=context.now)
    elif following.status is Status.FAILED:
        health.failed(account, following.code or "refused", at=context.now)


def _settle_unclaimed(
    message: Message, conversation: Conversation, context: Context, *, code: str
) -> Status:
    """Give up a message that nobody can send here, for one of the reasons of `GIVEN_UP`."""
    outcome, reason = GIVEN_UP[code]
    ending = Ending(
        message=message,
        conversation=conversation,
        result=SendResult(outcome=outcome, code=code, reason=reason),
        following=Next(status=Status.FAILED, code=code, reason=reason),
    )
    if not settle(ending, context, condition=Message.status == message.status):
        raise store.Contended(f"message {message.id}")
    return ending.following.status


def _queue_up(
    message: Message, conversation: Conversation, until: datetime, context: Context
) -> Status:
    """An earlier message waits to be tried again: this one waits behind it."""
    shard, moment = place(message.id, until)
    delayed = MessageDelayed(
        **about(message, conversation), outcome=EARLIER_FIRST, code=EARLIER_FIRST, until=iso(until)
    )
    waits = store.update(
        MESSAGE_WRITE,
        store.ref(Message, message.pk, message.sk),
        Message.status.set(Status.DELAYED),
        Message.due_shard.set(shard),
        Message.due_at.set(moment),
        condition=Message.status == message.status,
    )
    store.commit([waits, turns.behind(conversation, until), eventlog.record(delayed, context)])
    return Status.DELAYED


def due_messages(context: Context, *, most: int = 500) -> list[tuple[str, str]]:
    """Conversation and message ids of delayed replies whose time has come, oldest first."""
    keys = due(Message.due, now=context.now, most=most)
    return [(conversation_id, sk.removeprefix(MESSAGE)) for conversation_id, sk in keys]
