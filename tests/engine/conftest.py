"""A local engine for these tests: one a session, on a free port, in a temporary folder.

Its tables and queues come from the production template, through the code that
deploys it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from infra import names
from infra.local import engine as engines
from infra.local import queues
from infra.local.engine import Engine
from infra.local.home import Home, write_record
from infra.packaging.cloud import Cloud
from infra.packaging.deploy import Plan, deploy_infrastructure

from . import sample

ACCOUNT = "000000000000"  # the engine's
PREFIX = names.prefix(names.LOCAL_STAGE)


def start_engine(folder: Path) -> tuple[Home, Engine]:
    """An engine on `folder`, with the infrastructure stack if it is not there yet."""
    home = Home(folder=folder)
    write_record(home.record("port"), {"engine": engines.any_free_port()})
    started = engines.start(home)
    clients = {name: started.client(name) for name in ("cloudformation", "s3")}
    cloud = Cloud(region=engines.REGION, account=ACCOUNT, **clients)
    deploy_infrastructure(cloud, Plan(stage=names.LOCAL_STAGE), progress=lambda line: None)
    return home, started


def eventually(holds: Callable[[], Any], *, seconds: float = 10) -> None:
    """Wait until something holds; fail if it does not in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.02)


@pytest.fixture(scope="session")
def home_and_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, Engine]]:
    home, started = start_engine(tmp_path_factory.mktemp("engine"))
    yield home, started
    engines.halt(home)


@pytest.fixture
def home(home_and_engine: tuple[Home, Engine]) -> Home:
    return home_and_engine[0]


@pytest.fixture
def engine(home_and_engine: tuple[Home, Engine]) -> Engine:
    """The engine of the session; its queues are as the last test left them."""
    return home_and_engine[1]


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> sample.Seen:
    """What the sample application saw during this test."""
    fresh = sample.Seen()
    monkeypatch.setattr(sample, "SEEN", fresh)
    monkeypatch.setattr(queues, "WAIT_SECONDS", 1)  # a pump ends with its poll
    return fresh
