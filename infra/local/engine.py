"""The local engine, ministack: start, wait until it answers, stop so that it keeps its state.

It runs in its own virtual environment (it pins another botocore) and listens on
loopback only. Called by `up`, `down` and the engine tests.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from infra.names import ROOT

from .home import Home, read_record, write_record, write_text
from .process import running, spawn, stop

HOST = "127.0.0.1"
PREFERRED_PORT = 4566
READY_SECONDS = 30
STOP_SECONDS = 60
REGION = "ap-southeast-1"
ENGINE_PYTHON = ROOT / ".venv-engine" / "bin" / "python"

#: Found by running it: it binds every interface and opens MQTT unless told not
#: to; S3 has a switch of its own for keeping bodies; more than 16 workers at
#: once (`--deployed`) exhaust the memory of a small machine.
FIXED_SETTINGS = {
    "BIND_HOST": HOST,
    "MINISTACK_HOST": HOST,
    "IOT_MTLS_ENABLED": "0",
    "SFTP_ENABLED": "0",
    "PERSIST_STATE": "1",
    "S3_PERSIST": "1",
    "LAMBDA_EXECUTOR": "local",
    "LAMBDA_ACCOUNT_CONCURRENCY": "16",
    "MINISTACK_REGION": REGION,
    "LOG_LEVEL": "WARNING",
    "DOCKER_HOST": "unix:///nonexistent",  # never look for a Docker daemon
}

#: Files of the engine's state that name its own address, and how they name it.
ADDRESSED = ("sqs.json", "cloudformation.json", "lambda.json")
ADDRESS = re.compile(rf"http://{re.escape(HOST)}:\d+(?=/(?:\d{{12}}|_ministack)/)")

#: What our processes take over from the caller's environment; nothing else, so
#: that a profile or key of a real AWS account can never reach them.
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "SSL_CERT_FILE")


class EngineFailed(RuntimeError):
    """The engine did not come up; the message names its log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """A running engine."""

    port: int

    @property
    def endpoint(self) -> str:
        return f"http://{HOST}:{self.port}"

    def client_environment(self) -> dict[str, str]:
        """What a process needs to talk to the engine instead of AWS."""
        return inherited_environment() | {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": f"{HOST},localhost",
        }

    def adopt(self) -> None:
        """Turn this process's AWS environment to the engine, whatever account it had before."""
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            del os.environ[name]
        os.environ.update(self.client_environment())

    def client(self, service: str) -> Any:
        """The client of a service of the engine, for infrastructure code; shared by all threads."""
        with _making:  # botocore makes clients in one thread only
            return _client(self.endpoint, service)


_making = threading.Lock()


@cache
def _client(endpoint: str, service: str) -> Any:
    import botocore.session
    from botocore.config import Config

    config = Config(
        max_pool_connections=64,
        connect_timeout=3,
        read_timeout=60,
        retries={"mode": "standard", "max_attempts": 3},
        parameter_validation=False,
    )
    return botocore.session.get_session().create_client(
        service,
        region_name=REGION,
        endpoint_url=endpoint,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=config,
    )


def inherited_environment() -> dict[str, str]:
    """The part of the caller's environment that our processes get."""
    return {name: os.environ[name] for name in INHERITED if name in os.environ}


def record_of(home: Home) -> Path:
    """Where the engine's process is noted."""
    return home.record("engine")


def find(home: Home) -> Engine | None:
    """The engine that runs on this folder, if one does."""
    found = running(record_of(home))
    return Engine(port=int(str(found["port"]))) if found else None


def start(
    home: Home, *, python: Path = ENGINE_PYTHON, settings: Mapping[str, str] | None = None
) -> Engine:
    """Start the engine on the folder's state, or take the one that runs already.

    Raises:
        EngineFailed: it ended or does not answer within 30 s.
    """
    if (found := find(home)) is not None:
        return found
    engine, pinned = Engine(port=_port(home)), _pinned(home)
    environment = inherited_environment() | FIXED_SETTINGS | dict(settings or {})
    environment |= {
        "GATEWAY_PORT": str(engine.port),
        "STATE_DIR": str(home.state),
        "S3_DATA_DIR": str(home.objects),
        "TMPDIR": str(home.scratch),
    }
    _empty(home.scratch)
    home.state.mkdir(parents=True, exist_ok=True)
    move(home, engine.port)
    spawn(
        [str(python), "-m", "ministack"],
        record=record_of(home),
        log=home.log("engine"),
        env=environment,
        cwd=home.folder,
        port=engine.port,
    )
    fallback = engine.port not in (pinned, PREFERRED_PORT)
    write_record(home.record("port"), {"engine": engine.port, "fallback": fallback})
    _wait_until_ready(home, engine)
    return engine


def halt(home: Home) -> bool:
    """Stop the engine gracefully, which is when it saves; False if none runs."""
    stopped = stop(record_of(home), seconds=STOP_SECONDS)
    _empty(home.scratch)
    return stopped


def move(home: Home, port: int) -> None:
    """Give what the engine saved its address of now, before it starts.

    Queues are kept under their URLs, port included: after a start on another port
    its event source mappings would look for them under the new one and read nothing.
    """
    for path in (home.state / name for name in ADDRESSED):
        if path.exists():
            saved = path.read_text(encoding="utf-8")
            moved = ADDRESS.sub(f"http://{HOST}:{port}", saved)
            if moved != saved:
                write_text(path, moved)


def _empty(folder: Path) -> None:
    """The engine unpacks every Lambda worker anew, 40 MB each, and never tidies up."""
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("ministack-*"):  # nothing else: the folder may be somebody's
        shutil.rmtree(left, ignore_errors=True)


def port_is_free(port: int) -> bool:
    """Whether nobody listens on the port of loopback."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def any_free_port() -> int:
    """A port of loopback that is free at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def _port(home: Home) -> int:
    """The folder's own port or the usual one, else that of the last start, else any free one."""
    last = read_record(home.record("port")).get("engine")
    wanted = (_pinned(home) or PREFERRED_PORT, last)
    free = (port for port in wanted if isinstance(port, int) and port_is_free(port))
    return next(free, None) or any_free_port()


def _pinned(home: Home) -> int | None:
    """The port that somebody wrote down for this folder, or that it had from the beginning."""
    noted = read_record(home.record("port"))
    return noted.get("engine") if not noted.get("fallback") else None


def _wait_until_ready(home: Home, engine: Engine) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if not running(record_of(home)):
            raise EngineFailed(f"the engine ended at once, see {home.log('engine')}")
        if _answers(f"{engine.endpoint}/_ministack/health"):
            return
        time.sleep(0.05)
    raise EngineFailed(f"the engine does not answer, see {home.log('engine')}")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
