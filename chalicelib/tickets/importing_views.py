"""What the API takes of tickets that another help desk has kept."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from ..platform.batches import Checkable, RowOf
from ..platform.http import OneOf, View
from ..platform.received import Moment
from ..profiles.importing_views import ExternalId, PersonRow, Source
from .importing import AUTHORS, Old, Said
from .views import Outcome, Priority, SubType, Text, Type
from .views import Said as Line
from .views import Source as Origin

MOST_ROWS = 25


class SaidRow(View):
    """One thing said in the ticket; `name` is who said it, as the old help desk shows them."""

    at: Moment
    author: Annotated[str, OneOf(tuple(AUTHORS))]
    text: str = Text
    name: str | None = Field(default=None, max_length=200)


class TicketRow(View):
    """A ticket with its own times; without `done_at` and `outcome` it is still open.

    `number` is kept as a tag: our own numbers are unique for ever.
    """

    external_id: ExternalId
    number: str | None = Field(default=None, min_length=1, max_length=64)
    type: Type
    sub_type: SubType | None = None
    subject: Line = Field(max_length=500)
    opened_at: Moment
    done_at: Moment | None = None
    outcome: Outcome | None = None
    priority: Priority | None = None
    source: Origin = "website"
    order: str | None = Field(default=None, max_length=64)
    branch: str | None = Field(default=None, max_length=64)
    tags: list[Annotated[str, Field(min_length=1, max_length=64)]] = Field(
        default=[], max_length=40
    )
    messages: list[SaidRow] = Field(default=[], max_length=500)
    customer: PersonRow

    @property
    def old(self) -> Old:
        """The same as the flow takes it."""
        plain: dict[str, Any] = self.model_dump(exclude={"customer", "messages", "tags"})
        return Old(
            **plain,
            tags=tuple(self.tags),
            said=[Said(**one.model_dump()) for one in self.messages],
            customer=self.customer.person,
        )


class TicketBatch(Checkable):
    """Up to 25 tickets of one source, each a `TicketRow`."""

    source: Source
    items: list[Annotated[dict[str, Any], RowOf(TicketRow)]] = Field(
        min_length=1, max_length=MOST_ROWS
    )
