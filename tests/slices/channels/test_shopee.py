"""What only Shopee does: whose side wrote, whose push it is, orders as its API tells them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.channels.event import InboundEvent, Kind
from chalicelib.channels.sending import HttpResponse, NotTold
from chalicelib.channels.shopee import codes, reading
from chalicelib.channels.shopee.adapter import ADAPTER
from chalicelib.channels.shopee.webhook import PROVIDER
from chalicelib.commerce.rules import STATUSES
from chalicelib.tickets.taxonomy import SUB_TYPES
from tests.contracts.cases.shopee import (
    BUYER,
    CASE,
    KEY,
    OWN,
    SHOP,
    URL,
    chat,
    message,
    push,
    written,
)
from tests.contracts.test_sending import NOW

ORDER = {"ordersn": "SN1", "status": "PROCESSED", "update_time": 1795255200}


def event(body: bytes, account: Any = CASE.account) -> InboundEvent:
    request = CASE.request(body)
    verified = PROVIDER.verify(request, [account])
    assert verified is not None
    return ADAPTER.parse(PROVIDER.split(request, verified)[0])


def test_tables_name_only_what_there_is() -> None:
    assert set(codes.STATUSES.values()) <= set(STATUSES)
    assert {row[0] for row in codes.ASKED.values()} <= set(SUB_TYPES)


def test_the_registered_address_signs_whatever_host_was_called() -> None:
    request = CASE.request(push(3, ORDER))
    other = replace(request, headers={**request.headers, "host": "abc.execute-api.amazonaws.com"})
    assert PROVIDER.verify(other, [CASE.account]) is not None
    moved = {**CASE.account.credentials, "registered_url": ["https://abc.amazonaws.com/hooks"]}
    assert PROVIDER.verify(request, [replace(CASE.account, credentials=moved)]) is None


def test_an_address_may_be_rotated() -> None:
    rotated = {**CASE.account.credentials, "registered_url": ["https://new.example.vn/s", URL]}
    account = replace(CASE.account, credentials=rotated)
    assert PROVIDER.verify(CASE.request(push(3, ORDER)), [account]) is not None


def test_without_the_shops_own_user_everybody_is_a_buyer() -> None:
    credentials = {k: v for k, v in CASE.account.credentials.items() if k != "shop_user_id"}
    account = replace(CASE.account, credentials=credentials)
    body = chat("e1", "text", {"text": "Dạ"}, by_shop=True)
    assert event(body, account).kind is Kind.MESSAGE
    told = chat("e1", "text", {"text": "Dạ"}, by_shop=True, from_shop_id=int(SHOP), to_shop_id=9)
    assert (event(told, account).kind, event(told, account).user_id) == (Kind.ECHO, BUYER)


@pytest.mark.parametrize(
    ("body", "shops"),
    [
        (push(3, ORDER), [SHOP]),
        (written({"code": 2, "extra": "shop_id 727720001 deauthorized"}), [SHOP]),
        (written({"code": 2, "data": {"shop_id_list": [1, 727720001]}}), ["1", SHOP]),
        (written({"code": 12, "data": {"shop_expire_soon": [5]}}), ["5"]),
        (written({"code": 5, "shop_id": "null"}), []),
        (written({"code": 5, "shop_id": [1], "data": "x", "extra": 7}), []),
    ],
)
def test_whose_push_it_is(body: bytes, shops: list[str]) -> None:
    assert PROVIDER.account_hints(CASE.request(body)) == set(shops)


def test_a_push_that_names_nobody_is_the_only_shops() -> None:
    assert event(written({"code": 2, "timestamp": 1795255600})).account_id == SHOP
    request = CASE.request(written({"code": 2, "timestamp": 1795255600}))
    two = [CASE.account, replace(CASE.account, id="b", account_id="9")]
    verified = PROVIDER.verify(request, two)
    assert verified is not None
    assert [one.account_id for one in PROVIDER.split(request, verified)] == [""]


def test_a_push_of_several_shops_is_one_event_of_each_of_ours() -> None:
    body = written(
        {"code": 12, "data": {"shop_expire_soon": [9, 5, int(SHOP)]}, "timestamp": 1795255600}
    )
    two = [CASE.account, replace(CASE.account, id="b", account_id="9")]
    verified = PROVIDER.verify(CASE.request(body), two)
    assert verified is not None
    assert [one.account_id for one in PROVIDER.split(CASE.request(body), verified)] == ["9", SHOP]


def test_keys_of_an_order_follow_its_state() -> None:
    def key(**more: Any) -> str:
        request = CASE.request(push(3, ORDER | more))
        verified = PROVIDER.verify(request, [CASE.account])
        assert verified is not None
        return PROVIDER.split(request, verified)[0].event_key

    assert key() == key(items=[1])
    assert len({key(), key(status="SHIPPED"), key(update_time=1795255201)}) == 3


def test_a_refusal_that_passes_is_asked_again() -> None:
    told = event(push(3, ORDER))
    with pytest.raises(NotTold):
        ADAPTER.filled(told, HttpResponse(status=0))
    assert ADAPTER.filled(told, HttpResponse(status=403, body=b'{"error":"error_param"}')) == told


def test_an_order_of_another_number_adds_nothing() -> None:
    told = event(push(3, ORDER))
    assert reading.with_details(told, {"order_sn": "SN2", "order_status": "SHIPPED"}) == told


def test_what_is_known_is_not_asked_for() -> None:
    assert ADAPTER.missing(event(message("Alo", "m1")), CASE.account, now=NOW) is None
    told = event(push(3, ORDER))
    assert ADAPTER.missing(told, CASE.account, now=NOW) is not None
    bare = replace(CASE.account, credentials={"partner_key": [KEY], "shop_user_id": [OWN]})
    assert ADAPTER.missing(told, bare, now=NOW) is None
