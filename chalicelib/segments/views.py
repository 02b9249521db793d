"""What the API shows and takes of segments and tiers."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from ..language.text import normalise, one_line
from ..platform.http import OneOf, View
from ..profiles.tiers import TIERS
from .conditions import OF_FIELD, OPERATORS
from .model import Segment
from .vocabulary import FACTS

MOST_PREVIEWED = 200


Name = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(one_line)]
Description = Annotated[str, Field(max_length=1000), AfterValidator(normalise)]
Id = Annotated[str, Field(pattern=r"^[!-~]{1,64}$")]
ConditionJson = Annotated[
    dict[str, Any],
    Field(
        description="{all|any|none: [condition, …]} or {fact, op, value}; facts and operators "
        "are listed at /v1/segments/facts"
    ),
]


class SegmentView(View):
    """`state`: building while the customers there are are gone through for the first time;
    `evaluated` of them so far. `members` is exact."""

    id: str
    name: str
    description: str | None
    condition: dict[str, Any]
    state: str
    evaluated: int
    members: int
    created_at: str
    revision: int

    @classmethod
    def of(cls, item: Segment, *, members: int) -> SegmentView:
        return cls(
            id=item.id,
            name=item.name,
            description=item.description,
            condition=item.condition,
            state=item.state,
            evaluated=int(item.evaluated),
            members=members,
            created_at=item.created_at,
            revision=int(item.revision),
        )


class SegmentNew(View):
    name: Name
    description: Description | None = None
    condition: ConditionJson


def left_out() -> Any:
    """The default of a field that a change may leave out but not clear with null."""
    return Field(default_factory=lambda: None)


class SegmentChange(View):
    """A field that is not sent stays as it is; null clears the description."""

    name: Name = left_out()
    description: Description | None = left_out()
    condition: ConditionJson = left_out()


class MemberView(View):
    """A customer in a segment."""

    profile_id: str
    name: str | None
    tier: str
    entered_at: str


class PreviewNew(View):
    """On these profiles, or on the customers who came last."""

    condition: ConditionJson
    profile_ids: Annotated[list[Id], Field(min_length=1, max_length=MOST_PREVIEWED)] | None = None
    newest: int = Field(default=50, strict=True, ge=1, le=MOST_PREVIEWED)


class PreviewView(View):
    """`evaluated` customers, of whom these meet the condition."""

    evaluated: int
    members: int
    profile_ids: list[str]


class FactView(View):
    """A fact that conditions may ask for, and how."""

    name: str
    kind: str
    vi: str
    ops: list[str]


class FactsView(View):
    """`attributes.<key>` asks for a custom field of a customer (/v1/profile-fields): what may be
    asked of it goes by the field's kind."""

    items: list[FactView]
    attributes: dict[str, list[str]]

    @classmethod
    def all(cls) -> FactsView:
        return cls(
            items=[
                FactView(name=name, kind=fact.kind, vi=fact.vi, ops=list(OPERATORS[fact.kind]))
                for name, fact in FACTS.items()
            ],
            attributes={kind: list(operators) for kind, operators in OF_FIELD.items()},
        )


class TierChange(View):
    """null leaves the tier to the rules again."""

    tier: Annotated[str, OneOf(TIERS)] | None


class TierView(View):
    """`by_hand`: a person set it, and no rule overwrites it."""

    profile_id: str
    tier: str
    by_hand: bool
