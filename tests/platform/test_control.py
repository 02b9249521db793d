"""Counters, rate windows and seen events: small items with one atomic write each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.platform import store
from chalicelib.platform.control import Control, epoch, next_number, seen, within_rate
from tests.cloud import Cloud

NOW = datetime(2026, 11, 21, 3, 0, 7, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_a_number_is_given_once_and_counters_know_nothing_of_each_other(aws: Cloud) -> None:
    assert [next_number("ticket") for _ in range(3)] == [1, 2, 3]
    assert next_number("other") == 1
    assert next_number("ticket", by=10) == 13


def test_a_rate_holds_within_its_window_and_starts_anew_with_the_next(aws: Cloud) -> None:
    used = [within_rate("form", most=2, window=MINUTE, now=NOW) for _ in range(4)]
    assert used == [True, True, False, False]
    assert within_rate("another", most=2, window=MINUTE, now=NOW)
    assert within_rate("form", most=2, window=MINUTE, now=NOW + MINUTE)
    ends = {int(item["expires_at"]["N"]) for item in aws.items("control")}
    assert all(epoch(NOW) < end <= epoch(NOW) + 180 for end in ends)


def test_an_event_is_seen_once(aws: Cloud) -> None:
    store.commit([seen("e1", now=NOW, keep_for=MINUTE)])
    with pytest.raises(store.ConditionFailed) as refusal:
        store.commit([seen("e1", now=NOW, keep_for=MINUTE), seen("e2", now=NOW, keep_for=MINUTE)])
    assert refusal.value.names == ("seen e1",)
    assert store.get(Control, "seen#e2", "-") is None
