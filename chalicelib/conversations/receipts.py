"""What providers tell of messages that already are: echoes, receipts, unsent messages.

Called by `intake`; each function returns writes, none when nothing is new.
"""

from __future__ import annotations

import re

from pynamodb.expressions.update import Action

from ..channels.cutting import parts_of
from ..channels.event import Author, Failure, InboundEvent, Kind
from ..channels.registry import adapter
from ..events.conversations import (
    MessageDeleted,
    MessageDelivered,
    MessageFailed,
    MessageRead,
    MessageSent,
)
from ..language.text import normalise
from ..media import uploads
from ..platform import eventlog, listing, store
from ..platform.clock import iso
from ..platform.context import Context
from .flows import MESSAGE_WRITE, find_message
from .model import MESSAGE, Conversation, Message, reference
from .rules import RANK, Status, forward
from .storing import about

#: How many of the newest messages a watermark receipt looks at: older ones were
#: covered by the receipts before it.
RECENT = 20
#: Our message ids are UUIDs; anything else in a provider's metadata is not ours.
ID_LENGTH = 36
LINK_QUERY = re.compile(r"(https?://[^\s?]+)\?\S+")
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
    text = _unsigned(event.text)
    for message in recent(conversation_id):
        if event.provider_message_id in (message.parts or ()):
            return message
        unclear = event.author is not Author.HUMAN or event.may_be_ours
        if unclear and text and text in _said(message):
            return message
    return None


def _said(message: Message) -> list[str]:
    """What an echo of a message of ours may say, as long as its result is not known."""
    if message.direction != "out" or message.status not in UNKNOWN_RESULT:
        return []
    return _parts(message)


def _parts(message: Message) -> list[str]:
    """The texts in which a message of ours goes out on its channel."""
    whole, chosen = normalise(_worded(message)), adapter(message.channel)
    parts = [whole] if chosen is None else parts_of(whole, chosen.capabilities)
    return [_unsigned(part) for part in parts]


def _worded(message: Message) -> str:
    """The words of a message of ours with the links of its files."""
    text, copies = message.text or "", message.copies
    if not copies:
        return text
    return uploads.worded(text, message.pk, message.id, message.attachments or (), copies)


def _unsigned(text: str | None) -> str:
    """A text to compare with another: each time a link is signed its query is another one."""
    return LINK_QUERY.sub(r"\1", normalise(text or ""))


def by_provider_id(account: str, provider_message_id: str) -> Message | None:
    """A sent message of ours by the provider's id of it, or of its last part if it has several."""
    key = reference(account, provider_message_id)
    for pk, sk in listing.keys(Message.by_reference, key, limit=1):
        return store.get(Message, pk, sk)
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
    following = texts[len(known) : len(known) + 1]
    if event.provider_message_id in known or following != [_unsigned(event.text)]:
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
    if event.app_message_id and len(event.app_message_id) == ID_LENGTH and not any(named):
        named.append(find_message(conversation.pk, event.app_message_id))
    found = [message for message in named if message is not None]
    if event.watermark is not None:
        until = iso(event.watermark)
        found += [m for m in recent(conversation.pk) if m.sent_at and m.sent_at <= until]
    unique = {message.sk: message for message in found if message.pk == conversation.pk}
    return list(unique.values())


def receipt(event: InboundEvent, conversation: Conversation, context: Context) -> list[store.Write]:
    """The writes of a receipt; a message's state only moves forward.

    One that gives back our own id proves a send whose answer did not come or was no success.
    """
    status = RECEIPTS[event.kind]
    tells = MessageRead if event.kind is Kind.READ else MessageDelivered
    writes: list[store.Write] = []
    for message in covered(event, conversation):
        if message.id == event.app_message_id and message.status in UNKNOWN_RESULT:
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

    What a receipt says did arrive has arrived; a failure is said once.
    """
    why = event.failure or Failure(code="undelivered")
    return [
        write
        for message in covered(event, conversation)
        if message.status in MAY_FAIL
        for write in _gave_up(message, conversation, why, context)
    ]


def _gave_up(
    message: Message, conversation: Conversation, why: Failure, context: Context
) -> list[store.Write]:
    told = MessageFailed(**about(message, conversation), code=why.code)
    return [
        store.update(
            f"{MESSAGE_WRITE} {message.id}",
            store.ref(Message, message.pk, message.sk),
            Message.status.set(Status.FAILED),
            Message.error_code.set(why.code),
            *([Message.error_reason.set(why.reason[:300])] if why.reason else []),
            condition=Message.status.is_in(*MAY_FAIL),
        ),
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
