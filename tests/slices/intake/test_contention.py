"""What AWS says when it has trouble, and what must not be concluded from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.platform import store
from tests.faults import Calls, timed_out, watched
from tests.world import World

SIZE = "Cho mình đổi size áo với ạ"


def refusal(code: str, **more: Any) -> BaseException:
    """A transaction refused with a code."""
    answer: Any = {"Error": {"Code": code, "Message": ""}, **more}
    return ClientError(answer, "TransactWriteItems")


def conflict() -> BaseException:
    """A transaction that met parallel ones: no condition of it was looked at."""
    reasons = [{"Code": "TransactionConflict"}]
    return refusal("TransactionCanceledException", CancellationReasons=reasons)


def throttled() -> BaseException:
    return refusal("ProvisionedThroughputExceededException")


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "CONFLICT_PAUSE", 0)


class Trouble(Calls):
    """Every transaction goes wrong, so many times."""

    def __init__(self, times: int, error: Callable[[], BaseException]) -> None:
        super().__init__(error=error)
        self.left = times

    def hit(self, operation: str) -> bool:
        if operation != "TransactWriteItems" or not self.left:
            return False
        self.left -= 1
        return True


@pytest.mark.parametrize("error", [conflict, throttled, timed_out])
@pytest.mark.parametrize("times", [1, 4, 17, 40])
def test_message_is_stored_once_however_long_it_takes(
    world: World, error: Callable[[], BaseException], times: int
) -> None:
    with watched(Trouble(times, error)):
        world.zalo(SIZE)
        world.run()
        for _ in range(times):
            world.pump.retry()
    assert len(world.messages(world.ticket()["id"])) == 1
    assert world.list("/quarantine") == []


@pytest.mark.parametrize("error", [conflict, throttled, timed_out])
def test_lone_failing_entry_stays_in_its_queue(
    world: World, error: Callable[[], BaseException]
) -> None:
    """A batch of which every entry failed is not a batch that was handled."""
    with watched(Trouble(1000, error)):
        world.zalo(SIZE)
        world.run()
    assert len(world.cloud.entries("inbound.fifo")) == 1
    assert world.tickets() == []


@pytest.mark.parametrize(
    ("error", "code"),
    [(conflict, "contended"), (throttled, "store_unavailable"), (timed_out, "store_unavailable")],
)
def test_people_are_told_to_try_again(
    world: World, error: Callable[[], BaseException], code: str
) -> None:
    world.zalo(SIZE)
    world.run()
    ticket: dict[str, Any] = world.ticket()
    with watched(Trouble(1000, error)):
        refused = world.admin.post(f"/tickets/{ticket['id']}/done", {"outcome": "resolved"})
    assert (refused.status, refused.body["code"]) == (503, code)
    assert refused.headers["retry-after"] == "1"
    assert world.ticket() == ticket
