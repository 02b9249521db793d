"""Import, backup, erasure and restore on the running product, by the commands people use."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib.platform.clock import parse
from chalicelib.platform.ids import earliest_id
from infra import names
from infra.keeping import manifest
from infra.local import engine as engines
from infra.packaging import resources

from .conftest import eventually
from .product import Product

pytestmark = pytest.mark.engine

COPY = "copy"
TEXT = "Cho mình hỏi áo khoác nhung tím còn hàng không"


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    running = Product(tmp_path_factory.mktemp("keeping"))
    running.up()
    yield running
    running.down()


def command(product: Product, module: str, *words: str) -> str:
    """Run a command against the product; what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", module, *words, "--env", str(product.home.env)],
        cwd=names.ROOT,
        env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def stored(product: Product, stage: str) -> dict[str, list[dict[str, Any]]]:
    """Every item of a stage, by table."""
    port = int(product.env["AWS_ENDPOINT_URL"].rpartition(":")[2])
    dynamodb = engines.Engine(port=port).client("dynamodb")
    found = {}
    for table in resources.load(names.prefix(stage)).tables:
        pages = dynamodb.get_paginator("scan").paginate(TableName=table.create["TableName"])
        found[table.name] = [item for page in pages for item in page["Items"]]
    return found


def quiet(product: Product) -> bool:
    """Whether search keys of all imported customers stand."""
    return len(product.api.get("/profiles", q="khach nhap", limit=100)["items"]) >= 60


def test_a_stage_is_filled_copied_and_nobody_erased_is_in_the_copy(
    product: Product, tmp_path: Path
) -> None:
    file = tmp_path / "khach.csv"
    rows = [f"K{n},Khách nhập {n},09123450{n:02d}" for n in range(70)]
    file.write_text("\n".join(["external_id,name,phones", *rows]), encoding="utf-8")
    told = command(product, "infra.importing", str(file), "--kind", "profiles")
    assert "70 rows" in told

    assert product.say(1, TEXT, message="keeping-1").status == 200
    eventually(lambda: product.api.get("/tickets", q="nhung tim")["items"], seconds=30)
    (ticket,) = product.api.get("/tickets", q="nhung tim")["items"]
    eventually(lambda: quiet(product), seconds=60)

    words = ("--to", str(tmp_path), "--segments", "3")
    command(product, "infra.keeping.backup", *words)
    (folder,) = tmp_path.glob("local-*")

    body = {"verified_by": "call_back", "reason": "Khách yêu cầu"}
    asked = product.api.call("POST", f"/profiles/{ticket['profile_id']}/erase", body).json()
    eventually(
        lambda: product.api.get(f"/rights-requests/{asked['id']}")["status"] == "done", seconds=60
    )

    place = (str(folder), "--journal", str(tmp_path / "journal.json"))
    told = command(product, "infra.keeping.restore", *place, "--stage", COPY, "--erasures", "local")
    assert "nothing is left of them" in told
    copy, local = stored(product, COPY), stored(product, "local")
    assert ticket["profile_id"] in str(local["control"]), "the ledger stands"
    assert "nhung tím" not in str(copy)
    imported = [item for item in copy["profiles"] if "Khách nhập" in str(item.get("name"))]
    assert len(imported) == 70
    before = [item for item in copy["events"] if item["sk"]["S"] < earliest_after(folder)]
    assert before
    assert all("restored" in item for item in before)

    told = command(product, "infra.keeping.restore", *place, "--in-place")
    assert "nothing is left of them" in told
    assert "nhung tím" not in str(stored(product, "local"))


def earliest_after(folder: Path) -> str:
    """Where ids of events begin that were made after the backup was begun."""
    return earliest_id(parse(manifest.read(folder).begun))
