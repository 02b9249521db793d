"""What the API shows of conversations and messages."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from ..media import flows as media
from ..platform.http import ListQuery, View
from . import calling
from .model import Conversation, Message


class ConversationView(View):
    id: str
    channel: str
    account: str
    account_id: str
    profile_id: str
    ticket_id: str | None
    last_message_at: str
    last_inbound_at: str | None
    opted_out: bool
    unfollowed: bool
    referrer: str | None
    created_at: str

    @classmethod
    def of(cls, item: Conversation) -> ConversationView:
        return cls(
            id=item.pk,
            channel=item.channel,
            account=item.account,
            account_id=item.account_id,
            profile_id=item.profile_id,
            ticket_id=item.current_ticket,
            last_message_at=item.at,
            last_inbound_at=item.last_inbound_at,
            opted_out=bool(item.opted_out),
            unfollowed=bool(item.unfollowed),
            referrer=item.referrer,
            created_at=item.created_at,
        )


class MessageView(View):
    """An attachment that is copied says so in `copy` (`pending`, `kept`, `failed`, `expired`):
    a kept one has an address of ours in `url`, good for `url_expires_in` seconds, and its
    `media_type`, `size` and `sha256`; of a failed one `copy_reason` says why. `instead` is
    the message that went out on another channel because this one could not be sent here."""

    id: str
    conversation_id: str
    ticket_id: str | None
    direction: str
    author: str
    agent_id: str | None
    channel: str
    status: str
    text: str | None
    attachments: list[dict[str, Any]]
    call: dict[str, Any] | None
    subject: str | None
    postback: str | None
    reaction: str | None
    reply_to: str | None
    privately: bool
    courtesy: bool
    provider_message_id: str | None
    provider_event: str | None
    occurred_at: str
    received_at: str
    sent_at: str | None
    edited_at: str | None
    deleted_at: str | None
    next_attempt_at: str | None
    error_code: str | None
    error_reason: str | None
    instead: str | None

    @classmethod
    def of(cls, item: Message) -> MessageView:
        return cls(
            id=item.id,
            conversation_id=item.pk,
            ticket_id=item.ticket_id,
            direction=item.direction,
            author=item.author,
            agent_id=item.agent_id,
            channel=item.channel,
            status=item.status,
            text=item.text,
            attachments=media.shown(
                item.pk, item.id, list(item.attachments or ()), item.copies or {}
            ),
            call=calling.shown(item.call),
            subject=item.subject,
            postback=item.postback,
            reaction=item.reaction,
            reply_to=item.reply_to,
            privately=bool(item.privately),
            courtesy=bool(item.courtesy),
            provider_message_id=item.provider_message_id,
            provider_event=item.provider_event,
            occurred_at=item.occurred_at,
            received_at=item.received_at,
            sent_at=item.sent_at,
            edited_at=item.edited_at,
            deleted_at=item.deleted_at,
            next_attempt_at=item.due_at,
            error_code=item.error_code,
            error_reason=item.error_reason,
            instead=item.instead,
        )


class ConversationQuery(ListQuery):
    """Without a filter: all conversations, by their last message."""

    profile_id: str | None = Field(default=None, min_length=1, max_length=64)
    account: str | None = Field(default=None, min_length=1, max_length=64)
