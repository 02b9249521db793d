"""What service clocks cost: an event's settling, and the minute's watch at any number of tickets.

Called by `__main__`. Settlings are counted in the clocks' own worker while messages, replies and
outcomes go their whole way. The watch finds the same few due among a thousand open tickets and
among a hundred thousand: it must read the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from chalicelib.platform import store
from chalicelib.platform.clock import now
from chalicelib.platform.context import begin
from chalicelib.platform.due import place
from chalicelib.sla import governing, watching
from chalicelib.sla.model import CLOCKS, NOT_DUE, Clocks
from chalicelib.tickets import flows as tickets
from chalicelib.tickets.rules import classify
from tests.bench.backend import Call
from tests.bench.drive import COMPLAINT, TEXTS, Organisation, counted, organisation
from tests.bench.figure import Figure

SMALL, LARGE, QUICK = 1_000, 100_000, 10_000
TOLERANCE = 0.05
DUE = 40
WORKER = "sla_on_clocks"
#: Requests and write units of one event's settlings, a task's beside its ticket's included.
MOST = {
    "new_ticket": (2, 12.0),
    "new_complaint_with_task": (4, 24.0),
    "customer_wrote_again": (4, 4.0),
    "reply": (6, 40.0),
    "done": (4, 24.0),
}


def figures(*, quick: bool = False) -> list[Figure]:
    """The settlings of each kind of event; read units of the watch at both sizes."""
    large = QUICK if quick else LARGE
    few, many = _watched(SMALL), _watched(large)
    return [
        *_settlings(),
        Figure(
            name="clocks.watch",
            value=round(abs(many / few - 1), 4),
            bound=TOLERANCE,
            unit=f"difference of read units, {large:,} to {SMALL:,} open tickets",
            detail={"due": DUE, "units_small": few, "units_large": many},
        ),
        Figure(
            name="clocks.watch_of_nothing",
            value=_watched(large, due=0),
            bound=8.0,  # a query a shard
            unit=f"read units a minute at {large:,} open tickets, none of them due",
        ),
    ]


def _settlings() -> list[Figure]:
    world = organisation()
    lan = world.agent("Mai", role="lead")
    governing.current()  # warm, as in a worker that is not new

    def reply() -> None:
        (ticket, *_) = world.tickets()
        answer = lan.post(f"/tickets/{ticket['id']}/replies", {"text": "Dạ em xem ngay ạ"})
        assert answer.status == 202, answer.body

    def done() -> None:
        (ticket, *_) = world.tickets()
        assert lan.post(f"/tickets/{ticket['id']}/done", {"outcome": "resolved"}).status == 200

    happens: dict[str, Callable[[], None]] = {
        "new_ticket": lambda: world.writes_in("clock 1", TEXTS[1]),
        "customer_wrote_again": lambda: world.writes_in("clock 1", TEXTS[1]),
        "new_complaint_with_task": lambda: world.writes_in("clock 2", COMPLAINT),
        "reply": reply,
        "done": done,
    }
    return [figure for name, one in happens.items() for figure in _settling(world, name, one)]


def _settling(world: Organisation, name: str, happens: Callable[[], None]) -> list[Figure]:
    with counted(world) as calls:
        happens()
        world.run()
    mine = [call for call in calls if call.handler == WORKER]
    requests, units = MOST[name]
    detail = {"calls": [f"{one.operation} {one.resource}" for one in mine]}
    return [
        Figure(
            name=f"clocks.requests.{name}",
            value=len(mine),
            bound=requests,
            unit="requests of the clocks' worker",
            detail=detail,
        ),
        Figure(
            name=f"clocks.write_units.{name}",
            value=sum(one.writes for one in mine),
            bound=units,
            unit="write units",
            detail={"read_units": sum(one.reads for one in mine)},
        ),
    ]


def _watched(open_tickets: int, *, due: int = DUE) -> float:
    """Read units of one run of the watch that finds so many due among so many open."""
    world = organisation(agents=1)
    for number in range(due):
        _complaint(number)
    world.run()
    table = world.drive.backend.tables[Clocks.Meta.table_name]
    for number in range(open_tickets):
        typed = _waiting(number).serialize()
        table.write((typed["pk"]["S"], typed["sk"]["S"]), typed)
    asked = len(world.drive.backend.calls)
    at = replace(begin(), now=now() + timedelta(minutes=4 if due else 0))
    found = watching.watch(at)
    assert found["settled"] >= due, found
    return _reads(world.drive.backend.calls[asked:])


def _reads(calls: Sequence[Call]) -> float:
    return sum(call.reads for call in calls)


def _complaint(number: int) -> None:
    """A ticket of a real log, whose first warning comes in some minutes."""
    matter = tickets.Matter(
        profile_id=f"profile-{number}",
        at=now(),
        classified=classify("complaint", "promotion_not_honoured"),
        source="hotline",
    )
    store.commit(tickets.open_ticket(matter, begin()).writes)


def _waiting(number: int) -> Clocks:
    """An open ticket: three in four are due some day, one waits for its customer."""
    key = f"ticket#{number:032d}"
    shard, moment = place(key, now() + timedelta(hours=1, seconds=number))
    item = Clocks(key, CLOCKS, policy="others", version=0, clocks={}, turns=1)
    item.due_shard, item.due_at = shard, moment if number % 4 else NOT_DUE
    return item
