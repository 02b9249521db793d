"""Shapes of simulations: the policies to try, and the table of what they would have made."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from ..platform.clock import parse
from ..platform.http import Instant, View
from .comparing import Row, Rows, Tally, from_json, parts, totals
from .simulating import FINISHED, Simulation, read
from .views import PoliciesBody


class SimulationBody(PoliciesBody):
    """A set of policies as it is put in force, and the days (both included) to try it on.

    Without days: the month before this one.
    """

    first_day: date | None = Field(default=None, ge=date(2000, 1, 1), lt=date(2100, 1, 1))
    last_day: date | None = Field(default=None, ge=date(2000, 1, 1), lt=date(2100, 1, 1))


class TallyView(View):
    """Clocks by what became of them; `compliance` is met of met and broken, null of none."""

    met: int
    broken: int
    pending: int
    compliance: float | None

    @classmethod
    def of(cls, one: Tally) -> TallyView:
        return cls(met=one.met, broken=one.broken, pending=one.pending, compliance=one.compliance)


class ChangesView(View):
    """How many tickets change their verdict one way, and the first of them."""

    count: int
    ticket_ids: list[str]


class RowView(View):
    """The matters of one policy of the new set (null: none fits) that had or would have a clock.

    `before` is what was really agreed on them and became of it, `after` what would have.
    """

    policy: str | None
    policy_name: str | None
    clock: str
    matters: int
    before: TallyView
    after: TallyView
    would_break: ChangesView
    would_keep: ChangesView

    @classmethod
    def of(cls, row: Row, clock: str, policy: str | None, policy_name: str | None) -> RowView:
        return cls(
            policy=policy,
            policy_name=policy_name,
            clock=clock,
            matters=row.matters,
            before=TallyView.of(row.before),
            after=TallyView.of(row.after),
            would_break=ChangesView(count=row.worse, ticket_ids=list(row.worse_ids)),
            would_keep=ChangesView(count=row.better, ticket_ids=list(row.better_ids)),
        )


class TotalView(View):
    """All matters that had or would have a clock of that name."""

    clock: str
    matters: int
    before: TallyView
    after: TallyView
    would_break: int
    would_keep: int

    @classmethod
    def of(cls, clock: str, row: Row) -> TotalView:
        return cls(
            clock=clock,
            matters=row.matters,
            before=TallyView.of(row.before),
            after=TallyView.of(row.after),
            would_break=row.worse,
            would_keep=row.better,
        )


class SimulationView(View):
    """A simulation as far as it is (`state`: running, done); all is judged as of `asked_at`.

    `progress`: the share of the period gone through; `left_out`: spam, duplicates, and tickets
    whose log does not tell how they began.
    """

    id: str
    state: str
    asked_at: Instant
    asked_by: str
    since: Instant
    until: Instant
    progress: float
    tickets: int
    left_out: int
    finished_at: Instant | None
    totals: list[TotalView]
    rows: list[RowView]

    @classmethod
    def of(cls, item: Simulation) -> SimulationView:
        rows = from_json(item.rows)
        return cls(
            id=item.id,
            state=item.state,
            asked_at=parse(item.asked_at),
            asked_by=item.asked_by,
            since=parse(item.since),
            until=parse(item.until),
            progress=_progress(item),
            tickets=int(item.tickets),
            left_out=int(item.left_out),
            finished_at=None if item.finished_at is None else parse(item.finished_at),
            totals=[TotalView.of(clock, row) for clock, row in totals(rows).items()],
            rows=list(_rows(item, rows)),
        )


def _progress(item: Simulation) -> float:
    if item.state == FINISHED:
        return 1.0
    if item.reached is None:
        return 0.0
    since, until = parse(item.since), parse(item.until)
    return round((parse(item.reached) - since) / (until - since), 3)


def _rows(item: Simulation, rows: Rows) -> list[RowView]:
    """In the order of the policies."""
    policies = read(item.rules).policies
    names = {one.id: one.name for one in policies}
    order = {one.id: number for number, one in enumerate(policies)}
    found = [(*parts(name), row) for name, row in rows.items()]
    found.sort(key=lambda one: (order.get(one[0] or "", len(order)), one[1]))
    return [RowView.of(row, clock, policy, names.get(policy or "")) for policy, clock, row in found]
