"""Requests and capacity units per inbound message, by handler, and the webhook's own requests.

Called by `__main__` and, through it, by `tests/meta/test_budgets.py`. Counted
at botocore's HTTP send, caches warm, no retries. Requests are those our
handlers make; what Lambda's pollers ask of queues and stream is in `detail`.
Write units count a transaction's items twice per KB and every index entry once
(`tables` says how); a full batch is 50 messages of 50 conversations, the
queues read in tens and the stream in hundreds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from tests.bench.backend import Call
from tests.bench.drive import COMPLAINT, HTTP, TEXTS, Drive, Organisation, counted, organisation
from tests.bench.figure import Figure
from tests.contracts.cases import lazada
from tests.slices.intake import shops

BATCH = 50
#: Design §7: requests one at a time and in full batches, write units.
EXISTING = (12.0, 7.0, 20.0)
NEW = (20.0, 11.0, 60.0)
#: Beyond what §7 counts: the agent is told that the customer has answered; a task with a clock
#: of its own, an order to look for and somebody told of each.
ANSWERED = (12.0, 7.0, 23.0)
FULLER = (28.0, 11.0, 72.0)
#: Events in one webhook, and the most requests before the 200.
WEBHOOKS = {1: 1, 10: 1, 11: 2, 50: 5, 51: 5, 1000: 5}

Scenario = Callable[[Organisation], None]


def figures() -> list[Figure]:
    """One message of each kind, full batches, webhooks of every size."""
    world = organisation()
    return [
        *_single(world, "existing_ticket", lambda w: w.writes_in("1", TEXTS[1]), EXISTING),
        *_single(world, "existing_ticket_after_reply", _after_reply, ANSWERED),
        *_single(world, "new_customer", lambda w: w.writes_in("2", TEXTS[1]), NEW),
        *_single(world, "new_complaint_with_task", lambda w: w.writes_in("3", COMPLAINT), FULLER),
        *_batch(world, "new_customer", FULLER),  # half of them name an order or a phone
        *_batch(world, "existing_ticket", EXISTING),
        *_scans(world),
        *[_webhook(world, events, most) for events, most in WEBHOOKS.items()],
        *_lazada(world),
    ]


def _after_reply(world: Organisation) -> None:
    world.writes_in("answered", TEXTS[1])


def _single(
    world: Organisation, name: str, scenario: Scenario, bounds: tuple[float, float, float]
) -> list[Figure]:
    if scenario is _after_reply:
        _answered(world)
    with counted(world) as calls:
        scenario(world)
        world.run()
    requests, _, writes = bounds
    return _figures(f"one_at_a_time.{name}", calls, world.drive, 1, (requests, writes))


def _answered(world: Organisation) -> None:
    """Bring a conversation to where the customer has our answer."""
    world.writes_in("answered")
    world.run()
    (ticket, *_) = world.tickets()
    agent = world.agent("Mai")
    answer = agent.post(
        f"/tickets/{ticket['id']}/replies", {"text": "Dạ được ạ", "expects_answer": True}
    )
    assert answer.status == 202, answer.body
    world.run()


def _batch(world: Organisation, name: str, bounds: tuple[float, float, float]) -> list[Figure]:
    with counted(world) as calls:
        for number in range(BATCH):
            world.writes_in(f"batch {number}", TEXTS[number % len(TEXTS)])
        world.run()
    _, requests, writes = bounds
    return _figures(f"full_batches.{name}", calls, world.drive, BATCH, (requests, writes))


def _figures(
    name: str, calls: Sequence[Call], drive: Drive, messages: int, bounds: tuple[float, float]
) -> list[Figure]:
    requests, writes = bounds
    by_handler: dict[str, Counter[str]] = {}
    units: Counter[str] = Counter()
    for call in calls:
        counter = by_handler.setdefault(call.handler, Counter())
        counter[f"{call.operation} {call.resource}".strip()] += 1
        units[call.handler] += round(call.writes)
    told = {
        "by_handler": {handler: dict(counter) for handler, counter in by_handler.items()},
        "pollers": dict(drive.polls),
    }
    return [
        Figure(
            name=f"requests.{name}",
            value=len(calls) / messages,
            bound=requests,
            unit="requests a message",
            detail=told,
        ),
        Figure(
            name=f"write_units.{name}",
            value=sum(call.writes for call in calls) / messages,
            bound=writes,
            unit="write units a message",
            detail={"by_handler": dict(units)},
        ),
        Figure(
            name=f"read_units.{name}",
            value=sum(call.reads for call in calls) / messages,
            unit="read units a message",
        ),
    ]


def _scans(world: Organisation) -> list[Figure]:
    """The backend refuses scans; this says how often one was tried."""
    scans = sum(call.operation == "Scan" for call in world.drive.backend.calls)
    return [Figure(name="requests.scans", value=scans, bound=0, unit="scans")]


def _lazada(world: Organisation) -> list[Figure]:
    """Lazada waits half a second for its 200: a chat message and an order are one request."""
    shops.connect(world, "lazada")
    line = {"trade_order_id": "4604", "trade_order_line_id": "1", "order_status": "paid"}
    told = {
        "message": lazada.message(TEXTS[1], "bench-1"),
        "order": lazada.push(0, {**line, "status_update_time": shops.seconds()}),
    }
    shops.push(world, "lazada", lazada.message(TEXTS[1], "bench-0"), run=False)  # caches warm
    return [_one_request(world, f"webhook.lazada_{name}", body) for name, body in told.items()]


def _one_request(world: Organisation, name: str, body: bytes) -> Figure:
    with counted(world) as calls:
        shops.push(world, "lazada", body, run=False)
    before_200 = [call for call in calls if call.handler == HTTP.name]
    return Figure(name=name, value=len(before_200), bound=1, unit="requests before the 200")


def _webhook(world: Organisation, events: int, most: int) -> Figure:
    with counted(world) as calls:
        world.crowd([f"crowd {events} {number}" for number in range(events)])
    before_200 = [call for call in calls if call.handler == HTTP.name]
    return Figure(
        name=f"webhook.{events}_events",
        value=len(before_200),
        bound=most,
        unit="requests before the 200",
        detail=dict(Counter(call.operation for call in before_200)),
    )
