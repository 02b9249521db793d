"""`python -m tests.contracts.expected CHANNEL`: (re)writes the `*.expected.json` of a channel.

For whoever adds a fixture; what it writes is read through before it is committed.
"""

from __future__ import annotations

import json
import sys

from .case import load, received
from .cases import CASES


def write(channel: str) -> None:
    """Write beside each fixture what the channel makes of it now."""
    cases = [case for case in CASES if case.channel == channel]
    fixtures = sorted((cases[0].folder / "fixtures").glob("*.json"))
    for fixture in fixtures:
        if fixture.name.endswith(".expected.json"):
            continue
        case = next(case for case in cases if case.owns(fixture))
        outcome = received(case, load(fixture))
        text = json.dumps(outcome, ensure_ascii=False, indent=2, sort_keys=True)
        fixture.with_suffix(".expected.json").write_text(text + "\n", encoding="utf-8")
        print(fixture.name)


if __name__ == "__main__":
    write(sys.argv[1])
