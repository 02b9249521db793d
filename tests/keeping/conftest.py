"""Two stages on moto for backups: the tests' own, and an empty one beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from chalicelib.platform.aws import client
from chalicelib.platform.settings import SETTINGS
from infra.keeping.backup import back_up
from infra.keeping.manifest import Manifest
from infra.keeping.restore import Done, Wanted, restore
from infra.keeping.stage import Stage
from infra.packaging import resources
from tests.cloud import Cloud

OTHER = "lien-mach-other"

Backup = Callable[..., Manifest]
Restore = Callable[..., Done]


def silent(_what: str, _done: int, _of: int) -> None:
    """Progress that nobody watches."""


def _stage(name: str, prefix: str, bucket: str) -> Stage:
    return Stage(
        name=name,
        prefix=prefix,
        region=SETTINGS.region,
        bucket=bucket,
        dynamodb=client("dynamodb"),
        s3=client("s3"),
        kms=client("kms"),
    )


def _empty_bucket(bucket: str) -> None:
    for entry in client("s3").list_objects_v2(Bucket=bucket).get("Contents", ()):
        client("s3").delete_object(Bucket=bucket, Key=entry["Key"])


@pytest.fixture
def home(aws: Cloud) -> Iterator[Stage]:
    """The stage that the tests' organisation lives in."""
    yield _stage("test", SETTINGS.resource_prefix, SETTINGS.bucket)
    _empty_bucket(SETTINGS.bucket)


@pytest.fixture
def other(aws: Cloud) -> Iterator[Stage]:
    """Another stage, empty."""
    tables = resources.create_tables(client("dynamodb"), OTHER)
    bucket = resources.create_bucket(client("s3"), OTHER)
    resources.create_key(client("kms"), OTHER)
    yield _stage("other", OTHER, bucket)
    for table in tables:
        client("dynamodb").delete_table(TableName=table)
    _empty_bucket(bucket)
    client("s3").delete_bucket(Bucket=bucket)
    client("kms").delete_alias(AliasName=f"alias/{OTHER}")


@pytest.fixture
def backup(home: Stage, tmp_path: Path) -> Backup:
    """`backup("monday")`: a backup of `home` in `tmp_path / "monday"`."""

    def make(name: str = "backup", *, with_keys: bool = False) -> Manifest:
        return back_up(home, tmp_path / name, progress=silent, segments=2, with_keys=with_keys)

    return make


@pytest.fixture
def put_back(tmp_path: Path) -> Restore:
    """`put_back(stage, "monday", dry_run=True)`; `again` is told whom to erase again."""

    def run(
        stage: Stage,
        name: str = "backup",
        *,
        again: Callable[[Sequence[str]], None] = lambda ids: None,
        **more: Any,
    ) -> Done:
        return restore(
            stage,
            Wanted(folder=tmp_path / name, threads=1, **more),
            journal=tmp_path / "journal.json",
            progress=silent,
            reapply=lambda _stage, ids: again(ids),
        )

    return run


def everything(stage: Stage) -> dict[str, dict[tuple[str, str], dict[str, Any]]]:
    """Every item of a stage by table and key, in DynamoDB's typed JSON."""
    return {
        table.name: {
            (item["pk"]["S"], item["sk"]["S"]): item
            for item in stage.dynamodb.scan(TableName=stage.table(table.name))["Items"]
        }
        for table in stage.tables
    }
