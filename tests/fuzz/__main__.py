"""`python -m tests.fuzz [--examples N] [--seed N]`; exits 1 when something does not hold.

`--seed` does one again, with its traceback. Progress on standard error.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from traceback import extract_tb

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests import conftest as _environment  # noqa: F401 - set before the product is imported

from . import holding

SEEDS = st.integers(0, 2**64 - 1)
STEP = 5_000


def run(examples: int) -> tuple[Counter[str], dict[str, int]]:
    """Try so many; how many of each channel, and by what went wrong a seed that shows it."""
    tried: Counter[str] = Counter()
    wrong: dict[str, int] = {}
    began = time.monotonic()

    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(seed=SEEDS)
    def each(seed: int) -> None:
        try:
            tried[holding.hold(seed).partition("/")[0]] += 1
        except Exception as error:  # noqa: BLE001  whatever it is, the rest is tried too
            frames = extract_tb(error.__traceback__)
            last = next(
                (one for one in reversed(frames) if "chalicelib" in one.filename), frames[-1]
            )
            wrong.setdefault(f"{type(error).__name__} in {last.name}: {error}"[:200], seed)
            tried["wrong"] += 1
        if tried.total() % STEP == 0:
            rate = tried.total() / (time.monotonic() - began)
            print(f"  {tried.total()} of {examples}, {rate:.0f} a second", file=sys.stderr)

    each()
    return tried, wrong


def main(words: Sequence[str]) -> int:
    """Run the command; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--examples", type=int, default=100_000)
    parser.add_argument("--seed", type=int, help="do this one again")
    asked = parser.parse_args(words)
    if asked.seed is not None:
        print(holding.hold(asked.seed))
        return 0
    print(f"{len(holding.recorded())} recorded requests, {len(holding.answers())} answers")
    tried, wrong = run(asked.examples)
    for channel, count in sorted(tried.items()):
        print(f"  {channel:<24} {count:>8}")
    for what, seed in wrong.items():
        print(f"  --seed {seed}: {what}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
