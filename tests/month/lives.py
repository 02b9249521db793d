"""What happens to tickets in a month with holidays. Called by `stage`; the same seed, the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.platform.eventlog import Recorded

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
#: 26 April (Hùng Kings, a Sunday, made up for), 30 April and 1 May lie within.
START = datetime(2026, 4, 13, tzinfo=VIETNAM)
DAYS = 31
SECOND = timedelta(seconds=1)

TYPES = ("complaint", "complaint", "inquiry", "service_request", "technical_support", "suggestion")
PRIORITIES = ("low", "normal", "high", "urgent")
#: What may happen next, and how often in a hundred.
STEPS: Mapping[str, int] = {
    "asked": 22, "courtesy": 6, "answered": 26, "answered_by_bot": 5, "answered_elsewhere": 8,
    "call": 4, "never_sent": 3, "turn": 10, "changed": 9, "done": 7,
}  # fmt: skip
AFTERWARDS = ("reopened", "followed_up", "answered", "asked", "nothing", "nothing")


@dataclass(slots=True)
class Life:
    """One ticket: its events in the order of recording. `late`: some were told of afterwards."""

    subject: str
    events: list[Recorded] = field(default_factory=list)
    written: list[datetime] = field(default_factory=list)
    late: bool = False


@dataclass(slots=True)
class Teller:
    """Makes up one life."""

    random: Random
    life: Life
    now: datetime
    open: bool = True

    def tell(self, name: str, *, at: datetime | None = None, actor: str = "", **data: Any) -> None:
        """One event, written now; `at`: it happened before."""
        number = len(self.life.events)
        about = {"ticket_id": self.life.subject} if name.startswith("ticket.") else {}
        self.life.events.append(
            Recorded(
                id=event_id(self.now, self.life.subject, number),
                name=name,
                at=at or self.now,
                subject=self.life.subject,
                actor=actor or "system",
                correlation_id="month",
                profile_id=None,
                data={**about, **data},
            )
        )
        self.life.written.append(self.now)
        self.life.late = self.life.late or at is not None

    def later(self) -> None:
        """Some time goes by: minutes, hours or days."""
        scale = self.random.choice((180, 1800, 7200, 20_000, 80_000))
        self.now += (1 + int(self.random.expovariate(1 / scale))) * SECOND


def event_id(written: datetime, subject: str, number: int) -> str:
    """Ids sort by when events were written, as real ones do."""
    return f"{int(written.timestamp()):012d}-{subject}-{number:06d}"


def lives(count: int, seed: int) -> Iterator[Life]:
    """That many lives, one after another."""
    return (life_of(number, seed) for number in range(count))


def life_of(number: int, seed: int) -> Life:
    """One of them."""
    random = Random(f"{seed} {number}")
    began = START + random.randrange(DAYS * 86_400) * SECOND
    teller = Teller(random=random, life=Life(subject=f"ticket#{number:06d}"), now=began)
    _live(teller)
    return teller.life


def _live(one: Teller) -> None:
    _opened(one)
    names, weights = list(STEPS), list(STEPS.values())
    for _ in range(min(15, 1 + int(one.random.expovariate(1 / 2.5)))):
        one.later()
        if not one.open:
            _after_it_was_done(one)
            continue
        if one.random.random() < 0.03:
            _done(one, one.random.choice(("spam", "duplicate")))
            continue
        MOVES[one.random.choices(names, weights)[0]](one)
    if one.open and one.random.random() < 0.8:
        one.later()
        _done(one, "resolved")


def _opened(one: Teller) -> None:
    pick = one.random.choice
    kind = pick(TYPES)
    complaint = kind == "complaint"
    one.tell(
        "ticket.opened",
        actor="agent:a" if one.random.random() < 0.05 else "customer",
        waiting_on="agent",
        type=kind,
        sub_type="praise" if kind == "suggestion" and one.random.random() < 0.5 else None,
        severity=pick((1, 2, 3)) if complaint else None,
        tier=pick(("prospect", "one_time", "repeat", "vip")),
        priority=pick(PRIORITIES),
        channel="zalo_oa",
        department_id="customer_care",
    )
    one.tell("message.received", courtesy=False, message_id="first", ticket_id=one.life.subject)


def _after_it_was_done(one: Teller) -> None:
    what = one.random.choice(AFTERWARDS)
    if what == "reopened":
        one.open = True
        one.tell("ticket.reopened", why="person", outcome="resolved")
    elif what == "followed_up":
        one.tell("clock.contact_recorded", about=one.life.subject, satisfied=True)
    elif what == "answered":
        _answered(one)
    elif what == "asked":
        _asked(one)


def _asked(one: Teller) -> None:
    one.tell("message.received", courtesy=False, message_id="m")
    one.tell("ticket.waiting", waiting_on="agent")


def _courtesy(one: Teller) -> None:
    one.tell("message.received", courtesy=True, message_id="m")


def _answered(one: Teller) -> None:
    one.tell("message.queued", author="human", message_id=f"q{len(one.life.events)}")


def _bot(one: Teller) -> None:
    one.tell("message.queued", author="bot", message_id="b")


def _elsewhere(one: Teller) -> None:
    """An answer outside the product; every other one is heard of late."""
    back = one.random.randrange(2) * one.random.randrange(60, 6 * 3600) * SECOND
    first = one.life.events[0].at
    at = max(one.now - back, first + SECOND) if back else None
    one.tell("message.recorded", at=at, human=one.random.random() < 0.8, message_id="e")


def _call(one: Teller) -> None:
    one.tell("call.answered")


def _never_sent(one: Teller) -> None:
    """A reply that fails some minutes afterwards: it met nothing after all."""
    name = f"f{len(one.life.events)}"
    one.tell("message.queued", author="human", message_id=name)
    one.now += one.random.randrange(5, 900) * SECOND
    one.tell("message.failed", message_id=name)
    one.life.late = True


def _turn(one: Teller) -> None:
    whom = one.random.choice(("agent", "customer", "customer", "third_party"))
    one.tell("ticket.waiting", waiting_on=whom)


def _changed(one: Teller) -> None:
    what: dict[str, Any] = one.random.choice(
        (
            {"priority": one.random.choice(PRIORITIES)},
            {"type": "complaint", "severity": one.random.choice((1, 2, 3))},
            {"type": "inquiry", "severity": None},
            {"type": "service_request", "severity": None},
            {"stage": "delivery"},
        )
    )
    one.tell("ticket.changed", changed=sorted(what), before={}, after=what)


def _done(one: Teller, outcome: str | None = None) -> None:
    one.open = False
    why = outcome or one.random.choice(("resolved", "resolved", "unresolved", "rejected"))
    one.tell("ticket.done", outcome=why)


MOVES: Mapping[str, Any] = {
    "asked": _asked,
    "courtesy": _courtesy,
    "answered": _answered,
    "answered_by_bot": _bot,
    "answered_elsewhere": _elsewhere,
    "call": _call,
    "never_sent": _never_sent,
    "turn": _turn,
    "changed": _changed,
    "done": _done,
}
