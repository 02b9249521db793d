"""What the API shows and takes of profiles."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    model_validator,
)
from pydantic_core import PydanticCustomError

from ..language import dates
from ..language.text import normalise
from ..platform.http import ListQuery, OneOf, View
from ..platform.received import Moment
from . import attributes
from .attributes import KINDS, MOST_FIELDS, NAME
from .family import Family
from .model import Identity, Note
from .rules import GENDERS
from .survivorship import RULES

#: The value of a custom field, by its kind.
Value = StrictBool | StrictInt | StrictFloat | StrictStr | None
FIELDS = frozenset(RULES)


def said(text: str) -> str:
    """A text as it is kept; one of nothing but blanks is none."""
    clean = normalise(text)
    if not clean:
        raise PydanticCustomError("blank", "nothing but blanks")
    return clean


def born(text: str) -> str:
    """A birthday in the one form in which it is kept."""
    found = dates.birthday(text)
    if found is None:
        raise PydanticCustomError(
            "birthday", "a date since 1900, YYYY-MM-DD or day/month/year; --MM-DD without a year"
        )
    return found


Line = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(said)]
Birthday = Annotated[str, Field(max_length=30), AfterValidator(born)]


class IdentityView(View):
    kind: str
    account: str
    value: str
    verified: bool
    created_at: str

    @classmethod
    def of(cls, item: Identity) -> IdentityView:
        return cls(
            kind=item.kind,
            account=item.account,
            value=item.value,
            verified=item.verified,
            created_at=item.created_at,
        )


class ProfileView(View):
    """A customer: what is shown is chosen from all profiles that were merged into one."""

    id: str
    name: str | None
    phones: list[str]
    emails: list[str]
    address: str | None
    birthday: str | None
    gender: str | None
    tier: str
    first_channel: str | None
    attributes: dict[str, Value]
    created_at: str
    revision: int

    @classmethod
    def of(cls, family: Family) -> ProfileView:
        return cls(**shown(family))


def shown(family: Family) -> dict[str, Any]:
    """The fields of a `ProfileView`; known since the first of its profiles came."""
    fields = {name: family.fields[name] for name in ProfileView.model_fields if name in FIELDS}
    return {
        **fields,
        "id": family.id,
        "attributes": family.fields["attributes"] or {},
        "created_at": min(str(member.created_at) for member in family.members),
        "revision": int(family.root.revision),
    }


def _blank_is_none(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


#: A text of which nothing but blanks means nothing.
Cleared = Annotated[str | None, BeforeValidator(_blank_is_none)]


class ProfileChange(View):
    """Corrections by a person; a field that is not sent stays as it is, null or a blank clears it.

    The same goes for each of `attributes`, which are custom fields (/v1/profile-fields).
    """

    name: Cleared = Field(default=None, max_length=200)
    phones: list[str] | None = Field(default=None, max_length=1_000)
    emails: list[str] | None = Field(default=None, max_length=1_000)
    address: Cleared = Field(default=None, max_length=500)
    birthday: Birthday | None = None
    gender: Annotated[str, OneOf(GENDERS)] | None = None
    attributes: dict[str, Value] | None = Field(default=None, max_length=MOST_FIELDS)


class TimelineQuery(ListQuery):
    """`kind` begins an event's name (`ticket.`, `order.late`); `since` and `until` (not
    included) go by when something became known."""

    kind: str | None = Field(default=None, max_length=64, pattern=r"^[a-z_.]+$")
    since: Moment | None = None
    until: Moment | None = None


class ProfileNoteView(View):
    """`profile_id` is the original it was written under."""

    id: str
    profile_id: str
    text: str
    author: str
    created_at: str

    @classmethod
    def of(cls, item: Note) -> ProfileNoteView:
        return cls(
            id=item.id,
            profile_id=item.pk,
            text=item.text,
            author=item.author,
            created_at=item.created_at,
        )


class ProfileNoteCreate(View):
    text: Annotated[str, Field(min_length=1, max_length=20_000), AfterValidator(said)]


class FieldView(View):
    """A custom field. `label` is what people see, `choices` what a choice may be."""

    name: str = Field(pattern=rf"^{NAME}$")
    label: Line
    kind: Annotated[str, OneOf(KINDS)]
    choices: list[Line] = Field(default=[], max_length=100)
    required: bool = False

    @model_validator(mode="after")
    def _choices_belong_to_a_choice(self) -> Self:
        if (self.kind == "choice") != bool(self.choices):
            raise PydanticCustomError("choices", "choices are what a choice needs, no other kind")
        if len(set(self.choices)) < len(self.choices):
            raise PydanticCustomError("choices", "the same choice twice")
        return self

    @classmethod
    def of(cls, field: attributes.Field) -> FieldView:
        return cls(
            name=field.name,
            label=field.label,
            kind=field.kind,
            choices=list(field.choices),
            required=field.required,
        )

    @property
    def field(self) -> attributes.Field:
        """The same as the rules take it."""
        return attributes.Field(**{**self.model_dump(), "choices": tuple(self.choices)})


class FieldsView(View):
    """Every custom field, in the order in which they are shown."""

    fields: list[FieldView] = Field(max_length=MOST_FIELDS)

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [field.name for field in self.fields]
        if len(set(names)) < len(names):
            raise PydanticCustomError("names", "the same name twice")
        return self

    @classmethod
    def of(cls, known: attributes.Declared) -> FieldsView:
        return cls(fields=[FieldView.of(field) for field in known.fields])
