"""Transactions by name: what is refused is said, what only collided is tried again."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from chalicelib.platform import store
from chalicelib.platform.control import ONLY, Control, control
from chalicelib.platform.errors import AppError, Conflict
from tests.cloud import Cloud


class Taken(Conflict):
    code, title = "taken", "Taken"


def new(name: str, **fields: Any) -> store.Write:
    return store.put(name, control(name, **fields))


def there(*names: str) -> set[str]:
    found = store.get_many(Control, [(name, ONLY) for name in names], consistent=True)
    return {pk for pk, _ in found}


def broken(monkeypatch: pytest.MonkeyPatch, *codes: str | None) -> list[str]:
    """Answer DynamoDB's writes with these error codes in turn, None passing through."""
    waiting, seen = list(codes), []
    call: Any = vars(BaseClient)["_make_api_call"]

    def answer(self: Any, operation: str, params: Any) -> Any:
        if operation in ("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"):
            seen.append(operation)
            code = waiting.pop(0) if waiting else None
            if code is not None:
                raise ClientError(_answer(code), operation)
        return call(self, operation, params)

    monkeypatch.setattr(BaseClient, "_make_api_call", answer)
    monkeypatch.setattr(store, "CONFLICT_PAUSE", 0)
    return seen


def _answer(code: str) -> Any:
    error = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {}}
    if code == "TransactionConflict":
        reasons = [{"Code": "None"}, {"Code": code}]
        error["Error"]["Code"] = "TransactionCanceledException"
        return {**error, "CancellationReasons": reasons}
    return error


def test_all_or_nothing_is_written(aws: Cloud) -> None:
    store.commit([new("a"), new("b")])
    with pytest.raises(store.ConditionFailed) as refusal:
        store.commit([new("c"), new("b"), new("d")])
    assert refusal.value.names == ("b",)
    assert there("a", "b", "c", "d") == {"a", "b"}


def test_refusals_are_named_whatever_order_the_writes_came_in(aws: Cloud) -> None:
    store.commit([new("old", value=1)])
    old = store.ref(Control, "old", ONLY)
    writes = [
        store.update("update", old, Control.value.add(1), condition=Control.value == 9),
        new("fresh"),
        store.check("check", control("gone"), Control.pk.exists()),
    ]
    for ordered in (writes, writes[::-1], [*writes[2:], *writes[:2]]):
        with pytest.raises(store.ConditionFailed) as refusal:
            store.commit(ordered)
        assert set(refusal.value.names) == {"update", "check"}
    assert there("fresh") == set()


def test_a_write_s_own_error_says_what_its_refusal_means(aws: Cloud) -> None:
    store.commit([new("a")])
    mine = store.put("mine", control("a"), error=Taken("by Lan"))
    with pytest.raises(Taken, match="by Lan"):
        store.commit([mine, new("b")])
    with pytest.raises(Taken):
        store.commit([mine])


@pytest.mark.parametrize("name", ["put", "update"])
def test_a_lone_write_is_no_transaction(
    aws: Cloud, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    seen = broken(monkeypatch)
    item = control("a", value=1)
    writes = {
        "put": store.put("one", item),
        "update": store.update("one", item, Control.value.set(2), condition=None),
    }
    store.commit([writes[name]])
    assert seen == [f"{name.capitalize()}Item"]


def test_a_lone_check_still_checks(aws: Cloud) -> None:
    with pytest.raises(store.ConditionFailed):
        store.commit([store.check("there", control("a"), Control.pk.exists())])


def test_assigning_sets_values_and_removes_where_there_is_none(aws: Cloud) -> None:
    store.commit([new("a", value=1, listing="things")])
    item = store.ref(Control, "a", ONLY)
    actions = store.assign(Control, {"value": 0, "listing": None, "revoked": False})
    store.commit([store.update("a", item, *actions, condition=None)])
    (stored,) = aws.items("control")
    assert stored == {
        "pk": {"S": "a"},
        "sk": {"S": ONLY},
        "value": {"N": "0"},
        "revoked": {"BOOL": False},
    }


def test_nothing_to_write_asks_nothing(aws: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = broken(monkeypatch)
    store.commit([])
    assert seen == []


def test_too_many_writes_are_an_error_of_ours(aws: Cloud) -> None:
    with pytest.raises(ValueError, match="101 writes"):
        store.commit([new(str(number)) for number in range(101)])


def test_a_collision_is_tried_again_and_then_no_refusal(
    aws: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = store.CONFLICT_RETRIES
    seen = broken(monkeypatch, *["TransactionConflict"] * tries)
    store.commit([new("a"), new("b")])
    assert len(seen) == tries + 1
    assert there("a", "b") == {"a", "b"}
    broken(monkeypatch, *["TransactionConflict"] * (tries + 1))
    with pytest.raises(store.Contended):
        store.commit([new("c"), new("d")])


def test_a_lone_write_collides_too(aws: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = broken(monkeypatch, "TransactionConflictException")
    store.commit([new("a")])
    assert len(seen) == 2


@pytest.mark.parametrize("writes", [1, 2])
@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("InternalServerError", store.StoreUnavailable),
        ("ThrottlingException", store.StoreUnavailable),
        ("AccessDeniedException", store.StoreUnavailable),
        ("ValidationException", store.Unstorable),
    ],
)
def test_other_failures_say_whether_trying_again_helps(
    aws: Cloud,
    monkeypatch: pytest.MonkeyPatch,
    code: str,
    error: type[AppError],
    writes: int,
) -> None:
    broken(monkeypatch, *[code] * 9)
    with pytest.raises(error) as failure:
        store.commit([new(str(number)) for number in range(writes)])
    assert failure.value.transient is (error is store.StoreUnavailable)


def test_what_is_too_large_for_a_record_is_refused_for_good(aws: Cloud) -> None:
    for writes in ([new("a", data="x" * 420_000)], [new("b"), new("a", data="x" * 420_000)]):
        with pytest.raises(store.Unstorable):
            store.commit(writes)
    assert there("a", "b") == set()


def test_many_items_are_read_together(aws: Cloud) -> None:
    for start in range(0, 120, 60):
        store.commit([new(f"k{number}") for number in range(start, start + 60)])
    keys = [(f"k{number}", ONLY) for number in range(120)]
    found = store.get_many(Control, [*keys, *keys, ("none", ONLY)])
    assert set(found) == set(keys)
    assert store.get_many(Control, []) == {}


def test_a_flow_runs_again_when_the_state_moved(aws: Cloud) -> None:
    ran: list[int] = []

    def flow() -> str:
        ran.append(1)
        if len(ran) < 3:
            raise store.ConditionFailed(["ticket"])
        return "done"

    assert store.run_again(flow) == "done"
    assert len(ran) == 3


def test_a_flow_that_is_always_refused_is_to_be_tried_later() -> None:
    ran: list[int] = []

    def flow() -> None:
        ran.append(1)
        raise store.ConditionFailed(["ticket"])

    with pytest.raises(store.Contended, match="ticket") as lost:
        store.run_again(flow, times=3)
    assert (lost.value.transient, lost.value.status, lost.value.retry_after) == (True, 503, 1)
    assert len(ran) == 3


def test_a_flow_s_own_refusal_is_final() -> None:
    ran: list[int] = []

    def flow() -> None:
        ran.append(1)
        raise Taken

    with pytest.raises(Taken):
        store.run_again(flow)
    assert len(ran) == 1
