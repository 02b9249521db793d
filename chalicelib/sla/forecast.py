"""What warns and what breaks in the next hours, and whose work that is. Pure.

Called by `foreseeing` with the stored clocks: what they say is what comes unless something
happens meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from ..platform.clock import parse
from ..platform.fact import frozen

WARNING, BREACH = "warning", "breach"
#: What is foretold, and the moment of a shown clock that says when (`plan.shown`).
MOMENTS = {WARNING: "warn_at", BREACH: "due_at"}


@frozen
class Place:
    """Whose a subject is, and the ticket it belongs to."""

    ticket_id: str | None = None
    number: str | None = None
    department_id: str | None = None
    team_id: str | None = None
    agent_id: str | None = None


NOWHERE = Place()


@frozen
class Entry:
    """`what` comes at `at` of a clock (its name) of a subject."""

    what: str
    at: datetime
    clock: str
    subject: str
    place: Place = NOWHERE


@frozen
class Group:
    """How many warnings and breaches come to one department, team or agent."""

    id: str | None
    warnings: int
    breaches: int


@frozen
class Forecast:
    """All that comes, in order. Up to `complete_until` nothing is left out."""

    now: datetime
    until: datetime
    complete_until: datetime
    entries: tuple[Entry, ...]

    @property
    def total(self) -> Group:
        """All of it together."""
        return _group(None, self.entries)

    def by(self, field: str) -> list[Group]:
        """The same by a field of the place: most breaches first, nobody's last."""
        names = {getattr(one.place, field) for one in self.entries}
        groups = [
            _group(name, [one for one in self.entries if getattr(one.place, field) == name])
            for name in names
        ]
        return sorted(
            groups, key=lambda one: (one.id is None, -one.breaches, -one.warnings, str(one.id))
        )


def _group(name: str | None, entries: Sequence[Entry]) -> Group:
    return Group(
        id=name,
        warnings=sum(one.what == WARNING for one in entries),
        breaches=sum(one.what == BREACH for one in entries),
    )


def coming(
    subject: str, shown: Mapping[str, Mapping[str, Any]], *, now: datetime, until: datetime
) -> Iterator[Entry]:
    """What comes after `now` and by `until` of one subject's clocks, as lists show them."""
    for name, one in shown.items():
        if one["state"] != "running":
            continue
        for what, field in MOMENTS.items():
            moment = one.get(field)
            if moment is not None and now < parse(moment) <= until:
                yield Entry(what=what, at=parse(moment), clock=name, subject=subject)
