"""The folder that holds everything local: state, logs, process records, addresses and tokens.

Used by every module of `infra.local` and by the engine tests, which keep theirs
in a temporary folder.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.names import LOCAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A state folder; one engine and one application at most run on it."""

    folder: Path = LOCAL

    @property
    def state(self) -> Path:
        """What the engine saves when it stops: one JSON file a service."""
        return self.folder / "state"

    @property
    def objects(self) -> Path:
        """The bodies of the engine's S3 objects."""
        return self.folder / "objects"

    @property
    def scratch(self) -> Path:
        """Temporary files of the engine, such as unpacked functions."""
        return self.folder / "tmp"

    @property
    def env(self) -> Path:
        """Address and tokens for clients: `BASE_URL`, `ADMIN_TOKEN`, `AGENT_TOKEN`, …"""
        return self.folder / "env"

    def log(self, process: str) -> Path:
        """Where a process writes."""
        return self.folder / f"{process}.log"

    def record(self, name: str) -> Path:
        """A small JSON file that outlives its writer."""
        return self.folder / f"{name}.json"


def read_record(path: Path) -> dict[str, Any]:
    """The content of a JSON record; empty if there is none or it was cut short."""
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found


def write_record(path: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON record whole: a reader sees the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, json.dumps(dict(content), ensure_ascii=False))


def read_env(path: Path) -> dict[str, str]:
    """The `NAME=value` lines of an env file; empty if there is none."""
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def write_env(path: Path, values: Mapping[str, str]) -> None:
    """Write `NAME=value` lines that a shell can source; only the owner may read them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, "".join(f"{name}={value}\n" for name, value in values.items()))


def write_text(path: Path, text: str) -> None:
    """Replace a file at once; only the owner may read it."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    draft.touch(mode=0o600)  # tokens are in it: private from its first byte
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
