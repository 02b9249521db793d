"""Orders and late ones with a fault at every AWS call: nothing half-written, nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest

from chalicelib.commerce import orders, promises, sums
from chalicelib.commerce.people import Customer
from chalicelib.conversations.model import Message
from chalicelib.platform import context, eventlog, store
from chalicelib.platform.eventlog import EventItem
from chalicelib.tickets import care
from chalicelib.tickets.model import Ticket
from tests.faults import Calls, Killed, Snapshot, watched
from tests.slices.commerce.shop import ago, order
from tests.slices.commerce.test_late import an
from tests.world import World

PLACED, PROMISED = ago(days=3), ago(hours=1)
LINE = {"sku": "AO-1", "name": "Áo", "quantity": 2, "unit_price": 50_000}


def broken_everywhere(
    world: World, story: Callable[[], None], holds: Callable[[], None], *, after: bool
) -> None:
    """Tell a story with each of its calls broken once, then again to its end."""
    start = Snapshot.of(world.cloud)
    whole = Calls()
    with watched(whole):
        story()
    holds()
    for number in range(1, len(whole.made) + 1):
        start.restore()
        with watched(Calls(broken=number, after=after)), suppress(Killed):
            story()
        story()
        holds()


@pytest.mark.parametrize("after", [False, True])
def test_an_order_is_whole_or_not_there(world: World, after: bool) -> None:
    told = {"status": "delivered", "placed_at": PLACED, "delivered_at": PROMISED, "lines": [LINE]}
    customer = Customer(phone="0912345678", phone_verified=True, name="Lan")

    def story() -> None:
        upserted = orders.upsert("shop", "DH1", told, context.begin(), customer=customer)
        store.commit(upserted.writes)

    def holds() -> None:
        (only,) = orders.find_by_number("DH1")
        assert sums.sums([only.origin]).delivered_amount == 100_000
        assert len(list(EventItem.query(f"order#{only.id}"))) == 2
        assert len(world.list("/profiles")) == 1

    broken_everywhere(world, story, holds, after=after)


@pytest.mark.parametrize("after", [False, True])
def test_a_late_order_is_cared_for_once(world: World, after: bool) -> None:
    profile_id = an(world)
    identifier = order(
        world, customer={"profile_id": profile_id}, placed_at=PLACED, promised_at=PROMISED
    )["id"]

    def story() -> None:
        promises.check(context.begin())
        for item in EventItem.query(f"order#{identifier}"):
            event = eventlog.recorded(item)
            if event.name == "order.late":
                care.order_is_late(identifier, event.data["promised_at"], context.begin())

    def holds() -> None:
        names = [item.name for item in EventItem.query(f"order#{identifier}")]
        assert names.count("order.late") == 1
        assert [one.order for one in Ticket.scan() if one.sk == "ticket" and one.order] == [
            "DH1001"
        ]
        said = [one for one in Message.scan() if one.sk.startswith("message#")]
        assert [one.direction for one in said].count("out") == 1

    broken_everywhere(world, story, holds, after=after)
