"""What an order's course means, as tables."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.commerce import courses
from chalicelib.commerce.currencies import MINOR_DIGITS
from chalicelib.commerce.model import Order
from chalicelib.commerce.rules import (
    MADE_ON,
    STATUSES,
    Course,
    add_months,
    cycle_days,
    folded_number,
    newer,
    next_purchase,
    of_interest,
    source_of,
    warranty_ends,
    with_steps,
)
from chalicelib.platform.clock import iso
from chalicelib.platform.errors import Invalid
from chalicelib.tickets.taxonomy import SOURCES

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


def ago(**time: float) -> str:
    return iso(NOW - timedelta(**time))


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("#DH-12 345", "dh12345"),
        ("dh12345", "dh12345"),
        ("ĐH12345", "dh12345"),
        ("230511ABCDEF", "230511abcdef"),
        ("#", ""),
    ],
)
def test_a_number_is_compared_as_people_write_it(written: str, folded: str) -> None:
    assert folded_number(written) == folded


@pytest.mark.parametrize(
    ("status", "told_at", "is_newer"),
    [
        ("delivered", ago(hours=1), True),
        ("confirmed", ago(hours=1), True),  # a correction the source dates later
        ("delivered", ago(hours=3), False),
        ("delivered", ago(hours=2), True),  # at the same time: the further one
        ("placed", ago(hours=2), False),
        ("placed", None, False),  # nobody says when: only forward
        ("delivered", None, True),
    ],
)
def test_the_newest_word_of_an_order_holds(
    status: str, told_at: str | None, is_newer: bool
) -> None:
    known = Course(status="shipped", told_at=ago(hours=2), history=())
    assert newer(known, status, told_at) is is_newer


def test_a_history_keeps_each_status_once_in_the_order_of_their_times() -> None:
    steps = [("shipped", ago(hours=2)), ("confirmed", ago(hours=4)), ("shipped", ago(hours=1))]
    found = with_steps([["placed", ago(hours=5)]], steps)
    assert [one for one, _ in found] == ["placed", "confirmed", "shipped"]
    assert found[2][1] == ago(hours=2)


@pytest.mark.parametrize(
    ("day", "months", "ends"),
    [
        (date(2026, 1, 31), 1, "2026-02-28"),
        (date(2026, 3, 10), 12, "2027-03-10"),
        (date(2027, 8, 31), 6, "2028-02-29"),
        (date(2026, 3, 10), None, None),
        (date(2026, 3, 10), 0, None),
    ],
)
def test_a_warranty_ends_months_after_delivery(
    day: date, months: int | None, ends: str | None
) -> None:
    assert warranty_ends(day, months) == ends


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 600))
def test_months_later_is_never_past_the_month(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day <= day.day


def test_the_next_purchase_is_when_all_pieces_are_used_up() -> None:
    assert next_purchase(date(2026, 3, 10), 30, 2) == "2026-05-09"
    assert next_purchase(date(2026, 3, 10), None, 2) is None


def test_a_cycle_is_the_median_gap_between_days_of_delivery() -> None:
    days = [NOW + timedelta(days=gap) for gap in (0, 10, 40, 40, 60)]
    assert cycle_days(days) == 20
    assert cycle_days(days[:1]) is None
    assert cycle_days([NOW, NOW + timedelta(hours=2)]) is None


def test_interest_counts_what_behaviours_tell_of() -> None:
    seen = [
        ("product_view", "A"),
        ("page_view", "C"),
        ("cart_added", "B"),
        ("product_view", "A"),
        ("product_view", None),
        ("no such kind", "D"),
    ]
    assert of_interest(seen) == [("B", 3), ("A", 2)]


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"currency": "VNX"}, "currency"),
        ({"status": "lost"}, "status"),
        ({"placed_at": ago(days=-2)}, "placed_at"),
        ({"updated_at": ago(days=-2)}, "updated_at"),
        ({"status": "delivered", "delivered_at": ago(days=-3)}, "delivered_at"),
        ({"placed_at": ago(days=1), "promised_at": ago(days=10)}, "promised_at"),
        ({"placed_at": ago(days=1), "promised_at": ago(days=-900)}, "promised_at"),
        ({"placed_at": ago(days=1), "delivered_at": ago(days=5)}, "delivered_at"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(told: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        courses.check(told, NOW)
    assert refused.value.field == field


def test_a_shop_s_clock_may_run_ahead_by_a_day() -> None:
    courses.check({"placed_at": ago(hours=-23), "currency": "USD"}, NOW)


def test_a_total_nobody_gives_is_that_of_the_lines() -> None:
    lines = [{"sku": "A", "name": "Áo", "quantity": 2, "unit_price": 150_000}]
    fields = courses.first({"lines": lines, "shipping_fee": 30_000, "discount": 10_000}, NOW)
    assert fields["total"] == 320_000
    assert courses.first({"lines": lines, "total": 1}, NOW)["total"] == 1


def test_an_older_push_only_adds_to_the_history() -> None:
    order = Order(
        "order#1",
        "-",
        status="delivered",
        history=[["placed", ago(days=3)], ["delivered", ago(days=1)]],
        told_at=ago(days=1),
        placed_at=ago(days=3),
        delivered_at=ago(days=1),
        total=5,
        currency="VND",
        lines=[],
    )
    told = {"status": "shipped", "updated_at": ago(days=2), "total": 9}
    fields = courses.changed(order, told, NOW)
    assert (fields["status"], fields["total"]) == ("delivered", 5)
    assert [one[0] for one in fields["history"]] == ["placed", "shipped", "delivered"]


def test_every_channel_has_a_source_and_every_status_counts_once() -> None:
    assert {source_of(channel) for channel in MADE_ON} <= set(SOURCES)
    assert len(set(MADE_ON)) == len(MADE_ON), "a channel that is built says its source itself"
    assert [source_of(name) for name in ("facebook_message", "shopee", None)] == [
        "facebook",
        "marketplace",
        "website",
    ]
    groups = {status.group for status in STATUSES.values()}
    assert groups == {"open_orders", "delivered", "cancelled", "returned"}


def test_currencies_are_codes_with_digits() -> None:
    assert MINOR_DIGITS["VND"] == 0
    assert MINOR_DIGITS["USD"] == 2
    assert all(len(code) == 3 and code.isupper() for code in MINOR_DIGITS)
