"""Shapes of agreements: clocks with their sums, and the terms they went by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..platform.http import Instant, View
from . import spelling
from .agreement import Account, Agreement, Lapse, Moved, Stop, Terms
from .clock import Calendars, Target

#: Policy and version → what it is called.
Named = Callable[[str | None, int], str | None]


class BothView(View):
    """The same in Vietnamese and English."""

    vi: str
    en: str

    @classmethod
    def of(cls, both: spelling.Both) -> BothView:
        return cls(vi=both.vi, en=both.en)


class LapseView(View):
    """A time: `wall_seconds` in all, `open_seconds` by the organisation's own hours."""

    since: Instant
    until: Instant | None
    wall_seconds: int
    open_seconds: int

    @classmethod
    def of(cls, one: Lapse) -> LapseView:
        return cls(since=one.since, until=one.until, wall_seconds=one.wall, open_seconds=one.open)


class StopView(View):
    """A time that did not count; `why` is whose turn it was, or `done`."""

    since: Instant
    until: Instant | None
    why: str
    label: BothView

    @classmethod
    def of(cls, one: Stop) -> StopView:
        label = BothView.of(spelling.why(one.why))
        return cls(since=one.since, until=one.until, why=one.why, label=label)


class TargetView(View):
    """So many seconds of a calendar's open time; a due moment moves into `then_open`'s hours."""

    seconds: int
    calendar: str
    calendar_version: int
    then_open: str | None

    @classmethod
    def of(cls, target: Target | None) -> TargetView | None:
        if target is None:
            return None
        return cls(
            seconds=target.seconds,
            calendar=target.counting.calendar,
            calendar_version=target.counting.version,
            then_open=None if target.then_open is None else target.then_open.calendar,
        )


class ToldView(View):
    """What was said of a clock: `event` is the name in the log, `at` when it was recorded."""

    event: str
    at: Instant
    percent: int | None
    level: int | None
    to: list[str]
    late_by: int | None


class ClockView(View):
    """One clock of one round. Amounts are seconds of its calendar's open time, `wall_…` of all.

    Counting down: `left_seconds` goes down by the second while `runs_now` (until `runs_until`
    where the calendar closes before; from `runs_again_at` on where it is closed),
    `wall_seconds_left` always.
    """

    name: str
    label: BothView
    round: int
    state: str
    policy: str | None
    policy_name: str | None
    version: int
    target: TargetView | None
    started_at: Instant
    ended_at: Instant | None
    warn_at: Instant | None
    due_at: Instant | None
    broken_at: Instant | None
    used_seconds: int
    wall_seconds: int
    paused_seconds: int
    wall_seconds_paused: int
    pauses: list[StopView]
    left_seconds: int
    wall_seconds_left: int | None
    runs_now: bool
    runs_until: Instant | None
    runs_again_at: Instant | None
    explained: BothView
    told: list[ToldView]

    @classmethod
    def of(cls, one: Account, calendars: Calendars, named: Named) -> ClockView:
        clock, live, terms = one.clock, one.live, one.terms
        return cls(
            name=clock.name,
            label=BothView.of(spelling.called(clock.name)),
            round=clock.round,
            state=one.state,
            policy=terms.policy,
            policy_name=named(terms.policy, terms.version),
            version=terms.version,
            target=TargetView.of(clock.target),
            started_at=clock.started_at,
            ended_at=clock.ended_at,
            warn_at=one.warn_at,
            due_at=one.due_at,
            broken_at=one.broken_at,
            used_seconds=one.used,
            wall_seconds=one.wall,
            paused_seconds=one.stopped,
            wall_seconds_paused=one.stopped_wall,
            pauses=[StopView.of(stop) for stop in one.stops],
            left_seconds=live.left,
            wall_seconds_left=live.wall,
            runs_now=live.runs_now,
            runs_until=live.runs_until,
            runs_again_at=live.runs_again_at,
            explained=BothView.of(spelling.spelled(one, calendars)),
            told=[_told(event.name, event.at, event.data) for event in one.told],
        )


def _told(name: str, at: Any, data: Any) -> ToldView:
    return ToldView(
        event=name,
        at=at,
        percent=data.get("percent"),
        level=data.get("level"),
        to=list(data.get("to") or ()),
        late_by=data.get("late_by"),
    )


class MovedView(View):
    """What other terms made of one clock; null: there was none, or is none any more."""

    clock: str
    target_before: TargetView | None
    target_after: TargetView | None
    due_before: Instant | None
    due_after: Instant | None

    @classmethod
    def of(cls, one: Moved) -> MovedView:
        return cls(
            clock=one.name,
            target_before=TargetView.of(one.target_before),
            target_after=TargetView.of(one.target_after),
            due_before=one.due_before,
            due_after=one.due_after,
        )


class ChangedView(View):
    """A trait that changed."""

    before: str | None
    after: str | None


class TermsView(View):
    """What held from `at` on. `because`: the event that asked for it; null: policies or calendars
    are others since, or the customer's tier is."""

    at: Instant
    policy: str | None
    policy_name: str | None
    version: int
    because: str | None
    changes: dict[str, ChangedView]
    clocks: list[MovedView]

    @classmethod
    def of(cls, one: Terms, named: Named) -> TermsView:
        changes = {
            name: ChangedView(before=before, after=after)
            for name, (before, after) in one.changes.items()
        }
        return cls(
            at=one.at,
            policy=one.policy,
            policy_name=named(one.policy, one.version),
            version=one.version,
            because=one.because,
            changes=changes,
            clocks=[MovedView.of(moved) for moved in one.clocks],
        )


class TaskAgreementView(View):
    """The clocks and terms of a task inside the ticket."""

    task_id: str
    clocks: list[ClockView]
    terms: list[TermsView]


class AgreementView(View):
    """All clocks of a ticket with their sums, and all terms, the latest first.

    `waits`: the customer's waits for an answer, in order; `first_answer`: until the first one.
    """

    ticket_id: str
    now: Instant
    clocks: list[ClockView]
    terms: list[TermsView]
    waits: list[LapseView]
    first_answer: LapseView | None
    tasks: list[TaskAgreementView]

    @classmethod
    def of(
        cls,
        ticket_id: str,
        one: Agreement,
        tasks: Mapping[str, Agreement],
        calendars: Calendars,
        named: Named,
    ) -> AgreementView:
        return cls(
            ticket_id=ticket_id,
            now=one.now,
            clocks=[ClockView.of(account, calendars, named) for account in one.accounts],
            terms=[TermsView.of(terms, named) for terms in one.terms],
            waits=[LapseView.of(wait) for wait in one.waits],
            first_answer=None if one.answer is None else LapseView.of(one.answer),
            tasks=[
                TaskAgreementView(
                    task_id=task_id,
                    clocks=[ClockView.of(account, calendars, named) for account in task.accounts],
                    terms=[TermsView.of(terms, named) for terms in task.terms],
                )
                for task_id, task in tasks.items()
            ],
        )
