"""Loads default data, and the demo organisation, in a process with the app's environment.

`python -m infra.local.seeding --env FILE [--no-demo]`, run by `up`; prints the
tokens as one JSON object, `{"ADMIN_TOKEN": …}`. Tokens of an earlier start are
kept: clients go on with the file they have.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from infra.seed import load

from .home import read_env


def main(words: Sequence[str]) -> int:
    """Load and print; running it again changes nothing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--env", type=Path, required=True)
    parser.add_argument("--no-demo", action="store_true")
    asked = parser.parse_args(words)
    known = {name: value for name, value in read_env(asked.env).items() if name.endswith("_TOKEN")}
    result = load(demo=not asked.no_demo, tokens=known)
    print(json.dumps(known | dict(result.tokens)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
