"""What a view, a search and a timeline ask of the store does not grow with what there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.commerce.model import Order
from chalicelib.conversations.model import Conversation, Message
from chalicelib.customer.portrait import REQUESTS, REQUESTS_MOVING, REQUESTS_ORIGINAL
from chalicelib.platform.aws import client
from chalicelib.platform.clock import iso
from chalicelib.platform.eventlog import EventItem
from chalicelib.platform.ids import new_id
from chalicelib.profiles.family import MOST_MEMBERS
from chalicelib.profiles.model import Identity, Merge, Note, Profile
from chalicelib.profiles.search import ProfileWord
from chalicelib.tickets.model import Ticket
from tests.slices.customer.families import customer, view
from tests.world import World

START = datetime(2026, 1, 1, tzinfo=UTC)
LARGE = 1_000


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """Requests of the block, by operation; `items`: how many items the answers held.

    What the authorizer and the process's caches read of the control table is left out.
    """
    counter: Counter[str] = Counter()

    def asked(model: Any, params: Any, **_: Any) -> None:
        if b"-control" not in params["body"]:
            counter[model.name] += 1

    def answered(parsed: Any, **_: Any) -> None:
        counter["items"] += len(parsed.get("Items", ()))
        counter["items"] += sum(len(some) for some in parsed.get("Responses", {}).values())

    events = client("dynamodb").meta.events
    events.register("before-call.dynamodb", asked)
    events.register("after-call.dynamodb", answered)
    try:
        yield counter
    finally:
        events.unregister("before-call.dynamodb", asked)
        events.unregister("after-call.dynamodb", answered)


def put(world: World, items: list[Any]) -> None:
    """Straight into moto's tables: by requests a thousand items would take a minute."""
    tables = world.cloud._tables()
    for item in items:
        tables[item.Meta.table_name].put_item(item.serialize())


def belongings(profile_id: str, number: int) -> Iterator[Any]:
    """One more of everything that is listed under a customer."""
    at = iso(START + timedelta(minutes=number))
    yield Ticket(
        f"t{profile_id}{number:06d}",
        "ticket",
        number=f"CX-26-{number:06d}",
        status="new",
        status_at=f"new#{at}",
        waiting_on="agent",
        type="inquiry",
        source="zalo_oa",
        priority="normal",
        department_id="sales",
        profile_id=profile_id,
        opened_at=at,
    )
    yield Conversation(
        f"c{profile_id}{number:06d}",
        "conversation",
        thread="conversations",
        at=at,
        profile_id=profile_id,
        channel="zalo_oa",
        account="a",
        account_id="1",
        user_id=f"{number:09d}",
        created_at=at,
    )
    yield Message(
        f"c{profile_id}{number:06d}",
        f"message#{number:06d}",
        thread=f"c{profile_id}{number:06d}",
        at=f"{at}#{number:06d}",
        direction="in",
        author="customer",
        channel="zalo_oa",
        status="received",
        text="Shop ơi",
        occurred_at=at,
        received_at=at,
    )
    yield Order(
        f"order#{profile_id}{number:06d}",
        "-",
        at=f"order#{at}",
        profile_id=profile_id,
        source="shop",
        external_id=str(number),
        number=f"DH{number:06d}",
        status="shipped",
        currency="VND",
        total=100_000,
        placed_at=at,
        told_at=at,
        created_at=at,
    )
    yield Note(profile_id, f"note#{new_id()}", text="…", author="agent:a", created_at=at)
    yield EventItem(
        f"ticket#t{profile_id}",
        new_id(),
        profile_id=profile_id,
        name="ticket.opened",
        at=at,
        actor="system",
        correlation_id="c",
        data={},
    )
    yield Identity(
        f"identity#{profile_id}{number:06d}",
        "-",
        profile_id=profile_id,
        kind="zalo_oa",
        account="1",
        value=str(number),
        created_at=at,
    )


def given(world: World, profile_id: str, count: int, *, first: int = 0) -> None:
    put(world, [i for n in range(first, count) for i in belongings(profile_id, n)])


def asked(world: World, path: str, **query: Any) -> Counter[str]:
    """What one GET asks of the store."""
    with counted() as counter:
        answer = world.admin.get(path, **query)
    assert answer.status == 200, answer.body
    return counter


def requests(counter: Counter[str]) -> int:
    return sum(counter[name] for name in ("GetItem", "BatchGetItem", "Query"))


def test_a_view_asks_no_more_of_a_thousand_of_everything_than_of_a_few(world: World) -> None:
    one = customer("Nguyễn Thị Thủy")
    given(world, one, 60)
    few = asked(world, f"/profiles/{one}")
    given(world, one, LARGE, first=60)
    many = asked(world, f"/profiles/{one}")
    assert requests(many) == requests(few) <= REQUESTS + REQUESTS_ORIGINAL
    # The keys of what is listed around a customer are read up to a bound, cheaply.
    assert many["items"] - few["items"] <= LARGE
    assert many["Scan"] == 0
    shown = view(world, one)
    assert len(shown["last_messages"]) == len(shown["notes"]) == 10
    assert len(shown["orders"]["latest"]) == 5


@pytest.mark.parametrize("state", ["settled", "moving"])
def test_a_view_of_the_largest_family_is_bounded(world: World, state: str) -> None:
    put(world, list(large_family(state)))
    counter = asked(world, "/profiles/p00")
    moving = MOST_MEMBERS * (REQUESTS_MOVING if state == "moving" else 0)
    assert requests(counter) <= REQUESTS + MOST_MEMBERS * REQUESTS_ORIGINAL + moving
    shown = view(world, "p49")
    assert shown["id"] == "p00"
    assert [one["merge_id"] for one in shown["merged"]] == [
        f"m{number:02d}" for number in range(1, MOST_MEMBERS)
    ]


def large_family(state: str) -> Iterator[Any]:
    """As many profiles as one customer may be, all merged into the first."""
    at = iso(START)
    others = [f"p{number:02d}" for number in range(1, MOST_MEMBERS)]
    yield Profile("p00", "profile", name="Nam", listed_at="0", created_at=at, children=set(others))
    for number, other in enumerate(others, start=1):
        yield Profile(other, "profile", merged_into="p00", listed_at="0", created_at=at)
        yield Merge(
            f"merge#m{number:02d}",
            "-",
            listed_at=at,
            profile_id=other,
            into="p00",
            why="person",
            by="agent:a",
            state=state,
            created_at=at,
        )


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/profiles", {"limit": 20}),
        ("/profiles", {"limit": 20, "q": "nguyen thuy"}),
        ("/profiles", {"limit": 20, "q": "4567"}),
        ("/profiles/{id}/timeline", {"limit": 20}),
        ("/profiles/{id}/timeline", {"limit": 20, "kind": "order."}),
        ("/profiles/{id}/notes", {"limit": 20}),
    ],
)
def test_a_page_costs_the_same_at_any_size(world: World, path: str, query: dict[str, Any]) -> None:
    one = customer("Nguyễn Thị Thủy", phones=("0901234567",))
    world.run()
    crowd(world, 40)
    given(world, one, 40)
    few = asked(world, path.format(id=one), **query)
    crowd(world, LARGE, first=40)
    given(world, one, 400, first=40)
    many = asked(world, path.format(id=one), **query)
    assert (requests(many), many["items"]) == (requests(few), few["items"])
    assert many["Scan"] == 0


def crowd(world: World, count: int, *, first: int = 0) -> None:
    """Other customers who are found by the same words."""
    at = iso(START)
    items: list[Any] = []
    for number in range(first, count):
        owner = f"crowd{number:06d}"
        items.append(Profile(owner, "profile", name="Nguyễn Thủy", listed_at=owner, created_at=at))
        folded = "nguyen thuy nguyen+thuy +84901234567 -4567"
        items += [
            ProfileWord(f"word#{word}", owner, folded=folded) for word in ("nguyen+thuy", "-4567")
        ]
    put(world, items)
