"""What becomes of a reply after an attempt; pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.channels.cutting import split_text
from chalicelib.channels.sending import Capabilities, HttpResponse, Outcome, SendResult, lost
from chalicelib.conversations.rules import (
    FINISHED,
    GIVE_UP_AFTER,
    IN_DOUBT,
    RANK,
    Silence,
    Status,
    after_attempt,
    forward,
    in_doubt,
    lets_us_begin,
    spread,
)
from chalicelib.platform import clock

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)  # 17:00 in Vietnam
HERE = ZoneInfo("Asia/Ho_Chi_Minh")
AGAIN = (Outcome.RETRY, Outcome.REFRESH, Outcome.REAUTH, Outcome.TOMORROW, Outcome.MORNING)


def instants(first: int, last: int) -> st.SearchStrategy[datetime]:
    """Any instant of these years, to the microsecond."""
    start, end = datetime(first, 1, 1, tzinfo=UTC), datetime(last, 1, 1, tzinfo=UTC)
    seconds = st.integers(0, int((end - start).total_seconds()) - 1)
    return st.builds(
        lambda second, micro: start + timedelta(seconds=second, microseconds=micro),
        seconds,
        st.integers(0, 999_999),
    )


def after(outcome: Outcome, *, attempts: int = 1, now: datetime = NOW, waited: float = 0) -> Any:
    following = after_attempt(
        SendResult(outcome=outcome, code="7", reason="vì sao"),
        attempts=attempts,
        queued_at=now - timedelta(hours=waited),
        now=now,
        zone=HERE,
    )
    return following.status, following.due_at, following.code


@pytest.mark.parametrize(
    ("outcome", "attempts", "expected"),
    [
        (Outcome.SENT, 1, (Status.SENT, None, None)),
        (Outcome.PERMANENT, 1, (Status.FAILED, None, "7")),
        (Outcome.UNREACHABLE, 1, (Status.FAILED, None, "7")),
        (Outcome.RETRY, 1, (Status.DELAYED, NOW + timedelta(seconds=30), "7")),
        (Outcome.RETRY, 2, (Status.DELAYED, NOW + timedelta(minutes=2), "7")),
        (Outcome.RETRY, 5, (Status.DELAYED, NOW + timedelta(hours=2), "7")),
        (Outcome.RETRY, 50, (Status.DELAYED, NOW + timedelta(hours=2), "7")),
        (Outcome.REAUTH, 1, (Status.DELAYED, NOW + timedelta(minutes=15), "7")),
        (Outcome.TOMORROW, 1, (Status.DELAYED, datetime(2026, 11, 21, 17, 10, tzinfo=UTC), "7")),
        (Outcome.MORNING, 1, (Status.DELAYED, datetime(2026, 11, 21, 23, 5, tzinfo=UTC), "7")),
    ],
)
def test_after_an_attempt(outcome: Outcome, attempts: int, expected: object) -> None:
    assert after(outcome, attempts=attempts) == expected


def test_what_failed_together_does_not_come_again_together() -> None:
    spreads = [spread(f"message-{number}", 1) for number in range(200)]
    dues = {
        after_attempt(
            SendResult(outcome=Outcome.RETRY),
            attempts=1,
            queued_at=NOW,
            now=NOW,
            zone=HERE,
            spread=one,
        ).due_at
        for one in spreads
    }
    assert len(dues) > 190
    known = [due - NOW for due in dues if due is not None]
    assert timedelta(seconds=30) <= min(known) < timedelta(seconds=33)
    assert timedelta(seconds=42) < max(known) <= timedelta(seconds=45)
    assert spread("message-1", 1) == spread("message-1", 1) != spread("message-1", 2)


@pytest.mark.parametrize("outcome", AGAIN)
def test_gives_up_after_two_days(outcome: Outcome) -> None:
    status, due, code = after(outcome, waited=49)
    assert (status, due, code) == (Status.FAILED, None, "7")


def test_morning_of_the_same_day_before_dawn() -> None:
    night = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)  # 03:00 in Vietnam
    assert after(Outcome.MORNING, now=night)[1] == night + timedelta(hours=3, minutes=5)


@given(
    outcome=st.sampled_from(AGAIN),
    attempts=st.integers(1, 100),
    now=instants(2020, 2035),
    waited=st.floats(0, 60),
)
def test_is_sent_failed_or_due_in_the_future(
    outcome: Outcome, attempts: int, now: datetime, waited: float
) -> None:
    status, due, _ = after(outcome, attempts=attempts, now=now, waited=waited)
    assert (status is Status.DELAYED) == (due is not None)
    if due is not None:
        assert now < due <= now - timedelta(hours=waited) + GIVE_UP_AFTER


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0, True), (59, True), (60, False), (3600, False)]
)
def test_doubt_lasts_a_minute(seconds: int, expected: bool) -> None:
    attempted = NOW - timedelta(seconds=seconds)
    assert in_doubt(attempted_at=attempted, now=NOW) is expected


def test_never_attempted_is_no_doubt() -> None:
    assert not in_doubt(attempted_at=None, now=NOW)


@pytest.mark.parametrize("current", Status)
@pytest.mark.parametrize("reported", [Status.DELIVERED, Status.READ])
def test_receipts_move_only_forward(current: Status, reported: Status) -> None:
    expected = current in RANK and RANK[current] < RANK[reported]
    assert forward(current, reported) is expected
    assert not forward(reported, reported)


def test_failed_and_queued_messages_take_no_receipt() -> None:
    assert not forward(Status.FAILED, Status.READ)
    assert not forward(Status.QUEUED, Status.READ)
    assert Status.DELAYED not in FINISHED


@given(text=st.text(max_size=300), limit=st.integers(1, 50))
def test_parts_of_a_text_fit_and_lose_nothing(text: str, limit: int) -> None:
    parts = split_text(text, limit)
    assert all(0 < len(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("", 5, []),
        ("  ", 5, []),
        ("abc", 3, ["abc"]),
        ("abcd", 3, ["abc", "d"]),
        ("ab cd", 3, ["ab", "cd"]),
        ("một hai ba", 7, ["một hai", "ba"]),
        ("a\nb c", 3, ["a\nb", "c"]),
    ],
)
def test_cuts_at_blanks_where_it_can(text: str, limit: int, parts: list[str]) -> None:
    assert split_text(text, limit) == parts


@pytest.mark.parametrize(
    ("claimed", "believed"),
    [
        (None, False),
        (timedelta(seconds=1), False),
        (timedelta(0), True),
        (-timedelta(days=7), True),
        (-timedelta(days=7, seconds=1), False),
    ],
)
def test_provider_is_believed_within_the_last_seven_days(
    claimed: timedelta | None, believed: bool
) -> None:
    moment = None if claimed is None else NOW + claimed
    expected = moment if believed else NOW
    assert clock.believed(moment, received=NOW) == expected


@given(instants(2000, 2100))
def test_instants_survive_their_text_and_sort_as_it_does(moment: datetime) -> None:
    text = clock.iso(moment)
    assert len(text) == 24
    assert timedelta(0) <= moment - clock.parse(text) < timedelta(milliseconds=1)
    assert clock.iso(moment + timedelta(milliseconds=1)) > text


WEEK = Capabilities(can_send=True, session_window=timedelta(days=7))


@pytest.mark.parametrize(
    ("capabilities", "said", "heard", "may"),
    [
        (WEEK, {}, timedelta(days=7), True),
        (WEEK, {}, timedelta(days=7, seconds=1), False),
        (WEEK, {}, None, False),
        (WEEK, {"opted_out": True}, timedelta(hours=1), False),
        (WEEK, {"unfollowed": True}, timedelta(hours=1), False),
        (Capabilities(can_send=True), {}, None, True),
        (Capabilities(can_send=False), {}, timedelta(hours=1), False),
        (Capabilities(can_send=True, public=True), {}, timedelta(hours=1), False),
        (Capabilities(can_send=True, picked_up=True), {}, timedelta(hours=1), False),
    ],
)
def test_we_begin_where_the_channel_lets_us_and_nobody_asked_for_silence(
    capabilities: Capabilities, said: dict[str, bool], heard: timedelta | None, may: bool
) -> None:
    silence = Silence(**{"opted_out": False, "unfollowed": False, **said})
    heard_at = None if heard is None else NOW - heard
    assert lets_us_begin(capabilities, silence, heard_at=heard_at, now=NOW) is may


class TestAnswersThatWereLost:
    def result(self, code: str | None) -> SendResult:
        return SendResult(outcome=Outcome.RETRY, code=code, reason="…")

    @pytest.mark.parametrize(
        ("status", "body", "code", "expected"),
        [
            (0, b"ReadTimeoutError", None, True),
            (0, b"ProtocolError", "0", True),
            (0, b"NewConnectionError", None, False),
            (0, b"ConnectTimeoutError", "0", False),
            (200, b"", "200", True),
            (200, b"{}", "-32", False),
            (204, b"", None, True),
            (502, b"", "502", True),
            (504, b"", "131000", False),
            (500, b"", "500", False),
            (429, b"", "429", False),
        ],
    )
    def test_by_what_came(self, status: int, body: bytes, code: str | None, expected: bool) -> None:
        assert lost(HttpResponse(status=status, body=body), self.result(code)) is expected

    def test_no_other_outcome_is_one(self) -> None:
        refused = SendResult(outcome=Outcome.PERMANENT, code="504")
        assert not lost(HttpResponse(status=504), refused)

    def test_an_echo_is_given_its_minute(self) -> None:
        unclear = SendResult(outcome=Outcome.RETRY, reason="…", unclear=True)
        following = after_attempt(unclear, attempts=1, queued_at=NOW, now=NOW, zone=HERE)
        assert following.due_at is not None
        assert following.due_at - NOW >= IN_DOUBT

    def test_what_is_given_up_does_not_promise_another_attempt_alone(self) -> None:
        waited = SendResult(outcome=Outcome.RETRY, code="-32", reason="Gửi quá nhanh, sẽ gửi lại")
        long_ago = NOW - timedelta(days=3)
        ended = after_attempt(waited, attempts=9, queued_at=long_ago, now=NOW, zone=HERE)
        assert ended.status is Status.FAILED
        assert ended.reason.startswith("Đã ngừng gửi lại")
