"""A backup put back where it came from: what it changes, what it leaves, and when it refuses."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.platform import store
from chalicelib.platform.clock import now
from chalicelib.platform.control import Control, control, epoch, next_number
from infra.keeping import loading, manifest
from infra.keeping.manifest import Damaged, NotABackup
from infra.keeping.restore import NotEmpty, OtherKeys
from infra.keeping.rules import Outcome
from infra.keeping.stage import Stage
from tests.keeping.conftest import Backup, Restore, everything
from tests.world import World


@pytest.fixture
def world_with_customer(world: World) -> World:
    world.zalo("Áo này còn size L không shop?")
    world.run()
    return world


def first(stage: Stage, table: str, sk: str) -> dict[str, Any]:
    return next(item for key, item in everything(stage)[table].items() if key[1] == sk)


def test_in_place_puts_back_what_is_gone_and_what_differs(
    world_with_customer: World, home: Stage, backup: Backup, put_back: Restore
) -> None:
    backup()
    before = everything(home)
    profile, ticket = first(home, "profiles", "profile"), first(home, "tickets", "ticket")
    home.dynamodb.delete_item(
        TableName=home.table("profiles"), Key={"pk": profile["pk"], "sk": profile["sk"]}
    )
    home.dynamodb.put_item(
        TableName=home.table("tickets"), Item={**ticket, "subject": {"S": "khác"}}
    )
    done = put_back(home, in_place=True)
    assert everything(home) == before
    assert done.tables["profiles"][Outcome.NEW] == 1
    assert done.tables["tickets"][Outcome.CHANGED] == 1
    assert done.tables["events"] == {Outcome.SAME: len(before["events"])}


def test_missing_only_puts_nothing_over_what_is_there(
    world_with_customer: World, home: Stage, backup: Backup, put_back: Restore
) -> None:
    backup()
    ticket = first(home, "tickets", "ticket")
    changed = {**ticket, "subject": {"S": "khác"}}
    home.dynamodb.put_item(TableName=home.table("tickets"), Item=changed)
    done = put_back(home, in_place=True, only_missing=True)
    assert first(home, "tickets", "ticket") == changed
    assert done.tables["tickets"][Outcome.KEPT] == 1


def test_newer_items_stay_unless_exact_is_asked_for(
    world_with_customer: World, home: Stage, backup: Backup, put_back: Restore
) -> None:
    backup()
    before = {table: set(items) for table, items in everything(home).items()}
    world_with_customer.zalo("Cho mình đổi trả", user="999")
    world_with_customer.run()
    after = {table: set(items) for table, items in everything(home).items()}
    assert after["profiles"] > before["profiles"]
    put_back(home, in_place=True)
    assert {table: set(items) for table, items in everything(home).items()} == after
    done = put_back(home, in_place=True, exact=True)
    assert {table: set(items) for table, items in everything(home).items()} == before
    assert done.deleted["profiles"] == len(after["profiles"]) - len(before["profiles"])


def test_what_must_not_be_taken_back_stays(
    world_with_customer: World, home: Stage, backup: Backup, put_back: Restore
) -> None:
    next_number("tickets-26")
    backup()
    newest = next_number("tickets-26")
    token = next(
        item for (pk, _), item in everything(home)["control"].items() if pk.startswith("token#")
    )
    home.dynamodb.put_item(
        TableName=home.table("control"), Item={**token, "revoked": {"BOOL": True}}
    )
    account = next(
        item for (pk, _), item in everything(home)["channels"].items() if pk.startswith("account#")
    )
    renewed = {**account, "sealed": {"S": "a newer pair"}}
    home.dynamodb.put_item(TableName=home.table("channels"), Item=renewed)
    put_back(home, in_place=True)
    assert next_number("tickets-26") == newest + 1
    there = everything(home)
    assert there["control"][token["pk"]["S"], "-"]["revoked"] == {"BOOL": True}
    assert there["channels"][account["pk"]["S"], account["sk"]["S"]] == renewed


def test_what_has_expired_does_not_come_back(
    home: Stage, backup: Backup, put_back: Restore
) -> None:
    for name, days in (("gone", -1), ("good", 1)):
        store.commit(
            [store.put(name, control(name, expires_at=epoch(now() + timedelta(days=days))))]
        )
    backup()
    for name in ("gone", "good"):
        Control(name, "-").delete()
    done = put_back(home, in_place=True)
    assert set(everything(home)["control"]) == {("good", "-")}
    assert done.tables["control"][Outcome.EXPIRED] == 1


def test_a_dry_run_tells_and_writes_nothing(
    world_with_customer: World, home: Stage, other: Stage, backup: Backup, put_back: Restore
) -> None:
    backup()
    profile = first(home, "profiles", "profile")
    home.dynamodb.delete_item(
        TableName=home.table("profiles"), Key={"pk": profile["pk"], "sk": profile["sk"]}
    )
    here = everything(home)
    told = put_back(home, in_place=True, exact=True, dry_run=True, again=_never)
    assert told.tables["profiles"][Outcome.NEW] == 1
    assert everything(home) == here
    there = put_back(other, dry_run=True, again=_never)
    assert sum(told[Outcome.NEW] for told in there.tables.values()) > 10
    assert not any(everything(other).values())


def _never(ids: object) -> None:
    raise AssertionError("a dry run erases nobody")


def test_a_stage_that_holds_something_is_not_mixed_with_a_backup(
    world_with_customer: World, home: Stage, other: Stage, backup: Backup, put_back: Restore
) -> None:
    backup()
    with pytest.raises(NotEmpty, match="profiles"):
        put_back(home)
    other.dynamodb.put_item(
        TableName=other.table("team"), Item={"pk": {"S": "x"}, "sk": {"S": "y"}}
    )
    with pytest.raises(NotEmpty, match="team"):
        put_back(other)


def test_ids_made_with_another_key_are_not_mixed(
    world_with_customer: World, home: Stage, backup: Backup, put_back: Restore
) -> None:
    backup()
    from chalicelib.platform import signing

    Control("signing#ids", "-").delete()
    signing.key.cache_clear()
    signing.key("ids")
    here = everything(home)
    with pytest.raises(OtherKeys, match="another key"):
        put_back(home, in_place=True)
    assert everything(home) == here


# ------------------------------------------------------------------- damage


def some_part(folder: Path) -> Path:
    return max((folder / "tables").iterdir(), key=lambda path: path.stat().st_size)


def cut(folder: Path) -> None:
    path = some_part(folder)
    path.write_bytes(path.read_bytes()[:-20])


def drop(folder: Path) -> None:
    some_part(folder).unlink()


def rewrite(folder: Path) -> None:
    path = some_part(folder)
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()) + b"{}\n"))


def unfinished(folder: Path) -> None:
    (folder / manifest.FILE).unlink()


def tampered(folder: Path) -> None:
    told = json.loads((folder / manifest.FILE).read_text())
    told["begun"] = "2020-01-01T00:00:00.000Z"
    (folder / manifest.FILE).write_text(json.dumps(told))


def of_the_future(folder: Path) -> None:
    told = json.loads((folder / manifest.FILE).read_text())
    (folder / manifest.FILE).write_text(json.dumps({**told, "format": 99}))


@pytest.mark.parametrize(
    ("harm", "refusal"),
    [
        (cut, Damaged),
        (drop, Damaged),
        (rewrite, Damaged),
        (unfinished, NotABackup),
        (tampered, Damaged),
        (of_the_future, NotABackup),
    ],
)
def test_a_damaged_backup_is_refused_before_anything_is_written(
    world_with_customer: World,
    other: Stage,
    backup: Backup,
    put_back: Restore,
    tmp_path: Path,
    harm: Any,
    refusal: type[Exception],
) -> None:
    backup()
    harm(tmp_path / "backup")
    with pytest.raises(refusal):
        put_back(other)
    assert not any(everything(other).values())


# --------------------------------------------------------------- interruption


class Killed(BaseException):
    """The process is gone."""


def test_a_restore_that_was_killed_goes_on_where_it_was(
    world_with_customer: World,
    home: Stage,
    other: Stage,
    backup: Backup,
    put_back: Restore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loading, "CHUNK", 2)
    monkeypatch.setattr(loading, "AT_ONCE", 2)
    backup()
    put, calls = loading.put_many, []

    def dying(stage: Stage, table: str, items: Any) -> None:
        calls.append(table)
        if len(calls) == 7:
            raise Killed
        put(stage, table, items)

    monkeypatch.setattr(loading, "put_many", dying)
    with pytest.raises(Killed):
        put_back(other)
    put_first = sum(map(len, everything(other).values()))
    assert 0 < put_first < sum(map(len, everything(home).values()))
    done = put_back(other)  # not refused as “not empty”: it is this very backup
    before, after = everything(home), everything(other)
    assert {table: set(items) for table, items in after.items()} == {
        table: set(items) for table, items in before.items()
    }
    again = sum(told.total() for told in done.tables.values())
    assert again < sum(map(len, before.values()))  # what was noted as done is not read again
    with pytest.raises(NotEmpty):
        put_back(other)  # finished: from now on it is an ordinary stage


def test_what_dynamodb_leaves_unprocessed_is_sent_again(
    world_with_customer: World,
    home: Stage,
    other: Stage,
    backup: Backup,
    put_back: Restore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loading, "PAUSE", 0.0)
    backup()
    write, refusals = other.dynamodb.batch_write_item, []

    def busy(RequestItems: dict[str, list[Any]]) -> Any:  # noqa: N803 - AWS's name
        ((table, requests),) = RequestItems.items()
        if len(requests) > 1:
            refusals.append(table)
            write(RequestItems={table: requests[:1]})
            return {"UnprocessedItems": {table: requests[1:]}}
        return write(RequestItems=RequestItems)

    monkeypatch.setattr(other.dynamodb, "batch_write_item", busy)
    monkeypatch.setattr(loading, "ROUNDS", 30)
    put_back(other)
    assert refusals
    assert {table: set(items) for table, items in everything(other).items()} == {
        table: set(items) for table, items in everything(home).items()
    }
