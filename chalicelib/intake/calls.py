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
from ..conversations import calling, receipts, storing
from ..conversations import flows as conversations
from ..conversations.model import Conversation, Message, message_id
from ..events.conversations import (
    CallAnswered,
    CallEnded,
    CallEvent,
    CallMissed,
    CallStarted,
    MessageMediaRequested,
)
from ..platform import eventlog, store
from ..platform.clock import iso, parse
from ..profiles import knowing
from . import call_index, call_tickets
from .call_index import Known
from .call_tickets import Caller, Turn
from .work import Begun, Work, started, whose

Kept = Mapping[str, Any]

#: An event that says a call was missed but not which one is about the latest, within this …
SAME_CALL = timedelta(minutes=15)
#: … and is a repetition of one that came a moment before.
REPEATED = timedelta(minutes=5)

#: What is told of a call besides its stage, by the event that tells it.
TOLD: Mapping[type[CallEvent], Sequence[str]] = {
    CallStarted: (),
    CallAnswered: ("extension", "queue_seconds", "ring_seconds"),
    CallEnded: ("extension", "queue_seconds", "ring_seconds", "talk_seconds", "hold_seconds"),
    CallMissed: ("extension", "queue_seconds", "ring_seconds", "abandoned"),
}


def tell(work: Work) -> None:
    """Keep what an event tells of a call, with everything that follows from it."""
    call = work.event.call
    if call is None:
        return
    known = call_index.look(work.connected.account.id, call.id)
    told = calling.facts(work.event, at=work.at)
    message = _kept(work, known)
    if message is not None:
        _complete(work, message, told)
    elif work.event.user_id is not None:
        _begin(work, known, calling.everything(known.facts or {}, told))
    elif known.place is None:
        facts = calling.everything(known.facts or {}, told)
        store.commit(call_index.keep_facts(known, facts, work.context.now))
    # What is told of a call that was erased, and of nobody by name, is told of nobody.


def _kept(work: Work, known: Known) -> Message | None:
    """The message of the call; None where it has none yet."""
    call = work.event.call
    found = None if known.place is None else conversations.find_message(*known.place)
    if found is not None or work.event.user_id is None:
        return found
    conversation, key = work.place.conversation_id, storing.key_of(_named(work).event)
    same = conversations.find_message(conversation, message_id(conversation, key))
    if same is None and call is not None and call.id is None:
        return _latest(work)
    return same


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
            *_events(work, message, begun.origin, before={}, after=kept, ticket=turn.ticket_id),
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


def _complete(work: Work, message: Message, told: Kept) -> None:
    """What an event adds to a call that is kept; nothing where it says nothing new."""
    before: Kept = message.call or {}
    conversation = conversations.load(message.pk)
    work, told = _of_its_customer(work, conversation, before, told)
    after = calling.joined(before, told)
    if after == before:
        return
    caller = Caller(conversation=conversation, standing=_standing(work, conversation))
    turn = call_tickets.turn(work, caller, before=before, after=after, belongs_to=message.ticket_id)
    moves = turn.ticket_id != message.ticket_id
    outbound = calling.is_outbound(after)
    begun = _begun(work, caller, turn, outbound=outbound) if moves else None
    store.commit(
        [
            _completed(work, message, before, after, turn.ticket_id),
            *([] if begun is None else begun.writes),
            *(turn.writes if begun is None else _ticket_writes(work, turn, begun, message)),
            *_events(
                work,
                message,
                conversation.origin,
                before=before,
                after=after,
                ticket=turn.ticket_id,
            ),
            *_recorded(work, message, conversation.origin, before, after),
        ]
    )


def _of_its_customer(
    work: Work, conversation: Conversation, before: Kept, told: Kept
) -> tuple[Work, Kept]:
    """What is told of a call, without the number of somebody else, to whom it was passed on."""
    theirs = work.event.user_id in (None, conversation.user_id)
    if theirs or not call_tickets.caller_is_known(before):
        return work, told
    numbers = {name: before[name] for name in ("from", "to") if name in before}
    return replace(work, event=replace(work.event, contact=None)), {**told, **numbers}


def _completed(
    work: Work, message: Message, before: Kept, after: Kept, ticket_id: str | None
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
    return store.update(conversations.MESSAGE_WRITE, same, *actions, condition=unchanged)


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


def _events(
    work: Work, message: Message, origin: str, *, before: Kept, after: Kept, ticket: str | None
) -> list[store.Write]:
    return [
        eventlog.record(
            _event(kind, message, work, origin, after, ticket), work.context, at=work.at
        )
        for kind in _news(before, after)
    ]


def _news(before: Kept, after: Kept) -> list[type[CallEvent]]:
    """Which stages were reached: a call that was thought missed may turn out to be answered."""
    found: list[type[CallEvent]] = [] if before else [CallStarted]
    talked = calling.has_talked(after)
    if talked and not calling.has_talked(before):
        found.append(CallAnswered)
    if calling.is_over(after) and (before.get("stage") != after["stage"]):
        found.append(CallEnded if talked else CallMissed)
    return found


def _event(
    kind: type[CallEvent],
    message: Message,
    work: Work,
    origin: str,
    kept: Kept,
    ticket: str | None,
) -> CallEvent:
    return kind(
        conversation_id=message.pk,
        message_id=message.id,
        ticket_id=ticket,
        profile_id=origin,
        channel=message.channel,
        account_id=work.event.account_id,
        outbound=calling.is_outbound(kept),
        **{name: kept[name] for name in TOLD[kind] if name in kept},
    )
