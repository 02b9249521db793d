"""Functions and an application for the tests of worker processes, imported in those."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from infra.local.sources import Handler
from infra.local.workers import Workers


def handler(name: str) -> Handler:
    return Handler(name=name, path=f"{__name__}.{name}", timeout=30, memory=128)


def answer(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return {"event": event, "pid": os.getpid(), "name": context.function_name}


def wait(event: dict[str, Any], _context: Any) -> int:
    Path(event["note"]).write_text(str(os.getpid()), encoding="utf-8")
    time.sleep(event["seconds"])
    return os.getpid()


class Unsendable(Exception):
    """Pickling this one fails, as it does for many libraries' exceptions."""

    def __init__(self, one: str, *, two: str) -> None:
        super().__init__(f"{one} and {two}")


def fail(_event: dict[str, Any], _context: Any) -> None:
    raise Unsendable("this", two="that")


def die(_event: dict[str, Any], _context: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def parent_of_one(note: Path) -> subprocess.Popen[bytes]:
    """A process whose worker runs `wait` for a minute and notes its id."""
    return subprocess.Popen([sys.executable, "-m", __name__, str(note)])


if __name__ == "__main__":
    Workers("tests.engine.working", count=1).call(
        Handler(name="wait", path="tests.engine.working.wait", timeout=90, memory=128),
        {"note": sys.argv[1], "seconds": 60},
    )
