"""A month lived through: deliveries, the minute's watch and the commits of the real slice.

`Shelf` is one subject's part of the tables: the log, and the item with its `turns` and its
moment in the due index. What is new comes from `sla.settling`, as in production; here it is
only kept differently. Called by `__main__` and the tests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from random import Random
from typing import Any

from chalicelib.calendars.defaults import DEFAULTS as BUILT_IN
from chalicelib.calendars.defaults import FIRST
from chalicelib.calendars.reading import read as read_calendar
from chalicelib.calendars.rules import Calendar
from chalicelib.platform.eventlog import Recorded
from chalicelib.sla import policies, rules, steps
from chalicelib.sla.clock import Counting, Target
from chalicelib.sla.policies import Policy, Promise, Traits, chosen
from chalicelib.sla.settling import Basis, News, read, settled
from chalicelib.sla.story import of_ticket
from chalicelib.sla.subjects import Subject
from tests.month.lives import DAYS, SECOND, START, Life, event_id

MINUTE = timedelta(minutes=1)
#: The watch does not run for this hour of a Friday.
OUTAGE = (START + timedelta(days=11, hours=9), START + timedelta(days=11, hours=10))
#: Other policies from here on; processes go by the old ones for up to so long.
CHANGED, STALE = START + timedelta(days=16, hours=10, minutes=3), 20 * SECOND
END = START + timedelta(days=DAYS + 45)

CALENDARS = {id_: read_calendar(one.spec, id=id_, version=FIRST) for id_, one in BUILT_IN.items()}


def calendar(calendar_id: str, version: int) -> Calendar:
    """The two every organisation has."""
    assert version == FIRST
    return CALENDARS[calendar_id]


def _with_answers(policy: Policy, minutes: int) -> Policy:
    more = {"next_response": Promise(seconds=minutes * 60)}
    return Policy(
        id=policy.id,
        name=policy.name,
        when=policy.when,
        promises={**policy.promises, **(more if policy.promises else {})},
    )


#: The defaults with a clock for every wait; from the second version on others wait less, and
#: nothing is promised about technical support.
FIRST_SET = tuple(_with_answers(one, 45) for one in policies.DEFAULTS)
SECOND_SET = (
    Policy(id="none", name="-", when=({"type": ("technical_support",)},), promises={}),
    *(_with_answers(one, 120 if one.id == "vip" else 30) for one in policies.DEFAULTS[:-1]),
    Policy(
        id="others",
        name="-",
        promises={"acknowledge": Promise(seconds=1800), "resolve": Promise(seconds=10 * 3600)},
    ),
)


def _targets(promises: Mapping[str, Promise]) -> dict[str, Target]:
    return {
        name: Target(
            seconds=one.seconds,
            counting=Counting(calendar=one.calendar, version=FIRST),
            then_open=None
            if one.then_open is None
            else Counting(calendar=one.then_open, version=FIRST),
        )
        for name, one in promises.items()
    }


def _basis(version: int, rules_: Sequence[Policy]) -> Basis:
    by_id = {one.id: _targets(one.promises) for one in rules_}

    def promises(traits: Traits) -> tuple[str | None, Mapping[str, Target]]:
        policy = chosen(rules_, traits)
        return (None, {}) if policy is None else (policy.id, by_id[policy.id])

    return Basis(
        version=version,
        promises=promises,
        steps=steps.DEFAULTS,
        kinds=rules.KINDS,
        calendars=calendar,
    )


BEFORE, AFTER = _basis(1, FIRST_SET), _basis(2, SECOND_SET)


class Refused(Exception):
    """The item has turned since it was read."""


@dataclass(slots=True)
class Shelf:
    """One subject as the tables have it."""

    life: Life
    log: list[Recorded] = field(default_factory=list)
    turns: int = 0
    clocks: Mapping[str, Any] | None = None
    due_at: datetime | None = None
    subject: Subject = field(init=False)
    settlings: int = 0

    def __post_init__(self) -> None:
        self.subject = Subject(
            key=self.life.subject,
            log=self.life.subject,
            hears=of_ticket,
            recipients=lambda whom, now: tuple(whom),
        )

    def settle(self, now: datetime, basis: Basis) -> tuple[int, News] | None:
        """What `flows._settled` finds to write, and on which turn; None: nothing."""
        self.settlings += 1
        found = read(self.subject, self.log, basis, now=now)
        if found is None:
            return None
        news = settled(found, now=now)
        if not news.events and (news.clocks, news.due_at) == (self.clocks, self.due_at):
            return None
        return self.turns, news

    def commit(self, found: tuple[int, News], now: datetime) -> None:
        """All of it or nothing, if nobody was quicker."""
        on, news = found
        if on != self.turns:
            raise Refused
        self.turns += 1
        self.clocks, self.due_at = news.clocks, news.due_at
        for event, at in news.events:
            self.log.append(
                Recorded(
                    id=event_id(now, self.life.subject, 500_000 + len(self.log)),
                    name=event.name,
                    at=at or now,
                    subject=event.subject,
                    actor="system",
                    correlation_id="month",
                    profile_id=None,
                    data={k: _plain(v) for k, v in event.values().items() if v is not None},
                )
            )
        self.log.sort(key=lambda one: one.id)


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


@dataclass(slots=True)
class Stage:
    """Lets one life after another happen; counts what went wrong on purpose."""

    seed: int
    random: Random = field(default_factory=Random)
    twice: int = 0
    refused: int = 0
    died: int = 0
    settlings: int = 0
    slowest: timedelta = timedelta(0)

    def live(self, life: Life) -> Shelf:
        """A life with everything that is told of its clocks until the end."""
        self.random = Random(f"{self.seed} {life.subject}")
        shelf, coming = Shelf(life=life), self._coming(life)
        while True:
            at = coming[0][0] if coming else END
            tick = _tick(shelf.due_at, at)
            if tick is not None:
                self._look(shelf, tick)
                if shelf.due_at is not None and shelf.due_at <= tick:
                    self._again(shelf, tick)
                continue
            if not coming:
                break
            at, _, number = heappop(coming)
            if number is not None:
                shelf.log.append(life.events[number])
                shelf.log.sort(key=lambda one: one.id)
            elif shelf.log:
                self._look(shelf, at)
        self.settlings += shelf.settlings
        return shelf

    def _coming(self, life: Life) -> list[tuple[datetime, int, int | None]]:
        """When events are written (their numbers) and settled, and when the walk comes by."""
        coming: list[tuple[datetime, int, int | None]] = []
        for number, written in enumerate(life.written):
            heappush(coming, (written, 0, number))
            for delay in self._delays():
                heappush(coming, (written + delay, 1, None))
        heappush(coming, (CHANGED + (60 + self.random.randrange(60)) * SECOND, 2, None))
        return coming

    def _again(self, shelf: Shelf, tick: datetime) -> None:
        """What is due at this very second is looked at again in the next minute."""
        assert shelf.due_at is not None
        assert shelf.due_at == tick, (shelf.life.subject, shelf.due_at, tick)
        self._look(shelf, tick + MINUTE)

    def _delays(self) -> list[timedelta]:
        """When an event reaches the reactor; one in ten does so twice."""
        chance = self.random.random()
        most = 5 if chance < 0.8 else 60 if chance < 0.95 else 900
        found = [self.random.randrange(1, most + 1) * SECOND]
        if self.random.random() < 0.1:
            self.twice += 1
            found.append(self.random.randrange(1, 3600) * SECOND)
        self.slowest = max(self.slowest, found[0])
        return found

    def _look(self, shelf: Shelf, now: datetime) -> None:
        """One settling: sometimes two at once, sometimes one dies before its commit."""
        stale = self.random.random() < 0.5 and now < CHANGED + STALE
        basis = BEFORE if now < CHANGED or stale else AFTER
        found = shelf.settle(now, basis)
        chance = self.random.random()
        if found is None:
            return
        if chance < 0.01:
            self.died += 1
            found = shelf.settle(now, basis)  # its entry is delivered again
            assert found is not None
        rival = shelf.settle(now, basis) if chance > 0.97 else None
        shelf.commit(found, now)
        if rival is not None:
            self._rival(shelf, rival, now, basis)

    def _rival(self, shelf: Shelf, rival: tuple[int, News], now: datetime, basis: Basis) -> None:
        try:
            shelf.commit(rival, now)
        except Refused:
            self.refused += 1
            again = shelf.settle(now, basis)
            assert again is None, "what the quicker one wrote is told again"
        else:
            raise AssertionError("two wrote the same")


def _tick(due_at: datetime | None, until: datetime) -> datetime | None:
    """The first run of the watch that finds it due, if that is before `until`."""
    if due_at is None:
        return None
    tick = due_at.replace(second=7, microsecond=0)
    if tick < due_at:
        tick += MINUTE
    if OUTAGE[0] <= tick < OUTAGE[1]:
        tick = OUTAGE[1].replace(second=7)
    return tick if tick < until else None
