"""A telephone call: one message that its events complete, in whatever order they come.

Called by `intake.flows` for events of the kind `call`. What is kept of one is reckoned in
`conversations.calling`, what it does to tickets in `call_tickets`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from pynamodb.expressions.update import Action

from ..channels.event import Author, CallStage
from ..conversations import call_index, call_news, calling, calling_out, dialling, receipts, storing
from ..conversations import flows as conversations
from ..conversations.call_index import Known
from ..conversations.call_news import Told
from ..conversations.model import Conversation, Message, message_id
from ..events.conversations import MessageMediaRequested
from ..platform import eventlog, store
from ..platform.clock import iso, parse
from ..profiles import knowing
from . import call_tickets
from .call_tickets import Caller, Turn
from .work import Begun, Work, started, whose

Kept = Mapping[str, Any]

#: An event that says a call was missed but not which one is about the latest, within this …
SAME_CALL = timedelta(minutes=15)
#: … and is a repetition of one that came a moment before.
REPEATED = timedelta(minutes=5)


def tell(work: Work) -> None:
    """Keep what an event tells of a call, with everything that follows from it."""
    call = work.event.call
    if call is None:
        return
    known = call_index.look(work.connected.account.id, call.id)
    told = calling.facts(work.event, at=work.at)
    message = _kept(work, known)
    if message is not None:
        _complete(work, known, message, told)
    elif work.event.user_id is not None:
        _begin(work, known, calling.everything(known.facts or {}, told))
    elif known.place is None:
        facts = calling.everything(known.facts or {}, told)
        store.commit(call_index.keep_facts(known, facts, work.context.now))
    # What is told of a call that was erased, and of nobody by name, is told of nobody.


def _kept(work: Work, known: Known) -> Message | None:
    """The message of the call; None where it has none yet."""
    found = None if known.place is None else conversations.find_message(*known.place)
    if found is None and known.place is None:
        found = _placed(work)
    if found is not None or work.event.user_id is None:
        return found
    conversation, key = work.place.conversation_id, storing.key_of(_named(work).event)
    same = conversations.find_message(conversation, message_id(conversation, key))
    if same is not None:
        return same
    call = work.event.call
    if call is not None and call.outbound and call.id is not None:
        return dialling.by_numbers(conversation, call.extension, at=work.at)
    return _latest(work) if call is not None and call.id is None else None


def _placed(work: Work) -> Message | None:
    """The call we placed that an event is about by our own id, or by the telephone of ours that
    rings for it; None: by neither."""
    call, account = work.event.call, work.connected.account.id
    if work.event.app_message_id is not None:
        return dialling.by_our_id(account, work.event.app_message_id)
    if call is None or not call.between_us or call.extension is None:
        return None
    return dialling.by_telephone(account, call.extension, at=work.at)


def _latest(work: Work) -> Message | None:
    """The call that was missed, of an event that does not name it and came for the first time."""
    for message in receipts.recent(work.place.conversation_id):
        kept = message.call
        if not kept or calling.is_outbound(kept):
            continue
        age = abs(work.at - parse(message.occurred_at))
        missed = kept["stage"] == CallStage.MISSED
        fits = age <= (REPEATED if missed else SAME_CALL)
        return message if fits and not calling.has_talked(kept) else None
    return None


# ------------------------------------------------------------------ the first event


def _begin(work: Work, known: Known, kept: Kept) -> None:
    """A call nobody told of before: profile and conversation where they are not, and a message."""
    work = _named(work)
    conversation = conversations.find(work.place.conversation_id)
    caller = Caller(conversation=conversation, standing=_standing(work, conversation))
    turn = call_tickets.turn(work, caller, before={}, after=kept, belongs_to=None)
    begun = _begun(work, caller, turn, outbound=calling.is_outbound(kept))
    message = _message(work, kept, turn.ticket_id)
    message.copies = _copies(work, {}, kept) or None
    store.commit(
        [
            store.put(conversations.MESSAGE_WRITE, message),
            *begun.writes,
            *_ticket_writes(work, turn, begun, message),
            *call_index.keep_place(known, message, work.context.now),
            *call_news.events(
                _news(work, message, begun.origin, turn.ticket_id),
                {},
                kept,
                work.context,
                at=work.at,
            ),
            *_recorded(work, message, begun.origin, {}, kept),
        ]
    )


def _named(work: Work) -> Work:
    """A missed call without an id of its own is told from others by when it was told of."""
    if work.event.call is None or work.event.call.id is not None:
        return work
    key = f"{work.event.event_key}:{iso(work.received_at)}"
    return replace(work, event=replace(work.event, event_key=key, provider_message_id=None))


def _standing(work: Work, conversation: Conversation | None) -> knowing.Standing | None:
    if conversation is None:
        return whose(work)
    return knowing.standing_of(conversation.profile_id, origin=conversation.origin)


def _begun(work: Work, caller: Caller, turn: Turn, *, outbound: bool) -> Begun:
    return started(
        work,
        caller.conversation,
        inbound=not outbound,
        ticket_id=turn.ticket_id,
        standing=caller.standing,
        looked=True,
    )


def _message(work: Work, kept: Kept, ticket_id: str | None) -> Message:
    """The item of a call: the customer's where they called, else a person's of ours."""
    event = replace(
        work.event,
        author=Author.HUMAN if calling.is_outbound(kept) else Author.CUSTOMER,
        text=calling.words(kept),
        postback=calling.keys(kept),
        attachments=calling.recording(kept),
    )
    if calling.is_outbound(kept):
        message = storing.outside(
            event, work.place, at=work.at, received_at=work.received_at, ticket_id=ticket_id
        )
    else:
        message = storing.inbound(
            event,
            work.place,
            at=work.at,
            received_at=work.received_at,
            ticket_id=ticket_id,
            courtesy=False,
        )
    message.call = dict(kept)
    return message


def _ticket_writes(work: Work, turn: Turn, begun: Begun, message: Message) -> list[store.Write]:
    if not turn.opens:
        return list(turn.writes)
    return call_tickets.opening(work, begun, turn, (message.pk, message.id))


# ------------------------------------------------------------------ every further one


def _complete(work: Work, known: Known, message: Message, told: Kept) -> None:
    """What an event adds to a call that is kept; nothing where it says nothing new.

    The first one under a provider's id binds that id to it, with what was told of it before.
    """
    before: Kept = message.call or {}
    conversation = conversations.load(message.pk)
    if known.place is None and known.facts:
        told = calling.everything(known.facts, told)
    work, told = _of_its_customer(work, conversation, before, told)
    after = calling.joined(before, told)
    bound = [] if known.place else call_index.keep_place(known, message, work.context.now)
    proved = calling_out.went_out(work.context) if dialling.is_unproved(message) else []
    if after == before and not proved:
        store.commit(bound)
        return
    caller = Caller(conversation=conversation, standing=_standing(work, conversation))
    turn = call_tickets.turn(work, caller, before=before, after=after, belongs_to=message.ticket_id)
    moves = turn.ticket_id != message.ticket_id
    outbound = calling.is_outbound(after)
    begun = _begun(work, caller, turn, outbound=outbound) if moves else None
    news = _news(work, message, conversation.origin, turn.ticket_id)
    at, context = work.at, work.context
    store.commit(
        [
            _completed(work, message, before, after, turn.ticket_id, proved),
            *bound,
            *([] if begun is None else begun.writes),
            *(turn.writes if begun is None else _ticket_writes(work, turn, begun, message)),
            *([call_news.started(news, after, context, at=at)] if proved else []),
            *call_news.events(news, before, after, context, at=at),
            *_recorded(work, message, conversation.origin, before, after),
        ]
    )


def _of_its_customer(
    work: Work, conversation: Conversation, before: Kept, told: Kept
) -> tuple[Work, Kept]:
    """What is told of a call, without the number of somebody else, to whom it was passed on."""
    if calling.is_placed(before):
        # Nobody proves by being called that a number is theirs.
        work = replace(work, event=replace(work.event, contact=None))
    theirs = work.event.user_id in (None, conversation.user_id)
    if theirs or not call_tickets.caller_is_known(before):
        return work, told
    numbers = {name: before[name] for name in ("from", "to") if name in before}
    return replace(work, event=replace(work.event, contact=None)), {**told, **numbers}


def _completed(
    work: Work,
    message: Message,
    before: Kept,
    after: Kept,
    ticket_id: str | None,
    proved: Sequence[Action],
) -> store.Write:
    values: dict[str, Any] = {
        "call": dict(after),
        "ticket_id": ticket_id,
        "text": storing.storable(calling.words(after)),
        "postback": calling.keys(after),
        "attachments": storing.listed(calling.recording(after)) or None,
        "copies": _copies(work, before, after) or None,
    }
    actions: list[Action] = store.assign(
        Message, {name: value for name, value in values.items() if value is not None}
    )
    same = store.ref(Message, message.pk, message.sk)
    unchanged = Message.pk.exists() & (Message.call == dict(before))
    if proved:
        unchanged &= Message.status == message.status
    return store.update(conversations.MESSAGE_WRITE, same, *actions, *proved, condition=unchanged)


def _copies(work: Work, before: Kept, after: Kept) -> dict[str, Any]:
    """The copy to be made of a recording that was not known before."""
    parts = calling.recording(after)
    if not parts or parts == calling.recording(before):
        return {}
    recorded = replace(work, event=replace(work.event, attachments=parts))
    return storing.pending(storing.listed(parts), recorded.media)


def _recorded(
    work: Work, message: Message, origin: str, before: Kept, after: Kept
) -> list[store.Write]:
    """Asks for that copy."""
    copies = _copies(work, before, after)
    if not copies:
        return []
    wanted = MessageMediaRequested(
        conversation_id=message.pk,
        message_id=message.id,
        ticket_id=message.ticket_id,
        profile_id=origin,
        channel=message.channel,
        account_id=work.event.account_id,
        media=len(copies),
    )
    return [eventlog.record(wanted, work.context, at=work.at)]


# ------------------------------------------------------------------ what is told of it


def _news(work: Work, message: Message, origin: str, ticket_id: str | None) -> Told:
    """Whose call it is that events are told of."""
    return Told(
        message=message,
        origin=origin,
        account_id=work.event.account_id,
        ticket_id=ticket_id,
    )
