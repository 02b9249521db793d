"""One customer over many channels at once, on the running product: races that moto cannot run."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Any

import pytest

from infra.local.engine import Engine

from .conftest import eventually
from .product import Product, running

pytestmark = pytest.mark.engine

ACCOUNTS = [str(2_000_000_000_000_000_000 + number) for number in range(5)]
APP, SECRET = "3456789012345678901", "identity-secret"
PHONE = "0901 234 567"
TABLE = "lien-mach-local-profiles"
THOUSANDS = 2000


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running(tmp_path_factory.mktemp("identity"), "--no-demo") as started:
        for account in ACCOUNTS:
            body = {
                "channel": "zalo_oa",
                "account_id": account,
                "name": account,
                "mode": "sandbox",
                "credentials": {"app_id": APP, "oa_secret_key": SECRET},
            }
            assert started.api.call("POST", "/channel-accounts", body).status == 201
        yield started


def post(product: Product, account: str, user: str, event: dict[str, Any]) -> int:
    now = str(int(time.time() * 1000))
    whole = {
        "app_id": APP,
        "sender": {"id": user},
        "recipient": {"id": account},
        "timestamp": now,
        **event,
    }
    body = json.dumps(whole, ensure_ascii=False).encode()
    mac = sha256(APP.encode() + body + now.encode() + SECRET.encode()).hexdigest()
    headers = {"Content-Type": "application/json", "X-ZEvent-Signature": f"mac={mac}"}
    return product.http.request("POST", "/webhooks/zalo", headers, body).status


def hands_over(product: Product, account: str, user: str) -> int:
    info = {"phone": PHONE, "name": "Nguyễn Thị Lan"}
    return post(product, account, user, {"event_name": "user_submit_info", "info": info})


def writes(product: Product, account: str, user: str, number: int) -> int:
    message = {"msg_id": f"{account}-{user}-{number}", "text": f"Cho hỏi giá áo {number}"}
    return post(product, account, user, {"event_name": "user_send_text", "message": message})


def test_a_hundred_first_messages_of_one_phone_over_five_accounts(product: Product) -> None:
    """Handed over and written at once, in whatever order: one customer, a hundred messages."""
    with ThreadPoolExecutor(16) as pool:
        answers = [
            pool.submit(hands_over, product, account, f"user-{account}")
            if number == 10
            else pool.submit(writes, product, account, f"user-{account}", number)
            for number in range(20)
            for account in ACCOUNTS
        ]
        assert {answer.result() for answer in answers} == {200}

    eventually(lambda: _said(product) == 19 * len(ACCOUNTS), seconds=60)
    eventually(lambda: len(_customers(product)) == 1, seconds=30)
    (customer,) = _customers(product)
    eventually(lambda: _owners(product) == [customer["id"]] * len(ACCOUNTS), seconds=30)
    assert _said(product) == 19 * len(ACCOUNTS)


def _said(product: Product) -> int:
    return sum(
        len(list(product.api.items(f"/conversations/{one['id']}/messages")))
        for one in product.api.items("/conversations")
    )


def _owners(product: Product) -> list[str]:
    return [str(one["profile_id"]) for one in product.api.items("/conversations")]


def _customers(product: Product) -> list[dict[str, Any]]:
    return list(product.api.items("/profiles"))


def test_two_merges_at_once_are_one(product: Product) -> None:
    """Each into the other, and both into a third, from sixteen sides: a tree, never a circle."""
    for number in range(3):
        writes(product, ACCOUNTS[0], f"parallel-{number}", 0)
    eventually(lambda: len(_customers(product)) == 4)
    three = [one["id"] for one in _customers(product)][:3]
    pairs = [(one, other) for one in three for other in three if one != other] * 4

    def merge(pair: tuple[str, str]) -> int:
        path, body = f"/profiles/{pair[0]}/merge", {"profile_id": pair[1]}
        return int(product.api.call("POST", path, body).status)

    with ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(merge, pairs))
    assert statuses.count(201) == 2
    assert set(statuses) <= {201, 409}
    assert len({product.api.get(f"/profiles/{one}")["id"] for one in three}) == 1


def test_thousands_of_identities_are_no_special_case(product: Product) -> None:
    """The merge is as quick as any; everything follows, and everything goes back."""
    before = {one["id"] for one in _customers(product)}
    for number in range(2):
        writes(product, ACCOUNTS[1], f"heavy-{number}", 0)
    eventually(lambda: len(_customers(product)) == len(before) + 2)
    one, other = {found["id"] for found in _customers(product)} - before
    port = int(product.env["AWS_ENDPOINT_URL"].rpartition(":")[2])
    dynamodb = Engine(port=port).client("dynamodb")
    _identities_put(dynamodb, other, THOUSANDS)
    answer = product.api.call("POST", f"/profiles/{one}/merge", {"profile_id": other})
    assert answer.status == 201
    eventually(lambda: _listed(dynamodb, other) == 0, seconds=120)
    assert _listed(dynamodb, one) == THOUSANDS + 2
    assert product.api.get(f"/profiles/{other}")["id"] == one
    product.api.call("POST", f"/merges/{answer.json()['id']}/undo")
    eventually(lambda: _listed(dynamodb, one) == 1, seconds=120)
    assert _listed(dynamodb, other) == THOUSANDS + 1


def _identities_put(dynamodb: Any, profile_id: str, count: int) -> None:
    for start in range(0, count, 25):
        items = [
            {
                "pk": {"S": f"identity#{profile_id}-{number}"},
                "sk": {"S": "-"},
                "profile_id": {"S": profile_id},
                "kind": {"S": "external"},
                "account": {"S": "crm"},
                "value": {"S": str(number)},
                "verified": {"BOOL": True},
                "created_at": {"S": "2026-11-21T00:00:00.000Z"},
            }
            for number in range(start, min(count, start + 25))
        ]
        requests = [{"PutRequest": {"Item": item}} for item in items]
        dynamodb.batch_write_item(RequestItems={TABLE: requests})


def _listed(dynamodb: Any, profile_id: str) -> int:
    """How many identities are listed under a profile."""
    pages = dynamodb.get_paginator("query").paginate(
        TableName=TABLE,
        IndexName="by_profile",
        KeyConditionExpression="profile_id = :who",
        ExpressionAttributeValues={":who": {"S": profile_id}},
    )
    found = [item["pk"]["S"] for page in pages for item in page["Items"]]
    return sum(pk.startswith("identity#") for pk in found)
