"""What becomes of queue entries: done, again, or kept for a person; one never spoils another."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from io import StringIO
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import EndpointConnectionError
from chalice.app import SQSEvent

from chalicelib.platform import ahead, blobs, quarantine, store, worker
from chalicelib.platform.clock import now
from chalicelib.platform.control import ONLY, Control, control
from chalicelib.platform.errors import Invalid, Transient
from chalicelib.platform.log import logger
from chalicelib.platform.quarantine import Kept
from chalicelib.platform.settings import resource
from tests.cloud import Cloud
from tests.pump import LambdaContext

Handler = Callable[[worker.Entry], None]
TEXT = "Chị Lan 0912345678 kêu giao trễ"


def record(number: int, body: Any, *, group: str | None = None, attempt: int = 1) -> Any:
    attributes = {"ApproximateReceiveCount": str(attempt)}
    if group is not None:
        attributes["MessageGroupId"] = group
    return {
        "messageId": f"m{number}",
        "receiptHandle": f"r{number}",
        "body": body if isinstance(body, str) else json.dumps(body),
        "attributes": attributes,
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:ap-southeast-1:1:{resource('inbound.fifo')}",
    }


def run(handler: Callable[..., Any], records: Sequence[Any]) -> list[str]:
    """Hand a batch over as Lambda does; returns the ids of the entries that failed."""
    context: Any = LambdaContext()
    answer = handler(SQSEvent({"Records": list(records)}, context))
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def raising(error: Exception, *, for_n: int) -> Handler:
    def handle(entry: worker.Entry) -> None:
        if entry.body["n"] == for_n:
            raise error

    return handle


def kept() -> dict[str, Kept]:
    return {item.pk: item for item in Kept.by_status.query(quarantine.WAITING)}


def batch(count: int = 3, **more: Any) -> list[Any]:
    return [record(number, {"n": number}, **more) for number in range(count)]


# --------------------------------------------------------------- outcomes


@pytest.mark.parametrize("error", [Transient("later"), RuntimeError("?"), KeyError("n")])
def test_only_the_failed_entry_comes_again(aws: Cloud, error: Exception) -> None:
    assert run(worker.on_queue()(raising(error, for_n=1)), batch()) == ["m1"]
    assert kept() == {}


def test_a_lost_race_comes_again(aws: Cloud) -> None:
    lost = store.ConditionFailed(["ticket"])
    assert run(worker.on_queue()(raising(lost, for_n=0)), batch()) == ["m0"]


def test_what_can_never_work_is_kept_and_counts_as_done(aws: Cloud) -> None:
    bad = Invalid("no such thing", field="n")
    assert run(worker.on_queue(fifo=True)(raising(bad, for_n=1)), batch(group="g")) == []
    item = store.get(Kept, "m1", ONLY)
    assert item is not None
    assert (item.reason, item.queue, item.group) == ("invalid", "inbound.fifo", "g")
    assert json.loads(quarantine.body_of(item)) == {"n": 1}
    assert list(kept()) == ["m1"]


def test_what_could_not_even_be_kept_comes_again(
    aws: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise store.StoreUnavailable("down")

    monkeypatch.setattr(quarantine, "keep", refuse)
    assert run(worker.on_queue()(raising(Invalid("x"), for_n=2)), batch()) == ["m2"]


def test_a_batch_of_failures_is_said_entry_by_entry(aws: Cloud) -> None:
    def handle(entry: worker.Entry) -> None:
        raise Transient("down")

    assert run(worker.on_queue()(handle), batch()) == ["m0", "m1", "m2"]
    assert run(worker.on_queue(fifo=True)(handle), batch(group="g")) == ["m0", "m1", "m2"]


def test_a_failure_holds_back_the_rest_of_its_group_and_no_other(aws: Cloud) -> None:
    handled: list[int] = []

    def handle(entry: worker.Entry) -> None:
        if entry.body["n"] == 1:
            raise Transient("down")
        handled.append(entry.body["n"])

    groups = ["a", "a", "b", "a", "b"]
    records = [record(n, {"n": n}, group=group) for n, group in enumerate(groups)]
    assert sorted(run(worker.on_queue(fifo=True)(handle), records)) == ["m1", "m3"]
    assert handled == [0, 2, 4]


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"text"', "{}", "[" * 3000])
def test_an_entry_nobody_can_read_is_kept_as_it_came(aws: Cloud, body: str) -> None:
    handled: list[str] = []

    def handle(entry: worker.Entry) -> None:
        handled.append(entry.id)

    assert run(worker.on_queue()(handle), [record(1, body), record(2, {"n": 1})]) == []
    assert handled == ["m2"]
    assert quarantine.body_of(kept_whole("m1")) == body


def kept_whole(entry_id: str) -> Kept:
    item = store.get(Kept, entry_id, ONLY)
    assert item is not None
    return item


def test_an_entry_says_where_it_comes_from() -> None:
    entry = worker.entry_of(record(1, {"correlation_id": "c1"}, group="g", attempt=3))
    assert (entry.queue, entry.group, entry.attempt) == ("inbound.fifo", "g", 3)
    assert entry.correlation_id == "c1"
    assert worker.entry_of(record(2, {"n": 1})).correlation_id == "m2"


# ------------------------------------------------------------- read ahead


def looks(names: list[str | None], number: int) -> None:
    found = store.get(Control, f"k{number}", ONLY)
    names.append(None if found is None else found.pk)


def held(bodies: Sequence[Any]) -> None:
    keys = [(f"k{body['n']}", ONLY) for body in bodies]
    ahead.hold(Control, keys, store.get_many(Control, keys, consistent=True))


def test_what_a_batch_read_ahead_serves_one_look(aws: Cloud) -> None:
    store.commit([store.put("k0", control("k0"))])
    seen: list[str | None] = []

    def handle(entry: worker.Entry) -> None:
        number = entry.body["n"]
        if number == 0:  # k1 comes to be after the batch was read
            store.commit([store.put("k1", control("k1"))])
        looks(seen, number)
        looks(seen, number)

    assert run(worker.on_queue(ahead=held)(handle), batch(2)) == []
    assert seen == ["k0", "k0", None, "k1"]


def test_nothing_is_held_beyond_its_batch(aws: Cloud) -> None:
    run(worker.on_queue(ahead=held)(lambda entry: None), batch(2))
    store.commit([store.put("k0", control("k0"))])
    held([{"n": 1}])  # outside a batch nothing is held either
    store.commit([store.put("k1", control("k1"))])
    seen: list[str | None] = []
    for number in (0, 1):
        looks(seen, number)
    assert seen == ["k0", "k1"]


def test_reading_ahead_spoils_no_entry(aws: Cloud) -> None:
    done: list[int] = []
    handle = worker.on_queue(ahead=held)(lambda entry: done.append(entry.body["n"]))
    assert run(handle, [*batch(), record(7, {"m": 1}), record(8, "not JSON")]) == ["m7"]
    assert done == [0, 1, 2]


# --------------------------------------------------------------- together


def test_a_batch_handled_together_is_handled_once(aws: Cloud) -> None:
    calls: list[list[int]] = []

    def handle(entries: Sequence[worker.Entry]) -> None:
        calls.append([entry.body["n"] for entry in entries])

    assert run(worker.on_queue_together(handle), batch()) == []
    assert calls == [[0, 1, 2]]


def test_a_spoilt_batch_is_taken_apart(aws: Cloud) -> None:
    done: list[int] = []

    def handle(entries: Sequence[worker.Entry]) -> None:
        numbers = [entry.body["n"] for entry in entries]
        if 1 in numbers:
            raise Transient("down")
        done.extend(numbers)

    records = [*batch(), record(7, "not JSON")]
    assert run(worker.on_queue_together(handle), records) == ["m1"]
    assert done == [0, 2]
    assert list(kept()) == ["m7"]


# -------------------------------------------------------------------- logs


@pytest.fixture
def lines() -> Iterator[StringIO]:
    """What the logger writes."""
    handler: Any = logger.registered_handler
    written = StringIO()
    before = handler.setStream(written)
    yield written
    handler.setStream(before)


@pytest.mark.parametrize(
    "error",
    [ValueError(TEXT), Transient(TEXT), Invalid(TEXT, field="text"), KeyError(TEXT)],
    ids=lambda error: type(error).__name__,
)
def test_logs_hold_ids_and_codes_and_no_word_of_a_customer(
    aws: Cloud, capsys: pytest.CaptureFixture[str], lines: StringIO, error: Exception
) -> None:
    def handle(entry: worker.Entry) -> None:
        raise error

    body = {"text": TEXT, "correlation_id": "c1"}
    run(worker.on_queue()(handle), [record(1, body)])
    logged = lines.getvalue() + "".join(capsys.readouterr())
    assert "c1" in logged
    assert '"entry":"m1"' in logged
    for word in ("Lan", "0912345678", "giao", "trễ", "tr\\u1ec5"):
        assert word not in logged


def test_a_crash_says_what_and_where(aws: Cloud, lines: StringIO) -> None:
    run(worker.on_queue()(raising(ZeroDivisionError(TEXT), for_n=1)), batch())
    logged = map(json.loads, lines.getvalue().splitlines())
    (crash,) = (line for line in logged if line["message"] == "entry crashed")
    assert crash["error"] == "ZeroDivisionError"
    assert any("test_worker.py" in where for where in crash["where"])


# -------------------------------------------------------------- quarantine


def test_keeping_an_entry_again_changes_nothing(aws: Cloud) -> None:
    for reason in ("first", "second"):
        quarantine.keep("e1", queue="routing", body="{}", reason=reason, detail="", now=now())
    assert kept_whole("e1").reason == "first"


def test_a_body_too_large_for_a_record_stands_in_the_bucket(
    aws: Cloud,
) -> None:
    body = "ế" * 200_000
    quarantine.keep("e2", queue="routing", body=body, reason="r", detail="d" * 900, now=now())
    item = kept_whole("e2")
    assert not item.body
    assert quarantine.body_of(item) == body
    assert len(item.detail) <= 500


def test_nothing_is_kept_of_a_body_that_the_bucket_did_not_take(
    aws: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    call: Any = vars(BaseClient)["_make_api_call"]

    def broken(self: Any, operation: str, params: Any) -> Any:
        if operation == "PutObject":
            raise EndpointConnectionError(endpoint_url="https://s3")
        return call(self, operation, params)

    monkeypatch.setattr(BaseClient, "_make_api_call", broken)
    body = "x" * (quarantine.LARGEST_BODY + 1)
    with pytest.raises(blobs.BlobsUnavailable):
        quarantine.keep("e3", queue="routing", body=body, reason="r", detail="", now=now())
    assert store.get(Kept, "e3", ONLY) is None
