"""Working hours were made or changed."""

from __future__ import annotations

from typing import Any, ClassVar

from ..platform.eventlog import Event


class CalendarEvent(Event):
    """Kept under the calendar. `version`: the one that holds from now on."""

    calendar_id: str
    version: int

    @classmethod
    def subject_of(cls, event: Any) -> str:
        return f"calendar#{event.calendar_id}"


class CalendarAdded(CalendarEvent):
    name: ClassVar[str] = "calendar.added"


class CalendarChanged(CalendarEvent):
    """`changed` names fields; the version is a new one only where hours or days changed."""

    name: ClassVar[str] = "calendar.changed"
    changed: tuple[str, ...]
