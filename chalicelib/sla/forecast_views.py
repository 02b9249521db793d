"""Shapes of the clocks that lists show, and of the forecast."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from ..platform.http import Instant, View
from .forecast import Entry, Forecast, Group

MOST_AT_ONCE, LONGEST_ID = 100, 64
LONGEST_FORECAST = 168  # hours


class ClocksQuery(View):
    """Which tickets: their ids, parted by commas, a hundred at most."""

    ticket_ids: Annotated[str, Field(min_length=1, max_length=MOST_AT_ONCE * (LONGEST_ID + 1))]


class StateView(View):
    """The latest round of a clock as a list shows it; `wall_seconds_left` until it is due."""

    state: str
    round: int
    started_at: str
    target: int
    warn_at: str | None = None
    due_at: str | None = None
    ended_at: str | None = None
    broken_at: str | None = None
    wall_seconds_left: int | None


class TicketClocks(View):
    """The clocks of one ticket by name."""

    ticket_id: str
    policy: str | None
    version: int
    clocks: dict[str, StateView]


class ClocksView(View):
    """Those of the tickets that have clocks, in the order asked for."""

    now: Instant
    items: list[TicketClocks]


class ForecastQuery(View):
    """How far to look, and at whom; ids narrow the entries and the counts."""

    hours: int = Field(default=4, ge=1, le=LONGEST_FORECAST)
    department_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    team_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    agent_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None


class EntryView(View):
    """One clock and what comes of it (`what`: warning, breach) unless something is done."""

    what: str
    at: Instant
    seconds_left: int
    clock: str
    subject: str
    ticket_id: str | None
    number: str | None
    department_id: str | None
    team_id: str | None
    agent_id: str | None

    @classmethod
    def of(cls, entry: Entry, now: Any) -> EntryView:
        place = entry.place
        return cls(
            what=entry.what,
            at=entry.at,
            seconds_left=int((entry.at - now).total_seconds()),
            clock=entry.clock,
            subject=entry.subject,
            ticket_id=place.ticket_id,
            number=place.number,
            department_id=place.department_id,
            team_id=place.team_id,
            agent_id=place.agent_id,
        )


class GroupView(View):
    """How many warnings and breaches are to come; `id` null: of nobody yet."""

    id: str | None
    warnings: int
    breaches: int

    @classmethod
    def of(cls, one: Group) -> GroupView:
        return cls(id=one.id, warnings=one.warnings, breaches=one.breaches)


class ForecastView(View):
    """What comes from `now` until `until`, as things stand.

    `complete_until`: beyond it there may be more than is told, because there is very much.
    """

    now: Instant
    until: Instant
    truncated: bool
    complete_until: Instant
    warnings: int
    breaches: int
    departments: list[GroupView]
    teams: list[GroupView]
    agents: list[GroupView]
    entries: list[EntryView]

    @classmethod
    def of(cls, one: Forecast) -> ForecastView:
        return cls(
            now=one.now,
            until=one.until,
            truncated=one.complete_until < one.until,
            complete_until=one.complete_until,
            warnings=one.total.warnings,
            breaches=one.total.breaches,
            departments=[GroupView.of(group) for group in one.by("department_id")],
            teams=[GroupView.of(group) for group in one.by("team_id")],
            agents=[GroupView.of(group) for group in one.by("agent_id")],
            entries=[EntryView.of(entry, one.now) for entry in one.entries],
        )
