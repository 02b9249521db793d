"""What providers tell of messages that already are: echoes, receipts, unsent messages.

Called by `intake`; each function returns writes, none when nothing is new.
"""

from __future__ import annotations

import re

from pynamodb.expressions.update import Action

from ..channels import degrading
from ..channels.event import MEDIA, AttachmentKind, Author, Failure, InboundEvent, Kind
from ..channels.registry import adapter
from ..channels.sending import Capabilities
from ..events.conversations import (
    MessageDeleted,
    MessageDelivered,
    MessageFailed,
    MessageRead,
    MessageSent,
)
from ..language.text import normalise
from ..platform import eventlog, listing, store
from ..platform.clock import iso, parse
from ..platform.context import Context
from .elsewhere import Instead, instead
from .flows import MESSAGE_WRITE, find_message
from .model import MESSAGE, TRACKING, Conversation, Message, reference
from .outgoing import carried
from .rules import GIVE_UP_AFTER, RANK, Status, forward
from .storing import about

#: How many of the newest messages a watermark receipt looks at: older ones were
#: covered by the receipts before it.
RECENT = 20
#: Our message ids are UUIDs; anything else in a provider's metadata is not ours.
ID_LENGTH = 36
LINK_QUERY = re.compile(r"(https?://[^\s?]+)\?\S+")
#: Stand for the words of a template and for a file where echoes are compared: no message of
#: ours says them.
A_TEMPLATE, A_FILE = "\x00template", "\x00file"
#: A send whose answer did not come, or came as "try again", may have arrived all the same.
UNKNOWN_RESULT = (Status.SENDING, Status.DELAYED)
#: What a receipt says has become of a message.
RECEIPTS = {Kind.SENT: Status.SENT, Kind.DELIVERED: Status.DELIVERED, Kind.READ: Status.READ}
#: What a late report of failure is news of.
MAY_FAIL = (Status.SENDING, Status.SENT)


def recent(conversation_id: str) -> list[Message]:
    """The newest messages of a conversation."""
    return listing.items(
        Message, Message.by_time, conversation_id, limit=RECENT, newest_first=True, consistent=True
    )


def ours(event: InboundEvent, conversation_id: str, account: str) -> Message | None:
    """The message of ours that an echo repeats, if it is one.

    By our own id where the provider gives it back, by the id the provider gave
    the send, and last by its text among those that may have gone out although
    no answer says so: an echo may overtake the answer to the send, or be all
    that ever comes. What a person typed elsewhere is never ours, where the provider
    can tell the two apart.
    """
    if event.app_message_id and len(event.app_message_id) == ID_LENGTH:
        found = find_message(conversation_id, event.app_message_id)
        if found is not None:
            return found
    if event.provider_message_id is not None:
        known = by_provider_id(account, event.provider_message_id)
        if known is not None:
            return known
    said = _said_by(event)
    for message in recent(conversation_id):
        if event.provider_message_id in (message.parts or ()):
            return message
        unclear = event.author is not Author.HUMAN or event.may_be_ours
        if unclear and any(said & part for part in _said(message)):
            return message
    return None


def _said(message: Message) -> list[frozenset[str]]:
    """What an echo of a message of ours may say, as long as its result is not known."""
    if message.direction != "out" or message.status not in UNKNOWN_RESULT:
        return []
    return _parts(message)


def _said_by(event: InboundEvent) -> frozenset[str]:
    """What an echo says: its words; that it is a template, or a file without words."""
    kinds = {one.kind for one in event.attachments}
    marks = {A_TEMPLATE} if AttachmentKind.TEMPLATE in kinds else set()
    marks |= {A_FILE} if kinds & MEDIA and not event.text else set()
    return frozenset(marks | ({_unsigned(event.text)} if event.text else set()))


def _parts(message: Message) -> list[frozenset[str]]:
    """What an echo of each part may say in which a message of ours goes out on its channel."""
    if message.template:
        return [frozenset({A_TEMPLATE})]
    chosen = adapter(message.channel)
    able = Capabilities(can_send=True) if chosen is None else chosen.capabilities
    content = carried(message, able)
    parts = degrading.texts(normalise(content.text), able, choices=bool(content.choices))
    said = [frozenset({_unsigned(part)}) for part in parts]
    if content.choices:
        said[-1] |= {A_TEMPLATE}  # some providers echo buttons as one
    return [*([frozenset({A_FILE})] * len(content.files)), *said]


def _unsigned(text: str | None) -> str:
    """A text to compare with another: each time a link is signed its query is another one."""
    return LINK_QUERY.sub(r"\1", normalise(text or ""))


def by_provider_id(account: str, provider_message_id: str) -> Message | None:
    """A sent message of ours by the provider's id of it, or of its last part if it has several;
    or a template by its tracking id, whether or not the provider has answered yet: of several
    with the same the newest."""
    key = reference(account, provider_message_id)
    for pk, sk in listing.keys(Message.by_reference, key, limit=1, newest_first=True):
        return store.get(Message, pk, MESSAGE + sk.removeprefix(TRACKING).removeprefix(MESSAGE))
    return None


def sending_of(event: InboundEvent, account: str) -> Message | None:
    """The message of ours that an event is about, whoever its customer is: by the provider's id
    of it, else by the tracking id we gave it."""
    for named in (*event.about_ids, event.app_message_id):
        found = by_provider_id(account, named) if named else None
        if found is not None:
            return found
    return None


def confirm(
    message: Message, event: InboundEvent, conversation: Conversation, context: Context
) -> list[store.Write]:
    """An echo proves that a message of ours went out, whatever became of the answer.

    Of a long reply it proves one part: the one that is next to be known of.
    """
    if message.status not in UNKNOWN_RESULT or event.provider_message_id is None:
        return []
    texts, known = _parts(message), list(message.parts or ())
    following = next(iter(texts[len(known) :]), frozenset())
    if event.provider_message_id in known or not following & _said_by(event):
        return []
    known.append(event.provider_message_id)
    actions: list[Action] = [Message.parts.set(known)]
    told: list[store.Write] = []
    if len(known) == len(texts):
        actions += _went_out(event.provider_message_id, conversation.account, context)
        told.append(_sent(message, conversation, context))
    same = store.ref(Message, message.pk, message.sk)
    unchanged = Message.status == message.status
    return [store.update(MESSAGE_WRITE, same, *actions, condition=unchanged), *told]


def _went_out(
    provider_message_id: str, account: str, context: Context, *, status: Status = Status.SENT
) -> list[Action]:
    return [
        Message.status.set(status),
        Message.sent_at.set(iso(context.now)),
        Message.provider_message_id.set(provider_message_id),
        Message.reference.set(reference(account, provider_message_id)),
        Message.error_code.remove(),
        Message.error_reason.remove(),
        Message.due_shard.remove(),
        Message.due_at.remove(),
    ]


def _sent(message: Message, conversation: Conversation, context: Context) -> store.Write:
    return eventlog.record(MessageSent(**about(message, conversation)), context)


def covered(event: InboundEvent, conversation: Conversation) -> list[Message]:
    """The messages of ours that a receipt is about: by the provider's id, else by ours."""
    named = [by_provider_id(conversation.account, one) for one in event.about_ids]
    if event.app_message_id and not any(named):
        named.append(_attached(event.app_message_id, conversation))
    found = [message for message in named if message is not None]
    if event.watermark is not None:
        until = iso(event.watermark)
        found += [m for m in recent(conversation.pk) if m.sent_at and m.sent_at <= until]
    unique = {message.sk: message for message in found if message.pk == conversation.pk}
    return list(unique.values())


def _attached(given: str, conversation: Conversation) -> Message | None:
    """The message we attached this to: its own id, or a template's tracking id."""
    known = find_message(conversation.pk, given) if len(given) == ID_LENGTH else None
    return known or by_provider_id(conversation.account, given)


def receipt(event: InboundEvent, conversation: Conversation, context: Context) -> list[store.Write]:
    """The writes of a receipt; a message's state only moves forward.

    One that gives back our own id proves a send whose answer did not come or was no success.
    """
    status = RECEIPTS[event.kind]
    tells = MessageRead if event.kind is Kind.READ else MessageDelivered
    writes: list[store.Write] = []
    for message in covered(event, conversation):
        if _names(event, message) and message.status in UNKNOWN_RESULT:
            writes += _proved(message, event, conversation, context)
            continue
        if status is Status.SENT or not forward(message.status, status):
            continue
        fact = tells(
            conversation_id=message.pk,
            message_id=message.id,
            ticket_id=message.ticket_id,
            profile_id=conversation.origin,
            channel=message.channel,
            account_id=conversation.account_id,
        )
        writes += [
            store.update(
                f"{MESSAGE_WRITE} {message.id}",
                store.ref(Message, message.pk, message.sk),
                Message.status.set(status),
                condition=Message.status.is_in(*_below(status)),
            ),
            eventlog.record(fact, context),
        ]
    return writes


def _names(event: InboundEvent, message: Message) -> bool:
    """Whether an event gives back what we attached to a message."""
    given = event.app_message_id
    ours = (message.id, (message.template or {}).get("tracking_id"))
    return given is not None and given in ours


def _proved(
    message: Message, event: InboundEvent, conversation: Conversation, context: Context
) -> list[store.Write]:
    actions = _went_out(
        event.provider_message_id or "",
        conversation.account,
        context,
        status=RECEIPTS[event.kind],
    )
    same = store.ref(Message, message.pk, message.sk)
    unchanged = Message.status == message.status
    return [
        store.update(f"{MESSAGE_WRITE} {message.id}", same, *actions, condition=unchanged),
        _sent(message, conversation, context),
    ]


def failed(event: InboundEvent, conversation: Conversation, context: Context) -> list[store.Write]:
    """The writes of a report that sent messages did not arrive after all.

    What a receipt says did arrive has arrived; a failure is said once. Who cannot be reached
    here gets the words on another channel, as after a send that was refused at once.
    """
    why = event.failure or Failure(code="undelivered")
    lost = [one for one in covered(event, conversation) if one.status in MAY_FAIL]
    writes: list[store.Write] = []
    for message in lost:
        moves = why.unreachable and len(lost) == 1 and _may_move(message, context)
        other = instead(message, conversation, context) if moves else Instead(message=None)
        writes += _gave_up(message, conversation, why, other.message, context)
        writes += other.writes
    return writes


def _may_move(message: Message, context: Context) -> bool:
    """Whether none of it has arrived, and it is still what the customer needs."""
    begun = set(message.parts or ()) - {message.provider_message_id}
    waited = context.now - parse(message.received_at)
    return not begun and message.deleted_at is None and waited <= GIVE_UP_AFTER


def _gave_up(
    message: Message,
    conversation: Conversation,
    why: Failure,
    other: Message | None,
    context: Context,
) -> list[store.Write]:
    """`other`: the message that goes out in its place."""
    sent_as = None if other is None else other.id
    told = MessageFailed(**about(message, conversation), code=why.code, instead=sent_as)
    actions: list[Action] = [
        Message.status.set(Status.FAILED),
        Message.error_code.set(why.code),
        *([Message.error_reason.set(why.reason[:300])] if why.reason else []),
        *([] if sent_as is None else [Message.instead.set(sent_as)]),
    ]
    same = store.ref(Message, message.pk, message.sk)
    may_fail = Message.status.is_in(*MAY_FAIL)
    return [
        store.update(f"{MESSAGE_WRITE} {message.id}", same, *actions, condition=may_fail),
        eventlog.record(told, context),
    ]


def _below(status: Status) -> list[str]:
    return [known.value for known, rank in RANK.items() if rank < RANK[status]]


def unsend(message: Message, profile_id: str, context: Context) -> list[store.Write]:
    """The writes of a message its author took back: the words go, the fact stays."""
    if message.deleted_at is not None:
        return []
    deleted = MessageDeleted(
        conversation_id=message.pk,
        message_id=message.id,
        ticket_id=message.ticket_id,
        profile_id=profile_id,
        media=len(message.copies or ()) or None,
    )
    return [
        store.update(
            MESSAGE_WRITE,
            store.ref(Message, message.pk, MESSAGE + message.id),
            Message.deleted_at.set(iso(context.now)),
            Message.text.remove(),
            Message.attachments.remove(),
            Message.copies.remove(),
            Message.raw.remove(),
            condition=Message.pk.exists(),
        ),
        eventlog.record(deleted, context),
    ]
