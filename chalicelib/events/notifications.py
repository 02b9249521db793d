"""What agents are told, and how: what they chose themselves, and what is sent by."""

from __future__ import annotations

from typing import Any, ClassVar

from ..platform.eventlog import Event


class PreferencesChanged(Event):
    """An agent wants to be told other things, or elsewhere. Kept under the agent."""

    name: ClassVar[str] = "notifications.preferences_changed"
    agent_id: str

    @classmethod
    def subject_of(cls, event: Any) -> str:
        return f"agent#{event.agent_id}"


class SendersChanged(Event):
    """The organisation pushes by other accounts."""

    name: ClassVar[str] = "notifications.senders_changed"
    changed: tuple[str, ...]

    @classmethod
    def subject_of(cls, event: Any) -> str:
        return "notifications#senders"
