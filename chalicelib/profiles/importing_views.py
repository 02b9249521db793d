"""What the API takes of customers that another system tells of."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, Field
from pydantic_core import PydanticCustomError

from ..language.text import normalise
from ..platform.batches import Checkable
from ..platform.http import OneOf, View
from .attributes import MOST_FIELDS
from .consent_rules import PURPOSES
from .consent_views import CODE
from .importing import Agreed, Person
from .views import Line, Value

MOST_ROWS = 50
MOST_CONTACTS = 10
GENDERS = ("female", "male", "other")

ExternalId = Annotated[str, Field(pattern=r"^[!-~]([ -~]{0,198}[!-~])?$")]
#: Which system tells: a code that never changes, `chatwoot`, `shop-haravan` …
Source = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,39}$")]


def _born(text: str) -> str:
    try:
        born = date.fromisoformat(normalise(text))
    except ValueError:
        raise PydanticCustomError("birthday", "a date, YYYY-MM-DD") from None
    if born.year < 1900:
        raise PydanticCustomError("birthday", "before 1900")
    return born.isoformat()


Birthday = Annotated[str, Field(max_length=10), AfterValidator(_born)]
Contact = Annotated[str, Field(min_length=1, max_length=254)]


class AgreedRow(View):
    """A statement of consent the source has kept; `at` is when the customer made it."""

    purpose: Annotated[str, OneOf(tuple(PURPOSES))]
    state: Literal["granted", "withdrawn"]
    channel: str | None = Field(default=None, pattern=CODE)
    wording: str | None = Field(default=None, pattern=CODE)
    at: AwareDatetime | None = None


class PersonRow(View):
    """A customer as another system knows them; one of id, phone or e-mail says who.

    `vouched`: the source has proved that phones and addresses are theirs (a one-time
    password, a caller id); otherwise they only suggest who somebody may be.
    """

    external_id: ExternalId | None = None
    name: Line | None = None
    phones: list[Contact] = Field(default=[], max_length=MOST_CONTACTS)
    emails: list[Contact] = Field(default=[], max_length=MOST_CONTACTS)
    vouched: bool = False

    @property
    def person(self) -> Person:
        """The same as the flow takes it."""
        told: dict[str, Any] = self.model_dump(exclude={"phones", "emails"})
        return Person(**told, phones=tuple(self.phones), emails=tuple(self.emails))


class ProfileRow(PersonRow):
    """A customer with all that a contact list tells. `attributes` are custom fields."""

    address: str | None = Field(default=None, max_length=500)
    birthday: Birthday | None = None
    gender: Annotated[str, OneOf(GENDERS)] | None = None
    referrer: Line | None = None
    attributes: dict[str, Value] = Field(default={}, max_length=MOST_FIELDS)
    consents: list[AgreedRow] = Field(default=[], max_length=10)

    @property
    def person(self) -> Person:
        told: dict[str, Any] = self.model_dump(exclude={"phones", "emails", "consents"})
        return Person(
            **told,
            phones=tuple(self.phones),
            emails=tuple(self.emails),
            consents=tuple(Agreed(**one.model_dump()) for one in self.consents),
            whole=True,
        )


class ProfileBatch(Checkable):
    """Up to 50 customers of one source, each a `ProfileRow`."""

    source: Source
    items: list[dict[str, Any]] = Field(min_length=1, max_length=MOST_ROWS)
