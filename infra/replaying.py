"""`infra/replay`: sends what lies in quarantine again, all of it or by id, through the API."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from chalicelib.intake.accounts import NotVouched
from infra.client import Api, Http, NotRunning, Refused, Unreachable, checked
from infra.local.home import Home, read_env
from infra.local.waiting import waiting_at
from infra.names import ROOT
from infra.simulation.table import Bar

LEAST, PATIENCE = 3.0, 30.0  # seconds to look what became of them
PAUSE = 0.5

Settle = Callable[[], int]  # waits; how many messages are still in queues after that


def read_words(words: Sequence[str]) -> argparse.Namespace:
    """The command line, read."""
    parser = argparse.ArgumentParser(
        prog="infra/replay",
        description="Send again what could not be handled: all that waits, or the entries named. "
        "Entries that may be forged (account_not_verified) only by name.",
    )
    parser.add_argument("ids", nargs="*", help="entries of GET /v1/quarantine; none: all")
    parser.add_argument("--reason", help="only entries kept for this reason, e.g. dead_letter")
    parser.add_argument("--dry-run", action="store_true", help="list them and send nothing")
    parser.add_argument(
        "--undispatched-since",
        metavar="TIME",
        help="instead: hand every event since TIME (2026-11-21T10:00:00Z) to its reactors again, "
        "for batches the event stream gave up on; with STAGE and credentials in the environment "
        "it does so on AWS",
    )
    parser.add_argument("--env", type=Path, default=Home().env, help="address and tokens")
    return parser.parse_args(words)


def chosen(api: Api, ids: Sequence[str], reason: str | None) -> list[dict[str, Any]]:
    """The entries asked for, oldest first. Raises `Refused` for an id that is not there.

    What an account's own secret did not vouch for goes only by its id: it may be forged.
    """
    if ids:
        found = [api.get(f"/quarantine/{identifier}") for identifier in ids]
    else:
        waiting = api.items("/quarantine", status="waiting")
        found = [entry for entry in waiting if entry["reason"] != NotVouched.code]
    return [entry for entry in found if reason in (None, entry["reason"])]


def replay(api: Api, entries: Sequence[dict[str, Any]], bar: Bar) -> list[str]:
    """Send entries again one by one; returns what was refused, in words."""
    refused = []
    for number, entry in enumerate(entries, start=1):
        try:
            checked(api.call("POST", f"/quarantine/{entry['id']}/replay"))
        except Refused as error:
            refused.append(f"{entry['id']}: {error}")
        bar("replaying", number, len(entries))
    return refused


def came_back(api: Api, before: set[str]) -> Iterator[dict[str, Any]]:
    """Entries that wait now, did not before, and hold something a person wanted again."""
    for entry in api.items("/quarantine", status="waiting"):
        if entry["id"] not in before and _wanted_again(api.get(f"/quarantine/{entry['id']}")):
            yield entry


def _wanted_again(entry: Mapping[str, Any]) -> bool:
    """Whether its body carries the sign of a replay; a body that is no JSON object cannot."""
    try:
        body = json.loads(entry["body"])
    except ValueError:
        return True
    return not isinstance(body, dict) or "replayed" in body


def settle(env: Mapping[str, str]) -> int:
    """Wait until the queues are empty, a little while at least."""
    began = time.monotonic()
    while True:
        time.sleep(PAUSE)
        left, waited = waiting_at(env), time.monotonic() - began
        if waited > PATIENCE or (not left and waited > LEAST):
            return left


def show(entries: Sequence[dict[str, Any]]) -> None:
    """One line an entry."""
    for entry in entries:
        print(f"  {entry['id']}  {entry['at']}  {entry['reason']}  {entry['detail'] or ''}")


def run(api: Api, asked: argparse.Namespace, *, settle: Settle = lambda: 0) -> int:
    """List or send again; 1 when something was refused or came back.

    Raises `Refused`, `Unreachable`.
    """
    entries, bar = chosen(api, asked.ids, asked.reason), Bar()
    if asked.dry_run:
        show(entries)
        print(f"{len(entries)} would be sent again.")
        return 0
    before = {entry["id"] for entry in api.items("/quarantine", status="waiting")}
    refused = replay(api, entries, bar)
    bar.end()
    for line in refused:
        print(f"  {line}", file=sys.stderr)
    sent = len(entries) - len(refused)
    left = settle() if sent else 0
    back = list(came_back(api, before)) if sent else []
    show(back)
    told = f"{max(0, sent - len(back) - left)} handled, {len(back)} back in quarantine"
    told += f", {left} still in the queues" if left else ""
    print(f"{sent} sent again: {told}" + (f"; {len(refused)} refused" if refused else ""))
    return 1 if refused or back else 0


def redispatch(since: str, env: Mapping[str, str]) -> int:
    """Run the operation as a process of its own, which reads the stage from its environment."""
    words = [sys.executable, "-m", "infra.operations", "redispatch", "--since", since]
    stage = dict(os.environ) if "STAGE" in os.environ else dict(os.environ) | dict(env)
    return subprocess.run(words, cwd=ROOT, env=stage, check=False).returncode


def main(words: Sequence[str]) -> int:
    """Run the command; the exit status."""
    asked = read_words(words)
    env = read_env(asked.env)
    if asked.undispatched_since:
        return redispatch(asked.undispatched_since, env)
    try:
        if not env.get("BASE_URL"):
            raise NotRunning("nothing is running")
        api = Api(transport=Http(env["BASE_URL"]), token=env["ADMIN_TOKEN"])
        return run(api, asked, settle=lambda: settle(env))
    except (Refused, Unreachable) as error:
        start = ": start it with infra/up" if isinstance(error, NotRunning) else ""
        print(f"infra/replay: {error}{start}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
