"""What a message may cost, where that does not depend on the machine (design, benchmarks).

The figures come from `tests.bench`, whose backend is its own; the first tests
hold its counts of requests against the same messages on moto.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from app import app
from chalicelib.platform.aws import client
from infra.names import ROOT
from infra.packaging.wiring import Kind, describe
from tests.world import World

SERVICES = ("dynamodb", "sqs", "kms", "s3")
#: What nothing behind a queue, stream or schedule may import: they would pay for it at every
#: cold start.
NOT_FOR_WORKERS = ("pydantic", "boto3", "chalicelib.platform.http", "chalicelib.platform.openapi")
NOT_FOR_WORKERS_ENDINGS = (".views", ".api")
WORKERS = [one for one in describe(app) if one.kind not in (Kind.HTTP, Kind.AUTHORIZER)]


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    """The benchmark's figures by name, made in a process of their own, without moto."""
    command = [sys.executable, "-m", "tests.bench", "--only", "ledger"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    return {figure["name"]: figure for figure in json.loads(done.stdout)["figures"]}


def test_every_figure_of_the_ledger_is_within_its_bound(figures: dict[str, Any]) -> None:
    assert {name: f["value"] for name, f in figures.items() if not f["ok"]} == {}
    assert {name.partition(".")[0] for name in figures} >= {
        "requests",
        "write_units",
        "webhook",
    }


@contextmanager
def requests() -> Iterator[Counter[str]]:
    """Operations asked of AWS in the block."""
    counter: Counter[str] = Counter()

    def count(model: Any, **_: Any) -> None:
        counter[model.name] += 1

    clients = [client(service) for service in SERVICES]
    for one in clients:
        one.meta.events.register("before-call", count)
    try:
        yield counter
    finally:
        for one in clients:
            one.meta.events.unregister("before-call", count)


def new_customer(world: World) -> None:
    world.facebook("Bên mình có xuất hoá đơn công ty không?", user="new")


def known_customer(world: World) -> None:
    world.facebook("Alo shop ơi, trả lời mình với", user="known")


@pytest.mark.parametrize(
    ("scenario", "figure"),
    [
        (known_customer, "requests.one_at_a_time.existing_ticket"),
        (new_customer, "requests.one_at_a_time.new_customer"),
    ],
)
def test_moto_sees_the_requests_that_the_ledger_counts(
    world: World, figures: dict[str, Any], scenario: Callable[[World], None], figure: str
) -> None:
    world.agent("Lan", department="accounting")
    world.agent("Mai", department="customer_care")
    world.facebook("Cho mình hỏi giá áo khoác này", user="known")
    for user in ("one", "other"):  # whoever gets the ticket is known to who tells them
        world.facebook("Bên mình có xuất hoá đơn công ty không?", user=user)
    world.run()
    with requests() as counted:
        scenario(world)
        world.run()
    expected: Counter[str] = Counter()
    for calls in figures[figure]["detail"]["by_handler"].values():
        for call, times in calls.items():
            expected[call.partition(" ")[0]] += times
    assert dict(counted) == dict(expected)


LOADED = """
import sys, {module}, botocore.client
made, create = [], botocore.client.ClientCreator.create_client
botocore.client.ClientCreator.create_client = lambda self, **given: (
    made.append(given["service_name"]), create(self, **given))[1]
from chalicelib.platform import eventlog, store
from chalicelib.platform.control import Control
for model in (eventlog.EventItem, Control):
    model._get_connection()
store._shared_connection()
print(" ".join(sys.modules), "|", *made)
"""


@pytest.mark.parametrize("worker", WORKERS, ids=lambda one: one.name)
def test_workers_import_no_views_and_make_one_client_for_a_service(worker: Any) -> None:
    program = LOADED.format(module=worker.handler.rpartition(".")[0])
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    loaded, _, clients = done.stdout.partition("|")
    heavy = [
        name
        for name in loaded.split()
        if name in NOT_FOR_WORKERS
        or (name.startswith("chalicelib.") and name.endswith(NOT_FOR_WORKERS_ENDINGS))
    ]
    assert heavy == []
    assert clients.split() == ["dynamodb"]
