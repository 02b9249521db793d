"""Messages a second through the local engine, and how long after the last one work goes on.

Called by `__main__`. Starts `infra/up` on a folder of its own and free ports,
connects a Facebook page and people of every department, then posts signed
webhooks of one message each over 8 kept connections: every customer is new and
writes twice. Nothing counts unless everything arrived: messages, one ticket a
customer, an agent for each, and search keys are counted in the tables.
"""

from __future__ import annotations

import hmac
import json
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stdout
from hashlib import sha256
from pathlib import Path
from typing import Any

from chalicelib.platform.queue import ALL
from infra.client import Http
from infra.local import engine as engines
from infra.local.down import bring_down
from infra.local.home import Home, write_record
from infra.local.up import bring_up, read_words
from tests.bench.figure import Figure

CONNECTIONS = 8
#: Customers who write before anything is measured: enough that every worker process has
#: met each kind of work once, as on a stage that is in use.
BEFORE = 48
LEAST_PER_SECOND = 60.0
MOST_SECONDS_AFTER = 5.0
PATIENCE = 60.0  # seconds until what is not done counts as lost
PAGE, SECRET = "105550001112223", "bench-app-secret"
DEPARTMENTS = ("customer_care", "sales", "logistics", "technical", "accounting")
#: One in three names the customer's own order and phone.
TEXTS = (
    "Cho mình hỏi áo khoác size L còn hàng không ạ, giao về Đà Nẵng mất mấy ngày?",
    "Mình muốn đổi size giày, đơn DH{number:05}, sđt 09{number:08}",
    "Bên mình có xuất hoá đơn công ty không, gửi giúp mình thông tin nhé",
)


def figures(*, messages: int) -> list[Figure]:
    """Accepted messages a second, and seconds from the last 200 to the last reaction."""
    with _running() as environment:
        http = Http(environment["BASE_URL"])
        _staff(http, environment["ADMIN_TOKEN"])
        dynamodb = _client(environment, "dynamodb")
        _send(http, range(-BEFORE, 0))
        _until(dynamodb, environment, messages=2 * BEFORE, customers=BEFORE)
        began = time.monotonic()
        _send(http, range(messages // 2))
        accepted = time.monotonic()
        customers = messages // 2 + BEFORE
        found = _until(dynamodb, environment, messages=2 * customers, customers=customers)
        done = time.monotonic()
    return [
        Figure(
            name="engine.accepted",
            value=round(messages / (accepted - began), 1),
            bound=LEAST_PER_SECOND,
            at_least=True,
            unit="messages a second",
            detail={"messages": messages, "connections": CONNECTIONS},
        ),
        Figure(
            name="engine.reactions_done_after",
            value=round(done - accepted, 1),
            bound=MOST_SECONDS_AFTER,
            unit="seconds after the last message",
            detail=found,
        ),
        Figure(
            name="engine.lost_or_doubled",
            value=_wrong(found, messages=2 * customers, customers=customers),
            bound=0,
            unit="items",
            detail=found,
        ),
    ]


@contextmanager
def _running() -> Iterator[Mapping[str, str]]:
    """The product on a folder of its own; stopped, and the folder removed, at the end."""
    kept = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="lien-mach-bench-") as folder:
        home = Home(folder=Path(folder))
        write_record(home.record("port"), {"engine": engines.any_free_port()})
        asked = read_words(["--detach", "--no-demo", "--port", str(engines.any_free_port())])
        for name in [name for name in os.environ if name in ("STAGE", "RESOURCE_PREFIX", "BUCKET")]:
            del os.environ[name]
        with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):
            try:
                yield bring_up(asked, home)
            finally:
                bring_down(home)
                os.environ.clear()
                os.environ.update(kept)


def _staff(http: Http, token: str) -> None:
    def post(method: str, path: str, body: Mapping[str, Any]) -> Any:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        answer = http.request(method, f"/v1{path}", headers, json.dumps(body).encode())
        assert answer.status in (200, 201), answer.body
        return answer.json()

    account = {
        "channel": "facebook_message",
        "account_id": PAGE,
        "name": "Bench",
        "mode": "sandbox",
        "credentials": {"app_secret": SECRET, "verify_token": "v"},
    }
    post("POST", "/channel-accounts", account)
    for department in DEPARTMENTS:
        for number in range(3):
            body = {"name": f"{department} {number}", "role": "agent", "department_id": department}
            agent = post("POST", "/agents", body)
            post("PUT", f"/agents/{agent['id']}/presence", {"presence": "available"})


def _send(http: Http, customers: range) -> None:
    """Two messages of each customer, every customer's in order, over all connections."""
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        for _ in pool.map(lambda customer: _writes_twice(http, customer), customers):
            continue


def _writes_twice(http: Http, customer: int) -> None:
    for number in range(2):
        text = TEXTS[customer % len(TEXTS)].format(number=12_000_000 + customer)
        body = _message(f"u{customer}", f"m_{customer}_{number}", text)
        signature = hmac.new(SECRET.encode(), body, sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "X-Hub-Signature-256": f"sha256={signature}",
        }
        answer = http.request("POST", "/webhooks/meta", headers, body)
        assert answer.status == 200, answer.body


def _message(user: str, mid: str, text: str) -> bytes:
    at = int(time.time() * 1000)
    item = {
        "sender": {"id": user},
        "recipient": {"id": PAGE},
        "timestamp": at,
        "message": {"mid": mid, "text": text},
    }
    entry = {"id": PAGE, "time": at, "messaging": [item]}
    return json.dumps({"object": "page", "entry": [entry]}).encode()


def _client(environment: Mapping[str, str], service: str) -> Any:
    port = int(environment["AWS_ENDPOINT_URL"].rpartition(":")[2])
    return engines.Engine(port=port).client(service)


def _until(
    dynamodb: Any, environment: Mapping[str, str], *, messages: int, customers: int
) -> dict[str, int]:
    """Wait until everything is there (or patience ends); what there is."""
    deadline = time.monotonic() + PATIENCE
    sqs, found = _client(environment, "sqs"), dict.fromkeys(COUNTS, 0)
    while time.monotonic() < deadline:
        if _queues_are_empty(sqs, environment["RESOURCE_PREFIX"]):  # counting slows what it counts
            found = _counted(dynamodb, environment["RESOURCE_PREFIX"])
            if _wrong(found, messages=messages, customers=customers) == 0:
                break
        time.sleep(0.2)
    return found


def _queues_are_empty(sqs: Any, prefix: str) -> bool:
    names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    return all(
        attributes[name] == "0"
        for queue in ALL
        for attributes in [
            sqs.get_queue_attributes(
                QueueUrl=sqs.get_queue_url(QueueName=f"{prefix}-{queue}")["QueueUrl"],
                AttributeNames=list(names),
            )["Attributes"]
        ]
        for name in names
    )


#: What is counted: table, condition on its items.
COUNTS = {
    "messages": ("conversations", "begins_with(sk, :message)"),
    "tickets": ("tickets", "sk = :ticket"),
    "assigned": ("tickets", "sk = :ticket AND attribute_exists(agent_id)"),
    "indexed": ("tickets", "sk = :words"),
}
VALUES = {":message": {"S": "message#"}, ":ticket": {"S": "ticket"}, ":words": {"S": "words"}}


def _counted(dynamodb: Any, prefix: str) -> dict[str, int]:
    found = {}
    for name, (table, condition) in COUNTS.items():
        pages = dynamodb.get_paginator("scan").paginate(
            TableName=f"{prefix}-{table}",
            Select="COUNT",
            FilterExpression=condition,
            ExpressionAttributeValues={k: v for k, v in VALUES.items() if k in condition},
        )
        found[name] = sum(page["Count"] for page in pages)
    return found


def _wrong(found: Mapping[str, int], *, messages: int, customers: int) -> int:
    """How many items are missing or too many."""
    of_customers = sum(abs(found[name] - customers) for name in ("tickets", "assigned", "indexed"))
    return abs(found["messages"] - messages) + of_customers
