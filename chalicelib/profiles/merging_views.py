"""What the API shows and takes of merges, suggestions and blocked values."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from ..platform.http import View
from .model import Blocked, Merge, Suggestion
from .views import IdentityView


class MergeCreate(View):
    """The profile that is taken in, and why a person thinks that the two are one."""

    profile_id: str = Field(min_length=1, max_length=100)
    reason: str | None = Field(default=None, max_length=100)


class MergeView(View):
    id: str
    profile_id: str
    merged_id: str
    why: str
    reasons: list[str]
    by: str
    fields: dict[str, Any]
    state: str
    created_at: str
    undone_at: str | None
    undone_by: str | None
    identities: list[IdentityView] = []

    @classmethod
    def of(cls, item: Merge, **other: Any) -> MergeView:
        """`other` says what a change just made is not written on the item yet."""
        values = {
            "id": item.id,
            "profile_id": item.into,
            "merged_id": item.profile_id,
            "why": item.why,
            "reasons": list(item.reasons),
            "by": item.by,
            "fields": dict(item.fields),
            "state": item.state,
            "created_at": item.created_at,
            "undone_at": item.undone_at,
            "undone_by": item.undone_by,
        }
        return cls(**(values | other))


class SuggestionView(View):
    id: str
    profile_id: str
    other_id: str
    reasons: list[str]
    state: str
    created_at: str
    decided_by: str | None
    decided_at: str | None

    @classmethod
    def of(cls, item: Suggestion, **other: Any) -> SuggestionView:
        """`other` says what a change just made is not written on the item yet."""
        values = {
            "id": item.id,
            "profile_id": item.profile_id,
            "other_id": item.other_id,
            "reasons": list(item.reasons),
            "state": item.state,
            "created_at": item.created_at,
            "decided_by": item.decided_by,
            "decided_at": item.decided_at,
        }
        return cls(**(values | other))


class BlockedValue(View):
    """A phone or address that identifies nobody, however many customers give it."""

    kind: Literal["phone", "email"]
    value: str = Field(min_length=3, max_length=254)
    reason: str | None = Field(default=None, max_length=200)

    @classmethod
    def of(cls, item: Blocked) -> BlockedValue:
        kind, _, value = item.sk.partition("#")
        return cls(kind="phone" if kind == "phone" else "email", value=value, reason=item.reason)
