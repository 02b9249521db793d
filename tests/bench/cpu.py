"""CPU of our code per message: every handler from the webhook to the last reaction.

Called by `__main__`. `process_time` around each handler call, botocore
included; only the HTTP send is replaced, by `backend`, whose own time is
measured at its door and subtracted. Rounds of 300 messages arrive one webhook
each and are worked in full batches; the best round counts, as elsewhere in
benchmarks: noise only ever adds.
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.bench.drive import TEXTS, Organisation, counted, organisation
from tests.bench.figure import Figure

MESSAGES = 300
ROUNDS = 5
NEW, EXISTING = 14.0, 8.0  # ms


def figures(*, quick: bool = False) -> list[Figure]:
    """New customers' and known customers' messages, in batches; and one by one, for the record."""
    world, rounds = organisation(), 2 if quick else ROUNDS
    _round(world, "warm", one_by_one=False)
    together = [_both(world, f"a{n}", one_by_one=False) for n in range(rounds)]
    singly = [_both(world, f"b{n}", one_by_one=True) for n in range(1 if quick else 2)]
    return [
        _figure("cpu.new_customer", [new for new, _ in together], NEW),
        _figure("cpu.existing_ticket", [known for _, known in together], EXISTING),
        _figure("cpu.one_by_one.new_customer", [new for new, _ in singly], None),
        _figure("cpu.one_by_one.existing_ticket", [known for _, known in singly], None),
    ]


def _both(
    world: Organisation, name: str, *, one_by_one: bool
) -> tuple[Mapping[str, float], Mapping[str, float]]:
    """Milliseconds a message by handler: first messages of new customers, then their second."""
    first = _round(world, name, one_by_one=one_by_one)
    return first, _round(world, name, one_by_one=one_by_one)


def _round(world: Organisation, name: str, *, one_by_one: bool) -> Mapping[str, float]:
    with counted(world):
        for number in range(MESSAGES):
            world.writes_in(f"{name} {number}", TEXTS[number % len(TEXTS)])
            if one_by_one:
                world.run()
        world.run()
        spent = dict(world.drive.cpu)
    return {handler: seconds / MESSAGES * 1000 for handler, seconds in spent.items()}


def _figure(name: str, rounds: list[Mapping[str, float]], bound: float | None) -> Figure:
    best = min(rounds, key=lambda one: sum(one.values()))
    return Figure(
        name=name,
        value=round(sum(best.values()), 2),
        bound=bound,
        unit="ms of CPU a message",
        detail={
            "by_handler": {handler: round(spent, 2) for handler, spent in best.items()},
            "rounds": [round(sum(one.values()), 2) for one in rounds],
        },
    )
