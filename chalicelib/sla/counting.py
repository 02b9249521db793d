"""How many promises were kept: counted by day, policy and clock from what clocks told.

`hear` is called by `standards.jobs` for every verdict on a clock, `kept` by
`standards.report`. Each clock counts once, in one cell: an item beside the
counters remembers in which, and what the latest word on it was, by the ids of the events. So the
same events give the same counts however often and in whichever order they come.

A cell is dated by the moment of the verdict, in days of the organisation's time zone: a promise
kept by when it was met, a broken one by when it was due (domain.md §9: a ratio is dated by its
denominator's event, which is the verdict). What nothing is decided of yet is in no cell.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute

from ..events.clocks import ClockBreached, ClockBreachRevoked, ClockMet, ClockMetRevoked
from ..platform import listing, store
from ..platform.clock import local_day, parse
from ..platform.eventlog import Recorded
from ..platform.fact import frozen

KEPT, COUNTED = "kept#", "counted#"
#: Verdicts: kept in time; met after it was broken; broken and not met (yet).
IN_TIME, LATE, BROKEN = "in_time", "late", "broken"
#: Where no policy promised it but the law, or the log is older than the policies.
NO_POLICY = "-"
#: Durations are told apart to five per cent: what a median needs.
STEP = math.log(1.05)
NOT_USED = 0
#: No open time at all went by: done while everything was closed.
AT_ONCE = -1


class KeptCount(store.Item):
    """One cell: `pk` is `kept#<year>-<month>`, `sk` names its day and what it counts (`Cell`)."""

    Meta = store.table("clocks")

    value = NumberAttribute()


class CountedClock(store.Item):
    """In which cell a clock counts: `pk` is `counted#<subject>`, `sk` is `<clock>@<start>`.

    `met` and `breached`: [id of the latest event, what it said or null].
    """

    Meta = store.table("clocks")

    met = JSONAttribute(null=True)
    breached = JSONAttribute(null=True)
    cell_pk = UnicodeAttribute(null=True)
    cell_sk = UnicodeAttribute(null=True)
    turns = NumberAttribute()


@frozen
class Cell:
    """What is counted together: `used` is the lower bound of a step of durations (seconds)."""

    day: str
    policy: str
    clock: str
    target: int
    verdict: str
    used: int | None = None

    @property
    def key(self) -> tuple[str, str]:
        step = NOT_USED if self.used is None else _step(self.used)
        rest = f"{self.policy}#{self.clock}#{self.target}#{self.verdict}#{step}"
        return KEPT + self.day[:7], f"{self.day}#{rest}"


def _step(seconds: int) -> int:
    return AT_ONCE if seconds < 1 else 1 + int(math.log(seconds) / STEP + 1e-9)


@frozen
class Verdict:
    """What is known of one clock: what met and breached it, each by the latest event on it."""

    met: tuple[str, Mapping[str, Any] | None] = ("", None)
    breached: tuple[str, Mapping[str, Any] | None] = ("", None)

    @property
    def cell(self) -> Cell | None:
        """Where it counts; None: nothing is decided."""
        met, breached = self.met[1], self.breached[1]
        told = breached or met
        if told is None:
            return None
        return Cell(
            day=told["day"],
            policy=told["policy"],
            clock=told["clock"],
            target=told["target"],
            verdict=IN_TIME if breached is None else BROKEN if met is None else LATE,
            used=None if met is None else met["used"],
        )


def _met(known: Verdict, event: Recorded) -> Verdict:
    told = {**_told(event), "day": str(local_day(event.at)), "used": int(event.data["used"])}
    return replace(known, met=max(known.met, (event.id, told), key=_id))


def _met_no_more(known: Verdict, event: Recorded) -> Verdict:
    return replace(known, met=max(known.met, (event.id, None), key=_id))


def _breached(known: Verdict, event: Recorded) -> Verdict:
    told = {**_told(event), "day": str(local_day(parse(event.data["due"])))}
    return replace(known, breached=max(known.breached, (event.id, told), key=_id))


def _breached_no_more(known: Verdict, event: Recorded) -> Verdict:
    return replace(known, breached=max(known.breached, (event.id, None), key=_id))


def _id(one: tuple[str, Any]) -> str:
    return one[0]


def _told(event: Recorded) -> dict[str, Any]:
    return {
        "policy": event.data.get("policy") or NO_POLICY,
        "clock": event.data["clock"],
        "target": int(event.data["target"]),
    }


STEPS: Mapping[str, Callable[[Verdict, Recorded], Verdict]] = {
    ClockMet.name: _met,
    ClockMetRevoked.name: _met_no_more,
    ClockBreached.name: _breached,
    ClockBreachRevoked.name: _breached_no_more,
}


def hear(event: Recorded) -> None:
    """Count a verdict on a clock, or take one back; heard again it changes nothing."""
    store.run_again(lambda: _count(event))


def _count(event: Recorded) -> None:
    pk = COUNTED + event.data["about"]
    sk = f"{event.data['clock']}@{event.data['started_at']}"
    item = store.get(CountedClock, pk, sk)
    before = _verdict(item)
    after = STEPS[event.name](before, event)
    if after == before:
        return
    cell = after.cell
    wanted = (None, None) if cell is None else cell.key
    counted = CountedClock(
        pk,
        sk,
        met=list(after.met),
        breached=list(after.breached),
        cell_pk=wanted[0],
        cell_sk=wanted[1],
        turns=1 if item is None else int(item.turns) + 1,
    )
    same = store.is_new(counted) if item is None else CountedClock.turns == item.turns
    known = (None, None) if item is None else (item.cell_pk, item.cell_sk)
    moves = [] if known == wanted else [*_add(known, -1), *_add(wanted, 1)]
    store.commit([store.put("counted", counted, condition=same), *moves])


def _verdict(item: CountedClock | None) -> Verdict:
    if item is None:
        return Verdict()
    met, breached = item.met or ("", None), item.breached or ("", None)
    return Verdict(met=(met[0], met[1]), breached=(breached[0], breached[1]))


def _add(key: tuple[str | None, str | None], by: int) -> Iterator[store.Write]:
    pk, sk = key
    if pk is not None and sk is not None:
        cell = store.ref(KeptCount, pk, sk)
        yield store.update(f"count {sk}", cell, KeptCount.value.add(by), condition=None)


# ---------------------------------------------------------------- reading


@frozen
class Kept:
    """How a promise was kept: `met` of it in time. `used`: seconds → how many took about that.

    `targets`: seconds promised → how many were promised that. Durations are exact to 5 %.
    """

    met: int = 0
    breached: int = 0
    used: Mapping[int, int]
    targets: Mapping[int, int]

    @property
    def decided(self) -> int:
        """All there is a verdict on: those met and those breached."""
        return self.met + self.breached

    @property
    def share(self) -> float | None:
        """Met ÷ decided; None of none (domain.md §9)."""
        return self.met / self.decided if self.decided else None

    @property
    def median_used(self) -> int | None:
        """Seconds that half of those met, in time or late, took at most."""
        return median(self.used)

    @property
    def median_target(self) -> int | None:
        """Seconds that were promised, in the middle."""
        return median(self.targets)


NONE_KEPT = Kept(used={}, targets={})


def together(several: Iterable[Kept]) -> Kept:
    """Counts of several clocks as one."""
    found = NONE_KEPT
    for one in several:
        found = Kept(
            met=found.met + one.met,
            breached=found.breached + one.breached,
            used=_sum(found.used, one.used),
            targets=_sum(found.targets, one.targets),
        )
    return found


def _sum(one: Mapping[int, int], other: Mapping[int, int]) -> dict[int, int]:
    return {key: one.get(key, 0) + other.get(key, 0) for key in {*one, *other}}


def median(counts: Mapping[int, int]) -> int | None:
    """The lower median of values that occur so many times."""
    left = (sum(counts.values()) + 1) // 2
    for value in sorted(counts):
        left -= counts[value]
        if left <= 0 and counts[value] > 0:
            return value
    return None


def kept(first: date, last: date) -> dict[tuple[str, str], Kept]:
    """(policy, clock) → how it was kept from the first day to the last; a query a month."""
    found: dict[tuple[str, str], Kept] = {}
    for month in _months(first, last):
        between = KeptCount.sk.between(f"{first}#", f"{last}#\uffff")
        for item in listing.entries(KeptCount, KEPT + month, between):
            _, policy, clock, target, verdict, step = item.sk.split("#")
            before = found.get((policy, clock), NONE_KEPT)
            found[policy, clock] = _with(before, verdict, int(target), int(step), int(item.value))
    return found


def _months(first: date, last: date) -> Iterable[str]:
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return (f"{number // 12:04}-{number % 12 + 1:02}" for number in numbers)


def _with(before: Kept, verdict: str, target: int, step: int, count: int) -> Kept:
    used = before.used
    if step != NOT_USED:
        seconds = 0 if step == AT_ONCE else round(math.exp((step - 0.5) * STEP))
        used = {**used, seconds: used.get(seconds, 0) + count}
    in_time = verdict == IN_TIME
    return replace(
        before,
        met=before.met + (count if in_time else 0),
        breached=before.breached + (0 if in_time else count),
        used=used,
        targets={**before.targets, target: before.targets.get(target, 0) + count},
    )
