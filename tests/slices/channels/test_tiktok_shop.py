"""What only TikTok Shop does: roles of a chat, what is asked of an order, keys, tokens."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.channels.event import Author, InboundEvent, Kind
from chalicelib.channels.sending import HttpResponse, NotTold
from chalicelib.channels.tiktok_shop import codes, reading
from chalicelib.channels.tiktok_shop.adapter import ADAPTER
from chalicelib.commerce.rules import STATUSES
from chalicelib.tickets.taxonomy import SUB_TYPES
from tests.contracts.cases.tiktok_shop import (
    CASE,
    CONVERSATION,
    REFRESHED,
    answer,
    chat,
    message,
    push,
)
from tests.contracts.test_sending import NOW

ORDER = {"order_id": "5764", "order_status": "IN_TRANSIT", "update_time": 1795255200}
RETURN = {
    "order_id": "5764",
    "return_role": "BUYER",
    "return_type": "REFUND",
    "return_status": "RETURN_OR_REFUND_REQUEST_PENDING",
    "return_id": "9",
}


def event(body: bytes) -> InboundEvent:
    (found,) = CASE.events(CASE.request(body))
    return found


def key(body: bytes) -> str:
    return event(body).event_key


def test_tables_name_only_what_there_is() -> None:
    ours = {*codes.STATUSES.values(), *codes.CANCELLED.values(), *codes.RETURNED.values()}
    assert ours <= set(STATUSES)
    assert {row[0] for row in (*codes.RETURNS.values(), codes.ANY_RETURN)} <= set(SUB_TYPES)


@pytest.mark.parametrize(
    ("role", "kind", "author"),
    [
        ("BUYER", Kind.MESSAGE, Author.CUSTOMER),
        ("CUSTOMER_SERVICE", Kind.ECHO, Author.HUMAN),
        ("SHOP", Kind.ECHO, Author.APP),
        ("ROBOT", Kind.ECHO, Author.APP),
        ("SYSTEM", Kind.UNKNOWN, Author.CUSTOMER),
        ("ALIEN", Kind.UNKNOWN, Author.CUSTOMER),
    ],
)
def test_who_wrote(role: str, kind: Kind, author: Author) -> None:
    found = event(chat("m1", {"content": "Chào"}, role=role))
    assert (found.kind, found.author, found.user_id) == (kind, author, CONVERSATION)


def test_what_is_not_for_people_is_ignored() -> None:
    assert event(chat("m1", {"content": "x"}, is_visible=False)).kind is Kind.UNKNOWN
    assert event(chat("m1", {"content": "x"}, sort="NOTIFICATION")).kind is Kind.UNKNOWN
    assert event(chat("m1", {}, sort="TEXT")).kind is Kind.UNKNOWN


@pytest.mark.parametrize(
    ("changes", "sub_type"),
    [
        ({}, "refund"),
        ({"return_type": "REPLACEMENT"}, "exchange_return"),
        ({"return_type": "SOMETHING"}, "exchange_return"),
        ({"return_status": "REPLACEMENT_REQUEST_PENDING"}, "refund"),
        ({"return_role": "SELLER"}, None),
        ({"return_role": "SYSTEM"}, None),
        ({"return_status": "AWAITING_BUYER_SHIP"}, None),
    ],
)
def test_what_is_asked(changes: dict[str, Any], sub_type: str | None) -> None:
    asked = event(push(12, RETURN | changes)).asked
    assert (None if asked is None else asked.sub_type) == sub_type


def test_a_notification_is_the_same_by_its_id_else_by_what_it_says() -> None:
    assert key(push(1, ORDER)) == key(push(1, ORDER | {"is_on_hold_order": False}))
    alone = [push(1, ORDER | more, notification=None) for more in ({}, {"x": 1})]
    assert key(alone[0]) == key(alone[1])
    states = [push(1, ORDER | {"order_status": one}, notification=None) for one in codes.STATUSES]
    assert len({key(body) for body in states}) == len(states)


def test_an_order_in_the_books_as_delivered_stays_returned() -> None:
    done = RETURN | {"return_status": "RETURN_OR_REFUND_REQUEST_COMPLETE"}
    found = reading.with_details(event(push(12, done)), {"id": "5764", "status": "COMPLETED"})
    assert found.order_facts is not None
    assert found.order_facts["status"] == "returned"


def test_the_end_of_a_token_is_an_instant() -> None:
    values = ADAPTER.refreshed(answer(REFRESHED), now=NOW)
    ends = datetime.fromisoformat(values["access_token_expires_at"])
    assert ends == datetime.fromtimestamp(REFRESHED["data"]["access_token_expire_in"], UTC)  # type: ignore[index]
    assert values["refresh_token"] == "RT-2"


def test_an_outage_is_waited_for_and_a_refusal_is_not() -> None:
    for passing in (HttpResponse(status=0), answer({"code": 36009003}), answer({"code": 45101004})):
        with pytest.raises(NotTold):
            ADAPTER.filled(event(push(1, ORDER)), passing)
    refused = answer({"code": 105005, "message": "Access denied"})
    assert ADAPTER.filled(event(push(1, ORDER)), refused) == event(push(1, ORDER))


def test_nothing_is_asked_about_a_message() -> None:
    assert ADAPTER.missing(event(message("Alo", "m1")), CASE.account, now=NOW) is None
