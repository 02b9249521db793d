"""What only Lazada does: sides of a chat, states of lines and parcels, reviews, dates."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.channels.event import InboundEvent, Kind
from chalicelib.channels.lazada import codes, reading
from chalicelib.channels.lazada.adapter import ADAPTER, wanted
from chalicelib.channels.lazada.webhook import PROVIDER
from chalicelib.channels.sending import HttpResponse, NotTold
from chalicelib.commerce.rules import STATUSES
from chalicelib.tickets.taxonomy import SUB_TYPES
from tests.contracts.cases.lazada import BUYER, CASE, SELLER, answer, chat, push

LINE = {"trade_order_id": "46", "trade_order_line_id": "1", "status_update_time": 1795255200}
REVIEW = push(21, {"item_id": 1, "id": 122598400472001, "order_id": 46})


def event(body: bytes) -> InboundEvent:
    (found,) = CASE.events(CASE.request(body))
    return found


def test_tables_name_only_what_there_is() -> None:
    ours = {*codes.STATUSES.values(), *codes.PARCELS.values(), *codes.REVERSED.values()}
    assert ours <= set(STATUSES)
    assert set(codes.ORDERED) == set(STATUSES)
    assert {row[0] for row in codes.REVERSES.values()} <= set(SUB_TYPES)
    assert codes.PARCEL_NEWS.keys() <= codes.PARCELS.keys()


@pytest.mark.parametrize(
    ("statuses", "whole"),
    [
        (["delivered", "shipped"], "shipped"),
        (["delivered", "canceled"], "delivered"),
        (["canceled"], "cancelled"),
        (["UNPAID", "unheard_of"], "placed"),
        (["unheard_of", None, 7], None),
        ([], None),
    ],
)
def test_the_least_far_line_speaks_for_an_order(statuses: list[Any], whole: str | None) -> None:
    assert reading.status_of(statuses) == whole


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2014-10-15 18:36:05 +0800", "2014-10-15T10:36:05.000Z"),
        ("2026-11-21T09:00:00+07:00", "2026-11-21T02:00:00.000Z"),
        ("2026-02-31 09:00:00 +0700", None),
        ("2026-11-21", None),
        (None, None),
        (7, None),
    ],
)
def test_dates_of_orders(text: Any, instant: str | None) -> None:
    assert reading.written(text) == instant


def test_lines_of_one_order_are_events_of_their_own() -> None:
    second = LINE | {"trade_order_line_id": "2"}
    keys = [event(push(0, one | {"order_status": "delivered"})).event_key for one in (LINE, second)]
    assert len(set(keys)) == 2


@pytest.mark.parametrize("seller", [SELLER, int(SELLER), "null", None])
def test_the_seller_as_text_number_or_nothing(seller: Any) -> None:
    inside = LINE | {"order_status": "paid", "seller_id": SELLER}
    assert event(push(0, inside, seller_id=seller)).account_id == SELLER


def test_the_session_tells_the_buyer_where_the_sides_do_not() -> None:
    confused: dict[str, Any] = {
        "from_account_id": BUYER,
        "to_account_id": SELLER,
        "to_account_type": 2,
    }
    found = event(chat("e1", {"txt": "Dạ"}, by_seller=True, **confused))
    assert (found.kind, found.user_id) == (Kind.ECHO, BUYER)
    found = event(chat("m1", {"txt": "Alo"}, session_id="unheard of"))
    assert (found.kind, found.user_id) == (Kind.MESSAGE, BUYER)


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"type": 2}, Kind.UNKNOWN),
        ({"template": 2}, Kind.UNKNOWN),
        ({"status": 1}, Kind.DELETE),
        ({"process_msg": "Chặn"}, Kind.UNKNOWN),
        ({"process_msg": "Chặn", "by_seller": True}, Kind.FAILED),
        ({"template": 10010}, Kind.MESSAGE),
    ],
)
def test_what_a_chat_message_is(more: dict[str, Any], kind: Kind) -> None:
    assert event(chat("m1", {"txt": "Chào"}, **more)).kind is kind


def told(review: dict[str, Any]) -> InboundEvent:
    body = {"success": True, "code": "0", "data": {"review_list": [review]}}
    return ADAPTER.filled(event(REVIEW), answer(body))


def test_a_review_brings_stars_and_words() -> None:
    asked = told({"ratings": {"overall_rating": 2}, "review_content": "Hộp móp"}).asked
    assert asked is not None
    assert (asked.rating, asked.text, asked.title) == (2, "Hộp móp", "Đánh giá 2 sao, đơn 46")


def test_a_review_without_words_is_not_asked_for_again() -> None:
    for review in ({}, {"ratings": {"overall_rating": 9}}, {"ratings": "x"}):
        found = told(review)
        assert found.asked is not None
        assert (found.asked.rating, found.asked.text) == (None, "")
        assert wanted(found) == "/order/get"


def test_an_outage_is_waited_for_and_a_refusal_is_not() -> None:
    with pytest.raises(NotTold):
        ADAPTER.filled(event(REVIEW), HttpResponse(status=503))
    refused = answer({"type": "ISV", "code": "16", "message": "Invalid Order ID"})
    assert ADAPTER.filled(event(REVIEW), refused) == event(REVIEW)


def test_the_formula_without_the_app_key_is_refused() -> None:
    body = push(0, LINE | {"order_status": "paid"})
    request = CASE.request(body)
    assert CASE.other_algorithm is not None
    wrong = {**request.headers, **CASE.other_algorithm(body, CASE.secret)}
    assert PROVIDER.verify(request, [CASE.account]) is not None
    from tests.contracts.case import webhook

    assert PROVIDER.verify(webhook(body, headers=wrong), [CASE.account]) is None
