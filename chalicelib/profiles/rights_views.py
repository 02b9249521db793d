"""What the API shows and takes of customers' requests."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from ..platform.http import ListQuery, OneOf, View
from ..platform.received import Moment
from .rights import RightsRequest

#: How it was made sure that the customer is who they say.
WAYS = (
    "id_document",
    "one_time_code",
    "call_back",
    "channel_account",
    "in_person",
    "signed_letter",
)


class RightsAsked(View):
    """`requested_at` is when the customer asked; the time limit runs from then on."""

    requested_at: Moment | None = None
    verified_by: Annotated[str, OneOf(WAYS)]
    reason: str | None = Field(default=None, max_length=500)


class RightsRequestView(View):
    """`counts`: records given out or removed so far, by slice. `proof`: what an erasure did."""

    id: str
    kind: str
    status: str
    profile_id: str
    requested_at: str
    received_at: str
    due_at: str
    verified_by: str
    reason: str | None
    by: str
    started_at: str | None
    answered_at: str | None
    expires_at: str | None
    counts: dict[str, int]
    proof: dict[str, Any] | None

    @classmethod
    def of(cls, item: RightsRequest) -> RightsRequestView:
        return cls(
            id=item.id,
            kind=item.kind,
            status=item.status,
            profile_id=item.profile_id,
            requested_at=item.requested_at,
            received_at=item.received_at,
            due_at=item.due_at,
            verified_by=item.verified_by,
            reason=item.reason,
            by=item.by,
            started_at=item.started_at,
            answered_at=item.answered_at,
            expires_at=item.expires_at,
            counts={name: int(count) for name, count in (item.counts or {}).items()},
            proof=item.proof,
        )


class RightsQuery(ListQuery):
    status: Literal["open", "done"] = "open"


class ExportQuery(View):
    format: Literal["json", "html"] = "json"


class ExportFile(View):
    """A file that an export names, and where it can be fetched for a while."""

    file: str
    url: str


class ExportFilesView(View):
    items: list[ExportFile]
    url_expires_in: int


class ExportView(View):
    """An export: as text where it is small, and under an address that works for a while."""

    format: str
    media_type: str
    size: int
    content: str | None
    url: str
    url_expires_in: int
    expires_at: str
