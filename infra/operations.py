"""The product's own code run against a stage from outside, by an operator.

    python -m infra.operations defaults       departments a new organisation starts with
    python -m infra.operations admin-token    a fresh admin token, printed once
    python -m infra.operations redispatch --since 2026-11-21T10:00:00Z
    python -m infra.operations verify         every ticket against what its events tell
    python -m infra.operations erase-again --ids FILE   after a restore: erased people stay so

Reads the stage from the environment, as the functions do (STAGE, RESOURCE_PREFIX,
AWS_REGION …), so callers start it as a process of its own: `infra/deploy`, `infra/replay`.
Without a STAGE there it is the local one, by `--env` (`.local/env`).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from botocore.exceptions import BotoCoreError

from chalicelib import dispatch
from chalicelib.calendars import flows as calendars
from chalicelib.customer import erasing
from chalicelib.platform import store
from chalicelib.platform.clock import parse
from chalicelib.platform.context import begin
from chalicelib.platform.errors import AppError
from chalicelib.platform.eventlog import Recorded, history, recorded
from chalicelib.platform.ids import earliest_id
from chalicelib.platform.pages import MOST, PageRequest, page
from chalicelib.platform.roles import Role
from chalicelib.team import flows as team
from chalicelib.team import tokens
from chalicelib.tickets.model import Ticket
from chalicelib.tickets.retold import retell
from infra import names
from infra.keeping.backup import environment_of
from infra.keeping.stage import NoStage, reached
from infra.local.home import Home


def defaults(asked: argparse.Namespace) -> None:
    """Make the default departments and calendars that are not there yet."""
    team.load_defaults(begin())
    calendars.load_defaults(begin())
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


def verify(asked: argparse.Namespace) -> int:
    """Hold every ticket against its own history; prints what differs, 1 when anything does."""
    wrong = tickets = 0
    for ticket in _all_tickets():
        tickets += 1
        told = retell(_history(ticket.pk))
        differing = [name for name, value in asdict(told).items() if getattr(ticket, name) != value]
        if differing:
            wrong += 1
            print(f"{ticket.number}: {', '.join(differing)}")
    print(f"{tickets - wrong} tickets are what their events tell, {wrong} are not")
    return 1 if wrong else 0


def _all_tickets() -> Iterator[Ticket]:
    cursor: str | None = None
    while True:
        request = PageRequest(scope="verify", limit=MOST, cursor=cursor)
        found = page(Ticket, request, "tickets", index=Ticket.by_listing)
        yield from found.items
        if (cursor := found.next_cursor) is None:
            return


def _history(ticket_id: str) -> Iterator[Recorded]:
    cursor: str | None = None
    while True:
        request = PageRequest(scope="verify", limit=MOST, cursor=cursor)
        found = history(f"ticket#{ticket_id}", request)
        yield from (recorded(item) for item in found.items)
        if (cursor := found.next_cursor) is None:
            return


def erase_again(asked: argparse.Namespace) -> None:
    """Erase once more the people of a list, one profile id a line, and prove it."""
    ids = [line.strip() for line in asked.ids.read_text(encoding="utf-8").splitlines()]
    removed = erasing.reapply([one for one in ids if one], begin())
    for name, count in removed.items():
        print(f"  {name:<16}{count:>10} erased again")
    print(f"{len(ids)} erased people: nothing is left of them")


COMMANDS: dict[str, Callable[[argparse.Namespace], int | None]] = {
    "defaults": defaults,
    "admin-token": admin_token,
    "redispatch": redispatch,
    "verify": verify,
    "erase-again": erase_again,
}


def main(words: Sequence[str]) -> int:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="infra.operations", description=__doc__)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("--since", help="ISO 8601 with a zone, for redispatch")
    parser.add_argument("--ids", type=Path, help="file of profile ids, for erase-again")
    parser.add_argument(
        "--env", type=Path, default=Home().env, help="address of the local stage, without a STAGE"
    )
    asked = parser.parse_args(words)
    if asked.command == "erase-again" and not asked.ids:
        parser.error("erase-again needs --ids")
    if asked.command == "redispatch" and not asked.since:
        parser.error("redispatch needs --since")
    return COMMANDS[asked.command](asked) or 0


def adopted(words: Sequence[str], environment: Mapping[str, str]) -> dict[str, str] | None:
    """The environment to start over with; None when it names its stage already.

    What the product reads of it stands from its first import on. Raises `NoStage`.
    """
    if "STAGE" in environment:
        return None
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--env", type=Path, default=Home().env)
    file = parser.parse_known_args(words)[0].env
    stage = reached(names.LOCAL_STAGE, environment_of(names.LOCAL_STAGE, file))
    return {**environment, **stage.environment, "STAGE": names.LOCAL_STAGE}


def start(words: Sequence[str]) -> int:
    """Run the command in its stage; a stage that does not answer is one line."""
    try:
        begun = None if {"-h", "--help"} & set(words) else adopted(words, os.environ)
        if begun is not None:
            again = [sys.executable, "-m", "infra.operations", *words]
            return subprocess.run(again, env=begun, check=False).returncode
        return main(words)
    except (AppError, NoStage, BotoCoreError) as error:
        print(f"infra.operations: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(start(sys.argv[1:]))
