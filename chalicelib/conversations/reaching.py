"""Whether a customer may be written to before they ask: the one place that answers it.

Called by whoever begins a message of ours (`tickets.care`, `template_messages`, later surveys and
campaigns). What a person of ours answers to a customer's own matter does not ask here.
"""

from __future__ import annotations

from datetime import datetime

from ..channels.registry import adapter
from ..platform.clock import parse
from ..profiles import consent
from .model import Conversation
from .rules import Silence, lets_us_begin


def may_push(conversation: Conversation, purpose: str) -> bool:
    """Whether an approved template may go out for a purpose, at whatever time.

    It has no window; STOP in the conversation and a consent that is not there hold it back.
    """
    chosen = adapter(conversation.channel)
    if chosen is None or not chosen.capabilities.templates:
        return False
    if conversation.opted_out or conversation.unfollowed:
        return False
    return consent.may_contact(conversation.origin, purpose, conversation.channel)


def may_write(conversation: Conversation, purpose: str, now: datetime) -> bool:
    """Whether we may begin to write here, unasked, for a purpose (`consent_rules.PURPOSES`).

    The channel must be able to and its free window open, the customer must not have asked
    for silence here, and their consent (`consent.may_contact`) must allow the purpose.
    """
    chosen = adapter(conversation.channel)
    if chosen is None:
        return False
    heard = conversation.last_inbound_at
    said = Silence(opted_out=bool(conversation.opted_out), unfollowed=bool(conversation.unfollowed))
    heard_at = None if heard is None else parse(heard)
    if not lets_us_begin(chosen.capabilities, said, heard_at=heard_at, now=now):
        return False
    return consent.may_contact(conversation.origin, purpose, conversation.channel)
