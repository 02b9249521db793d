"""The product's own code run against a stage from outside, by an operator.

    python -m infra.operations defaults       departments a new organisation starts with
    python -m infra.operations admin-token    a fresh admin token, printed once
    python -m infra.operations redispatch --since 2026-11-21T10:00:00Z

Reads the stage from the environment, as the functions do (STAGE, RESOURCE_PREFIX,
AWS_REGION …), so callers start it as a process of its own: `infra/deploy`, `infra/replay`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from chalicelib import dispatch
from chalicelib.platform import store
from chalicelib.platform.clock import parse
from chalicelib.platform.context import begin
from chalicelib.platform.ids import earliest_id
from chalicelib.platform.roles import Role
from chalicelib.team import flows as team
from chalicelib.team import tokens


def defaults(asked: argparse.Namespace) -> None:
    """Make the default departments that are not there yet."""
    team.load_defaults(begin())
    print("default data: done")


def admin_token(asked: argparse.Namespace) -> None:
    """Issue an admin token and print it; nobody can read it again."""
    issued = tokens.issue(
        name="infra/deploy", role=Role.ADMIN, agent_id=None, expires_at=None, context=begin()
    )
    store.commit(issued.writes)
    print(f"admin token: {issued.text}")


def redispatch(asked: argparse.Namespace) -> None:
    """Hand every event since a moment to its reactors again; they bear doubles.

    For batches the stream gave up on: its dead letters hold positions, not events.
    Reads the whole event log.
    """
    count = dispatch.redispatch(earliest_id(parse(asked.since)))
    print(f"{count} entries dispatched again")


COMMANDS: dict[str, Callable[[argparse.Namespace], None]] = {
    "defaults": defaults,
    "admin-token": admin_token,
    "redispatch": redispatch,
}


def main(words: Sequence[str]) -> int:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="infra.operations", description=__doc__)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("--since", help="ISO 8601 with a zone, for redispatch")
    asked = parser.parse_args(words)
    if asked.command == "redispatch" and not asked.since:
        parser.error("redispatch needs --since")
    COMMANDS[asked.command](asked)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
