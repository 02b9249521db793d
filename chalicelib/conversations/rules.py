"""Sending, decided purely: what an attempt's result means, and whether we may begin at all.

Called by `conversations.delivery` and `conversations.reaching`.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from ..channels.sending import Capabilities, Outcome, SendResult
from ..platform.fact import frozen
from ..platform.ids import digest


class Status(StrEnum):
    """Of an inbound message only `received`; the rest is the life of one of ours."""

    RECEIVED = "received"
    QUEUED = "queued"
    SENDING = "sending"
    DELAYED = "delayed"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


#: Nothing more is to be done for these.
FINISHED = frozenset({Status.SENT, Status.DELIVERED, Status.READ, Status.FAILED})
#: A receipt moves a message only forward.
RANK = {Status.SENDING: 0, Status.SENT: 1, Status.DELIVERED: 2, Status.READ: 3}

#: Pauses after the 1st, 2nd … attempt that the provider asked to repeat.
PAUSES = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=2),
)
JITTER = 0.5  # of a pause, at most, on top of it
MINUTE = timedelta(minutes=1)
#: While an account waits to be connected again, its replies wait too.
RECONNECT_PAUSE = timedelta(minutes=15)
#: After this a reply is no longer what the customer needs: it fails, and a person sees it.
GIVE_UP_AFTER = timedelta(hours=48)
GAVE_UP = "Đã ngừng gửi lại sau 48 giờ. Lần gửi cuối: {reason}"
#: An attempt without a recorded result may have arrived; the provider's echo tells within this.
IN_DOUBT = timedelta(seconds=60)
MORNING = time(6, 5)  # providers' night rule ends at 06:00 (channels.md §2.3)
NEW_DAY = time(0, 10)


@frozen
class Next:
    """What becomes of a message after an attempt: sent, failed, or again at `due_at`."""

    status: Status
    due_at: datetime | None = None
    code: str | None = None
    reason: str = ""


def after_attempt(
    result: SendResult,
    *,
    attempts: int,
    queued_at: datetime,
    now: datetime,
    zone: ZoneInfo,
    spread: float = 0.0,
) -> Next:
    """The message's next state, by the provider's answer to its last part.

    `spread`, from 0 to 1, keeps messages that failed together from coming again together.
    """
    if result.outcome is Outcome.SENT:
        return Next(status=Status.SENT)
    if result.outcome in (Outcome.PERMANENT, Outcome.UNREACHABLE):
        return Next(status=Status.FAILED, code=result.code or "refused", reason=result.reason)
    due = result.until or _due(result.outcome, attempts=attempts, now=now, zone=zone, spread=spread)
    if result.unclear:
        due = max(due, now + IN_DOUBT)
    if due - queued_at > GIVE_UP_AFTER:
        reason = GAVE_UP.format(reason=result.reason or "không rõ lý do")
        return Next(status=Status.FAILED, code=result.code or "gave_up", reason=reason)
    return Next(status=Status.DELAYED, due_at=due, code=result.code, reason=result.reason)


def _due(
    outcome: Outcome, *, attempts: int, now: datetime, zone: ZoneInfo, spread: float
) -> datetime:
    if outcome is Outcome.PACED:
        return now + MINUTE + spread * MINUTE
    if outcome is Outcome.TOMORROW:
        return _next_local(NEW_DAY, now, zone)
    if outcome is Outcome.MORNING:
        return _next_local(MORNING, now, zone)
    if outcome is Outcome.REAUTH:
        return now + RECONNECT_PAUSE
    return now + PAUSES[min(attempts, len(PAUSES)) - 1] * (1 + spread * JITTER)


def spread(message_id: str, attempt: int) -> float:
    """A number from 0 to 1 that is another for every message and attempt, and the same again."""
    return int(digest(message_id, str(attempt))[:8], 16) / 0xFFFFFFFF


def _next_local(clock_time: time, now: datetime, zone: ZoneInfo) -> datetime:
    local = now.astimezone(zone)
    due = datetime.combine(local.date(), clock_time, tzinfo=zone)
    if due <= local:
        due = datetime.combine(local.date() + timedelta(days=1), clock_time, tzinfo=zone)
    return due.astimezone(UTC)


def in_doubt(*, attempted_at: datetime | None, now: datetime) -> bool:
    """Whether an attempt without a result is so recent that its echo may still come."""
    return attempted_at is not None and now - attempted_at < IN_DOUBT


def forward(current: str, reported: Status) -> bool:
    """Whether a receipt tells something new of a message of ours."""
    return current in RANK and RANK[Status(current)] < RANK[reported]


@frozen
class Silence:
    """What a customer said of being written to in one conversation: STOP, or no follower."""

    opted_out: bool
    unfollowed: bool


def lets_us_begin(
    capabilities: Capabilities, said: Silence, *, heard_at: datetime | None, now: datetime
) -> bool:
    """Whether a channel lets us write unasked: it sends, to the customer alone, nobody asked
    for silence, and the customer was heard (`heard_at`) within the free window, if it has one.
    What waits on a page to be picked up reaches nobody who has left it."""
    reaches = capabilities.can_send and not (capabilities.public or capabilities.picked_up)
    if not reaches or said.opted_out or said.unfollowed:
        return False
    window = capabilities.session_window
    return window is None or (heard_at is not None and now - heard_at <= window)
