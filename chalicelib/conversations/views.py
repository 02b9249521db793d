"""What the API shows of conversations and messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from ..media import flows as media
from ..platform.clock import iso
from ..platform.eventlog import Recorded
from ..platform.http import ListQuery, View
from . import calling
from .model import CARE, Conversation, Message


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


class TemplateOf(View):
    """The approved template a message of ours goes out as. Providers give the tracking id back
    with what they tell of it."""

    id: str
    name: str
    purpose: str
    tracking_id: str
    data: dict[str, str]

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> TemplateOf:
        return cls(**{name: kept[name] for name in cls.model_fields})


class MessageView(View):
    """An attachment that is copied says so in `copy` (`pending`, `kept`, `failed`, `expired`):
    a kept one has an address of ours in `url`, good for `url_expires_in` seconds, and its
    `media_type`, `size` and `sha256`; of a failed one `copy_reason` says why. `instead` is
    the message that went out on another channel because this one could not be sent here,
    `about_message_id` the template of ours that stars or a button of the customer's are to."""

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
    choices: list[dict[str, str]]
    purpose: str | None
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
    template: TemplateOf | None
    about_message_id: str | None

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
            choices=list(item.choices or ()),
            purpose=_purpose(item),
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
            template=None if not item.template else TemplateOf.of(item.template),
            about_message_id=item.about_message,
        )


def _purpose(item: Message) -> str | None:
    """What one of ours is sent for; care unless it says otherwise. None of what customers say."""
    return item.purpose or (CARE if item.direction == "out" else None)


class DeliveryView(View):
    """One thing that became of a message of ours: `queued`, `sent`, `delayed` (with when it is
    tried again), `failed` (with the message that went out elsewhere instead), `delivered`, `read`.

    `outcome` says why it waits, `code` is the provider's or ours, `reason` is for people and
    stands with the latest only.
    """

    id: str
    what: str
    at: str
    outcome: str | None
    code: str | None
    reason: str | None
    until: str | None
    instead: str | None

    @classmethod
    def of(cls, event: Recorded, message: Message) -> DeliveryView:
        told = event.data
        code = told.get("code")
        latest = code is not None and code == message.error_code
        return cls(
            id=event.id,
            what=event.name.removeprefix("message."),
            at=iso(event.at),
            outcome=told.get("outcome"),
            code=code,
            reason=message.error_reason if latest else None,
            until=told.get("until"),
            instead=told.get("instead"),
        )


class ConversationQuery(ListQuery):
    """Without a filter: all conversations, by their last message."""

    profile_id: str | None = Field(default=None, min_length=1, max_length=64)
    account: str | None = Field(default=None, min_length=1, max_length=64)
