"""Worker processes answer, fail, die and end with their parent as functions on Lambda would."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from infra.local.workers import FunctionFailed, Workers

from . import working
from .conftest import eventually


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    some = Workers(working.__name__, count=2)
    some.start()
    yield some
    some.stop()


def alive(pid: int) -> bool:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return fields[0] != "Z"


def test_a_function_runs_elsewhere_and_its_answer_comes_back(workers: Workers) -> None:
    found = workers.call(working.handler("answer"), {"text": "Chào"})
    assert found["event"] == {"text": "Chào"}
    assert found["name"] == "answer"
    assert found["pid"] != os.getpid()


def test_calls_run_side_by_side(workers: Workers, tmp_path: Path) -> None:
    events = [{"note": str(tmp_path / str(number)), "seconds": 0.5} for number in range(2)]
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda one: workers.call(working.handler("wait"), one), events))
    assert len(set(found)) == 2


def test_any_exception_is_told_by_name(workers: Workers) -> None:
    with pytest.raises(FunctionFailed, match="Unsendable: this and that"):
        workers.call(working.handler("fail"), {})


def test_a_worker_that_dies_fails_its_call_and_is_replaced(workers: Workers) -> None:
    with pytest.raises(FunctionFailed, match="its worker died"):
        workers.call(working.handler("die"), {})
    assert workers.call(working.handler("answer"), {})["name"] == "answer"


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    parent = working.parent_of_one(note)
    eventually(lambda: note.exists() and note.read_text(encoding="utf-8"), seconds=20)
    worker = int(note.read_text(encoding="utf-8"))
    assert alive(worker)
    parent.kill()
    parent.wait()
    eventually(lambda: not alive(worker))
