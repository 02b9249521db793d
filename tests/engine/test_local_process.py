"""Processes are stopped only if they are ours, and state files are read as they were written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from infra.local import process
from infra.local.home import read_env, read_record, write_env, write_record

from .conftest import eventually

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return tmp_path / "sleeper.json"


def start(record: Path, command: list[str]) -> int:
    return process.spawn(
        command,
        record=record,
        log=record.with_suffix(".log"),
        env={"PATH": os.environ["PATH"]},
        cwd=record.parent,
    )


def test_our_process_is_found_and_stopped(record: Path) -> None:
    pid = start(record, SLEEP)
    assert process.running(record)["pid"] == pid
    assert process.stop(record, seconds=10)
    assert not process.running(record)
    assert not process.stop(record, seconds=10)


def test_another_process_under_the_same_id_is_left_alone(record: Path) -> None:
    stranger = subprocess.Popen(SLEEP)
    try:
        write_record(record, {"pid": stranger.pid, "born": "1", "command": SLEEP})
        assert not process.running(record)
        assert not process.stop(record, seconds=1)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_process_that_does_not_end_is_reported(record: Path) -> None:
    ready = record.with_suffix(".ready")
    stubborn = f"import signal; signal.signal(15, signal.SIG_IGN); open({str(ready)!r}, 'w')"
    pid = start(record, [sys.executable, "-c", f"{stubborn}; {SLEEP[-1]}"])
    try:
        eventually(ready.exists)
        with pytest.raises(process.NotStopped):
            process.stop(record, seconds=0.3)
        assert process.running(record)
    finally:
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: not process.running(record))


def test_records_and_env_files(tmp_path: Path) -> None:
    record, env = tmp_path / "deep" / "a.json", tmp_path / "deep" / "env"
    assert read_record(record) == {}
    write_record(record, {"a": "đ"})
    assert read_record(record) == {"a": "đ"}
    record.write_text("{", encoding="utf-8")
    assert read_record(record) == {}
    assert read_env(env) == {}
    write_env(env, {"BASE_URL": "http://127.0.0.1:8000", "TOKEN": "a=b"})
    assert read_env(env) == {"BASE_URL": "http://127.0.0.1:8000", "TOKEN": "a=b"}
    assert env.stat().st_mode & 0o077 == 0
