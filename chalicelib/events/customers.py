"""What happens to a customer: known, proved, merged, parted, consenting, leaving."""

from __future__ import annotations

from typing import Any, ClassVar

from ..platform.eventlog import Event


class ProfileEvent(Event):
    """Kept under the profile."""

    @classmethod
    def subject_of(cls, event: Any) -> str:
        return f"profile#{event.profile_id}"


class ProfileCreated(ProfileEvent):
    """`channel` and `account_id` are None for one made by a person or an import.

    `contacts`: kinds of contact points (phone, email) that came along unproved.
    """

    name: ClassVar[str] = "profile.created"
    channel: str | None = None
    account_id: str | None = None
    contacts: tuple[str, ...] = ()


class ProfileUpdated(ProfileEvent):
    """`changed` are field names; `contacts` kinds of contact points that came unproved."""

    name: ClassVar[str] = "profile.updated"
    changed: tuple[str, ...]
    contacts: tuple[str, ...] = ()


class IdentityAdded(ProfileEvent):
    """`identity` is the key of the identity: a keyed digest, not its value."""

    name: ClassVar[str] = "identity.added"
    kind: str
    verified: bool
    identity: str | None = None


class IdentityShared(ProfileEvent):
    """What proves somebody belongs to another profile: one person twice, or two of one phone.

    `identity` is its key.
    """

    name: ClassVar[str] = "identity.shared"
    kind: str
    identity: str


class MergeSuggested(ProfileEvent):
    """Two profiles may be one person; `reasons` are codes, `other_id` the second profile."""

    name: ClassVar[str] = "merge.suggested"
    suggestion_id: str
    other_id: str
    reasons: tuple[str, ...]


class MergeSuggestionDismissed(ProfileEvent):
    name: ClassVar[str] = "merge.suggestion_dismissed"
    suggestion_id: str
    other_id: str


class ProfileMerged(ProfileEvent):
    """`profile_id` has taken in `merged_id`; `why` is a code (verified_phone, person …)."""

    name: ClassVar[str] = "profile.merged"
    merge_id: str
    merged_id: str
    why: str


class MergeUndone(ProfileEvent):
    """`merged_id` stands for itself again; `profile_id` had taken it in."""

    name: ClassVar[str] = "merge.undone"
    merge_id: str
    merged_id: str


class BelongingsMoved(ProfileEvent):
    """Everything is listed where a merge or its undoing put it."""

    name: ClassVar[str] = "merge.settled"
    merge_id: str


class BlockedValueChanged(Event):
    """A value that identifies nobody was added or taken away; which, only its kind is told."""

    name: ClassVar[str] = "identity.blocked_value_changed"
    kind: str
    blocked: bool

    @classmethod
    def subject_of(cls, event: Any) -> str:
        return "settings#identities"


class ConsentChanged(ProfileEvent):
    """Consent to a purpose on a channel (None: on all), given or withdrawn."""

    name: ClassVar[str] = "consent.changed"
    purpose: str
    channel: str | None = None
    granted: bool
    source: str


class NoteAdded(ProfileEvent):
    """Somebody wrote a note about the customer."""

    name: ClassVar[str] = "profile.note_added"
    note_id: str


class RightsRequested(ProfileEvent):
    """The customer asked for their data or its end; `due_at` is when that must be done."""

    name: ClassVar[str] = "rights.requested"
    request_id: str
    kind: str  # export, erase
    due_at: str


class RightsAnswered(ProfileEvent):
    """What was asked for is done."""

    name: ClassVar[str] = "rights.answered"
    request_id: str
    kind: str


class ProfileErased(ProfileEvent):
    """From here on nothing is kept of the person."""

    name: ClassVar[str] = "profile.erased"
    request_id: str


class RetentionChanged(Event):
    """A kind of data is kept for another number of days from now on."""

    name: ClassVar[str] = "retention.changed"
    kind: str
    days: int

    @classmethod
    def subject_of(cls, event: Any) -> str:
        return f"retention#{event.kind}"


class TierChanged(ProfileEvent):
    """`why`: orders, rfm, hand."""

    name: ClassVar[str] = "profile.tier_changed"
    before: str
    tier: str
    why: str


class SegmentEntered(ProfileEvent):
    name: ClassVar[str] = "segment.entered"
    segment_id: str


class SegmentLeft(ProfileEvent):
    name: ClassVar[str] = "segment.left"
    segment_id: str


class SegmentEvent(Event):
    """Kept under the segment."""

    segment_id: str

    @classmethod
    def subject_of(cls, event: Any) -> str:
        return f"segment#{event.segment_id}"


class SegmentDefined(SegmentEvent):
    """A saved condition was made or changed: its members are looked for anew."""

    name: ClassVar[str] = "segment.defined"
    revision: int


class SegmentRenamed(SegmentEvent):
    """Its name or description changed: nobody enters or leaves."""

    name: ClassVar[str] = "segment.renamed"
    revision: int


class SegmentRemoved(SegmentEvent):
    name: ClassVar[str] = "segment.removed"


class ContentEvent(Event):
    """Kept under what is shown to customers by segment."""

    content_id: str

    @classmethod
    def subject_of(cls, event: Any) -> str:
        return f"content#{event.content_id}"


class ContentAdded(ContentEvent):
    name: ClassVar[str] = "content.added"


class ContentChanged(ContentEvent):
    name: ClassVar[str] = "content.changed"
    revision: int


class ContentRemoved(ContentEvent):
    name: ClassVar[str] = "content.removed"


class CustomFieldsChanged(Event):
    """Which custom fields profiles have; `changed` are their names."""

    name: ClassVar[str] = "profile.fields_changed"
    changed: tuple[str, ...]

    @classmethod
    def subject_of(cls, event: Any) -> str:
        return "profile-fields#-"
