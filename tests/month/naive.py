"""What should have come of a log, by other means: stepping through it, counting minute by minute.

Shares nothing with `chalicelib.sla` or `chalicelib.calendars`: hours and holidays are written
out, open time is a table of one entry a minute, and a clock walks from event to event with what
it has left. Called by `verdict`; the words of what moves which clock are domain.md §6's.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.platform.eventlog import Recorded

#: 00:00 of 6 April 2026 in Vietnam; the table reaches 110 days on.
BASE = datetime(2026, 4, 5, 17, tzinfo=UTC)
MINUTES = 110 * 1440
#: Hùng Kings is the 26th, a Sunday, given on Monday; then reunification and labour day.
FREE = {"2026-04-27", "2026-04-30", "2026-05-01"}
SHARES = (75, 100, 150)


def _open(minute: int) -> bool:
    day = BASE + timedelta(hours=7) + timedelta(minutes=minute)
    if f"{day:%Y-%m-%d}" in FREE or day.weekday() == 6:
        return False
    at = day.hour * 60 + day.minute
    return 480 <= at < 720 or (810 <= at < 1050 and day.weekday() < 5)


def _table() -> list[int]:
    upto = [0]
    for minute in range(MINUTES):
        upto.append(upto[-1] + (60 if _open(minute) else 0))
    return upto


#: calendar → open seconds before each minute.
UPTO: Mapping[str, list[int]] = {
    "default": _table(),
    "always-open": [60 * minute for minute in range(MINUTES + 1)],
}


def spent(calendar: str, since: int, until: int) -> int:
    """Open seconds between two seconds of the table."""
    return _before(calendar, until) - _before(calendar, since)


def _before(calendar: str, at: int) -> int:
    upto, (minute, second) = UPTO[calendar], divmod(at, 60)
    return upto[minute] + (second if upto[minute + 1] > upto[minute] else 0)


def reach(calendar: str, since: int, seconds: int) -> int:
    """The first second by which so many open ones have gone by; of none: the next opening."""
    upto = UPTO[calendar]
    if seconds <= 0:
        minute = since // 60
        if upto[minute + 1] > upto[minute]:
            return since
        return 60 * (bisect_left(upto, upto[minute] + 1) - 1)
    wanted = _before(calendar, since) + seconds
    minute = bisect_left(upto, wanted) - 1
    return 60 * minute + wanted - upto[minute]


def second(at: datetime) -> int:
    """An instant as a second of the table."""
    return int((at - BASE).total_seconds())


Terms = Mapping[str, Sequence[Any]]  # clock → [seconds, calendar, version, hours, version]
TURNS = {"resolve": ("agent",), "update": ("agent", "third_party")}


@dataclass(slots=True)
class Hand:
    """A clock as it walks: `left` seconds from `since` on, of which `gone` are used at `at`."""

    name: str
    start: int
    target: Sequence[Any]
    calendar: str
    left: int
    since: int
    at: int
    gone: int = 0
    before: int = 0  # used under earlier terms
    still: bool = False  # it stands still
    end: str | None = None
    broken: int | None = None
    changed: int = 0
    #: share → stretches (since when reached, until when it counted, since when it stood so)
    reached: dict[int, list[tuple[int, int, int]]] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, int]:
        """What tells it from the others of its ticket."""
        return self.name, self.start

    def moment(self, share: int = 100) -> int:
        """When so much of the target is, or was, used."""
        more = self.target[0] * (share - 100) // 100
        if len(self.target) > 3 and more >= 0:
            due = _in_hours(reach(self.calendar, self.since, self.left), self.target)
            return reach(self.calendar, due, more) if more else due
        need = self.left + more
        if need <= 0:
            return reach(self.calendar, self.since, 0)
        return self.at if self.gone >= need else reach(self.calendar, self.at, need - self.gone)

    def walk(self, to: int) -> None:
        """On to an event: time is used, shares are reached, the promise is broken."""
        if self.end is None and not self.still and to > self.at:
            for share in SHARES:
                self._pass(share, to)
            self.gone += spent(self.calendar, self.at, to)
        self.at = max(self.at, to)

    def _pass(self, share: int, to: int) -> None:
        moment = self.moment(share)
        if moment >= to:
            return
        if share == 100 and self.broken is None:
            self.broken = moment
        there = self.reached.setdefault(share, [])
        if there and there[-1][1] == self.at and there[-1][2] == self.changed:
            there[-1] = (there[-1][0], to, self.changed)
        else:
            there.append((max(moment, self.changed), to, self.changed))

    def stand(self, still: bool) -> None:
        """Whether it stands still from now on."""
        if self.end is None and self.still != still:
            self.still, self.changed = still, self.at

    def stop(self, end: str) -> None:
        """Met or cancelled, once."""
        self.end = self.end or end

    def again(self) -> None:
        """It counts again."""
        self.end, self.changed = None, self.at

    def agree(self, target: Sequence[Any]) -> None:
        """Other terms: what is used stays used, what is broken stays broken (domain.md §6 b)."""
        if self.end is not None or list(target) == list(self.target):
            return
        self.changed = self.at
        if self.broken is not None:
            self.target = target
            return
        used, rest = self.before + self.gone, self.left - self.gone
        old_due = _in_hours(reach(self.calendar, self.at, rest), self.target)
        loose = target[0] - used
        tight_due = _in_hours(reach(target[1], self.at, target[0]), target)
        if loose > 0 and _in_hours(reach(target[1], self.at, loose), target) >= old_due:
            self.left, self.calendar = loose, target[1]
        elif tight_due < old_due:
            self.left, self.calendar = target[0], target[1]
        else:
            self.left = rest
        self.before, self.gone, self.since, self.target = used, 0, self.at, target


def _in_hours(due: int, target: Sequence[Any]) -> int:
    return reach(target[3], due, 0) if len(target) > 3 else due


class Walk:
    """One log, from its first event to the end; `hands` are all clocks there were, by key."""

    def __init__(self, log: Sequence[Recorded], end: datetime) -> None:
        self.hands: dict[tuple[str, int], Hand] = {}
        self.latest: dict[str, Hand] = {}
        self.counting: set[str] = set()
        self.terms: Terms = {}
        self.turn, self.open, self.at, self.spoken = "agent", False, 0, False
        for event in _in_order(log):
            self._to(second(event.at))
            self._hear(event)
            for name, turns in TURNS.items():
                if name in self.latest:
                    self.latest[name].stand(self.turn not in turns)
        self._to(second(end))

    def _to(self, at: int) -> None:
        self.at = max(self.at, at)
        for hand in self.hands.values():
            hand.walk(self.at)

    def _hear(self, event: Recorded) -> None:
        told, name = event.data, event.name
        if name == "ticket.opened":
            self.open, self.turn = True, told["waiting_on"]
            self._begin("acknowledge", "resolve")
            self.spoken = event.actor.startswith("agent:")
        elif name.startswith(("message.", "call.")):
            self._said(name, told)
        elif name == "ticket.waiting":
            self.turn = told["waiting_on"]
        elif name == "ticket.done":
            self._done(told["outcome"])
        elif name == "ticket.reopened":
            self._reopened()
        elif name.startswith("clock."):
            self._of_clocks(name, told)

    def _of_clocks(self, name: str, told: Mapping[str, Any]) -> None:
        if name == "clock.contact_recorded":
            self._end("met", "follow_up")
        elif name == "clock.terms_agreed":
            self._agree(told["terms"])
            if self.spoken:  # whom a person writes a ticket for, they have spoken to
                self.spoken = False
                self._answered()

    def _said(self, name: str, told: Mapping[str, Any]) -> None:
        if name == "message.received" and not told["courtesy"]:
            self._begin("next_response")
        elif name == "call.answered" or told.get("author") == "human" or told.get("human"):
            self._answered()

    def _answered(self) -> None:
        self._end("met", "acknowledge", "next_response", "follow_up", "update")
        if self.open:
            self._begin("update")

    def _done(self, outcome: str) -> None:
        self.open, void = False, outcome in ("spam", "duplicate")
        self._end("cancelled", "acknowledge", "next_response", "update")
        self._end("cancelled" if void else "met", "resolve")
        if not void and outcome != "rejected":
            self._begin("follow_up")

    def _reopened(self) -> None:
        self.open, self.turn = True, "agent"
        self._end("cancelled", "follow_up")
        resolve = self.latest.get("resolve")
        if resolve is not None and resolve.end == "met":
            resolve.again()
        self._end("met", "update")
        self._begin("resolve", "update")

    def _agree(self, terms: Terms) -> None:
        self.terms = terms
        for name, hand in self.latest.items():
            hand.agree(terms[name]) if name in terms else hand.stop("cancelled")
        self._begin(*self.counting)

    def _begin(self, *names: str) -> None:
        self.counting.update(names)
        for name in names:
            one, target = self.latest.get(name), self.terms.get(name)
            if target is None or (one is not None and one.end is None):
                continue
            seconds, calendar, *_ = target
            hand = Hand(name, self.at, target, calendar, seconds, self.at, self.at)
            hand.changed = self.at
            self.latest[name] = self.hands[hand.key] = hand

    def _end(self, how: str, *names: str) -> None:
        self.counting.difference_update(names)
        for name in names:
            if name in self.latest:
                self.latest[name].stop(how)


def _in_order(log: Sequence[Recorded]) -> Iterator[Recorded]:
    """By when it happened; terms behind their cause; replies that failed not at all."""
    lost = {one.data["message_id"] for one in log if one.name == "message.failed"}
    because = {one.data["because"]: one for one in log if "because" in one.data}
    for event in sorted(log, key=lambda one: (one.at, one.id)):
        if "because" in event.data or event.data.get("message_id") in lost:
            continue
        yield event
        if event.id in because:
            yield because[event.id]
