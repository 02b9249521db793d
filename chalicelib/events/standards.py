"""Service standards: what tiers are promised, care contacts, public commitments."""

from __future__ import annotations

from typing import Any, ClassVar

from ..platform.eventlog import Event


class StandardsChanged(Event):
    """The standards of the tiers are others from this version on."""

    name: ClassVar[str] = "standards.changed"
    version: int

    @classmethod
    def subject_of(cls, event: Any) -> str:
        return "standards#tiers"


class CommitmentEvent(Event):
    """Kept under the commitment. `version` is the number of its text."""

    commitment_id: str
    version: int

    @classmethod
    def subject_of(cls, event: Any) -> str:
        return f"commitment#{event.commitment_id}"


class CommitmentPublished(CommitmentEvent):
    """A text is promised, `valid_from` … `valid_until` (days; None: until another takes over)."""

    name: ClassVar[str] = "commitment.published"
    valid_from: str
    valid_until: str | None = None


class CommitmentEnded(CommitmentEvent):
    """Nothing is promised by it after `valid_until` (a day)."""

    name: ClassVar[str] = "commitment.ended"
    valid_until: str


class CareContactEvent(Event):
    """Kept under the profile that stood for the customer then."""

    @classmethod
    def subject_of(cls, event: Any) -> str:
        return f"profile#{event.profile_id}"


class CareContactOpened(CareContactEvent):
    """The customer is to be contacted: a task in a ticket. `since`: the contact before, or when
    they came into their tier."""

    name: ClassVar[str] = "care.contact_opened"
    ticket_id: str
    task_id: str
    tier: str
    since: str


class CareContactRecorded(CareContactEvent):
    """A person of ours was in contact. `how`: task, ticket, message, call; `due`: the next one."""

    name: ClassVar[str] = "care.contact_recorded"
    how: str
    contacted_at: str
    due: str
    ticket_id: str | None = None


class CareContactSkipped(CareContactEvent):
    """A contact that was due is not made. `why`: consent (they want none), no_matter (its ticket
    was rejected)."""

    name: ClassVar[str] = "care.contact_skipped"
    why: str
    due: str
