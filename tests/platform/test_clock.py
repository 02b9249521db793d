"""Instants as texts: fixed width, so that they sort as time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from chalicelib.platform.clock import iso, parse
from chalicelib.platform.received import Moment

FIRST, LAST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
INSTANTS = st.integers(0, (LAST - FIRST) // timedelta(milliseconds=1)).map(
    lambda milliseconds: FIRST + timedelta(milliseconds=milliseconds)
)


@given(INSTANTS, INSTANTS)
def test_texts_sort_as_instants_do(one: datetime, other: datetime) -> None:
    assert (iso(one) < iso(other)) is (one < other)
    assert parse(iso(one)) == one
    assert len(iso(one)) == len("2026-11-21T10:00:00.000Z")


def test_an_instant_of_any_zone_is_written_in_utc() -> None:
    saigon = timezone(timedelta(hours=7))
    assert iso(datetime(999, 1, 1, 7, 0, 0, 1999, saigon)) == "0999-01-01T00:00:00.001Z"


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-11:00"])
def test_what_lies_outside_of_the_calendar_is_no_instant(text: str) -> None:
    with pytest.raises(ValueError, match="outside"):
        parse(text)
    with pytest.raises(ValidationError):
        TypeAdapter(Moment).validate_python(text)


@pytest.mark.parametrize(
    "value",
    [
        "1999-12-31T23:59:59Z",
        "2100-01-01T00:00:00Z",
        "2026-01-01T00:00:00",
        1767225600,
        "1767225600",
    ],
)
def test_requests_bring_instants_of_this_century_with_their_zone(value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Moment).validate_python(value)
