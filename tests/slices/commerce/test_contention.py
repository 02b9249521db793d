"""Many who want the same at once: each has its turn, or is told to come again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from chalicelib.commerce import sums
from chalicelib.platform import store
from tests.slices.commerce.shop import order
from tests.world import World

LAN = {"external_customer_id": "C-1", "name": "Trần Thị Lan"}


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "CONFLICT_PAUSE", 0)


def beaten(monkeypatch: pytest.MonkeyPatch, times: int, other: Callable[[int], Any]) -> None:
    """Somebody else is quicker, so many times: `other` happens just before a commit."""
    commit, left = store.commit, list(range(times))

    def late(writes: Iterable[store.Write]) -> None:
        found = list(writes)
        if found and left:
            number = left.pop()
            with pytest.MonkeyPatch.context() as quick:
                quick.setattr(store, "commit", commit)
                other(number)
        commit(found)

    monkeypatch.setattr(store, "commit", late)


def told(world: World, external_id: str) -> Any:
    body = {"source": "shop", "external_id": external_id, "customer": LAN, "total": 5}
    return world.admin.post("/orders", body)


def test_orders_of_one_new_customer_are_all_taken(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = store.FLOW_TRIES - 1
    beaten(monkeypatch, others, lambda number: order(world, f"Q{number}", customer=LAN, total=5))
    answer = told(world, "LAST")
    assert answer.status == 200, answer.body
    assert {one["profile_id"] for one in world.list("/orders")} == {answer.body["profile_id"]}
    assert sums.sums([answer.body["profile_id"]]).placed_count == others + 1


def test_who_never_has_a_turn_is_told_to_come_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    beaten(monkeypatch, 99, lambda number: order(world, f"Q{number}", customer=LAN, total=5))
    answer = told(world, "LAST")
    assert (answer.status, answer.body["code"]) == (503, "contended")
    assert answer.headers["retry-after"] == "1"


def test_a_row_that_never_has_a_turn_may_be_sent_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {"source": "shop", "customer": LAN, "total": 5}
    rows = [{**row, "external_id": "A"}, {**row, "external_id": "B"}, {"source": "shop"}]
    with pytest.MonkeyPatch.context() as busy:
        beaten(busy, store.FLOW_TRIES, lambda number: order(world, f"Q{number}", customer=LAN))
        answer = world.admin.post("/orders/batch", {"items": rows})
    assert [(one["result"], one["code"], one["retryable"]) for one in answer.body["results"]] == [
        ("refused", "contended", True),
        ("created", None, False),
        ("refused", "invalid", False),
    ]
    again = world.admin.post("/orders/batch", {"items": rows[:1]})
    assert again.body["results"][0]["result"] == "created"


def test_a_correction_without_a_revision_is_made_on_top_of_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile_id = order(world, customer=LAN)["profile_id"]
    where = f"/profiles/{profile_id}"
    beaten(
        monkeypatch,
        store.FLOW_TRIES - 1,
        lambda number: world.admin.patch(where, {"address": f"{number} Lê Lợi"}),
    )
    answer = world.admin.patch(where, {"gender": "female"})
    assert answer.status == 200, answer.body
    shown = world.admin.get(where).body
    assert (shown["address"], shown["gender"]) == ("0 Lê Lợi", "female")
