"""`python -m tests.cases KIND FILE.json [--json]`: runs every case of a file.

Prints each with what it expects, what the product says and the verdict, then a summary. Exits
with 1 when a case failed or could not be read, with 2 when the file could not.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.cases import sla
from tests.cases.verdict import Outcome

FILES: Mapping[str, Callable[[Any], list[Outcome]]] = {"sla": sla.outcomes}


def main(words: Sequence[str]) -> int:
    """Run the command; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.cases", description=__doc__)
    parser.add_argument("kind", choices=sorted(FILES))
    parser.add_argument("file", type=Path)
    parser.add_argument("--json", action="store_true", help="print one JSON array")
    asked = parser.parse_args(words)
    try:
        content = json.loads(asked.file.read_text("utf-8"))
        found = FILES[asked.kind](content)
    except (OSError, ValueError) as fault:
        print(f"{asked.file}: {fault}", file=sys.stderr)
        return 2
    if asked.json:
        print(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=1))
    else:
        print("\n".join([*map(line, found), summary(found)]))
    return 0 if found and all(one.ok for one in found) else 1


def line(one: Outcome) -> str:
    """One case on one line."""
    why = f"  [{one.why}]" if one.why else ""
    return (
        f"{one.id:<10} {one.kind:<8} expected {one.expected:<28} got {one.got:<28} "
        f"{one.verdict.value}{why}"
    )


def summary(found: Sequence[Outcome]) -> str:
    """How many of each verdict, and of each kind."""
    verdicts = Counter(one.verdict.value for one in found)
    kinds = Counter(one.kind for one in found)
    said = [
        ", ".join(f"{number} {name}" for name, number in each.items()) for each in (verdicts, kinds)
    ]
    return f"{len(found)} cases: {said[0] or 'none'} ({said[1]})"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
