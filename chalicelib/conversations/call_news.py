"""What is told of a call as it goes on: each stage it reaches, and each answer to our machine.

Called by `intake.calls` for what providers tell, and by `calling_out` for what waited for us.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ..channels.callout import Script
from ..events.conversations import (
    CallAnswered,
    CallAnswerGiven,
    CallEnded,
    CallEvent,
    CallMissed,
    CallStarted,
)
from ..platform import eventlog, store
from ..platform.context import Context
from ..platform.fact import frozen
from . import calling
from .model import Message

Kept = Mapping[str, Any]

#: What is told of a call besides its stage, by the event that tells it.
TOLD: Mapping[type[CallEvent], Sequence[str]] = {
    CallStarted: (),
    CallAnswered: ("extension", "queue_seconds", "ring_seconds"),
    CallEnded: ("extension", "queue_seconds", "ring_seconds", "talk_seconds", "hold_seconds"),
    CallMissed: ("extension", "queue_seconds", "ring_seconds", "abandoned"),
}


@frozen
class Told:
    """Whose call it is: its message, the original it comes with, the provider's account id,
    and the ticket it belongs to now."""

    message: Message
    origin: str
    account_id: str
    ticket_id: str | None

    @property
    def about(self) -> dict[str, Any]:
        """What every event of it says."""
        return {
            "conversation_id": self.message.pk,
            "message_id": self.message.id,
            "ticket_id": self.ticket_id,
            "profile_id": self.origin,
            "channel": self.message.channel,
            "account_id": self.account_id,
        }


def events(
    told: Told, before: Kept, after: Kept, context: Context, *, at: datetime
) -> list[store.Write]:
    """The events of what became known of a call between two states of what is kept of it."""
    stages = [_stage(kind, told, after) for kind in _reached(before, after)]
    answers = _answers(told, before, after)
    return [eventlog.record(event, context, at=at) for event in (*stages, *answers)]


def started(told: Told, after: Kept, context: Context, *, at: datetime) -> store.Write:
    """The event that a call of ours has begun."""
    return eventlog.record(_stage(CallStarted, told, after), context, at=at)


def _reached(before: Kept, after: Kept) -> list[type[CallEvent]]:
    """Which stages were reached: a call that was thought missed may turn out to be answered.

    That a customer picks up for a machine is no answer by a person.
    """
    found: list[type[CallEvent]] = [] if before else [CallStarted]
    talked = calling.has_talked(after)
    if talked and not calling.has_talked(before) and not calling.is_automatic(after):
        found.append(CallAnswered)
    if calling.is_over(after) and (before.get("stage") != after["stage"]):
        found.append(CallEnded if talked else CallMissed)
    return found


def _stage(kind: type[CallEvent], told: Told, kept: Kept) -> CallEvent:
    fields = {name: kept[name] for name in TOLD[kind] if name in kept}
    outbound = calling.is_outbound(kept)
    if kind is CallMissed and outbound:
        fields["outcome"] = calling.outcome(kept)
    automatic = calling.is_automatic(kept)
    return kind(**told.about, outbound=outbound, automatic=automatic, **fields)


def _answers(told: Told, before: Kept, after: Kept) -> list[CallAnswerGiven]:
    script = Script.of(after.get("script"))
    if script is None:
        return []
    found = []
    for said in calling.given_since(before, after):
        key = said.get("digits")
        known = key if key in script.answers else None
        found.append(
            CallAnswerGiven(
                **told.about,
                step=script.step,
                key=known,
                value=None if known is None else script.answers[known],
                spoken="speech" in said,
            )
        )
    return found
