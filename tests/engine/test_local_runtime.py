"""What the pumps of the local runtime promise: AWS's order, retries, dead letters, no loss."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from uuid_utils import uuid7

from chalicelib.platform.ids import earliest_id
from infra.local import engine as engines
from infra.local.engine import Engine
from infra.local.home import Home
from infra.local.inflight import InFlight
from infra.local.queues import QueuePump, failures
from infra.local.runtime import Runtime
from infra.local.schedules import BadSchedule, next_run
from infra.local.sources import QueueSource, StreamSource, sources_of
from infra.local.streams import Ledger, StreamPump

from . import sample
from .conftest import PREFIX, eventually, start_engine

pytestmark = pytest.mark.engine

EVENTS = f"{PREFIX}-events"


def queue_source(name: str) -> QueueSource:
    sources = sources_of(sample.app, prefix=PREFIX)
    return next(one for one in sources if isinstance(one, QueueSource) and one.queue.endswith(name))


def stream_source() -> StreamSource:
    sources = sources_of(sample.app, prefix=PREFIX)
    return next(one for one in sources if isinstance(one, StreamSource))


def send(engine: Engine, queue: str, *bodies: dict[str, Any], group: str | None = None) -> None:
    sqs = engine.client("sqs")
    url = sqs.get_queue_url(QueueName=f"{PREFIX}-{queue}")["QueueUrl"]
    for body in bodies:
        fifo = {"MessageGroupId": group, "MessageDeduplicationId": str(uuid.uuid4())}
        sqs.send_message(
            QueueUrl=url, MessageBody=json.dumps(body), **(fifo if group is not None else {})
        )


def waiting(engine: Engine, queue: str) -> int:
    """Messages in a queue, in flight or not."""
    sqs = engine.client("sqs")
    url = sqs.get_queue_url(QueueName=f"{PREFIX}-{queue}")["QueueUrl"]
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(found[name]) for name in names)


def put_event(engine: Engine, **more: Any) -> str:
    key = str(uuid7())
    item = {"pk": {"S": "ticket#1"}, "sk": {"S": key}, **more}
    engine.client("dynamodb").put_item(TableName=EVENTS, Item=item)
    return key


@contextmanager
def pumping(
    engine: Engine, home: Home, queue: str, *, retry_seconds: float = 0
) -> Iterator[QueuePump]:
    pump = QueuePump(
        queue_source(queue),
        sqs=engine.client("sqs"),
        record=home.record(f"inflight-{queue}"),
        retry_seconds=retry_seconds,
    )
    pump.start()
    yield pump
    pump.stop()


# ------------------------------------------------------------------ queues


def test_a_group_keeps_its_order_and_groups_run_side_by_side(
    engine: Engine, home: Home, seen: sample.Seen
) -> None:
    for group in ("a", "b", "c"):
        for number in range(12):
            send(engine, "inbound.fifo", {"id": number, "seconds": 0.01}, group=group)
    with pumping(engine, home, "inbound.fifo"):
        eventually(lambda: waiting(engine, "inbound.fifo") == 0)
    for group in ("a", "b", "c"):
        assert [one["id"] for one in seen.entries if one["group"] == group] == list(range(12))
    assert seen.most_at_once > 1


def test_a_failing_entry_holds_back_its_own_group_only(
    engine: Engine, home: Home, seen: sample.Seen
) -> None:
    send(engine, "inbound.fifo", {"id": 1, "fail_times": 2}, {"id": 2}, group="bad")
    send(engine, "inbound.fifo", {"id": 3}, {"id": 4}, group="good")
    with pumping(engine, home, "inbound.fifo"):
        eventually(lambda: waiting(engine, "inbound.fifo") == 0)
    done = [one for one in seen.entries if one["done"]]
    assert [one["id"] for one in done if one["group"] == "bad"] == [1, 2]
    assert [one["attempt"] for one in done if one["group"] == "bad"] == [3, 3]
    assert [one["attempt"] for one in done if one["group"] == "good"] == [1, 1]


def test_only_what_failed_comes_again(engine: Engine, home: Home, seen: sample.Seen) -> None:
    send(engine, "routing", *({"id": n, "fail_times": int(n == 3)} for n in range(8)))
    with pumping(engine, home, "routing"):
        eventually(lambda: waiting(engine, "routing") == 0)
    assert sorted(one["id"] for one in seen.entries) == [0, 1, 2, 3, 3, 4, 5, 6, 7]


def test_a_failure_waits_before_it_comes_again(
    engine: Engine, home: Home, seen: sample.Seen
) -> None:
    send(engine, "routing", {"id": 1, "fail_times": 1})
    with pumping(engine, home, "routing", retry_seconds=1):
        eventually(lambda: len(seen.entries) == 1)
        time.sleep(0.5)
        assert len(seen.entries) == 1
        eventually(lambda: len(seen.entries) == 2)


def test_what_fails_every_time_ends_in_the_dead_letters(
    engine: Engine, home: Home, seen: sample.Seen
) -> None:
    before = waiting(engine, "routing-dead")
    send(engine, "routing", {"id": 1, "fail_times": 99}, {"id": 2, "crash": True})
    with pumping(engine, home, "routing"):
        eventually(lambda: waiting(engine, "routing-dead") == before + 2)
        assert waiting(engine, "routing") == 0
    assert len([one for one in seen.entries if one["id"] == 1]) <= 5


def test_what_a_killed_pump_had_in_hand_comes_at_once(
    engine: Engine, home: Home, seen: sample.Seen
) -> None:
    send(engine, "inbound.fifo", {"id": 1}, {"id": 2}, group="killed")
    sqs = engine.client("sqs")
    url = sqs.get_queue_url(QueueName=f"{PREFIX}-inbound.fifo")["QueueUrl"]
    taken = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    handles = [one["ReceiptHandle"] for one in taken]
    InFlight(home.record("inflight-inbound.fifo")).begin(handles)
    with pumping(engine, home, "inbound.fifo"):
        eventually(lambda: waiting(engine, "inbound.fifo") == 0)
    assert [one["id"] for one in seen.entries] == [1, 2]


@pytest.mark.parametrize(
    ("answer", "failed"),
    [
        (None, set()),
        ({}, set()),
        ({"batchItemFailures": []}, set()),
        ({"batchItemFailures": None}, set()),
        ({"batchItemFailures": [{"itemIdentifier": "a"}]}, {"a"}),
        ({"batchItemFailures": [{"itemIdentifier": "stranger"}]}, {"a", "b"}),
        ({"batchItemFailures": [{"itemIdentifier": ""}]}, {"a", "b"}),
        ({"batchItemFailures": [{}]}, {"a", "b"}),
    ],
)
def test_an_answer_is_read_as_lambda_reads_it(answer: Any, failed: set[str]) -> None:
    assert failures(answer, {"a", "b"}) == failed


# ------------------------------------------------------------------ stream


class Notes:
    """A stream's ledger in memory."""

    def __init__(self, *, position: str = "", missed: list[Any] | None = None) -> None:
        self.positions: list[str] = []
        self.given_up: list[Any] = []
        self.ledger = Ledger(
            position=position,
            done=lambda position, moment: self.positions.append(position),
            missed=lambda: missed or [],
            give_up=self.given_up.append,
        )


@contextmanager
def streaming(engine: Engine, notes: Notes) -> Iterator[StreamPump]:
    streams = engine.client("dynamodbstreams")
    pump = StreamPump(stream_source(), streams=streams, ledger=notes.ledger, retry_pause=0.01)
    pump.start()
    eventually(lambda: pump.quiet_for() > 0)  # it stands where the stream ends
    yield pump
    pump.stop()


def test_changes_arrive_in_order(engine: Engine, seen: sample.Seen) -> None:
    with streaming(engine, Notes()):
        keys = [put_event(engine) for _ in range(20)]
        eventually(lambda: seen.images == keys)


def test_a_poisoned_record_is_given_up_and_the_rest_goes_on(
    engine: Engine, seen: sample.Seen
) -> None:
    notes = Notes()
    with streaming(engine, notes):
        before = put_event(engine)
        poison = put_event(engine, poison={"BOOL": True})
        after = put_event(engine)
        eventually(lambda: after in seen.images)
    assert seen.images[0] == before
    key = {"pk": {"S": "ticket#1"}, "sk": {"S": poison}}
    engine.client("dynamodb").delete_item(TableName=EVENTS, Key=key)
    (message,) = notes.given_up
    assert message["DDBStreamBatchInfo"]["batchSize"] == 1


def test_the_next_pump_goes_on_where_the_last_one_ended(engine: Engine, seen: sample.Seen) -> None:
    notes = Notes()
    with streaming(engine, notes):
        first = put_event(engine)
        eventually(lambda: seen.images == [first])
    second = put_event(engine)
    with streaming(engine, Notes(position=notes.positions[-1])):
        eventually(lambda: seen.images == [first, second])


# ---------------------------------------------------------------- schedules

NOW = datetime(2026, 11, 21, 3, 10, tzinfo=UTC)  # a Saturday


@pytest.mark.parametrize(
    ("expression", "last", "due"),
    [
        ("rate(1 minute)", NOW - timedelta(seconds=20), NOW + timedelta(seconds=40)),
        ("rate(5 minutes)", NOW - timedelta(hours=2), NOW),
        ("rate(1 day)", NOW - timedelta(hours=2), NOW + timedelta(hours=22)),
        ("rate(12 hours)", None, NOW + timedelta(seconds=2)),
        ("cron(0 2 * * ? *)", None, datetime(2026, 11, 22, 2, 0, tzinfo=UTC)),
        ("cron(0/15 * * * ? *)", None, datetime(2026, 11, 21, 3, 15, tzinfo=UTC)),
        ("cron(0 2 ? * 2-6 *)", None, datetime(2026, 11, 23, 2, 0, tzinfo=UTC)),
        ("cron(0 2 ? * MON *)", None, datetime(2026, 11, 23, 2, 0, tzinfo=UTC)),
        ("cron(30 1 1 1 ? *)", None, datetime(2027, 1, 1, 1, 30, tzinfo=UTC)),
    ],
)
def test_a_schedule_is_due(expression: str, last: datetime | None, due: datetime) -> None:
    assert next_run(expression, last=last, now=NOW) == due


@pytest.mark.parametrize("expression", ["every day", "rate(5 weeks)", "cron(1 2)"])
def test_an_expression_that_is_none(expression: str) -> None:
    with pytest.raises(BadSchedule):
        next_run(expression, last=None, now=NOW)


# ------------------------------------------------------------- the whole


def test_ids_made_later_compare_greater() -> None:
    made, second = datetime.now(UTC), timedelta(seconds=1)
    assert earliest_id(made - second) < str(uuid7()) < earliest_id(made + second)


def test_everything_fires_and_a_stop_finishes_what_is_at_hand(
    engine: Engine, home: Home, seen: sample.Seen
) -> None:
    runtime = Runtime(sample.app, home=home, engine=engine, prefix=PREFIX)
    runtime.start()
    eventually(lambda: seen.runs == 1)  # rate(1 minute), never run before
    send(engine, "routing", *({"id": n, "seconds": 0.1} for n in range(10)))
    key = put_event(engine)
    eventually(lambda: seen.at_once)
    assert runtime.stop()
    assert sorted(one["id"] for one in seen.entries) == list(range(10))
    assert key in seen.images
    assert waiting(engine, "routing") == 0


def test_a_restart_keeps_data_and_dispatches_what_was_not(
    tmp_path: Path, seen: sample.Seen
) -> None:
    home, first = start_engine(tmp_path)
    kept = put_event(first)
    send(first, "routing", {"id": 1})
    assert engines.halt(home)
    assert engines.find(home) is None

    again = engines.start(home)
    try:
        key = {"pk": {"S": "ticket#1"}, "sk": {"S": kept}}
        assert again.client("dynamodb").get_item(TableName=EVENTS, Key=key)["Item"]
        runtime = Runtime(sample.app, home=home, engine=again, prefix=PREFIX)
        runtime.start()
        eventually(lambda: kept in seen.images and [one["id"] for one in seen.entries] == [1])
        assert runtime.stop()
    finally:
        engines.halt(home)
