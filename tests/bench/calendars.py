"""CPU of business-hour arithmetic: a due moment a month ahead. Called by `__main__`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import process_time

from chalicelib.calendars.arithmetic import Pause, due, elapsed
from chalicelib.calendars.defaults import DEFAULT, DEFAULTS
from chalicelib.calendars.reading import read
from chalicelib.calendars.windows import month
from tests.bench.figure import Figure

CALLS = 5_000
ROUNDS = 5
MOST = 50.0  # µs
START = datetime(2026, 11, 2, 2, 17, 31, tzinfo=UTC)  # 2 November in Vietnam, during hours
#: Open hours of 30 days from there: due on 2 December.
A_MONTH = timedelta(hours=188)


def figures(*, quick: bool = False) -> list[Figure]:
    """Microseconds a call, the best of some rounds; every call at another moment."""
    calls = CALLS // 10 if quick else CALLS
    calendar = read(DEFAULTS[DEFAULT].spec)
    starts = [START + timedelta(seconds=number % 3600) for number in range(calls)]
    pauses = _pauses()
    end = due(START, A_MONTH, calendar)
    return [
        _figure("calendars.due_30_days", lambda: [due(at, A_MONTH, calendar) for at in starts]),
        _figure(
            "calendars.due_30_days_5_pauses",
            lambda: [due(at, A_MONTH, calendar, pauses) for at in starts],
        ),
        _figure("calendars.elapsed_30_days", lambda: [elapsed(at, end, calendar) for at in starts]),
        _figure("calendars.month_worked_out", _cold, bound=None),
    ]


def _pauses() -> list[Pause]:
    begins = [START + timedelta(days=days, hours=5) for days in range(1, 11, 2)]
    return [(begin, begin + timedelta(hours=3)) for begin in begins]


def _cold() -> list[object]:
    """Every month of three years, of a calendar that has worked out none."""
    calendar = read(DEFAULTS[DEFAULT].spec)
    return [month(calendar, 2025 * 12 + number) for number in range(36)]


def _figure(name: str, run: Callable[[], list[object]], bound: float | None = MOST) -> Figure:
    run()  # warm: months and holidays are worked out once
    rounds = []
    for _ in range(ROUNDS):
        began = process_time()
        done = run()
        rounds.append((process_time() - began) / len(done) * 1e6)
    return Figure(
        name=name,
        value=round(min(rounds), 2),
        unit="µs of CPU",
        bound=bound,
        detail={"rounds": [round(one, 2) for one in rounds]},
    )
