"""Holding what was told in a month against what should have been. Called by `__main__`, tests."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from chalicelib.platform.clock import parse
from chalicelib.platform.eventlog import Recorded
from tests.month.lives import Life
from tests.month.naive import Hand, Walk, second
from tests.month.stage import END, OUTAGE, Shelf

Key = tuple[str, int]
STEPS = ("clock.warned", "clock.escalated")
#: Seconds within which every event has reached the reactor once (`Stage._delays`).
SETTLED = 901


@dataclass(slots=True)
class Verdict:
    """Figures of all lives so far; `wrong` says what is not as it should be."""

    kept: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    kept_again: Counter[str] = field(default_factory=Counter)
    broken_again: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    caught_up: int = 0
    latest: int = 0
    clocks: int = 0
    steps_held: int = 0
    wrong: list[str] = field(default_factory=list)

    def judge(self, shelf: Shelf) -> None:
        """One life: what its log says, beside what its log should have led to."""
        said, walk = _said(shelf.log), Walk(shelf.log, END)
        self.clocks += len(walk.hands)
        self.told.update(one.name for one in shelf.log if one.name.startswith("clock."))
        self._late(shelf.log)
        self._compliance(shelf.life, said, walk)
        self._once(shelf.life, shelf.log)
        if not shelf.life.late:
            for hand in walk.hands.values():
                self._steps(shelf.life, hand, said.steps.get(hand.key, frozenset()))

    def _late(self, log: list[Recorded]) -> None:
        for one in log:
            if "late_by" in one.data:
                self.latest = max(self.latest, one.data["late_by"])
                self.caught_up += OUTAGE[1] <= one.at < OUTAGE[1].replace(minute=1)

    def _compliance(self, life: Life, said: Said, walk: Walk) -> None:
        broken = {key for key, one in walk.hands.items() if one.broken is not None}
        met = {key for key, one in walk.hands.items() if one.end == "met"}
        self.broken.update(name for name, _ in said.broken)
        self.kept.update(name for name, _ in said.met - said.broken)
        self.broken_again.update(name for name, _ in broken)
        self.kept_again.update(name for name, _ in met - broken)
        self._same(life, "broken", said.broken, broken)
        self._same(life, "met", said.met, met)
        self._same(life, "met late", said.met_late, met & broken)

    def _same(self, life: Life, what: str, said: set[Key], right: set[Key]) -> None:
        if said != right:
            self.wrong.append(f"{life.subject} {what}: {said - right} too many, {right - said} not")

    def _once(self, life: Life, log: list[Recorded]) -> None:
        times = Counter((_key(one), one.data["percent"]) for one in log if one.name in STEPS)
        self.wrong += [f"{life.subject} {step} {n} times" for step, n in times.items() if n > 1]

    def _steps(self, life: Life, hand: Hand, told: frozenset[int]) -> None:
        """Where nothing was told of late, whoever looked each minute must have seen them all."""
        for share in (75, 100, 150):
            self.steps_held += 1
            stretches = hand.reached.get(share, [])
            if share in told and not stretches:
                self.wrong.append(f"{life.subject} {hand.key} told of {share} without cause")
            if share not in told and any(_looked(share, *one) for one in stretches):
                self.wrong.append(f"{life.subject} {hand.key} not told of {share}: {stretches}")


def _looked(share: int, since: int, until: int, changed: int) -> bool:
    """Whether the watch surely ran in a stretch, once everybody knew how the clock stands."""
    first = max(since + (share >= 100), changed + SETTLED)
    start, end = (second(one) for one in OUTAGE)
    tick = first + (7 - first) % 60
    if start <= tick < end:
        tick = end + 7
    return tick < until


@dataclass(slots=True)
class Said:
    """What a log says in the end, each clock by name and second of its start."""

    met: set[Key] = field(default_factory=set)
    met_late: set[Key] = field(default_factory=set)
    broken: set[Key] = field(default_factory=set)
    steps: dict[Key, frozenset[int]] = field(default_factory=dict)


def _key(event: Recorded) -> Key:
    return event.data["clock"], second(parse(event.data["started_at"]))


def _said(log: list[Recorded]) -> Said:
    said = Said()
    for one in log:
        if one.name == "clock.breached":
            assert _key(one) not in said.broken, f"{one.subject} broken twice"
            said.broken.add(_key(one))
        elif one.name == "clock.breach_revoked":
            said.broken.remove(_key(one))
        elif one.name == "clock.met":
            assert _key(one) not in said.met, f"{one.subject} met twice"
            said.met.add(_key(one))
            if not one.data["in_time"]:
                said.met_late.add(_key(one))
        elif one.name == "clock.met_revoked":
            said.met.remove(_key(one))
            said.met_late.discard(_key(one))
        elif one.name in STEPS:
            key = _key(one)
            said.steps[key] = said.steps.get(key, frozenset()) | {one.data["percent"]}
    return said
