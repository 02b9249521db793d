"""What a call does to its customer's tickets.

Called by `calls`, inside the transaction that keeps the call. An answered call is a public
reply by a person; calls in vain of one customer on one day are one ticket.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ..conversations import calling
from ..conversations.call_index import KEPT_FOR
from ..conversations.model import Conversation
from ..events.tickets import TicketConversationJoined
from ..platform import eventlog, store
from ..platform.clock import local_day
from ..platform.control import ONLY, Control, control, epoch
from ..platform.fact import frozen
from ..profiles import family, knowing
from ..profiles.knowing import Standing
from ..tickets import flows as tickets
from ..tickets import replying
from ..tickets.model import Ticket
from ..tickets.rules import Status, classify
from .work import Begun, Work

MISSED = "Cuộc gọi nhỡ"
INQUIRY = "inquiry"
Kept = Mapping[str, Any]


@frozen
class Caller:
    """Who called, as far as they are known: their conversation, and who stands for them."""

    conversation: Conversation | None
    standing: Standing | None

    @property
    def names(self) -> tuple[str, ...]:
        """The profiles under which their tickets may be."""
        if self.standing is None:
            return ()
        return tuple(dict.fromkeys((self.standing.owner, self.standing.origin)))


@frozen
class Turn:
    """The ticket a call belongs to, and the writes that tell it; `opens`: it is yet to be made,
    in the place of the day's that is no longer theirs (`instead_of`)."""

    ticket_id: str | None
    opens: bool = False
    instead_of: str | None = None
    writes: tuple[store.Write, ...] = ()


def turn(work: Work, caller: Caller, *, before: Kept, after: Kept, belongs_to: str | None) -> Turn:
    """What follows for tickets from what became known of a call. A machine's is no reply."""
    if calling.is_automatic(after):
        return Turn(ticket_id=belongs_to)
    if calling.has_talked(after) and not calling.has_talked(before):
        return _replied(work, caller, belongs_to)
    reachable = caller_is_known(after)
    if belongs_to is None and calling.waits_for_us(after, reachable=reachable):
        return _missed(work, caller)
    return Turn(ticket_id=belongs_to)


def caller_is_known(kept: Kept) -> bool:
    """Whether the customer's side has a number to call back."""
    return bool(kept.get("to" if calling.is_outbound(kept) else "from"))


def _replied(work: Work, caller: Caller, belongs_to: str | None) -> Turn:
    ticket = _open(belongs_to) or _their_open(caller)
    if ticket is None:
        return Turn(ticket_id=belongs_to)
    writes = replying.public_reply(ticket, work.context, human=True, at=work.at)
    if caller.conversation is not None and belongs_to is None and _elsewhere(caller, ticket):
        joined = TicketConversationJoined(
            **tickets.about(ticket), conversation_id=caller.conversation.pk, why="call"
        )
        writes = [*writes, eventlog.record(joined, work.context, at=work.at)]
    return Turn(ticket_id=ticket.pk, writes=tuple(writes))


def _elsewhere(caller: Caller, ticket: Ticket) -> bool:
    return caller.conversation is not None and caller.conversation.current_ticket != ticket.pk


def _their_open(caller: Caller) -> Ticket | None:
    """The open ticket calls on this line belong to; else the only one the customer has."""
    current = _current(caller)
    if current is not None and current.status != Status.DONE:
        return current
    if caller.standing is None:
        return None
    known = tickets.of_profile(caller.standing.owner)
    waiting = [one.ticket_id for one in known if one.status != Status.DONE]
    return _open(waiting[0]) if len(waiting) == 1 else None


def _open(ticket_id: str | None) -> Ticket | None:
    found = tickets.find(ticket_id) if ticket_id else None
    return None if found is None or found.status == Status.DONE else found


def _current(caller: Caller) -> Ticket | None:
    conversation = caller.conversation
    if conversation is None or not conversation.current_ticket:
        return None
    found = tickets.find(conversation.current_ticket)
    if found is None or not family.same_customer(conversation, found):
        return None  # an undone merge has parted them
    return found


def _missed(work: Work, caller: Caller) -> Turn:
    """A call in vain: told to the ticket that is open on this line, else to the day's."""
    current = _current(caller)
    if current is not None and current.status != Status.DONE:
        return Turn(ticket_id=current.pk, writes=_again(work, current))
    known = [missed_ticket(name, _day(work)) for name in caller.names]
    todays = _theirs(caller, known)
    if todays is not None:
        return Turn(ticket_id=todays.pk, writes=_again(work, todays))
    # The owner's is somebody else's by now: an undone merge has parted them.
    gone = next(iter(known), None)
    return Turn(ticket_id=work.context.new_id(), opens=True, instead_of=gone)


def _theirs(caller: Caller, ticket_ids: Sequence[str | None]) -> Ticket | None:
    found = (tickets.find(one) for one in ticket_ids if one is not None)
    return next((one for one in found if one and one.profile_id in caller.names), None)


def _day(work: Work) -> str:
    return local_day(work.at).isoformat()


def _again(work: Work, ticket: Ticket) -> tuple[store.Write, ...]:
    """The customer tried once more. Where replies go stays: nobody can write to a telephone."""
    if ticket.status == Status.DONE:
        return tuple(tickets.reopen(ticket, work.context, why="customer_called", at=work.at))
    place = ticket.conversation_id or work.place.conversation_id
    return tuple(tickets.append(ticket, place, work.context, at=work.at))


def opening(work: Work, begun: Begun, turn: Turn, message: tuple[str, str]) -> list[store.Write]:
    """The writes of a ticket for calls in vain, the customer's only one of this day.

    `message` is the call: its conversation and its id.
    """
    ticket_id = str(turn.ticket_id)
    matter = tickets.Matter(
        profile_id=begun.owner,
        origin_id=begun.origin,
        tier=begun.tier,
        at=work.at,
        classified=classify(INQUIRY, None, tier=begun.tier),
        source=work.source,
        channel=work.event.channel,
        conversation_id=message[0],
        message_id=message[1],
        subject=MISSED,
        branch=work.connected.branch,
        team_id=work.connected.team_id,
        account_id=work.event.account_id,
    )
    return [
        *tickets.open_ticket(matter, work.context, ticket_id=ticket_id).writes,
        keep_missed_ticket(
            begun.owner, _day(work), ticket_id, work.context.now, instead_of=turn.instead_of
        ),
        *knowing.guard(begun.owner, begun.writes),
    ]


# ------------------------------------------------------------------ the ticket of a day


def missed_ticket(profile_id: str, day: str) -> str | None:
    """The ticket of the calls a customer missed us by on a day (`2026-11-21`); None: none yet."""
    found = store.get(Control, _missed_pk(profile_id, day), ONLY)
    return None if found is None else str((found.data or {})["ticket_id"])


def keep_missed_ticket(
    profile_id: str, day: str, ticket_id: str, now: datetime, *, instead_of: str | None
) -> store.Write:
    """The write that makes it so; refused when there is another one already than `instead_of`."""
    item = control(
        _missed_pk(profile_id, day),
        data={"ticket_id": ticket_id},
        expires_at=epoch(now + KEPT_FOR),
    )
    unchanged = None if instead_of is None else Control.data == {"ticket_id": instead_of}
    return store.put("missed calls", item, condition=unchanged)


def _missed_pk(profile_id: str, day: str) -> str:
    return f"missed_calls#{profile_id}#{day}"
