"""The files of cases with expected results, and the command that runs them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from infra.names import ROOT
from tests.cases import sla
from tests.cases.__main__ import main
from tests.cases.verdict import Outcome, Verdict

OWN = ROOT / "tests" / "cases" / "vietnam.json"
SHARED = ROOT.parent / "shared" / "cases" / "sla.json"
#: The other products' cases are looked at wherever they lie beside the project.
FILES = [path for path in (OWN, SHARED) if path.exists()]
NINE = {"mon": [["09:00", "17:00"]], "tue": [["09:00", "17:00"]]}


def told(path: Path) -> list[Outcome]:
    return sla.outcomes(json.loads(path.read_text("utf-8")))


@pytest.mark.parametrize(
    "outcome", [one for path in FILES for one in told(path)], ids=lambda one: one.id
)
def test_a_case_comes_out_as_expected(outcome: Outcome) -> None:
    assert outcome.ok, outcome


def test_there_are_enough_of_our_own_and_each_says_how_it_was_worked_out() -> None:
    cases = json.loads(OWN.read_text("utf-8"))["cases"]
    assert len({case["id"] for case in cases}) == len(cases) >= 40
    assert all(case["note"] for case in cases)
    assert {case["kind"] for case in cases} == {"due", "elapsed", "error"}


def case(**fields: Any) -> dict[str, Any]:
    return {
        "id": "X",
        "kind": "due",
        "calendar": {"timezone": "UTC", "hours": NINE},
        "start": "2026-11-16T16:00:00Z",
        "duration_seconds": 3600,
        "expected_due": "2026-11-16T17:00:00Z",
        **fields,
    }


NEXT_MORNING = {"kind": "policy", "expected_due": "2026-11-17T09:00:00Z"}


@pytest.mark.parametrize(
    ("fields", "verdict", "why"),
    [
        ({}, Verdict.PASS, ""),
        ({"expected_due": "2026-11-16T17:00:01Z"}, Verdict.FAIL, ""),
        ({"kind": "error"}, Verdict.FAIL, "must be refused"),
        ({"kind": "error", "duration_seconds": -1}, Verdict.PASS, ""),
        ({"duration_seconds": -1}, Verdict.FAIL, "refused"),
        # a policy that other products decide otherwise, and one that nobody decides like that
        (NEXT_MORNING, Verdict.BY_RULE, sla.AT_CLOSING),
        ({**NEXT_MORNING, "duration_seconds": 60}, Verdict.FAIL, "by no edge rule"),
        ({"kind": "policy"}, Verdict.PASS, ""),
        (
            {"kind": "policy", "calendar": {"hours": {}}},
            Verdict.BY_RULE,
            sla.NO_OPEN_DAY,
        ),
        (
            {"kind": "policy", "duration_seconds": 0, "start": "2026-11-16T18:00:00Z"},
            Verdict.BY_RULE,
            sla.NEXT_OPEN,
        ),
        # what is no case of ours
        ({"kind": "average"}, Verdict.UNREADABLE, "unknown kind 'average'"),
        ({"start": "yesterday"}, Verdict.UNREADABLE, "`start`"),
        ({"start": "2026-11-16T16:00:00"}, Verdict.UNREADABLE, "`start`"),
        ({"calendar": "moon"}, Verdict.UNREADABLE, "`calendar`"),
        ({"duration_seconds": "1 h"}, Verdict.UNREADABLE, "`duration_seconds` is no number"),
    ],
)
def test_a_verdict_says_why(fields: dict[str, Any], verdict: Verdict, why: str) -> None:
    found = sla.outcome(case(**fields), 1)
    assert (found.verdict, why in found.why) == (verdict, True), found


@pytest.mark.parametrize(
    "missing", ["calendar", "start", "duration_seconds", "expected_due", "kind"]
)
def test_a_missing_field_is_named(missing: str) -> None:
    given = case()
    del given[missing]
    found = sla.outcome(given, 1)
    assert found.verdict is Verdict.UNREADABLE
    assert missing in found.why


def run(path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.cases", "sla", str(path)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_command_prints_every_case_and_a_summary() -> None:
    done = run(OWN)
    count = len(json.loads(OWN.read_text("utf-8"))["cases"])
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(lines) == count + 1
    assert lines[0].split()[:3] == ["VN-01", "due", "expected"]
    assert lines[-1].startswith(f"{count} cases: {count} pass (")


@pytest.mark.parametrize(
    ("content", "status"),
    [
        ([case()], 0),
        ({"cases": [case(), case(duration_seconds=1)]}, 1),
        ({"cases": [{"kind": "average"}, "no case"]}, 1),
        ({"cases": []}, 1),
        ({"tests": []}, 2),
    ],
)
def test_the_exit_status_says_how_it_went(content: Any, status: int, tmp_path: Path) -> None:
    path = tmp_path / "cases.json"
    path.write_text(json.dumps(content), "utf-8")
    assert main(["sla", str(path)]) == status


def test_a_file_that_is_none_is_said_to_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sla", str(tmp_path / "nothing.json")]) == 2
    assert "nothing.json" in capsys.readouterr().err
