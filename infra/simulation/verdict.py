"""Compares what is there with what was said: the rows of the table, and what is wrong. Pure.

Called by `play`; `table` shows it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from .observe import Person, Seen, composed
from .plan import Customer, Line, Plan

SENT = frozenset({"sent", "delivered", "read"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer of an agent: the ids the request gave each time it was made."""

    customer: int
    ticket_id: str
    text: str
    message_ids: tuple[str, ...]


@dataclass
class Row:
    """One channel. `sent` counts messages, not how often they were delivered."""

    customers: int = 0
    sent: int = 0
    deliveries: int = 0
    stored: int = 0
    tickets: int = 0
    assigned: int = 0
    replied: int = 0
    waiting: int = 0  # not there yet while queues still held messages
    lost: int = 0
    doubled: int = 0
    answerable: int = 0  # customers on a channel that can be answered

    def add(self, other: Row) -> None:
        """Count another row into this one."""
        for name, value in asdict(other).items():
            setattr(self, name, getattr(self, name) + value)


@dataclass
class Verdict:
    """Rows by channel; `problems` says in words what was lost or doubled."""

    rows: dict[str, Row] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    queued: int = 0  # messages in queues when patience ended

    @property
    def good(self) -> bool:
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        rows = {channel: asdict(row) for channel, row in self.rows.items()}
        told = {"problems": self.problems, "queued": self.queued, "good": self.good}
        return {"channels": rows, **told}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that is not as it must be: `lost` or `doubled` things, with a reason."""

    what: str
    lost: int = 0
    doubled: int = 0


def judge(plan: Plan, seen: Seen, replies: tuple[Reply, ...], *, queued: int = 0) -> Verdict:
    """Everything that was said against everything that is there.

    While `queued` messages wait, what is not there is waiting, not lost.
    """
    verdict = Verdict(queued=queued)
    for number, customer in enumerate(plan.customers):
        faults = list(_faults(plan, number, seen, replies))
        row = verdict.rows.setdefault(customer.channel, Row())
        found = _row(customer, seen.of(number), faults, _replied(number, seen, replies))
        if queued:
            found.waiting, found.lost = found.lost, 0
        row.add(found)
        verdict.problems += [
            f"{customer.channel} #{number}: {fault.what}{', still waiting' * _waits(fault, queued)}"
            for fault in faults
        ]
    verdict.problems += list(_forged(plan, seen))
    return verdict


def _waits(fault: Fault, queued: int) -> bool:
    return bool(queued and fault.lost)


def expected(plan: Plan, replies: tuple[Reply, ...]) -> int:
    """How many messages, tickets and replies must be there in the end."""
    lines = sum(1 for customer in plan.customers for line in customer.lines if line.stored)
    return lines + sum(1 for customer in plan.customers if customer.opens) + len(replies)


def missing(plan: Plan, seen: Seen, replies: tuple[Reply, ...]) -> int:
    """How much is still to come."""
    return sum(
        fault.lost
        for number in range(len(plan.customers))
        for fault in _faults(plan, number, seen, replies)
    )


def _row(customer: Customer, person: Person, faults: list[Fault], replied: int) -> Row:
    wanted = [line for line in customer.lines if line.stored]
    return Row(
        customers=1,
        answerable=int(customer.answerable),
        sent=len(wanted),
        deliveries=sum(line.copies for line in customer.lines),
        stored=sum(_times(line, person) for line in wanted),
        tickets=len(person.tickets),
        assigned=sum(1 for ticket in person.tickets if ticket["agent_id"]),
        replied=replied,
        lost=sum(fault.lost for fault in faults),
        doubled=sum(fault.doubled for fault in faults),
    )


def _replied(number: int, seen: Seen, replies: tuple[Reply, ...]) -> int:
    mine = {reply.message_ids[0] for reply in replies if reply.customer == number}
    said = seen.of(number).messages
    return sum(1 for m in said if m["id"] in mine and m["status"] in SENT)


def _faults(plan: Plan, number: int, seen: Seen, replies: tuple[Reply, ...]) -> Iterator[Fault]:
    customer, person = plan.customers[number], seen.of(number)
    for line in customer.lines:
        yield from _line_faults(line, person)
    yield from _ticket_faults(customer, person)
    for reply in replies:
        if reply.customer == number:
            yield from _reply_faults(reply, customer, person, seen)
    yield from _strangers(customer, person, replies)


def _line_faults(line: Line, person: Person) -> Iterator[Fault]:
    name, times = line.key or line.text or "", _times(line, person)
    if line.stored and times == 0:
        yield Fault(what=f"message {name} is not there", lost=1)
    if times > 1:
        yield Fault(what=f"message {name} is there {times} times", doubled=times - 1)


def _times(line: Line, person: Person) -> int:
    direction = "out" if line.ours else "in"
    said = [message for message in person.messages if message["direction"] == direction]
    if line.key is not None:
        return sum(1 for message in said if message["provider_message_id"] == line.key)
    if line.text is None:
        return 0
    return sum(1 for message in said if message["text"] == composed(line.text))


def _ticket_faults(customer: Customer, person: Person) -> Iterator[Fault]:
    wanted, found = int(customer.opens), len(person.tickets)
    if found < wanted:
        yield Fault(what="no ticket was opened", lost=wanted - found)
    if found > wanted:
        yield Fault(what=f"{found} tickets instead of {wanted}", doubled=found - wanted)
    if len(set(person.profiles)) > 1:
        yield Fault(what="more than one profile", doubled=len(set(person.profiles)) - 1)
    for ticket in person.tickets:
        if not ticket["agent_id"]:
            yield Fault(what=f"ticket {ticket['number']} has no agent", lost=1)


def _reply_faults(reply: Reply, customer: Customer, person: Person, seen: Seen) -> Iterator[Fault]:
    if len(set(reply.message_ids)) > 1:
        yield Fault(what="one Idempotency-Key made two replies", doubled=1)
    identifier = reply.message_ids[0]
    said = [message for message in person.messages if message["id"] == identifier]
    state = said[0]["status"] if said else "not there"
    if state not in SENT:
        yield Fault(what=f"a reply is {state}", lost=1)
    times = seen.sends.get(identifier, 0)
    if state in SENT and times == 0 and customer.sends:
        yield Fault(what="a reply never went out", lost=1)
    if times > 1:
        yield Fault(what=f"a reply went out {times} times", doubled=times - 1)


def _strangers(customer: Customer, person: Person, replies: tuple[Reply, ...]) -> Iterator[Fault]:
    """Messages nobody sent: an echo taken for a reply, an event taken for a message."""
    keys = {line.key for line in customer.lines if line.key}
    words = {composed(line.text) for line in customer.lines if line.text}
    ours = {identifier for reply in replies for identifier in reply.message_ids}
    for message in person.messages:
        known = message["provider_message_id"] in keys or message["text"] in words
        if not known and message["id"] not in ours:
            yield Fault(what=f"message {message['id']} was never sent", doubled=1)


def _forged(plan: Plan, seen: Seen) -> Iterator[str]:
    forged = {line.key for line in plan.forged}
    for person in seen.people.values():
        for message in person.messages:
            if message["provider_message_id"] in forged:
                yield f"a forged message was stored: {message['provider_message_id']}"
