"""`infra/simulate`: plays customers against the instance of `.local/env` and judges the outcome."""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from infra.client import Api, Http, NotRunning, Refused, Unreachable
from infra.demo import CONNECTIONS
from infra.local.home import Home, read_env
from infra.local.waiting import waiting_at

from . import plan as plans
from .play import NotConnected, NotTaken, Stage, play
from .table import Bar, table
from .verdict import Verdict
from .voices import VOICES

BOUNDS = {"customers": 500, "messages": 5000, "parallel": 32}
SHOWN = 10  # problems that are listed; the others are counted
PAUSE = 0.3  # seconds between two looks


def read_words(words: Sequence[str]) -> argparse.Namespace:
    """The command line, read."""
    parser = argparse.ArgumentParser(
        prog="infra/simulate",
        description="Customers write to the demo accounts of the running instance; agents answer.",
    )
    parser.add_argument(
        "--channels",
        type=_channels,
        default=tuple(VOICES),
        metavar="all|A,B,…",
        help=f"where they write: all (the default), or some of {', '.join(VOICES)}",
    )
    parser.add_argument("--customers", type=int, default=45, help=f"1 to {BOUNDS['customers']}")
    parser.add_argument(
        "--messages",
        type=int,
        default=120,
        help=f"about how many in all; 1 to {BOUNDS['messages']}",
    )
    parser.add_argument("--seed", type=int, help="the same seed says the same things")
    parser.add_argument("--parallel", type=int, default=8, help="customers at once, 1 to 32")
    parser.add_argument("--patience", type=float, default=90, help="seconds to wait for an outcome")
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON")
    parser.add_argument("--env", type=Path, default=Home().env, help="address and tokens")
    given = parser.parse_args(words)
    for name, most in BOUNDS.items():
        if not 1 <= getattr(given, name) <= most:
            parser.error(f"--{name}: 1 to {most}, not {getattr(given, name)}")
    return given


def _channels(text: str) -> tuple[str, ...]:
    """The channels of `--channels`, in the table's order. Raises `ArgumentTypeError`."""
    wanted = {one.strip() for one in text.split(",") if one.strip()}
    if wanted == {"all"}:
        return tuple(VOICES)
    unknown = wanted - VOICES.keys()
    if unknown or not wanted:
        named = ", ".join(sorted(unknown)) or "nothing"
        raise argparse.ArgumentTypeError(f"{named}: all, or some of {', '.join(VOICES)}")
    return tuple(channel for channel in VOICES if channel in wanted)


def stage_of(
    env: Mapping[str, str],
    *,
    workers: int,
    patience: float,
    bar: Bar,
    channels: Sequence[str] = tuple(VOICES),
) -> Stage:
    """The running instance. Raises `Unreachable` when the file names none."""
    absent = [name for name in ("BASE_URL", "ADMIN_TOKEN", "AGENT_TOKEN") if not env.get(name)]
    if absent == ["AGENT_TOKEN"]:
        raise NotConnected(
            "it runs without the demo organisation, and customers write to its accounts: "
            "infra/down, then infra/up without --no-demo"
        )
    if absent:
        raise NotRunning("nothing is running")
    transport = Http(env["BASE_URL"])
    return Stage(
        transport=transport,
        admin=Api(transport=transport, token=env["ADMIN_TOKEN"]),
        agent=Api(transport=transport, token=env["AGENT_TOKEN"]),
        connections=tuple(one for one in CONNECTIONS if one.channel in channels),
        wait=lambda: time.sleep(PAUSE),
        workers=workers,
        patience=patience,
        calm=40,
        waiting=lambda: waiting_at(env),
        progress=bar,
    )


def main(words: Sequence[str]) -> int:
    """Run the command; 0 when nothing was lost or doubled, else 1."""
    asked, bar = read_words(words), Bar()
    seed = random.randrange(10**6) if asked.seed is None else asked.seed
    began = time.monotonic()
    try:
        stage = stage_of(
            read_env(asked.env),
            workers=asked.parallel,
            patience=asked.patience,
            bar=bar,
            channels=asked.channels,
        )
        plan = plans.make(
            customers=asked.customers,
            messages=asked.messages,
            seed=seed,
            started=int(time.time() * 1000),
            channels=asked.channels,
        )
        verdict = play(plan, stage)
    except (NotConnected, NotTaken, Refused, Unreachable) as error:
        bar.end()
        start = ": start it with infra/up" if isinstance(error, NotRunning) else ""
        print(f"infra/simulate: {error}{start}", file=sys.stderr)
        return 1
    bar.end()
    seconds = round(time.monotonic() - began, 1)
    if asked.json:
        print(
            json.dumps({**verdict.as_json(), "seed": seed, "seconds": seconds}, ensure_ascii=False)
        )
        return 0 if verdict.good else 1
    print(table(verdict))
    print(f"\n  {len(plan.forged)} forged requests were refused; seed {seed}, {seconds} s")
    tell(verdict)
    return 0 if verdict.good else 1


def tell(verdict: Verdict) -> None:
    """What is wrong, the first few of it, and how it ended."""
    for problem in verdict.problems[:SHOWN]:
        print(f"  {problem}", file=sys.stderr)
    if (more := len(verdict.problems) - SHOWN) > 0:
        print(f"  … and {more} more", file=sys.stderr)
    if verdict.queued:
        print(f"  {verdict.queued} messages still wait in the queues, past --patience: not lost")
    elif verdict.good:
        print("  nothing was lost, nothing was doubled")
    else:
        print("  something is wrong")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
