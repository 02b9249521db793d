"""What a ticket is and what a message means for it; pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.language.topics import TYPE_OF, Understanding
from chalicelib.tickets.rules import (
    SUBJECT_LENGTH,
    Decision,
    Open,
    Step,
    classify,
    decide,
    line,
    lines_of,
    number,
    subject,
)
from chalicelib.tickets.taxonomy import STAGES, SUB_TYPES, TOUCHPOINTS, TYPES

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


def heard(sub_type: str | None = None, **fields: object) -> Understanding:
    values: dict[str, object] = {
        "type": TYPE_OF.get(sub_type or "", "inquiry"),
        "sub_type": sub_type,
        "scores": (),
        "courtesy": False,
        "opt_out": False,
        "opt_in": False,
        "urgent_words": False,
        "severe": (),
        "phones": (),
        "emails": (),
        "orders": (),
        "folded": "",
    }
    return Understanding(**(values | fields))  # type: ignore[arg-type]


def ticket(
    status: str = "new",
    *,
    sub_type: str | None = None,
    order: str | None = None,
    opened: float = 1,
    done: float | None = None,
    name: str = "t",
) -> Open:
    """A ticket opened, and done, so many hours ago."""
    return Open(
        ticket_id=name,
        status=status,
        sub_type=sub_type,
        order=order,
        opened_at=NOW - timedelta(hours=opened),
        done_at=None if done is None else NOW - timedelta(hours=done),
        conversation_id="c",
    )


OTHER = ticket(name="other", sub_type="refund", order="DH1")
LATE = heard("delivery_late")
COURTESY = heard(courtesy=True)
OPT_OUT = heard(opt_out=True)


@pytest.mark.parametrize(
    ("understanding", "current", "others", "expected"),
    [
        (LATE, None, (), Decision(step=Step.OPEN)),
        (LATE, ticket(), (), Decision(step=Step.APPEND, ticket_id="t")),
        (LATE, ticket("in_progress"), (), Decision(step=Step.APPEND, ticket_id="t")),
        (LATE, ticket(opened=9000), (), Decision(step=Step.APPEND, ticket_id="t")),
        (
            LATE,
            ticket("done", done=72),
            (),
            Decision(step=Step.REOPEN, ticket_id="t", why="customer_wrote"),
        ),
        (LATE, ticket("done", done=72.01), (), Decision(step=Step.OPEN)),
        (LATE, None, (OTHER,), Decision(step=Step.OPEN)),
        (
            heard("refund"),
            None,
            (OTHER,),
            Decision(step=Step.JOIN, ticket_id="other", why="same_sub_type"),
        ),
        (
            heard("delivery_late", orders=("DH1",)),
            None,
            (OTHER,),
            Decision(step=Step.JOIN, ticket_id="other", why="same_order"),
        ),
        (
            heard("refund"),
            ticket("done", done=80),
            (OTHER,),
            Decision(step=Step.JOIN, ticket_id="other", why="same_sub_type"),
        ),
        (heard("refund"), ticket(), (OTHER,), Decision(step=Step.APPEND, ticket_id="t")),
        (
            heard("refund"),
            None,
            (ticket(sub_type="refund", opened=48.01),),
            Decision(step=Step.OPEN),
        ),
        (
            heard("refund"),
            None,
            (ticket("done", sub_type="refund", done=1),),
            Decision(step=Step.OPEN),
        ),
        (heard(), None, (ticket(),), Decision(step=Step.OPEN)),
        (COURTESY, None, (), Decision(step=Step.STORE)),
        (COURTESY, ticket(), (), Decision(step=Step.STORE, ticket_id="t")),
        (COURTESY, ticket("done", done=1), (), Decision(step=Step.STORE)),
        (OPT_OUT, ticket("done", done=1), (OTHER,), Decision(step=Step.STORE)),
    ],
)
def test_which_ticket_a_message_belongs_to(
    understanding: Understanding,
    current: Open | None,
    others: tuple[Open, ...],
    expected: Decision,
) -> None:
    assert decide(understanding, current=current, others=others, at=NOW) == expected


def test_joining_can_be_switched_off() -> None:
    alone = decide(heard("refund"), current=None, others=(OTHER,), at=NOW, may_join=False)
    assert alone.step is Step.OPEN


DEPARTMENTS = {
    "logistics": {"delivery_late", "wrong_or_missing_item"},
    "technical": {"product_defect", "usage_help", "account_access", "warranty"},
    "accounting": {"billing_error", "payment_difficulty", "refund"},
    "sales": {"product_price", "order_change"},
}


@pytest.mark.parametrize("sub_type", SUB_TYPES)
def test_department_of_the_table(sub_type: str) -> None:
    row = SUB_TYPES[sub_type]
    department = next((d for d, rows in DEPARTMENTS.items() if sub_type in rows), "customer_care")
    known = classify(row.type, sub_type)
    if row.type == "complaint":
        assert known.department_id == "customer_care"
        assert known.task_department == (None if department == "customer_care" else department)
    else:
        assert (known.department_id, known.task_department) == (department, None)
    assert known.stage in STAGES
    assert known.touchpoint in TOUCHPOINTS
    assert TYPE_OF[sub_type] == row.type
    assert row.type in TYPES


@pytest.mark.parametrize(
    ("type_", "urgent", "tier", "priority"),
    [
        ("inquiry", False, None, "normal"),
        ("complaint", False, None, "high"),
        ("inquiry", True, None, "urgent"),
        ("complaint", True, None, "urgent"),
        ("inquiry", False, "vip", "high"),
        ("complaint", False, "vip", "urgent"),
        ("inquiry", False, "repeat", "normal"),
    ],
)
def test_priority(type_: str, urgent: bool, tier: str | None, priority: str) -> None:
    assert classify(type_, None, urgent_words=urgent, tier=tier).priority == priority


def test_complaint_about_staff_stands_in_the_leads_line() -> None:
    assert line("customer_care", "staff_attitude") == "customer_care#lead"
    assert line("customer_care", "refund") == line("customer_care", None) == "customer_care"
    assert set(lines_of("sales")) == {line("sales", None), line("sales", "staff_attitude")}


@given(year=st.integers(2000, 2099), count=st.integers(1, 10**9))
def test_numbers_are_readable_and_different(year: int, count: int) -> None:
    text = number(year, count)
    assert re.fullmatch(r"CX-\d{2}-\d{6,}", text)
    assert number(year, count + 1) != text


def test_number_of_the_domain() -> None:
    assert number(2026, 4217) == "CX-26-004217"


@pytest.mark.parametrize(
    ("text", "fallback", "expected"),
    [
        (None, None, None),
        ("", None, None),
        ("\n  \n", None, None),
        ("\n Giao trễ \nlâu quá", None, "Giao trễ"),
        ("Giao trễ", "Đơn 12", "Đơn 12"),
        ("chữ " * 40, None, ("chữ " * 30).strip() + "…"),
        ("x" * 200, None, "x" * 120 + "…"),
    ],
)
def test_subject(text: str | None, fallback: str | None, expected: str | None) -> None:
    assert subject(text, fallback) == expected


@given(st.text(max_size=500))
def test_subject_is_one_short_line(text: str) -> None:
    found = subject(text)
    assert found is None or (len(found) <= SUBJECT_LENGTH + 1 and "\n" not in found)
    assert (found is None) == (not text.strip())
