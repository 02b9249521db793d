"""Commands by hand against a stage that is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra import operations
from infra.keeping import placing, restore
from infra.keeping.stage import Stage
from tests.keeping.conftest import Backup
from tests.world import World


def test_a_dry_run_into_a_new_stage_says_what_it_would_make(
    world: World,
    home: Stage,
    backup: Backup,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    manifest = backup("b")
    monkeypatch.setattr(placing, "is_there", lambda name, env: False)
    words = [str(tmp_path / "b"), "--stage", "copy", "--dry-run"]
    assert restore.main(words) == 0
    items = sum(manifest.count(table) for table in manifest.tables)
    assert items
    said = capsys.readouterr()
    assert f"stage copy would be made, {items} items and " in said.out
    # the stage of the backup cannot be asked who was erased since
    assert f"warning: stage {manifest.stage}, which this is a backup of," in said.err
    assert restore.main([*words, "--erasures", str(tmp_path / "b")]) == 0
    assert "warning" not in capsys.readouterr().err


def test_operations_without_a_stage_go_to_the_local_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert operations.adopted(["verify"], {"STAGE": "prod"}) is None
    monkeypatch.delenv("STAGE", raising=False)
    assert operations.start(["verify", "--env", str(tmp_path / "none")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("infra.operations: nothing is running")
