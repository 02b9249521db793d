"""Asking a provider for a call, once: claim → ask → store what it said.

Called by `delivery` for a message that is a call. A call that was asked for twice rings twice,
so an attempt whose answer is not known is never repeated: it is in doubt, until an event of the
call tells that it began (`intake.calls`). A refusal is told to the agent, who may call again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from ..channels import flows as accounts
from ..channels import health, outside
from ..channels.base import Adapter
from ..channels.callout import Called, Placed
from ..channels.model import CONNECTED, SANDBOX
from ..channels.registry import adapter
from ..channels.sending import CannotSend, RefreshFailed
from ..events.conversations import CallFailed
from ..platform import eventlog, store
from ..platform.clock import iso, parse
from ..platform.context import Context
from ..platform.errors import Transient
from ..platform.fact import frozen
from ..platform.ids import digest
from . import call_index, call_news, calling
from .call_news import Told
from .dialling import IN_DOUBT, callout_of, is_night, is_unproved
from .flows import MESSAGE_WRITE, find_message, load
from .model import Conversation, Message, reference
from .rules import Status, in_doubt

#: A telephone that rings long after somebody asked for it rings out of the blue.
TOO_LATE = timedelta(minutes=5)
DISCONNECTED = "Tài khoản tổng đài này đã ngắt kết nối"
AT_REST = "Tài khoản tổng đài đang tạm ngưng"
RECONNECT = "Tài khoản tổng đài cần được kết nối lại"
NIGHT = "Đã đến giờ nghỉ của khách, máy không gọi nữa"
LATE = "Yêu cầu gọi bị chậm quá năm phút nên đã hủy, hãy gọi lại"
DOUBT = "Không rõ tổng đài đã bắt đầu cuộc gọi chưa; hệ thống không tự gọi lại"
NOT_RENEWED = "Chưa gia hạn được mã truy cập của tổng đài, hãy gọi lại sau ít phút"


class CallInDoubt(Transient):
    code, title = "call_in_doubt", "An earlier attempt may still be told of"


@frozen
class Line:
    """A claimed call, and the account that places it."""

    message: Message
    conversation: Conversation
    connected: accounts.Connected
    adapter: Adapter


def place(message: Message, context: Context) -> Status:
    """Ask for a call that waits. Raises `CallInDoubt` while an earlier attempt may be told of."""
    conversation = load(message.pk)
    if message.status == Status.SENDING:
        attempted = parse(message.attempted_at) if message.attempted_at else None
        if in_doubt(attempted_at=attempted, now=context.now):
            raise CallInDoubt
        unknown = Called(outcome=Placed.UNKNOWN, code=IN_DOUBT, reason=DOUBT)
        return _settled(message, conversation, unknown, context)
    if message.status != Status.QUEUED:
        return Status(message.status)
    connected = accounts.account(conversation.account)
    chosen = None if connected is None else adapter(message.channel, connected.account.provider)
    if connected is None or chosen is None:
        gone = _refusal("account_disconnected", DISCONNECTED)
        return _settled(message, conversation, gone, context)
    refusal = _unfit(message, connected, context)
    if refusal is not None:
        return _settled(message, conversation, refusal, context)
    claimed = _claimed(message, context)
    line = Line(message=claimed, conversation=conversation, connected=connected, adapter=chosen)
    return _placed(line, context)


def _refusal(code: str, reason: str) -> Called:
    return Called(outcome=Placed.REFUSED, code=code, reason=reason)


def _unfit(message: Message, connected: accounts.Connected, context: Context) -> Called | None:
    """Why a call is not even asked for."""
    if context.now - parse(message.received_at) > TOO_LATE:
        return _refusal("too_late", LATE)
    if calling.is_automatic(message.call or {}) and is_night(connected, context.now):
        return _refusal("quiet_hours", NIGHT)
    if connected.disabled:
        return _refusal("account_disabled", AT_REST)
    if connected.state != CONNECTED and connected.mode != SANDBOX:
        return _refusal("needs_reconnect", RECONNECT)
    return None


def _claimed(message: Message, context: Context) -> Message:
    store.commit(
        [
            store.update(
                MESSAGE_WRITE,
                store.ref(Message, message.pk, message.sk),
                Message.status.set(Status.SENDING),
                Message.attempts.set(1),
                Message.attempted_at.set(iso(context.now)),
                condition=Message.status == Status.QUEUED,
            )
        ]
    )
    message.status, message.attempted_at = Status.SENDING.value, iso(context.now)
    return message


# ------------------------------------------------------------------ asking


def _placed(line: Line, context: Context) -> Status:
    try:
        line, answer = _asked(line, context)
    except CannotSend as error:
        answer = _refusal(error.code, error.detail)
    account = line.connected
    if answer.outcome in (Placed.REAUTH, Placed.REFRESH) and account.state == CONNECTED:
        code = answer.code or "refused"
        accounts.needs_reconnect(account, code=code, reason=answer.reason, context=context)
    status = _settled(line.message, line.conversation, answer, context)
    if status is Status.SENT:
        health.sent(account.account.id, at=context.now)
    elif status is Status.FAILED:
        health.failed(account.account.id, answer.code or "refused", at=context.now)
    return status


def _asked(line: Line, context: Context) -> tuple[Line, Called]:
    """The provider's answer; where the access token has run out, or there is none yet, it is
    renewed once. Raises `CannotSend`."""
    if line.connected.mode == SANDBOX:
        return line, _sandboxed(line, context)
    account = line.connected.account
    renewable = line.adapter.refresh_request(account, now=context.now) is not None
    if renewable and account.secret("access_token") is None:
        answer = Called(outcome=Placed.REFRESH)
    else:
        answer = _call(line, context)
    if answer.outcome is not Placed.REFRESH:
        return line, answer
    try:
        line = replace(line, connected=accounts.renew(line.connected, context))
    except RefreshFailed as error:
        outcome = Placed.REAUTH if error.permanent else Placed.REFUSED
        return line, Called(outcome=outcome, code=error.code, reason=NOT_RENEWED)
    except Transient as error:
        return line, _refusal(error.code, NOT_RENEWED)
    return line, _call(line, context)


def _call(line: Line, context: Context) -> Called:
    asked = callout_of(line.message)
    request = line.adapter.call_request(asked, line.connected.account, now=context.now)
    return line.adapter.called(outside.call(line.adapter, request))


def _sandboxed(line: Line, context: Context) -> Called:
    """What a live account would have asked for is kept; nobody is called."""
    account = accounts.equipped(line.connected, line.adapter)
    request = line.adapter.call_request(callout_of(line.message), account, now=context.now)
    accounts.record_send(
        line.connected,
        message_id=line.message.id,
        part=0,
        request=request,
        profile_id=line.conversation.origin,
        now=context.now,
    )
    made_up = f"sandbox-{digest(line.message.id)[:20]}"
    return Called(outcome=Placed.TAKEN, call_id=made_up)


# ------------------------------------------------------------------ what became of it


def _settled(
    message: Message, conversation: Conversation, answer: Called, context: Context
) -> Status:
    """Store the answer; an event of the call may have been quicker, and is right."""
    return store.run_again(lambda: _settle(message, conversation, answer, context))


def _settle(
    message: Message, conversation: Conversation, answer: Called, context: Context
) -> Status:
    current = find_message(message.pk, message.id)
    if current is None:
        return Status.FAILED  # erased meanwhile
    waits = current.status in (Status.QUEUED, Status.SENDING)
    if answer.outcome is Placed.TAKEN:
        store.commit(_taken(current, conversation, answer.call_id, context))
        return Status.SENT
    if waits:
        store.commit(_failed(current, conversation, answer, context))
        return Status.FAILED
    return Status(current.status)


def _taken(
    message: Message, conversation: Conversation, call_id: str | None, context: Context
) -> list[store.Write]:
    """The provider has the call: from now on it is found by its id, with whatever was told of
    that id before."""
    known = call_index.look(conversation.account, call_id)
    before = message.call or {}
    waiting = known.facts if known.place is None else None
    after = calling.joined(before, waiting) if waiting else before
    told = Told(
        message=message,
        origin=conversation.origin,
        account_id=conversation.account_id,
        ticket_id=message.ticket_id,
    )
    unproved = is_unproved(message)
    actions: list[Action] = []
    if unproved:
        actions += went_out(context)
    if call_id is not None and message.provider_message_id is None:
        found_by = reference(conversation.account, call_id)
        actions += [Message.provider_message_id.set(call_id), Message.reference.set(found_by)]
    if waiting:
        actions.append(Message.call.set(dict(after)))
    return [
        *([_update(message, actions)] if actions else []),
        *([] if known.place else call_index.keep_place(known, message, context.now)),
        *([call_news.started(told, after, context, at=context.now)] if unproved else []),
        *(call_news.events(told, before, after, context, at=context.now) if waiting else []),
    ]


def went_out(context: Context) -> list[Action]:
    """The actions of a call that has begun, whatever was thought of it."""
    return [
        Message.status.set(Status.SENT),
        Message.sent_at.set(iso(context.now)),
        Message.error_code.remove(),
        Message.error_reason.remove(),
    ]


def _failed(
    message: Message, conversation: Conversation, answer: Called, context: Context
) -> list[store.Write]:
    doubtful = answer.outcome is Placed.UNKNOWN
    code = IN_DOUBT if doubtful else answer.code or "refused"
    told = CallFailed(
        conversation_id=message.pk,
        message_id=message.id,
        ticket_id=message.ticket_id,
        profile_id=conversation.origin,
        channel=message.channel,
        account_id=conversation.account_id,
        author=message.author,
        agent_id=message.agent_id,
        code=code,
    )
    actions: list[Action] = [Message.status.set(Status.FAILED), Message.error_code.set(code)]
    if answer.reason:
        actions.append(Message.error_reason.set(answer.reason[:300]))
    return [_update(message, actions), eventlog.record(told, context)]


def _update(message: Message, actions: list[Action]) -> store.Write:
    unchanged: Condition = (Message.status == message.status) & (Message.call == message.call)
    same = store.ref(Message, message.pk, message.sk)
    return store.update(MESSAGE_WRITE, same, *actions, condition=unchanged)
