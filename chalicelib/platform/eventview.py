"""An event as the API shows it, in a ticket's history and a profile's timeline."""

from __future__ import annotations

from typing import Any

from .clock import iso
from .eventlog import Recorded
from .http import View


class EventView(View):
    id: str
    name: str
    at: str
    subject: str
    actor: str
    correlation_id: str
    profile_id: str | None
    data: dict[str, Any]

    @classmethod
    def of(cls, event: Recorded) -> EventView:
        return cls(
            id=event.id,
            name=event.name,
            at=iso(event.at),
            subject=event.subject,
            actor=event.actor,
            correlation_id=event.correlation_id,
            profile_id=event.profile_id,
            data=dict(event.data),
        )
