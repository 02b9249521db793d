"""What other policies would have made of matters: verdicts before and after, added up. Pure.

Called by `simulating`. "Before" is what the log says was agreed, "after" what would have been
by the other policies from the beginning. A row is the matters of one policy of the new set and
one clock, so that both columns count the same matters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from ..platform.eventlog import Recorded
from ..platform.fact import frozen
from . import clock as clocks
from .clock import End
from .rules import ENDS, Heard, Signal
from .settling import Read
from .subjects import Subject

#: Ids of matters kept for a row and a direction, and for all rows together.
MOST_IDS, MOST_IDS_IN_ALL = 50, 2_000
#: What a row's name is made of: policy (empty: none fits) and clock.
SEPARATOR = "/"


@frozen
class Tally:
    """Clocks of one kind by what became of them; cancelled ones that broke nothing are not in."""

    met: int = 0
    broken: int = 0
    pending: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            met=self.met + other.met,
            broken=self.broken + other.broken,
            pending=self.pending + other.pending,
        )

    @property
    def compliance(self) -> float | None:
        """Met of those that are decided (domain.md §9); None: none is."""
        decided = self.met + self.broken
        return None if decided == 0 else self.met / decided


@frozen
class Row:
    """Matters with such a clock before or after. `worse`: kept, and would have been broken."""

    matters: int = 0
    before: Tally = Tally()
    after: Tally = Tally()
    worse: int = 0
    better: int = 0
    worse_ids: tuple[str, ...] = ()
    better_ids: tuple[str, ...] = ()

    def __add__(self, other: Row) -> Row:
        return Row(
            matters=self.matters + other.matters,
            before=self.before + other.before,
            after=self.after + other.after,
            worse=self.worse + other.worse,
            better=self.better + other.better,
            worse_ids=(*self.worse_ids, *other.worse_ids)[:MOST_IDS],
            better_ids=(*self.better_ids, *other.better_ids)[:MOST_IDS],
        )


Rows = Mapping[str, Row]


def as_if_new(subject: Subject) -> Subject:
    """The subject as if nothing had ever been agreed on; what terms tell of it besides stays."""

    def hears(events: Sequence[Recorded]) -> list[Heard]:
        heard = subject.hears(events)
        return [one for told in heard if (one := _without_terms(told)) is not None]

    return replace(subject, hears=hears)


def _without_terms(one: Heard) -> Heard | None:
    if one.signal is not Signal.AGREED:
        return one
    if one.traits is None:
        return None
    return replace(one, signal=Signal.CHANGED, terms=None, because=None)


def is_void(found: Read) -> bool:
    """Spam or a duplicate in the end: in no figure (domain.md §9)."""
    ends = [one.signal for one in found.story if one.signal in ENDS | {Signal.REOPENED}]
    return bool(ends) and ends[-1] is Signal.VOID


def compared(matter: str, before: Read, after: Read, *, at: datetime) -> Iterator[tuple[str, Row]]:
    """One matter's part of each row, as it stood at `at`."""
    policy, _ = after.basis.promises(after.standing.traits)
    was, would = _tallies(before, at), _tallies(after, at)
    for name in sorted({*was, *would}):
        old, new = was.get(name, Tally()), would.get(name, Tally())
        worse = new.broken > 0 and old.broken == 0
        better = old.broken > 0 and new.broken == 0
        yield (
            f"{policy or ''}{SEPARATOR}{name}",
            Row(
                matters=1,
                before=old,
                after=new,
                worse=int(worse),
                better=int(better),
                worse_ids=(matter,) if worse else (),
                better_ids=(matter,) if better else (),
            ),
        )


def _tallies(found: Read, at: datetime) -> dict[str, Tally]:
    tallies: dict[str, Tally] = {}
    for one in found.standing.all:
        broken = clocks.broken_at(one, at, found.basis.calendars) is not None
        tallies[one.name] = tallies.get(one.name, Tally()) + Tally(
            met=int(not broken and one.end is End.MET),
            broken=int(broken),
            pending=int(not broken and one.end is None),
        )
    return tallies


def added(rows: Rows, more: Iterator[tuple[str, Row]]) -> dict[str, Row]:
    """Rows with further matters; beyond so many ids in all only numbers are kept."""
    found = dict(rows)
    kept = sum(len(row.worse_ids) + len(row.better_ids) for row in found.values())
    for name, row in more:
        if kept >= MOST_IDS_IN_ALL:
            row = replace(row, worse_ids=(), better_ids=())
        known = found.get(name, Row())
        sum_ = known + row
        kept += len(sum_.worse_ids) + len(sum_.better_ids)
        kept -= len(known.worse_ids) + len(known.better_ids)
        found[name] = sum_
    return found


def totals(rows: Rows) -> dict[str, Row]:
    """The rows of each clock together, without ids."""
    found: dict[str, Row] = {}
    for name, row in rows.items():
        clock = parts(name)[1]
        found[clock] = found.get(clock, Row()) + replace(row, worse_ids=(), better_ids=())
    return dict(sorted(found.items()))


def parts(name: str) -> tuple[str | None, str]:
    """The policy and the clock of a row."""
    policy, _, clock = name.partition(SEPARATOR)
    return policy or None, clock


# ------------------------------------------------------------------ as stored


def to_json(rows: Rows) -> dict[str, list[Any]]:
    """Rows as JSON: numbers in the order of the fields, then the ids."""
    return {name: _written(row) for name, row in sorted(rows.items())}


def _written(row: Row) -> list[Any]:
    tallies = [
        number for one in (row.before, row.after) for number in (one.met, one.broken, one.pending)
    ]
    ids = [list(row.worse_ids), list(row.better_ids)]
    return [row.matters, *tallies, row.worse, row.better, *ids]


def from_json(told: Mapping[str, Sequence[Any]]) -> dict[str, Row]:
    """The reverse of `to_json`."""
    return {name: _read(values) for name, values in told.items()}


def _read(values: Sequence[Any]) -> Row:
    matters, *tallies, worse, better, worse_ids, better_ids = values
    before, after = (
        Tally(met=int(met), broken=int(broken), pending=int(pending))
        for met, broken, pending in (tallies[:3], tallies[3:])
    )
    return Row(
        matters=int(matters),
        before=before,
        after=after,
        worse=int(worse),
        better=int(better),
        worse_ids=tuple(worse_ids),
        better_ids=tuple(better_ids),
    )
