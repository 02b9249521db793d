"""`python -m tests.month --tickets 20000`: a month of service clocks, and what should have come.

Prints figures; exits 1 when anything was told twice, not at all or without cause, or when
compliance is not what counting minute by minute makes of the same log.
"""

from __future__ import annotations

import argparse
import os
import sys
import time


def main(words: list[str]) -> int:
    """Live through it; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.month", description=__doc__)
    parser.add_argument("--tickets", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=5)
    asked = parser.parse_args(words)
    # Settings are read at import.
    os.environ.setdefault("AWS_REGION", "ap-southeast-1")
    os.environ.setdefault("RESOURCE_PREFIX", "lien-mach-month")
    os.environ.setdefault("BUCKET", "lien-mach-month-files")
    os.environ.setdefault("STAGE", "month")
    from tests.month.lives import lives
    from tests.month.stage import Stage
    from tests.month.verdict import Verdict

    stage, verdict = Stage(seed=asked.seed), Verdict()
    began = time.process_time()
    for life in lives(asked.tickets, asked.seed):
        verdict.judge(stage.live(life))
    print(f"{asked.tickets:,} tickets, {verdict.clocks:,} clocks")
    print(
        f"{stage.settlings:,} settlings; {stage.twice:,} events came twice, {stage.died:,} "
        f"workers died, {stage.refused:,} parallel commits were refused"
    )
    print(f"after an hour's outage: {verdict.caught_up:,} told in the first minute")
    for name, count in sorted(verdict.told.items()):
        print(f"  {name:<24}{count:>9,}")
    print(f"  {verdict.steps_held:,} steps held against the watch's minutes")
    print(f"{'compliance':<16}{'kept':>8}{'broken':>8}{'share':>9}   counted again")
    for name in sorted(verdict.kept | verdict.broken):
        kept, broken = verdict.kept[name], verdict.broken[name]
        again = verdict.kept_again[name], verdict.broken_again[name]
        share, second = kept / (kept + broken), again[0] / max(1, sum(again))
        print(
            f"  {name:<14}{kept:>8,}{broken:>8,}{share:>9.2%}   {again[0]:,} {again[1]:,} "
            f"{second:.2%}"
        )
    for one in verdict.wrong[:20]:
        print("WRONG", one)
    print(f"{len(verdict.wrong)} wrong; {time.process_time() - began:.1f} s of CPU")
    return 1 if verdict.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
