"""What becomes one notification, whatever comes twice or in another order; when pushes may go."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import reduce
from itertools import permutations
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chalicelib.notifications.kinds import CHANNELS, KINDS, LANGUAGES, LEVELS
from chalicelib.notifications.preferences import (
    Preferences,
    Quiet,
    from_json,
    not_before,
    to_json,
    wanted,
)
from chalicelib.notifications.rules import Content, Told, folded, place

AT = datetime(2026, 11, 20, 3, 7, 30, tzinfo=UTC)
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def told(**more: Any) -> Told:
    fields: dict[str, Any] = {
        "agent_id": "lan",
        "event_id": "0195e5a0-0000-7000-8000-000000000001",
        "kind": "clock_escalated",
        "link": "ticket/1",
        "at": AT,
        **more,
    }
    return Told(**fields)


def test_each_agent_has_an_own_notification_of_an_event_and_one_only() -> None:
    assert place(told(), together=True) == place(told(), together=True)
    assert place(told(), together=True).id != place(told(agent_id="mai"), together=True).id


def test_ids_sort_by_time() -> None:
    later = told(event_id="0195e5a1-0000-7000-8000-000000000001")
    assert place(told(), together=True).id < place(later, together=True).id


def test_steps_of_one_clock_at_one_moment_are_one_and_later_ones_another() -> None:
    first, second = told(step="a", event_id="x"), told(step="a", event_id="y", rank=2)
    assert place(first, together=True).id == place(second, together=True).id
    for other in (told(step="b"), told(step="a", at=AT + timedelta(seconds=1))):
        assert place(other, together=True).id != place(first, together=True).id


@pytest.mark.parametrize(
    ("late_by", "minutes", "one"),
    [(901, 2, True), (901, 3, False), (900, 2, False), (0, 0, False)],
)
def test_what_is_noticed_late_is_one_in_ten_minutes(late_by: int, minutes: int, one: bool) -> None:
    first = place(told(step="a", late_by=late_by), together=True)
    later = AT + timedelta(minutes=minutes)
    other = place(told(step="b", late_by=late_by, at=later), together=True)
    assert (first.id == other.id) == one
    assert first.late == (late_by > 900)


def test_who_wants_late_ones_singly_gets_them_so() -> None:
    ids = {place(told(step=name, late_by=9999), together=False).id for name in "abc"}
    assert len(ids) == 3


def fold(known: Content | None, one: Told, seen: set[str]) -> Content | None:
    found = folded(known, [one], counted=frozenset(seen & {one.member}))
    seen.add(one.member)
    return found or known


MANY = [
    told(step="a", event_id="1", rank=1, late_by=1000, link="ticket/a"),
    told(step="a", event_id="2", rank=2, late_by=1000, link="ticket/a"),
    told(step="b", event_id="3", rank=2, late_by=4000, link="ticket/b"),
    told(step="c", event_id="4", rank=0, late_by=9000, link="ticket/c"),
]


def test_the_worst_is_shown_and_each_counted_once_in_any_order_and_twice() -> None:
    together = folded(None, MANY, counted=frozenset())
    assert together is not None
    assert (together.link, together.count, together.late_by) == ("ticket/b", 3, 4000)
    for order in permutations(MANY):
        seen: set[str] = set()
        found = reduce(lambda known, one: fold(known, one, seen), [*order, *order], None)
        assert found == together


def test_what_adds_nothing_changes_nothing() -> None:
    known = folded(None, MANY, counted=frozenset())
    assert folded(known, MANY, counted=frozenset({"a", "b", "c"})) is None


# ------------------------------------------------------------------ preferences

NIGHT = Quiet(since=time(22), until=time(7))


@pytest.mark.parametrize(
    ("local", "kind", "goes_at"),
    [
        ("21:59", "ticket_assigned", "21:59"),
        ("22:00", "ticket_assigned", "07:00"),
        ("06:59", "ticket_assigned", "07:00"),
        ("07:00", "ticket_assigned", "07:00"),
        ("23:00", "clock_escalated", "23:00"),
    ],
)
def test_pushes_wait_through_quiet_hours_unless_they_are_urgent(
    local: str, kind: str, goes_at: str
) -> None:
    now = datetime.combine(AT.date(), time.fromisoformat(local), tzinfo=VIETNAM)
    goes = not_before(Preferences(quiet=NIGHT), kind, now, VIETNAM)
    assert goes.astimezone(VIETNAM).strftime("%H:%M") == goes_at
    assert timedelta() <= goes - now < timedelta(hours=10)


def test_urgent_ones_wait_too_for_who_says_so_and_hours_may_lie_within_a_day() -> None:
    noon = Quiet(since=time(12), until=time(13, 30), urgent_too=True)
    now = datetime(2026, 11, 20, 12, 30, tzinfo=VIETNAM)
    goes = not_before(Preferences(quiet=noon), "clock_escalated", now, VIETNAM)
    assert goes == datetime(2026, 11, 20, 13, 30, tzinfo=VIETNAM)


def test_preferences_are_stored_and_read_again() -> None:
    wants = Preferences(
        goes={"customer_wrote": frozenset({"zalo"})},
        quiet=NIGHT,
        late_together=False,
        language="en",
    )
    assert from_json(to_json(wants)) == wants
    assert wanted(wants, "customer_wrote") == {"zalo"}
    assert wanted(wants, "ticket_assigned") == {"feed"}
    assert from_json(to_json(Preferences())) == Preferences()


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_has_its_words_in_every_language(name: str) -> None:
    kind = KINDS[name]
    assert kind.level in LEVELS
    assert "feed" in kind.goes <= set(CHANNELS)
    for words in (kind.title, kind.text):
        assert set(words) == set(LANGUAGES)
        assert all(words.values())
