"""`python -m tests.payloads DIR [--json] [--base-url URL --token TOKEN]`.

Exits with 1 when an answer was a 5xx or not what its sample expects, when a file is no
sample, and when there is none at all. `samples.FIELDS_TOLD` says what a sample is.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from infra.client import Refused, Unreachable
from tests import conftest as _environment  # noqa: F401 - set before the product is imported

from . import show, targets
from .run import UNPROVEN, Outcome, folder, run
from .samples import FIELDS_TOLD
from .targets import Targets

COMMAND = "tests.payloads"


def read_words(words: Sequence[str]) -> argparse.Namespace:
    """The command line, read."""
    parser = argparse.ArgumentParser(
        prog=f"python -m {COMMAND}",
        description="Post every sample of a folder and show the status and what was stored.",
        epilog=FIELDS_TOLD,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, help="holds one JSON file a sample")
    parser.add_argument("--json", action="store_true", help="print one JSON array")
    parser.add_argument("--base-url", help="a running instance instead of this process")
    parser.add_argument("--token", help="an administrator's token of that instance")
    given = parser.parse_args(words)
    if not given.folder.is_dir():
        parser.error(f"{given.folder} is no folder")
    if (given.base_url is None) != (given.token is None):
        parser.error("--base-url and --token belong together")
    return given


def outcomes(place: Path, where: Targets, *, as_json: bool) -> list[Outcome]:
    """Run a folder, printing each line as it comes."""
    files = folder(place)
    known = [sample for _, sample, _ in files if sample is not None]
    found = []
    for path, sample, why in files:
        outcome = Outcome(file=path.name, problems=[why] if why else [])
        if sample is not None:
            with show.quiet():
                outcome = run(sample, where, known)
        found.append(outcome)
        if not as_json:
            print(show.line(outcome), flush=True)
    return found


def report(place: Path, where: Targets, *, as_json: bool) -> int:
    """Run and print a folder; the exit status."""
    found = outcomes(place, where, as_json=as_json)
    failed = [outcome for outcome in found if outcome.problems]
    unproven = [outcome for outcome in found if outcome.note == UNPROVEN]
    if as_json:
        shown = json.dumps([one.as_json() for one in found], ensure_ascii=False, indent=1)
        print(shown, flush=True)
    else:
        without = f", {len(unproven)} without credentials" if unproven else ""
        print(f"{len(found)} samples, {len(failed)} not as expected{without}", flush=True)
    if not found:
        print(f"{COMMAND}: no sample (*.json) in {place}", file=sys.stderr)
    return 1 if failed or not found else 0


def main(words: Sequence[str]) -> int:
    """Run the command; the exit status."""
    asked = read_words(words)
    place: AbstractContextManager[Targets] = (
        targets.outside(asked.base_url, asked.token) if asked.base_url else targets.inside()
    )
    try:
        with place as where:
            return report(asked.folder, where, as_json=asked.json)
    except (Refused, Unreachable) as error:
        print(f"{COMMAND}: {asked.base_url}: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # `| head` has seen enough; or Python would complain at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
