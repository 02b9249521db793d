"""A stored message of ours as its channel is given it: words, files, choices, what it answers.

Called by `delivery`, and by `receipts` for what an echo of it may say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..channels import degrading
from ..channels.degrading import Carried
from ..channels.event import Author
from ..channels.sending import Capabilities, Choice, OutboundMessage, OutFile, Template
from ..media import uploads
from ..platform.clock import parse
from .model import Conversation, Message


def outbound(
    message: Message,
    conversation: Conversation,
    able: Capabilities,
    *,
    bodies: Mapping[str, bytes] | None = None,
) -> OutboundMessage:
    """The message for its adapter. `bodies` are the bytes of files, by number (`bringing`)."""
    seen = conversation.last_inbound_at
    content = carried(message, able, bodies=bodies)
    return OutboundMessage(
        message_id=message.id,
        user_id=conversation.user_id,
        text=content.text,
        files=content.files,
        choices=content.choices,
        author=Author(message.author),
        last_inbound_at=parse(seen) if seen else None,
        quote_provider_id=message.reply_to,
        privately=bool(message.privately),
        answers=message.answers,
        thread=message.provider_thread,
        subject=message.subject or conversation.subject,
        unsubscribe=message.unsubscribe,
        template=template_of(message),
    )


def carried(
    message: Message, able: Capabilities, *, bodies: Mapping[str, bytes] | None = None
) -> Carried:
    """What of a message its channel carries, and what of it is words there."""
    files = tuple(files_of(message, bodies or {}).values())
    return degrading.carried(message.text or "", files, choices_of(message), able)


def template_of(message: Message) -> Template | None:
    """The approved template it goes out as (kept by `template_messages`); None: it is words."""
    kept = message.template
    if not kept:
        return None
    return Template(
        id=kept["sent_as"],
        data=kept["data"],
        tracking_id=kept["tracking_id"],
        language=kept["language"],
        kind=kept["kind"],
    )


def choices_of(message: Message) -> tuple[Choice, ...]:
    """What it offers to tap."""
    return tuple(Choice(**one) for one in message.choices or ())


def files_of(message: Message, bodies: Mapping[str, bytes]) -> dict[str, OutFile]:
    """Its files by their number, with what the provider called those it was brought."""
    copies = message.copies
    if not copies:
        return {}
    found = uploads.outgoing(message.pk, message.id, message.attachments or (), copies)
    brought = message.brought or {}
    return {
        number: replace(
            file,
            body=bodies.get(number, b""),
            token=brought.get(number) or None,
            plain=brought.get(number) == "",
        )
        for number, file in found.items()
    }
