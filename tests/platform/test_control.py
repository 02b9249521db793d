"""Counters, rate windows and seen events: small items with one atomic write each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.platform import quarantine, store
from chalicelib.platform.control import Control, epoch, next_number, seen, within_rate
from tests.cloud import Cloud

NOW = datetime(2026, 11, 21, 3, 0, 7, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_a_number_is_given_once_and_counters_know_nothing_of_each_other(aws: Cloud) -> None:
    assert [next_number("ticket") for _ in range(3)] == [1, 2, 3]
    assert next_number("other") == 1


def test_a_rate_holds_within_its_window_and_starts_anew_with_the_next(aws: Cloud) -> None:
    used = [within_rate("form", most=2, window=MINUTE, now=NOW) for _ in range(4)]
    assert used == [True, True, False, False]
    assert within_rate("another", most=2, window=MINUTE, now=NOW)
    assert within_rate("form", most=2, window=MINUTE, now=NOW + MINUTE)
    ends = {int(item["expires_at"]["N"]) for item in aws.items("control")}
    assert all(epoch(NOW) < end <= epoch(NOW) + 180 for end in ends)


def test_an_event_is_seen_once(aws: Cloud) -> None:
    store.commit([seen("e1", by="a", now=NOW)])
    with pytest.raises(store.ConditionFailed) as refusal:
        store.commit([seen("e1", by="a", now=NOW), seen("e2", by="a", now=NOW)])
    assert refusal.value.names == ("seen a#e1",)
    assert store.get(Control, "seen#a#e2", "-") is None


def test_each_handler_of_an_event_has_its_own_mark(aws: Cloud) -> None:
    store.commit([seen("e1", by="a", now=NOW), seen("e1", by="b", now=NOW)])
    assert {item["pk"]["S"] for item in aws.items("control")} == {"seen#a#e1", "seen#b#e1"}


def test_a_mark_outlives_what_quarantine_may_replay(aws: Cloud) -> None:
    store.commit([seen("e1", by="a", now=NOW)])
    (mark,) = aws.items("control")
    last_replay = NOW + quarantine.KEPT_FOR + timedelta(days=4)  # after days in a queue
    assert int(mark["expires_at"]["N"]) > epoch(last_replay)
