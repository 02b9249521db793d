"""What the API shows and takes of merges, suggestions and blocked values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from ..platform.http import ListQuery, View
from .identities import Value, contacts
from .model import Blocked, Merge, Profile, Suggestion
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


class SuggestionQuery(ListQuery):
    """`state`: what waits for a decision, or what was decided."""

    state: Literal["open", "accepted", "dismissed"] = "open"


class SharedView(View):
    """A contact point that both have, normalised."""

    kind: str
    value: str


class SuggestionView(View):
    """`name` is of `profile_id`, `other_name` of `other_id`; `shared` is what both can be
    reached at, empty where they only share what was written in a message."""

    id: str
    profile_id: str
    other_id: str
    name: str | None
    other_name: str | None
    shared: list[SharedView]
    reasons: list[str]
    state: str
    created_at: str
    decided_by: str | None
    decided_at: str | None

    @classmethod
    def of(cls, item: Suggestion, people: Mapping[str, Profile], **other: Any) -> SuggestionView:
        """`people` are profiles by id; `other` says what a change just made is not written on
        the item yet."""
        one, two = people.get(item.profile_id), people.get(item.other_id)
        both = [value for value in _contacts(one) if value in _contacts(two)]
        values = {
            "id": item.id,
            "profile_id": item.profile_id,
            "other_id": item.other_id,
            "name": None if one is None else one.name,
            "other_name": None if two is None else two.name,
            "shared": [SharedView(kind=value.kind, value=value.value) for value in both],
            "reasons": list(item.reasons),
            "state": item.state,
            "created_at": item.created_at,
            "decided_by": item.decided_by,
            "decided_at": item.decided_at,
        }
        return cls(**(values | other))


def _contacts(profile: Profile | None) -> tuple[Value, ...]:
    return () if profile is None else contacts(profile)


class BlockedValue(View):
    """A phone or address that identifies nobody, however many customers give it."""

    kind: Literal["phone", "email"]
    value: str = Field(min_length=3, max_length=254)
    reason: str | None = Field(default=None, max_length=200)

    @classmethod
    def of(cls, item: Blocked) -> BlockedValue:
        kind, _, value = item.sk.partition("#")
        return cls(kind="phone" if kind == "phone" else "email", value=value, reason=item.reason)
