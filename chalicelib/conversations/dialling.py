"""Calling a customer: may we, and the writes of a call that waits for its provider.

Called by `tickets.calls_api` for an agent's call, and by whoever asks customers by a machine
(surveys). The event it writes is what brings the call to `outbound.fifo` (`calling_out`), so no
telephone rings for what was not stored. `intake.calls` asks which call of ours an event is about.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ..channels import flows as accounts
from ..channels.approved import is_quiet, quiet_hours
from ..channels.callout import ONLY_PEOPLE, CallOut, Script
from ..channels.event import Author, ContactHints
from ..channels.flows import Connected
from ..channels.registry import adapter, adapters
from ..channels.sending import CannotSend
from ..events.conversations import CallRequested
from ..events.customers import IdentityAdded
from ..platform import eventlog, store
from ..platform.clock import iso, parse, zone
from ..platform.context import Context
from ..platform.errors import Conflict
from ..platform.fact import frozen
from ..profiles import consent, family, knowing
from ..profiles.knowing import IdentityKey, Standing
from . import call_index, calling, flows, receipts
from .model import MESSAGE, Conversation, Message, conversation_id
from .rules import Status
from .storing import Place

VOICE = "voice"
#: What nobody answered about a call, until an event tells that it began after all.
IN_DOUBT = "in_doubt"
#: An event that names no call of ours is about one that was asked for within this.
AWAITED = timedelta(minutes=5)
SKEW = timedelta(minutes=1)  # of a provider's clock
ANOTHERS = "Số này đang thuộc hồ sơ khách hàng khác: nếu là một người, hãy gộp hai hồ sơ rồi gọi"


class CallUnderWay(Conflict):
    code, title = "call_under_way", "The telephone is being rung for another call"

    def __init__(self) -> None:
        super().__init__("Máy này vừa được gọi, hãy đợi vài giây rồi gọi lại")


class QuietHours(Conflict):
    code, title = "quiet_hours", "Customers are not called unasked at this hour"

    def __init__(self) -> None:
        super().__init__("Đang là giờ nghỉ của khách: chỉ gọi về yêu cầu đang mở")


class NotAgreed(Conflict):
    code, title = "no_consent", "The customer does not want to be called for this"

    def __init__(self) -> None:
        super().__init__("Khách không đồng ý nhận cuộc gọi cho mục đích này")


class SomebodyElses(Conflict):
    code, title = "phone_of_another_customer", "The number is another customer's"

    def __init__(self) -> None:
        super().__init__(ANOTHERS, field="phone")


@frozen
class Wanted:
    """A call to be placed, to a number (`phone`, E.164) of a customer.

    `asked`: they have a matter open with us, so a person may call about it at any hour; every
    other call needs consent for its `purpose` and keeps the quiet hours. With a `script` a
    machine speaks; without one the telephone `extension` of ours is rung first.
    """

    profile_id: str
    phone: str
    connected: Connected
    purpose: str
    asked: bool = False
    agent_id: str | None = None
    extension: str | None = None
    ticket_id: str | None = None
    script: Script | None = None


@frozen
class Requested:
    """The waiting call, which is a message, and its writes."""

    message: Message
    writes: list[store.Write]


def request(wanted: Wanted, context: Context) -> Requested:
    """A call that waits for its provider.

    Raises `CannotSend` where the account cannot place it, `NotAgreed`, `QuietHours`,
    `SomebodyElses`; its writes raise `CallUnderWay`.
    """
    account, telephone = wanted.connected.account, wanted.extension or wanted.phone
    place = Place(
        conversation_id=conversation_id(VOICE, account.account_id, wanted.phone),
        channel=VOICE,
        account=account.id,
        account_id=account.account_id,
        user_id=wanted.phone,
    )
    talk = flows.find(place.conversation_id)
    if wanted.script is not None or not wanted.asked:
        _require_leave(wanted, talk, context)
    message = _message(wanted, place, context)
    _fits(wanted, message, context)
    origin, writes = _begun(wanted, place, talk, context)
    known = call_index.ours(account.id, message.id)
    return Requested(
        message=message,
        writes=[
            store.put(flows.MESSAGE_WRITE, message),
            *writes,
            *call_index.keep_place(known, message, context.now),
            call_index.occupy(account.id, telephone, message, context.now, error=CallUnderWay()),
            _told(wanted, message, origin, context),
        ],
    )


def _require_leave(wanted: Wanted, talk: Conversation | None, context: Context) -> None:
    """Nobody is called unasked at night, against their word, or where they said STOP."""
    silenced = talk is not None and bool(talk.opted_out)
    if silenced or not consent.may_contact(wanted.profile_id, wanted.purpose, VOICE):
        raise NotAgreed
    if is_night(wanted.connected, context.now):
        raise QuietHours


def is_night(line: Connected, now: datetime) -> bool:
    """Whether nobody is called unasked on a telephone account at this hour."""
    return is_quiet(now.astimezone(zone()), quiet_hours(line.account.settings))


def _message(wanted: Wanted, place: Place, context: Context) -> Message:
    """The item of a call that waits. What the machine asks stands in the call."""
    identifier, moment = context.new_id(), iso(context.now)
    script = None if wanted.script is None else wanted.script.kept()
    return Message(
        place.conversation_id,
        MESSAGE + identifier,
        thread=place.conversation_id,
        at=f"{moment}#{identifier}",
        ticket_id=wanted.ticket_id,
        direction="out",
        author=(Author.HUMAN if script is None else Author.APP).value,
        agent_id=wanted.agent_id,
        channel=VOICE,
        status=Status.QUEUED,
        call=calling.placed(wanted.phone, extension=wanted.extension, script=script),
        occurred_at=moment,
        received_at=moment,
    )


def _fits(wanted: Wanted, message: Message, context: Context) -> None:
    """Makes sure now of what the adapter would refuse in a moment. Raises `CannotSend`."""
    account = wanted.connected.account
    chosen = adapter(VOICE, account.provider)
    if chosen is None:
        raise CannotSend(ONLY_PEOPLE)
    if wanted.script is not None and not chosen.dials.scripts:
        raise CannotSend(ONLY_PEOPLE)
    sealed = accounts.equipped(wanted.connected, chosen)
    chosen.call_request(callout_of(message), sealed, now=context.now)


def callout_of(message: Message) -> CallOut:
    """What a provider is asked for, from what is kept of it."""
    kept: dict[str, Any] = message.call or {}
    return CallOut(
        id=message.id,
        to=str(kept.get("to")),
        extension=next(iter(kept.get("legs") or ()), None),
        script=Script.of(kept.get("script")),
    )


# ------------------------------------------------------------------ whose number it is


def _begun(
    wanted: Wanted, place: Place, talk: Conversation | None, context: Context
) -> tuple[str, list[store.Write]]:
    """The original the call comes with, and the writes that make or touch its conversation."""
    takes = wanted.ticket_id if wanted.script is None else None
    mine = family.root_of(wanted.profile_id).pk
    if talk is not None:
        if family.root_of(talk.profile_id).pk != mine:
            raise SomebodyElses
        touched = flows.touch(talk, at=context.now, inbound=False, ticket_id=takes)
        return talk.origin, [touched]
    whose = _standing(wanted, place, context)
    if whose.owner != mine:
        raise SomebodyElses
    begun = flows.start(
        place,
        whose.owner,
        context,
        origin=whose.origin,
        at=context.now,
        ticket_id=takes,
        inbound=False,
    )
    return whose.origin, [*whose.writes, *begun, *knowing.guard(whose.owner, whose.writes)]


def _standing(wanted: Wanted, place: Place, context: Context) -> Standing:
    """Whose the number is: who proved it, else the customer it was told of. Nobody proves by
    being called that a number is theirs."""
    key = IdentityKey(kind=VOICE, account=place.account_id, value=place.user_id)
    proved = ContactHints(phones=(wanted.phone,), verified=True)
    found = knowing.whose(key, proved, context)
    if found is not None:
        return found
    mine = knowing.standing_of(wanted.profile_id)
    item = knowing.identity(key, mine.origin, verified=False, context=context, owner=mine.owner)
    added = IdentityAdded(profile_id=mine.origin, kind=VOICE, verified=False, identity=key.pk)
    writes = (store.put(knowing.IDENTITY_WRITE, item), eventlog.record(added, context))
    return replace(mine, writes=writes)


def _told(wanted: Wanted, message: Message, origin: str, context: Context) -> store.Write:
    asked = CallRequested(
        conversation_id=message.pk,
        message_id=message.id,
        ticket_id=message.ticket_id,
        profile_id=origin,
        channel=VOICE,
        account_id=wanted.connected.account.account_id,
        author=message.author,
        agent_id=message.agent_id,
        automatic=wanted.script is not None,
    )
    return eventlog.record(asked, context)


# ------------------------------------------------------------------ which call of ours it is


def by_our_id(account: str, our_id: str) -> Message | None:
    """A call we placed, by our own id that a provider gave back."""
    place = call_index.ours(account, our_id).place
    return None if place is None else flows.find_message(*place)


def by_numbers(conversation: str, extension: str | None, *, at: datetime) -> Message | None:
    """The call to a customer that was asked for a moment before `at` and is still to be told of;
    of several the one whose telephone is named, else the oldest."""
    found = [one for one in reversed(receipts.recent(conversation)) if awaits(one, at=at)]
    named = (one for one in found if extension and extension in (one.call or {}).get("legs", {}))
    return next(named, next(iter(found), None))


def by_telephone(account: str, telephone: str, *, at: datetime) -> Message | None:
    """The call for which a telephone of ours rings at that moment."""
    place = call_index.ringing_for(account, telephone)
    found = None if place is None else flows.find_message(*place)
    return found if found is not None and awaits(found, at=at) else None


def awaits(message: Message, *, at: datetime) -> bool:
    """Whether an event of `at` may be the first that tells of a call we placed. Once events have
    come under the id its provider gave, others are about other calls."""
    kept = message.call or {}
    if not calling.is_placed(kept) or calling.is_over(kept) or not message.attempted_at:
        return False
    attempted = parse(message.attempted_at)
    known = message.provider_message_id is not None and "told" in kept
    begun = message.status == Status.SENT or is_unproved(message)
    return begun and not known and attempted - SKEW <= at <= attempted + AWAITED


def is_unproved(message: Message) -> bool:
    """Whether nobody has said yet that a call we placed has begun: an event of it says so."""
    doubted = message.status == Status.FAILED and message.error_code == IN_DOUBT
    return calling.is_placed(message.call) and (message.status == Status.SENDING or doubted)


def script_of(account_ids: Iterable[str], our_id: str) -> Script | None:
    """What the machine says in a call we placed on one of these accounts of ours."""
    for account in account_ids:
        found = by_our_id(account, our_id)
        if found is not None:
            return Script.of((found.call or {}).get("script"))
    return None


def lines(*, scripts: bool) -> list[Connected]:
    """The telephone accounts that may place calls now: by a machine, or between people."""
    known = adapters(VOICE).items()
    able = [name for name, one in known if (one.dials.scripts if scripts else one.dials.people)]
    return [one for name in able for one in accounts.accounts_of(name) if not one.disabled]
