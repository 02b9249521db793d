"""What conversations keep of a person: conversations, messages, payloads in the bucket.

Walked by `chalicelib.customer` in a merge, an export and an erasure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from ..channels import objects
from ..media import flows as media
from ..platform import blobs, store
from ..platform.belongings import AT_ONCE, Belongings, Exported, Home, listed, rehome
from . import calling
from .copying import raw_of
from .model import CONVERSATION, MESSAGE, TRACKING, Conversation, Message, Tracking

#: Who holds conversations that are found only while things are removed.
BY_NO_REQUEST = "-"


def _rehome(listed_under: str, home: Home) -> Iterator[int]:
    return rehome(Conversation, Conversation.by_profile, listed_under, home)


#: What a person is given of their conversations and messages.
OF_CONVERSATION = (
    "channel account_id user_id referrer opted_out opted_at unfollowed followed_at"
    " last_inbound_at created_at"
).split()
OF_MESSAGE = (
    "direction author channel status text attachments choices purpose call subject postback"
    " reaction reply_to"
    " occurred_at received_at edited_at deleted_at sent_at"
).split()


def export(profile_id: str) -> Iterator[Exported]:
    """Conversations listed under a profile, each followed by its messages, oldest first."""
    for some in listed(Conversation, Conversation.by_profile, profile_id):
        for conversation in some:
            yield "conversations", _shown(conversation, OF_CONVERSATION) | {"id": conversation.pk}
            messages = store.query(Message, conversation.pk, prefix=MESSAGE)
            for message in sorted(messages, key=lambda one: str(one.occurred_at)):
                yield "messages", _said(message)


def _said(message: Message) -> dict[str, Any]:
    """A message, its copied attachments with the name (`file`) that each is given out under."""
    parts = media.given(
        message.pk, message.id, list(message.attachments or ()), message.copies or {}
    )
    told: dict[str, Any] = {"conversation_id": message.pk}
    if parts:
        told["attachments"] = parts
    if message.call:
        told["call"] = calling.given(message.call)
    return _shown(message, OF_MESSAGE) | told


def _shown(item: Any, names: list[str]) -> dict[str, Any]:
    values = {name: getattr(item, name) for name in names}
    return {name: value for name, value in values.items() if value not in (None, [])}


def erase(profile_id: str) -> Iterator[int]:
    """Remove the conversations listed under a profile with all their messages.

    Queued replies among them are sent no more: who sends looks for the message first.
    """
    yield from hold(profile_id)
    for some in listed(Conversation, Conversation.by_profile, profile_id):
        for conversation in some:
            yield from _erase_messages(conversation.pk)
            yield from media.erase(conversation.pk)
            yield store.remove(Conversation, [(conversation.pk, CONVERSATION)])


def hold(profile_id: str, request_id: str = BY_NO_REQUEST) -> Iterator[int]:
    """Let nothing more into a profile's conversations: what comes waits until they are gone,
    or until the request that holds them lets go of them."""
    for some in listed(Conversation, Conversation.by_profile, profile_id):
        free = (one for one in some if not one.erasing)
        there = Conversation.pk.exists()
        yield sum(_turned(one, Conversation.erasing.set(request_id), there) for one in free)


def let_go(profile_id: str, request_id: str, spared: Callable[[str], bool]) -> Iterator[int]:
    """Let something in again where a request holds conversations listed under a profile and
    the original they came with is spared after all."""
    for some in listed(Conversation, Conversation.by_profile, profile_id):
        held = (one for one in some if one.erasing == request_id and spared(one.origin))
        same = Conversation.erasing == request_id
        yield sum(_turned(one, Conversation.erasing.remove(), same) for one in held)


def _turned(conversation: Conversation, action: Action, condition: Condition) -> int:
    same = store.ref(Conversation, conversation.pk, CONVERSATION)
    change = store.update("conversation", same, action, condition=condition)
    try:
        store.commit([change])
    except store.ConditionFailed:
        return 0  # gone, or another's since it was read
    return 1


def _erase_messages(conversation: str) -> Iterator[int]:
    """Remove messages: what the bucket holds of them first, or nobody would know of it."""
    some: list[Message] = []
    for message in store.query(Message, conversation, prefix=MESSAGE):
        some.append(message)
        if len(some) == AT_ONCE:
            yield _removed(some)
            some = []
    if some:
        yield _removed(some)
    marks = [(one.pk, one.sk) for one in store.query(Tracking, conversation, prefix=TRACKING)]
    if marks:
        yield store.remove(Tracking, marks)


def _removed(some: list[Message]) -> int:
    blobs.drop(key for message in some for key in _read_from(message))
    blobs.drop(message.raw_blob for message in some if message.raw_blob is not None)
    return store.remove(Message, [(message.pk, message.sk) for message in some])


def _read_from(message: Message) -> list[str]:
    """The objects a provider put into our bucket for a message; they would lie there for days."""
    if message.direction != "in":
        return []
    return objects.kept_for(message.channel, lambda: raw_of(message))


BELONGINGS = Belongings(
    items=(Conversation, Message, Tracking), rehome=_rehome, export=export, erase=erase
)
