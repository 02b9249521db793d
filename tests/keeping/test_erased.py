"""Erased people do not come back: not with yesterday's backup, not into another stage."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from chalicelib.customer import erasing
from chalicelib.platform import context
from infra import operations
from infra.keeping import erasures, placing
from infra.keeping.erasures import BadLedger
from infra.keeping.stage import Stage
from tests.keeping.conftest import Backup, Restore, everything
from tests.slices.customer.test_erasure import ask, person, request, traces
from tests.world import World

__all__ = ["person"]  # the fixture: somebody of whom something stands everywhere

ZALO_USER = "7812345678901234567"


def again(ids: Sequence[str]) -> None:
    """What `infra.operations erase-again` does, in this process."""
    erasing.reapply(ids, context.begin())


def erase(world: World, profile_id: str) -> list[str]:
    """Erase somebody; returns their originals."""
    asked = ask(world, profile_id, "erase")
    world.run()
    done = request(world, asked["id"])
    assert done["status"] == "done"
    return list(done["proof"]["profile_ids"])


@pytest.mark.parametrize("exact", [False, True])
def test_yesterday_s_backup_put_back_in_place_brings_nobody_back(
    world: World, person: str, home: Stage, backup: Backup, put_back: Restore, exact: bool
) -> None:
    backup()
    originals = erase(world, person)
    assert traces(world) == []
    done = put_back(home, in_place=True, exact=exact, again=again)
    assert set(originals) <= set(done.erased)
    assert traces(world) == []
    assert world.admin.get(f"/profiles/{person}").status in (404, 410)
    world.run()
    assert traces(world) == []


def test_who_wrote_again_keeps_what_is_theirs_now(
    world: World, person: str, home: Stage, backup: Backup, put_back: Restore
) -> None:
    backup()
    erase(world, person)
    world.zalo("Cho mình hỏi giá áo khoác")
    world.run()
    (new,) = world.list("/profiles")
    before = everything(home)
    put_back(home, in_place=True, again=again)
    world.run()
    (still,) = world.list("/profiles")
    assert still["id"] == new["id"] != person
    (ticket,) = [one for one in world.tickets() if one["profile_id"] == new["id"]]
    assert [m["text"] for m in world.messages(ticket["id"])] == ["Cho mình hỏi giá áo khoác"]
    assert [one for one in traces(world) if ZALO_USER not in one] == []
    world.zalo("Màu đen ạ")
    world.run()
    assert [one["id"] for one in world.list("/profiles")] == [new["id"]]
    after = everything(home)
    for table in ("profiles", "conversations"):
        theirs = [item for item in before[table].values() if new["id"] in str(item)]
        assert all((i["pk"]["S"], i["sk"]["S"]) in after[table] for i in theirs)


def test_killed_before_the_end_it_is_finished_by_the_next_run(
    world: World, person: str, home: Stage, backup: Backup, put_back: Restore
) -> None:
    backup()
    erase(world, person)

    def killed(_ids: Sequence[str]) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        put_back(home, in_place=True, again=killed)
    put_back(home, in_place=True, again=again)
    assert traces(world) == []


def test_another_stage_is_told_whom_to_erase_by_every_ledger(
    world: World,
    person: str,
    home: Stage,
    other: Stage,
    backup: Backup,
    put_back: Restore,
    tmp_path: Path,
) -> None:
    backup("yesterday")
    originals = erase(world, person)
    backup("today")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "x.json").write_text(json.dumps({"profile_ids": ["known-elsewhere"]}))
    told: list[str] = []
    ledger = erasures.in_folder(tmp_path / "today") | erasures.in_folder(elsewhere)
    put_back(other, "yesterday", erasures=ledger, again=told.extend)
    assert set(told) == {*originals, "known-elsewhere"}
    kept = erasures.in_stage(other)
    assert set(kept.ids) == set(told)  # so that the next restore knows it too
    assert {f"erased#{one}" for one in originals} <= {pk for pk, _ in everything(other)["control"]}


def test_the_backups_own_stage_is_asked_who_was_erased_since(
    world: World, person: str, home: Stage, backup: Backup, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = backup("yesterday")
    originals = erase(world, person)
    monkeypatch.setattr(placing, "reached", lambda name, environment: home)
    ledger = placing.own_ledger(manifest, None)
    assert ledger is not None
    assert set(originals) <= set(ledger.ids)


def test_a_ledger_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadLedger):
        erasures.in_folder(tmp_path)
    (tmp_path / "x.json").write_text("{}")
    with pytest.raises(BadLedger):
        _ = erasures.in_folder(tmp_path).ids


def test_the_operation_erases_again_and_proves_it(
    world: World, person: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    originals = erase(world, person)
    listed = tmp_path / "ids"
    listed.write_text("\n".join(originals))
    assert operations.main(["erase-again", "--ids", str(listed)]) == 0
    assert "nothing is left of them" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        operations.main(["erase-again"])
