"""A stage backed up and put into another: the same items, and nothing happens twice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chalicelib.platform import blobs, queue
from chalicelib.platform.eventlog import RESTORED
from infra.keeping import sealing
from infra.keeping.manifest import NotABackup
from infra.keeping.rules import Outcome
from infra.keeping.stage import Stage
from infra.keeping.typed import Item, same
from tests.keeping.conftest import Backup, Restore, everything
from tests.world import OA_SECRET, World

RESEALED = {"control", "channels"}  # hold what is sealed anew, and accounts at rest


@pytest.fixture
def busy(world: World, home: Stage) -> World:
    """A customer wrote and was answered; an object lies in the bucket, and an export."""
    agent = world.agent("Lan")
    world.zalo("Đơn hàng DH88231 của tôi giao trễ quá")
    world.run()
    answer = agent.post(f"/tickets/{world.ticket()['id']}/replies", {"text": "Dạ em kiểm tra ạ"})
    assert answer.status == 202
    world.run()
    blobs.put("media/photo.jpg", b"\x00\x01photo", content_type="image/jpeg")
    blobs.put("exports/person.json", b"{}")
    return world


def unmarked(item: Item) -> Item:
    return {name: value for name, value in item.items() if name != RESTORED}


def test_another_stage_gets_every_item(
    busy: World, home: Stage, other: Stage, backup: Backup, put_back: Restore
) -> None:
    manifest, before = backup(), everything(home)
    done = put_back(other)
    after = everything(other)
    assert set(after) == {table.name for table in home.tables} == set(manifest.tables)
    for table in set(after) - RESEALED:
        assert after[table].keys() == before[table].keys()
        for key, item in before[table].items():
            assert same(unmarked(after[table][key]), item), (table, key)
    for table in RESEALED:
        assert after[table].keys() == before[table].keys()
    assert manifest.items == sum(len(items) for items in before.values())
    assert sum(told[Outcome.NEW] for told in done.tables.values()) == manifest.items


def test_objects_come_along_and_exports_do_not(
    busy: World, other: Stage, backup: Backup, put_back: Restore
) -> None:
    backup()
    put_back(other)
    answer = other.s3.get_object(Bucket=other.bucket, Key="media/photo.jpg")
    assert answer["Body"].read() == b"\x00\x01photo"
    assert answer["ContentType"] == "image/jpeg"
    keys = [one["Key"] for one in other.s3.list_objects_v2(Bucket=other.bucket)["Contents"]]
    assert keys == ["media/photo.jpg"]


@pytest.mark.parametrize("with_keys", [False, True])
def test_what_was_sealed_is_sealed_by_the_new_stage_s_key(
    busy: World, other: Stage, backup: Backup, put_back: Restore, with_keys: bool
) -> None:
    manifest = backup(with_keys=with_keys)
    assert bool(manifest.opened) == with_keys
    put_back(other)
    opened = {}
    for kind in sealing.SEALED:
        for item in everything(other)[kind.table].values():
            if sealing.kind_of(kind.table, item) is not None:
                opened[item["pk"]["S"]] = json.loads(sealing.opened(other, kind, item))
    assert len(opened["signing#ids"]["key"][0]) == 64
    accounts = [held for pk, held in opened.items() if pk.startswith("account#")]
    assert [OA_SECRET] in [held.get("oa_secret_key") for held in accounts]


def test_live_accounts_of_a_copy_send_nothing(
    busy: World, home: Stage, other: Stage, backup: Backup, put_back: Restore
) -> None:
    (key, item), *_ = (
        (key, item)
        for key, item in everything(home)["channels"].items()
        if key[0].startswith("account#")
    )
    live = {**item, "mode": {"S": "live"}, "due_shard": {"S": "due#1"}, "due_at": {"S": "2026"}}
    home.dynamodb.put_item(TableName=home.table("channels"), Item=live)
    backup()
    put_back(other)
    copied = everything(other)["channels"][key]
    assert copied["mode"] == {"S": "sandbox"}
    assert "due_at" not in copied
    assert "due_shard" not in copied


def test_restored_events_are_no_news(
    busy: World, home: Stage, backup: Backup, put_back: Restore
) -> None:
    backup()
    tickets = busy.tickets()
    for table, items in everything(home).items():
        for pk, sk in items:
            if table != "control":
                home.dynamodb.delete_item(
                    TableName=home.table(table), Key={"pk": {"S": pk}, "sk": {"S": sk}}
                )
    began, before = len(busy.pump._records()), waiting(busy)
    put_back(home, in_place=True)
    inserted = [one for one in busy.pump._records()[began:] if one["eventName"] == "INSERT"]
    assert inserted  # the stream does tell of them …
    busy.pump.stream_position = began
    assert busy.pump._stream()
    assert waiting(busy) == before
    assert busy.tickets() == tickets  # … and everything is as it was


def waiting(world: World) -> dict[str, list[str]]:
    """What lies in every queue."""
    return {name: world.cloud.entries(name) for name in queue.ALL}


def test_a_backup_is_made_into_an_empty_folder_only(
    home: Stage, backup: Backup, tmp_path: Path
) -> None:
    backup()
    with pytest.raises(NotABackup, match="not empty"):
        backup()


def test_nobody_else_may_read_a_backup(busy: World, backup: Backup, tmp_path: Path) -> None:
    backup()
    folder = tmp_path / "backup"
    for path in [folder, *(one for one in folder.rglob("*") if one.is_file())]:
        assert path.stat().st_mode & 0o077 == 0, path
