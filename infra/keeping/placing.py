"""Where a restore goes, and what the product itself does there afterwards. Called by `restore`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from infra import names
from infra.packaging import cloud, deploy

from . import erasures
from .backup import environment_of
from .erasures import Ledger
from .manifest import Manifest
from .stage import NoStage, Stage, reached


class NotErased(Exception):
    """The product could not erase again whom the ledger names; run the restore again."""


def place(name: str, env: Path | None, *, make: bool) -> Stage:
    """The stage to restore into; `make`: its infrastructure too, if there is none.

    Raises `NoStage`, `names.BadStage`, `stacks.StackFailed`.
    """
    environment = environment_of(name, env)
    try:
        return reached(name, environment)
    except NoStage:
        if not make:
            raise
    _adopt(environment)
    connected = cloud.connect(environment.get("AWS_DEFAULT_REGION"))
    deploy.deploy_infrastructure(connected, deploy.Plan(stage=name), progress=_say)
    return reached(name, environment)


def is_there(name: str, env: Path | None) -> bool:
    """Whether a stage has an infrastructure. Raises `names.BadStage`."""
    try:
        reached(name, environment_of(name, env))
    except NoStage:
        return False
    return True


def _adopt(environment: Mapping[str, str]) -> None:
    """Deploying reads credentials and endpoint from the process."""
    reaching = {name: value for name, value in environment.items() if name.startswith("AWS_")}
    os.environ.update(reaching)


def _say(what: str) -> None:
    print(f"  {what}", file=sys.stderr)


def ledgers(places: Sequence[str], env: Path | None) -> Ledger:
    """The erasures of further places: folders, or stages by name. Raises `erasures.BadLedger`."""
    merged = Ledger()
    for one in places:
        if Path(one).is_dir():
            merged |= erasures.in_folder(Path(one))
        else:
            merged |= erasures.in_stage(reached(one, environment_of(one, env)))
    return merged


def own_ledger(manifest: Manifest, env: Path | None) -> Ledger | None:
    """Who was erased since in the stage a backup is of; None when that cannot be reached.

    Restoring elsewhere is where erased people come back: nobody thinks of `--erasures`.
    """
    try:
        return erasures.in_stage(reached(manifest.stage, environment_of(manifest.stage, env)))
    except NoStage:
        return None


def reapply(stage: Stage, profile_ids: Sequence[str]) -> None:
    """Have the product erase these people again, in a process of that stage.

    Raises `NotErased`.
    """
    if not profile_ids:
        return
    with tempfile.NamedTemporaryFile("w", suffix=".ids", encoding="utf-8") as listed:
        listed.write("\n".join(profile_ids))
        listed.flush()
        words = [sys.executable, "-m", "infra.operations", "erase-again", "--ids", listed.name]
        environment = {**_inherited(), **stage.environment, "PYTHONPATH": str(names.ROOT)}
        done = subprocess.run(words, cwd=names.ROOT, env=environment, check=False)
    if done.returncode != 0:
        raise NotErased("erased people are not erased again yet: run the restore once more")


def _inherited() -> dict[str, str]:
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE", "AWS_PROFILE")
    return {name: os.environ[name] for name in kept if name in os.environ}


def replay_of(stage: Stage, begun: str) -> str:
    """The command that dispatches again what was in queues."""
    at = "" if stage.name == names.LOCAL_STAGE else f"STAGE={stage.name} "
    return f"{at}infra/replay --undispatched-since {begun}"
