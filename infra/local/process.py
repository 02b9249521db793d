"""Starting, recognising and stopping the processes of the local engine.

A process is ours only if its id, its start time and its command line are the
ones we noted: an id alone may belong to somebody else by now.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from .home import read_record, write_record

LARGEST_LOG = 20_000_000  # bytes; a longer one is set aside at the next start


class NotStopped(RuntimeError):
    """A process of ours did not end in the time it was given."""


def spawn(
    command: Sequence[str],
    *,
    record: Path,
    log: Path,
    env: Mapping[str, str],
    cwd: Path,
    **details: object,
) -> int:
    """Start a process of its own session and note who it is; returns its id.

    Its own session, so that Ctrl-C in the terminal reaches us alone and we stop
    our processes in order.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(".old.log"))
    with log.open("ab") as output:
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(env),
            cwd=cwd,
            start_new_session=True,
        )
    who = {"pid": process.pid, "born": _born(process.pid), "command": list(command)}
    write_record(record, who | details)
    return process.pid


def running(record: Path) -> dict[str, object]:
    """The record of the process if it still runs, else an empty one."""
    found = read_record(record)
    pid = found.get("pid")
    if not isinstance(pid, int) or not found.get("born"):
        return {}
    return found if _born(pid) == found["born"] else {}


def stop(record: Path, *, seconds: float) -> bool:
    """Ask the recorded process to end and wait for it; False if none runs.

    Raises:
        NotStopped: it still runs after `seconds`; nothing harsher is done, because
            the engine keeps its state only when it ends by itself.
    """
    found = running(record)
    if not found:
        record.unlink(missing_ok=True)
        return False
    pid = int(str(found["pid"]))
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + seconds
    while running(record):
        if time.monotonic() > deadline:
            raise NotStopped(f"process {pid} still runs after {seconds:.0f} s")
        time.sleep(0.05)
    _end_the_rest(pid)
    record.unlink(missing_ok=True)
    return True


def _end_the_rest(pid: int) -> None:
    """End what the process started and left: the engine leaves its Lambda workers.

    They are in its process group, which is its own since `spawn`.
    """
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGTERM)


def _born(pid: int) -> str:
    """Start time and command of a process; empty if there is none (or only its corpse)."""
    _reap(pid)
    folder = Path(f"/proc/{pid}")
    if not Path("/proc/self").exists():
        return _born_by_ps(pid)
    try:
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return "" if fields[0] == "Z" else fields[19]


def _born_by_ps(pid: int) -> str:
    """The same where there is no /proc (macOS)."""
    command = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]
    line = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return "" if not line or line.startswith("Z") else line.split(None, 1)[1]


def _reap(pid: int) -> None:
    """Collect the process if it is our own child, or it stays as a corpse."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return
