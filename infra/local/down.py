"""`infra/down`: finish what is at hand, stop the application and the engine, keep the data.

Also what Ctrl-C on `infra/up` does.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from infra.names import LOCAL

from . import deployed, engine
from .home import Home, read_record, write_record
from .process import NotStopped, running, stop
from .waiting import in_words, waiting

APP = "app"
MODE = "mode"
APP_SECONDS = 60  # 20 of draining, and a function may take as long as it may take


def bring_down(home: Home) -> bool:
    """Stop whatever runs; False if nothing did.

    Raises:
        NotStopped: the application or the engine does not end.
    """
    found = engine.find(home)
    if found is not None and read_record(home.record(MODE)).get("deployed"):
        _say(f"waiting for the queues to empty (at most {deployed.DRAIN_SECONDS} s)")
        deployed.drain(found, home)
    if running(home.record(APP)):
        _say("finishing what is at hand")
        stop(home.record(APP), seconds=APP_SECONDS)
    if found is None:
        return False
    if left := _left(found):
        _say(f"messages still waiting: {in_words(left)}; they are handled at the next start")
    # The engine saves its state only now; what was dispatched until now belongs to it.
    write_record(home.record("stopped"), read_record(home.record("dispatched")))
    _say("saving the engine's state")
    engine.halt(home)
    write_record(home.record(MODE), {"deployed": False})
    _say(f"stopped; the data is kept in {home.folder}")
    return True


def _left(found: engine.Engine) -> dict[str, int]:
    """What waits in the queues; nothing of an engine that does not answer."""
    try:
        return waiting(found)
    except (BotoCoreError, ClientError):
        return {}


def _say(line: str) -> None:
    with contextlib.suppress(BrokenPipeError):  # nobody reads it any more: stop all the same
        print(f"  {line}", flush=True)


def main(words: Sequence[str]) -> int:
    """Run the command; the exit status."""
    parser = argparse.ArgumentParser(prog="infra/down", description="Stop; the data is kept.")
    parser.add_argument("--folder", type=Path, default=LOCAL, help="of the state; .local")
    folder = parser.parse_args(words).folder.resolve()
    try:
        if not bring_down(Home(folder=folder)):
            print("Nothing is running.")
    except NotStopped as error:
        print(f"infra/down: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
