"""The copies of a message's attachments: made as soon as it is stored, tried again, announced.

Called by the worker of the queue `media`, any number of times for one message. What is to be
copied stands on the message (`copies`, by the attachment's number) from the moment it is
stored, and with it what became of it: `pending`, `kept`, `failed` or `expired`.
"""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

from ..channels import flows as accounts
from ..channels.event import Attachment, AttachmentKind, Json
from ..channels.registry import adapter
from ..events.conversations import (
    MessageMediaCopied,
    MessageMediaFailed,
    MessageMediaRequested,
)
from ..media import flows as media
from ..media.flows import Copy, NoCopy
from ..platform import blobs, eventlog, queue, store
from ..platform.context import Context
from ..platform.errors import NotFound
from . import flows
from .model import Conversation, Message

PENDING, KEPT, FAILED, EXPIRED = "pending", "kept", "failed", "expired"
Copies = dict[str, dict[str, Any]]

#: Seconds before each further try: a provider's address may live for five minutes only, a
#: fault of its for half an hour.
PAUSES = (5, 30, 120, 600, 900)
#: Seconds of files in one entry; the rest goes on in the next.
AT_A_TIME = 25.0


class MessageNotFound(NotFound):
    code, title = "message_not_found", "No such message"


def copy(body: Mapping[str, Any], context: Context) -> queue.Message | None:
    """Copy what is pending of the message that an entry names.

    Returns the entry that goes on with it, if anything is left. Raises `BeingErased`, and
    `ConditionFailed` when somebody else changed the message meanwhile.
    """
    conversation_id, message_id = body["data"]["conversation_id"], body["data"]["message_id"]
    message = flows.find_message(conversation_id, message_id)
    conversation = flows.find(conversation_id)
    if message is None or conversation is None or message.deleted_at is not None:
        media.forget(conversation_id, message_id)
        return None
    tries = dict(body.get("tries") or {})
    did = _copied(message, conversation, tries)
    if did:
        _keep(message, conversation, did, context)
    left = [one for one in _pending(message) if one not in did]
    if not left:
        return None
    tried = {one: tries.get(one, 0) for one in left}
    fewest = min(tried.values())
    return queue.message({**body, "tries": tried}, delay=PAUSES[fewest - 1] if fewest else 0)


def forget(body: Mapping[str, Any], _context: Context) -> None:
    """Remove the copies of a message that its author took back."""
    media.forget(body["data"]["conversation_id"], body["data"]["message_id"])


def _pending(message: Message) -> list[str]:
    return [one for one, copy in (message.copies or {}).items() if copy["state"] == PENDING]


def _copied(message: Message, conversation: Conversation, tries: dict[str, int]) -> Copies:
    """What became of the attachments there was time for: of those that were tried least."""
    connected, pending = accounts.account(conversation.account), _pending(message)
    fewest = min((tries.get(one, 0) for one in pending), default=0)
    waiting = [one for one in pending if tries.get(one, 0) == fewest]
    if connected is None:
        return {one: {"state": FAILED, "code": "account_disconnected"} for one in waiting}
    did: Copies = {}
    began = time.monotonic()
    for one in waiting:
        if time.monotonic() - began > AT_A_TIME:
            break
        found = _one(message, connected, int(one))
        tries[one] = tries.get(one, 0) + 1
        if isinstance(found, Copy):
            did[one] = {"state": KEPT, **_fields(found)}
        elif not found.again or tries[one] > len(PAUSES):
            did[one] = {"state": FAILED, "code": found.code}
    return did


def _fields(copy: Copy) -> dict[str, Any]:
    return {"type": copy.type, "size": copy.size, "sha256": copy.sha256}


def _one(message: Message, connected: accounts.Connected, number: int) -> Copy | NoCopy:
    chosen = adapter(connected.account.channel, connected.account.provider)
    parts = list(message.attachments or ())
    if chosen is None or number >= len(parts):
        return NoCopy(code="gone")
    values = {**parts[number], "kind": AttachmentKind(parts[number]["kind"])}
    source = media.Source(
        number=number,
        attachment=Attachment(**values),
        connected=connected,
        adapter=chosen,
        raw=lambda: raw_of(message),
    )
    return media.copied(message.pk, message.id, source)


def raw_of(message: Message) -> Json:
    """The provider's payload kept with a message; `{}` once it has been let go."""
    body: bytes | None = message.raw
    if message.raw_blob is not None:
        body = blobs.find(message.raw_blob)
    if body is None:
        return {}
    found = json.loads(zlib.decompress(body).decode("utf-8", "surrogatepass"))
    return found if isinstance(found, dict) else {}


def _keep(message: Message, conversation: Conversation, did: Copies, context: Context) -> None:
    """Write what became of them, and tell it. Raises `ConditionFailed`."""
    try:
        store.commit(_written(message, conversation, did, context))
    except store.ConditionFailed:
        now = flows.find_message(message.pk, message.id)
        if now is None or now.deleted_at is not None:
            media.forget(message.pk, message.id)  # erased or taken back while we copied
        raise


def _written(
    message: Message, conversation: Conversation, did: Copies, context: Context
) -> list[store.Write]:
    told = {
        "conversation_id": message.pk,
        "message_id": message.id,
        "ticket_id": message.ticket_id,
        "profile_id": conversation.origin,
        "channel": message.channel,
        "account_id": conversation.account_id,
    }
    failed = [one["code"] for one in did.values() if one["state"] == FAILED]
    kept = len(did) - len(failed)
    writes = [_change(message, {**message.copies, **did})]
    if kept:
        writes.append(eventlog.record(MessageMediaCopied(**told, copied=kept), context))
    if failed:
        codes = tuple(sorted(set(failed)))
        fact = MessageMediaFailed(**told, failed=len(failed), codes=codes)
        writes.append(eventlog.record(fact, context))
    return writes


def take_back(writes: Iterable[store.Write]) -> None:
    """Remove the files kept for messages of ours that were refused after all (`store.commit`).

    What is there all the same stays: an answer of the store may be lost, and its twin refused.
    """
    for item in (one.item for one in writes if one.kind == "put"):
        if not isinstance(item, Message) or not item.copies:
            continue
        if flows.find_message(item.pk, item.id) is None:
            blobs.drop(media.key(item.pk, item.id, number) for number in item.copies)


def _change(message: Message, copies: Copies) -> store.Write:
    same = store.ref(Message, message.pk, message.sk)
    unchanged = (
        Message.copies.does_not_exist()
        if message.copies is None
        else Message.copies == message.copies
    )
    there = Message.pk.exists() & Message.deleted_at.does_not_exist() & unchanged
    return store.update(flows.MESSAGE_WRITE, same, Message.copies.set(copies), condition=there)


def ask_again(
    conversation_id: str, message_id: str, context: Context
) -> tuple[Message, list[store.Write]]:
    """The message, and the writes that have copied what there is no copy of; none if nothing.

    Raises `MessageNotFound`, `ConversationNotFound`.
    """
    conversation = flows.load(conversation_id)
    message = flows.find_message(conversation_id, message_id)
    if message is None:
        raise MessageNotFound(field="message_id")
    connected = accounts.account(conversation.account)
    chosen = adapter(conversation.channel, "" if connected is None else connected.account.provider)
    if connected is None or chosen is None or message.deleted_at is not None:
        return message, []
    parts = [
        Attachment(**{**one, "kind": AttachmentKind(one["kind"])})
        for one in message.attachments or ()
    ]
    known = message.copies or {}
    wanted = {
        str(number): {"state": PENDING}
        for number in media.to_copy(parts, chosen, connected)
        if known.get(str(number), {"state": FAILED})["state"] in (FAILED, PENDING)
    }
    if not wanted:
        return message, []
    fact = MessageMediaRequested(
        conversation_id=message.pk,
        message_id=message.id,
        ticket_id=message.ticket_id,
        profile_id=conversation.origin,
        channel=message.channel,
        account_id=conversation.account_id,
        media=len(wanted),
    )
    writes = [_change(message, {**known, **wanted}), eventlog.record(fact, context)]
    message.copies = {**known, **wanted}
    return message, writes
