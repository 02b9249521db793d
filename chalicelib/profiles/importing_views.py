"""What the API takes of customers that another system tells of."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from ..platform.batches import Checkable, RowOf
from ..platform.http import OneOf, View
from ..platform.received import Moment
from .attributes import MOST_FIELDS
from .consent_rules import PURPOSES
from .consent_views import CODE, SAID_OF
from .importing import Agreed, Person
from .rules import GENDERS
from .views import Birthday, Line, Value

MOST_ROWS = 50
MOST_CONTACTS = 10

ExternalId = Annotated[str, Field(pattern=r"^[!-~]([ -~]{0,198}[!-~])?$")]
#: Which system tells: a code that never changes, `chatwoot`, `shop-haravan` …
Source = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,39}$")]


Contact = Annotated[str, Field(min_length=1, max_length=254)]


class AgreedRow(View):
    """A statement of consent the source has kept; `at` is when the customer made it."""

    purpose: Annotated[str, OneOf(tuple(PURPOSES))]
    state: Literal["granted", "withdrawn"]
    channel: Annotated[str, OneOf(SAID_OF)] | None = None
    wording: str | None = Field(default=None, pattern=CODE)
    at: Moment | None = None


class PersonRow(View):
    """A customer as another system knows them; one of id, phone or e-mail says who.

    `profile_id` is ours, as an export names it: it goes before all others, and an unknown
    one is refused.
    `vouched`: the source has proved that phones and addresses are theirs (a one-time
    password, a caller id); otherwise they only suggest who somebody may be.
    """

    profile_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
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
    items: list[Annotated[dict[str, Any], RowOf(ProfileRow)]] = Field(
        min_length=1, max_length=MOST_ROWS
    )
