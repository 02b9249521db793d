"""A month lived through without a database (`tests.month`): each thing told once, and rightly."""

from __future__ import annotations

from datetime import timedelta

from tests.month.lives import life_of, lives
from tests.month.naive import BASE, reach, spent
from tests.month.stage import Stage
from tests.month.verdict import Verdict


def test_a_thousand_lives_are_told_of_as_counting_minute_by_minute_makes_of_them() -> None:
    stage, verdict = Stage(seed=5), Verdict()
    for life in lives(1_000, 5):
        verdict.judge(stage.live(life))
    assert verdict.wrong == []
    assert (verdict.kept, verdict.broken) == (verdict.kept_again, verdict.broken_again)
    assert set(verdict.kept) == {"acknowledge", "update", "resolve", "follow_up", "next_response"}
    assert verdict.caught_up, "nothing was due while the watch stood still"
    assert min(stage.twice, stage.died, stage.refused) > 20
    assert verdict.told["clock.breach_revoked"], "nothing was told of late"


def test_what_was_told_of_a_clock_that_never_was_is_taken_back() -> None:
    """Lives in which an answer, told of late, came before anything was promised at all."""
    for number in (12_637, 16_534):
        life, verdict = life_of(number, 5), Verdict()
        shelf = Stage(seed=0).live(life)
        verdict.judge(shelf)
        assert verdict.wrong == []
        revoked = {"clock.breach_revoked", "clock.met_revoked"}
        assert revoked & {one.name for one in shelf.log}


def test_the_other_way_of_counting_counts_hours() -> None:
    def at(days: int, hour: int, minute: int = 0) -> int:
        """Of a day in Vietnam, counted from Monday 6 April."""
        return int(timedelta(days=days, hours=hour, minutes=minute).total_seconds())

    assert f"{BASE:%Y-%m-%d %H}" == "2026-04-05 17"
    assert reach("default", at(4, 16, 50), 7200) == at(5, 9, 20), "over Friday's closing"
    assert spent("default", at(4, 16, 50), at(5, 9, 20)) == 7200
    assert reach("default", at(23, 17, 29), 120) == at(26, 8, 1), "over 30 April and 1 May"
    assert reach("default", at(5, 12), 0) == at(7, 8), "closing time is not open"
