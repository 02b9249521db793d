"""One event of a provider, carried through: profile, conversation, ticket, message, all or nothing.

Called by `intake.jobs` for every entry of the inbound queue, any number of
times, in any order. `HANDLERS` says what each kind of event does; what a
customer says is in `intake.said`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..channels import health
from ..channels.event import Author, InboundEvent, Kind
from ..channels.flows import Connected
from ..channels.registry import adapter
from ..conversations import copying, receipts, storing
from ..conversations import flows as conversations
from ..conversations.model import Conversation, Message, message_id
from ..events.conversations import ConversationContextGiven, MessageDeleted, MessageRecorded
from ..platform import control, eventlog, quarantine, store
from ..platform.clock import believed, iso, parse
from ..platform.context import Context
from ..platform.errors import AppError
from ..platform.ids import digest
from ..platform.queue import INBOUND
from ..profiles import knowing
from ..profiles.family import ProfileIsErased
from ..tickets import flows as tickets
from ..tickets import replying
from ..tickets.rules import Status
from . import agreeing, asking, calls
from .accounts import connected_for
from .entries import Arrived, group_of
from .said import say
from .work import Work, started


class NoChannel(AppError):
    """An authentic event of a channel that is not built yet: kept until it is."""

    code, status, title = "no_channel", 422, "No channel reads this event"


def receive(arrived: Arrived, entry_id: str, text: str, context: Context) -> None:
    """Handle one event. Raises `AppError` when it can never be handled as it is."""
    connected = connected_for(arrived)
    delivery = arrived.delivery
    chosen = adapter(delivery.channel, arrived.provider)
    if chosen is None:
        raise NoChannel(delivery.channel)
    said = chosen.parse(asking.whole(chosen, delivery))
    event = _whose(asking.told(chosen, said, connected, context), connected)
    received_at = parse(arrived.received_at)
    health.heard(connected.account.id, arrived.variant, at=received_at)
    work = Work(
        event=event,
        connected=connected,
        source=chosen.source,
        at=believed(event.occurred_at, received=received_at),
        received_at=received_at,
        context=context,
    )
    handler = HANDLERS.get(event.kind)
    nobodys = event.user_id is None and event.kind not in WITHOUT_CUSTOMER
    # A face our side put on a message answers nothing and asks for nothing.
    our_face = event.kind is Kind.REACTION and event.author is not Author.CUSTOMER
    if handler is None or nobodys or our_face:
        _ignore(work, entry_id, text, group=group_of(delivery.account_id, delivery.sender))
        return
    try:
        store.run_again(lambda: handler(work))
    except ProfileIsErased:
        # They are being erased this moment: what they write waits, and begins anew.
        raise conversations.BeingErased from None


def _whose(event: InboundEvent, connected: Connected) -> InboundEvent:
    """An answer to a message of ours names that message; where it names no customer, it is
    theirs who got it."""
    if event.kind is not Kind.ANSWER:
        return event
    message = receipts.sending_of(event, connected.account.id)
    if message is None:
        return replace(event, app_message_id=None)
    conversation = conversations.find(message.pk) if event.user_id is None else None
    whose = event.user_id if conversation is None else conversation.user_id
    return replace(event, app_message_id=message.id, user_id=whose)


def _ignore(work: Work, entry_id: str, text: str, *, group: str) -> None:
    """An event nobody acts on stays readable for a while, raw."""
    quarantine.keep(
        entry_id,
        queue=INBOUND,
        body=text,
        reason="unknown_event",
        detail=work.event.provider_event,
        now=work.context.now,
        group=group,
        status=quarantine.IGNORED,
    )


def _echo(work: Work) -> None:
    """Something our side said: a send of ours coming back, or a reply made outside."""
    place = work.place
    message = receipts.ours(work.event, place.conversation_id, work.connected.account.id)
    conversation = conversations.find(place.conversation_id)
    if message is not None and conversation is not None:
        store.commit(receipts.confirm(message, work.event, conversation, work.context))
        return
    _record_outside(work, conversation)


def _record_outside(work: Work, conversation: Conversation | None) -> None:
    ticket_id = None if conversation is None else conversation.current_ticket
    ticket = tickets.find(ticket_id) if ticket_id else None
    if ticket is not None and ticket.status == Status.DONE:
        ticket = None
    here = None if ticket is None else ticket.pk
    human = work.event.author is Author.HUMAN
    begun = started(work, conversation, inbound=False, ticket_id=here)
    message = storing.outside(
        work.event,
        work.place,
        at=work.at,
        received_at=work.received_at,
        ticket_id=here,
        media=work.media,
    )
    recorded = MessageRecorded(
        conversation_id=message.pk,
        message_id=message.id,
        ticket_id=here,
        profile_id=begun.origin,
        channel=message.channel,
        account_id=work.event.account_id,
        human=human,
        media=len(message.copies or ()) or None,
    )
    effects = (
        []
        if ticket is None
        else replying.public_reply(ticket, work.context, human=human, at=work.at)
    )
    commit_once(
        [
            store.put(conversations.MESSAGE_WRITE, message),
            *begun.writes,
            *effects,
            eventlog.record(recorded, work.context, at=work.at),
        ]
    )


def commit_once(writes: list[store.Write]) -> None:
    """Commit what an event does; that it was done before is no refusal."""
    try:
        store.commit(writes)
    except store.ConditionFailed as error:
        once = {conversations.MESSAGE_WRITE}
        if not any(name in once or name.startswith("seen ") for name in error.names):
            raise


def _edit(work: Work) -> None:
    """New words for a message; of one we never saw they are the message."""
    message = _message(work)
    if message is None:
        say(work)
        return
    conversation = conversations.load(message.pk)
    profile_id = conversation.origin
    store.commit(conversations.edit(message, work.event.text, profile_id, work.context, at=work.at))


def _delete(work: Work) -> None:
    """The author took a message back; if it never came, it shall not come later."""
    message = _message(work)
    conversation = conversations.find(work.place.conversation_id)
    profile_id = None if conversation is None else conversation.origin
    if message is not None:
        store.commit(receipts.unsend(message, profile_id or "", work.context))
        return
    tombstone = storing.inbound(
        replace(work.event, text=None, attachments=(), raw={}),
        work.place,
        at=work.at,
        received_at=work.received_at,
        ticket_id=None,
        courtesy=True,
    )
    tombstone.deleted_at = iso(work.context.now)
    deleted = MessageDeleted(
        conversation_id=tombstone.pk, message_id=tombstone.id, profile_id=profile_id
    )
    commit_once(
        [
            store.put(conversations.MESSAGE_WRITE, tombstone),
            eventlog.record(deleted, work.context, at=work.at),
        ]
    )


def _message(work: Work) -> Message | None:
    place = work.place
    identifier = message_id(place.conversation_id, storing.key_of(work.event))
    return conversations.find_message(place.conversation_id, identifier)


def _receipt(work: Work) -> None:
    """A customer's device got or showed our message, or the provider took it or gave it up.

    The message named counts for whose it is: who is known by another id now had it before.
    """
    event = work.event
    named = event.user_id is not None
    conversation = conversations.find(work.place.conversation_id) if named else None
    writes = _told_by_receipt(work, conversation)
    if not writes:
        other = _conversation_of(event, work.connected)
        if other is not None and (conversation is None or other.pk != conversation.pk):
            writes = _told_by_receipt(work, other)
    try:
        store.commit(writes)
    except store.ConditionFailed:
        copying.take_back(writes)  # of what was to go out elsewhere
        raise


def _told_by_receipt(work: Work, conversation: Conversation | None) -> list[store.Write]:
    if conversation is None:
        return []
    tell = receipts.failed if work.event.kind is Kind.FAILED else receipts.receipt
    return tell(work.event, conversation, work.context)


def _conversation_of(event: InboundEvent, connected: Connected) -> Conversation | None:
    message = receipts.sending_of(event, connected.account.id)
    return None if message is None else conversations.find(message.pk)


def _consent(work: Work) -> None:
    """The customer follows the account, or no longer does: then nothing can be sent."""
    conversation = conversations.find(work.place.conversation_id)
    gone = work.event.kind is Kind.UNFOLLOW
    if conversation is None:
        begun = started(
            work, None, inbound=False, ticket_id=None, unfollowed=gone, followed_at=iso(work.at)
        )
        told = conversations.consent_changed(
            work.place.conversation_id,
            begun.origin,
            work.context,
            opted_out=gone,
            how="follow",
        )
        store.commit([*begun.writes, told])
        return
    actions, events = conversations.change_consent(
        conversation, work.context, opted_out=gone, how="follow", at=work.at
    )
    if actions:
        touched = conversations.touch(
            conversation, at=work.at, inbound=False, ticket_id=None, extra=actions
        )
        store.commit([touched, *events])


def _contact(work: Work) -> None:
    """The customer hands over who they are."""
    conversation = conversations.find(work.place.conversation_id)
    if conversation is None:
        begun = started(work, None, inbound=False, ticket_id=None)
        store.commit([*begun.writes, *agreeing.by_box(work, begun.origin)])
        return
    contact, origin = work.event.contact, conversation.origin
    taught = [] if contact is None else knowing.teach(origin, contact, work.context)
    owner = conversation.profile_id
    ids = knowing.also_known(origin, work.elsewhere, work.context, owner=owner)
    box = agreeing.by_box(work, origin)
    guards = knowing.guard(owner, taught) if ids or box else []
    store.commit([*taught, *ids, *guards, *box])


def _context(work: Work) -> None:
    """The customer came from somewhere: an advertisement, a link, a chat button."""
    conversation = conversations.find(work.place.conversation_id)
    once = control.seen(
        digest(work.place.conversation_id, work.event.event_key),  # a key may name the customer
        by="intake",
        now=work.context.now,
    )
    if conversation is None:
        begun = started(work, None, inbound=False, ticket_id=None, referrer=work.event.referrer)
        profile_id, writes = begun.origin, begun.writes
    else:
        profile_id = conversation.origin
        referred = conversations.referred_by(work.event.referrer)
        writes = [
            conversations.touch(
                conversation, at=work.at, inbound=False, ticket_id=None, extra=referred
            )
        ]
    given = ConversationContextGiven(
        conversation_id=work.place.conversation_id,
        profile_id=profile_id,
        what=work.event.provider_event,
    )
    commit_once([once, *writes, eventlog.record(given, work.context, at=work.at)])


def _ordered(work: Work) -> None:
    """A shop tells of an order. Orders are imported when the first one comes."""
    from . import orders

    orders.ordered(work)


def _template(work: Work) -> None:
    """The provider speaks of an approved template."""
    from . import template_news

    template_news.heard(work)


def _account(work: Work) -> None:
    """The provider speaks of the account itself."""
    from . import account_news

    account_news.heard(work)


def _revoked(work: Work) -> None:
    """The customer takes back what they allowed us."""
    from . import revoking

    revoking.revoked(work)


HANDLERS: dict[Kind, Callable[[Work], None]] = {
    Kind.MESSAGE: say,
    Kind.REACTION: say,
    Kind.ANSWER: say,
    Kind.ECHO: _echo,
    Kind.EDIT: _edit,
    Kind.DELETE: _delete,
    Kind.SENT: _receipt,
    Kind.DELIVERED: _receipt,
    Kind.READ: _receipt,
    Kind.FAILED: _receipt,
    Kind.FOLLOW: _consent,
    Kind.UNFOLLOW: _consent,
    Kind.CONTACT: _contact,
    Kind.CALL: calls.tell,
    Kind.CONTEXT: _context,
    Kind.REVOKED: _revoked,
    Kind.ORDER: _ordered,
    Kind.ACCOUNT: _account,
    Kind.TEMPLATE: _template,
}
#: Receipts of template messages name a message but no customer, a recording only its
#: call, an order its own.
WITHOUT_CUSTOMER = frozenset(
    {
        Kind.SENT,
        Kind.DELIVERED,
        Kind.READ,
        Kind.FAILED,
        Kind.CALL,
        Kind.ORDER,
        Kind.ACCOUNT,
        Kind.TEMPLATE,
    }
)
