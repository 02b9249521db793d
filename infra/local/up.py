"""`infra/up`: engine, tables and queues, default data, application; then the addresses.

Every step says what it does and how long it took. Ctrl-C, or `infra/down` after
`--detach`, ends everything in order and keeps the data.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from infra import names
from infra.packaging import cloud, config, deploy, stacks
from infra.packaging.package import PackagingFailed
from infra.packaging.permissions import NoPermissions
from infra.packaging.wiring import UnknownSource

from . import deployed, engine
from .down import bring_down
from .engine import HOST, Engine, any_free_port, port_is_free
from .home import Home, read_env, read_record, write_env, write_record
from .process import running, spawn

USUAL_PORT = 8000
WORKERS = 8  # of the deployed API that are warm when it is said to be ready
READY_SECONDS = 40
APP = "app"  # process record and log of the application beside the engine
MODE = "mode"  # record: which way it runs

#: Connections of one client: HTTP threads and every pump's batches together.
POOL = 64


PORTS = range(1, 65536)


class NotUp(RuntimeError):
    """Something did not start; the message says what and where to look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The command line. `port` None: the usual one, or a free one if it is taken."""

    detach: bool
    deployed: bool
    demo: bool
    port: int | None
    folder: Path = names.LOCAL
    workers: int = WORKERS


def bring_up(asked: Asked, home: Home) -> dict[str, str]:
    """Start what does not run yet; returns what went into `.local/env`.

    Raises:
        NotUp, engine.EngineFailed, stacks.StackFailed
    """
    _check_port(asked)
    with step("engine") as note:
        _forget_crashed_session(home)
        local = engine.start(home)
        local.adopt()
        note(local.endpoint)
    environment = _infrastructure(asked, local)
    if asked.deployed:
        base_url = deployed.deploy_into(local, home, workers=asked.workers, step=step)
    else:
        deployed.remove(local)
        base_url = ""
    with step("default data" + (" and demo organisation" if asked.demo else "")):
        tokens = _seed(asked, home, environment)
    if not asked.deployed:
        base_url = _application(asked, home, environment)
    write_record(home.record(MODE), {"deployed": asked.deployed})
    values = {"BASE_URL": base_url} | tokens | _for_clients(environment)
    write_env(home.env, values)
    return values


def _infrastructure(asked: Asked, local: Engine) -> dict[str, str]:
    """Tables, queues, bucket and key from the production template; the app's environment."""
    stage = names.LOCAL_STAGE
    with step("tables, queues, bucket, key") as note:
        changed: list[str] = []
        outputs = deploy.deploy_infrastructure(
            cloud.connect(engine.REGION), deploy.Plan(stage=stage), progress=changed.append
        )
        note("unchanged" if "nothing to change" in changed[-1] else "from infra/template.yaml")
    return (
        local.client_environment()
        | config.environment(stage, os.environ)
        | {
            "BUCKET": outputs["BucketName"],
            "MAX_POOL_CONNECTIONS": str(POOL),
            "PYTHONPATH": str(names.ROOT),
        }
    )


def _seed(asked: Asked, home: Home, environment: dict[str, str]) -> dict[str, str]:
    """Load default data in a process of its own, because settings are read at import."""
    command = [sys.executable, "-m", "infra.local.seeding", "--env", str(home.env)]
    done = subprocess.run(
        command + ([] if asked.demo else ["--no-demo"]),
        env=environment,
        cwd=names.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise NotUp(f"the default data could not be loaded:\n{done.stderr.strip()}")
    tokens: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return tokens


def _application(asked: Asked, home: Home, environment: dict[str, str]) -> str:
    """Start the app's process and wait until it is healthy; returns its base URL."""
    with step("application") as note:
        port = _port(asked)
        if port != (asked.port or USUAL_PORT):
            note(f"port {USUAL_PORT} is taken, using {port}:")
        base_url = f"http://{HOST}:{port}"
        place = ["--folder", str(home.folder), "--port", str(port)]
        spawn(
            [sys.executable, "-m", "infra.local.runtime", *place],
            record=home.record(APP),
            log=home.log(APP),
            env=environment | {"PYTHONUNBUFFERED": "1"},
            cwd=names.ROOT,
            base_url=base_url,
        )
        _wait_until_healthy(home, base_url)
        note(base_url)
    return base_url


def _port(asked: Asked) -> int:
    """The port asked for; the usual one or any free one when none was."""
    if asked.port is not None:
        return asked.port
    return USUAL_PORT if port_is_free(USUAL_PORT) else any_free_port()


def _check_port(asked: Asked) -> None:
    """Raises `NotUp` when the port asked for is taken, before anything is started."""
    if asked.port is not None and not asked.deployed and not port_is_free(asked.port):
        raise NotUp(f"port {asked.port} is taken; ask for another with --port")


def _wait_until_healthy(home: Home, base_url: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if not running(home.record(APP)):
            raise NotUp(f"the application ended at once:\n{_tail(home)}")
        try:
            with urllib.request.urlopen(f"{base_url}/v1/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise NotUp(f"the application does not answer on {base_url}:\n{_tail(home)}")


def _tail(home: Home) -> str:
    text = home.log(APP).read_text(encoding="utf-8", errors="replace")
    return f"{home.log(APP)}:\n" + "\n".join(text.splitlines()[-15:])


def _forget_crashed_session(home: Home) -> None:
    """Go back to what was dispatched at the last clean stop, where the engine's state is too."""
    if engine.find(home) is None:
        kept = read_record(home.record("stopped"))
        write_record(home.record("dispatched"), kept)
        deployed.reset_positions(home)


def _for_clients(environment: dict[str, str]) -> dict[str, str]:
    wanted = (
        "AWS_ENDPOINT_URL",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_DEFAULT_REGION",
    )
    stage = ("STAGE", "RESOURCE_PREFIX", "BUCKET")
    return {name: environment[name] for name in (*wanted, *stage)}


@contextmanager
def step(title: str) -> Iterator[Callable[[str], None]]:
    """Say what begins, and when it is done how long it took and what its note says."""
    notes: list[str] = []
    print(f"  {title} …", end="", flush=True)
    began = time.monotonic()
    try:
        yield notes.append
    except BaseException:
        print(" failed", flush=True)
        raise
    print(f" {' '.join(notes) or 'done'} ({time.monotonic() - began:.1f} s)", flush=True)


def already_running(asked: Asked, home: Home) -> int | None:
    """The exit status if it runs already, else None."""
    found = engine.find(home)
    is_deployed = bool(read_record(home.record(MODE)).get("deployed"))
    if found is None or not (running(home.record(APP)) or is_deployed):
        return None
    if is_deployed != asked.deployed:
        print("It runs the other way already; stop it first with infra/down.", file=sys.stderr)
        return 1
    print("It is already running.")
    values = read_env(home.env)
    show(values, home)
    if asked.port is None or is_deployed or urlsplit(values["BASE_URL"]).port == asked.port:
        return 0
    print(f"It does not listen on {asked.port}; stop it first with infra/down.", file=sys.stderr)
    return 1


def show(values: dict[str, str], home: Home) -> None:
    """Print the addresses and tokens."""
    print(f"\n  base URL      {values['BASE_URL']}")
    for name, value in values.items():
        if name.endswith("_TOKEN"):
            print(f"  {name.removesuffix('_TOKEN').lower() + ' token':<13} {value}")
    print(f"  also in       {home.env}\n")


def wait_for_interrupt(home: Home) -> None:
    """Wait for Ctrl-C, SIGTERM, or the end of what was started."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    print("Ctrl-C stops it and keeps the data.", flush=True)
    record = home.record(APP) if running(home.record(APP)) else engine.record_of(home)
    while not ended.wait(0.5):
        if not running(record):
            print("It was stopped elsewhere.")
            return


def read_words(words: Sequence[str]) -> Asked:
    """The command line, read."""
    parser = argparse.ArgumentParser(prog="infra/up", description="Run everything on this machine.")
    parser.add_argument("--detach", action="store_true", help="return when it is ready")
    parser.add_argument(
        "--deployed", action="store_true", help="package it and deploy both templates to the engine"
    )
    parser.add_argument("--no-demo", action="store_true", help="start without demo organisation")
    parser.add_argument(
        "--port",
        type=int,
        help=f"of the API, 1 to 65535; {USUAL_PORT} unless taken; --deployed has the engine's",
    )
    parser.add_argument("--folder", type=Path, default=names.LOCAL, help="of the state; .local")
    parser.add_argument(
        "--workers", type=int, default=WORKERS, help=f"to warm, with --deployed; {WORKERS}"
    )
    given = parser.parse_args(words)
    if given.port is not None and given.port not in PORTS:
        parser.error(f"--port: {PORTS[0]} to {PORTS[-1]}")
    return Asked(
        detach=given.detach,
        deployed=given.deployed,
        demo=not given.no_demo,
        port=given.port,
        folder=given.folder.resolve(),
        workers=max(1, given.workers),
    )


REFUSALS = (
    NotUp,
    engine.EngineFailed,
    deployed.NotDeployed,
    stacks.StackFailed,
    PackagingFailed,
    NoPermissions,
    UnknownSource,
)


def main(words: Sequence[str]) -> int:
    """Run the command; the exit status."""
    asked = read_words(words)
    home = Home(folder=asked.folder)
    home.folder.mkdir(parents=True, exist_ok=True)
    with (home.folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two starts at once would start two engines
        if (status := already_running(asked, home)) is not None:
            return status
        try:
            values = bring_up(asked, home)
        except REFUSALS as error:
            print(f"infra/up: {error}", file=sys.stderr)
            bring_down(home)
            return 1
        except KeyboardInterrupt:
            bring_down(home)
            return 130
        except BaseException:  # a mistake of ours: its traceback, but nothing left running
            bring_down(home)
            raise
    with contextlib.suppress(BrokenPipeError):  # whoever read our output has gone: it runs
        show(values, home)
    if not asked.detach:
        wait_for_interrupt(home)
        bring_down(home)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
