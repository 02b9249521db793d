"""Whether a template that waits may go out now: consent, the hour, its state, the day's quota.

Called by `delivery` before the provider is asked. All may have changed since it was queued.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ..channels import health, templates
from ..channels.approved import State, is_quiet, quiet_hours
from ..channels.flows import Connected
from ..channels.sending import Outcome, SendResult
from ..platform.clock import zone
from ..platform.context import Context
from ..profiles.family import family_of
from .addressing import silenced, talks_of
from .model import Conversation, Message
from .reaching import may_push
from .rules import spread

#: What was held for the night goes out over this time, so that it is not all at once.
MORNING_RUSH = timedelta(minutes=30)

REFUSED = "Khách không đồng ý nhận loại tin này"
QUIET = "Không gửi tin chủ động ban đêm, tin sẽ đi vào buổi sáng"
STOPPED = "Mẫu tin không còn được nhà cung cấp cho gửi"
USED_UP = "Đã hết hạn mức mẫu tin trong ngày, sẽ gửi lại vào ngày mai"


def held(
    message: Message, conversation: Conversation, connected: Connected, context: Context
) -> SendResult | None:
    """Why a template does not go out now, as if its provider had said so; None: it may go.

    Of anything that is no template None.
    """
    template, now = message.template, context.now
    if not template:
        return None
    if _unwanted(conversation, template["purpose"]):
        return SendResult(outcome=Outcome.PERMANENT, code="may_not_contact", reason=REFUSED)
    item = templates.find(conversation.account, template["id"])
    if item is None or item.state != State.APPROVED:
        return SendResult(outcome=Outcome.PERMANENT, code="template_stopped", reason=STOPPED)
    morning = None if template["urgent"] else _morning(message, connected, now)
    if morning is not None:
        return SendResult(outcome=Outcome.HELD, code="quiet_hours", reason=QUIET, until=morning)
    left = health.left_today(conversation.account, now=now)
    if left is not None and left <= 0:
        return SendResult(outcome=Outcome.TOMORROW, code="quota_used", reason=USED_UP)
    return None


def _unwanted(conversation: Conversation, purpose: str) -> bool:
    """Whether its customer wants none by now: here, or by STOP in another conversation of theirs
    on the account."""
    if not may_push(conversation, purpose):
        return True
    return silenced(talks_of(family_of(conversation.origin), conversation.account))


def _morning(message: Message, connected: Connected, now: datetime) -> datetime | None:
    """When the quiet hours end for a message; None: there are none now."""
    hours = quiet_hours(connected.account.settings)
    local = now.astimezone(zone())
    if not is_quiet(local, hours):
        return None
    ends = local.replace(hour=hours[1].hour, minute=hours[1].minute, second=0, microsecond=0)
    if ends <= local:
        ends += timedelta(days=1)
    number = int(message.attempts or 0)
    return ends.astimezone(UTC) + spread(message.id, number) * MORNING_RUSH
