"""Runs `chalice package` for one stage in a folder of its own under `build/`.

Called by `deploy`, `infra/check` and the template tests. Once per stage, with
the stage's environment exported: the names of queues and tables are fixed when
`app.py` is imported, so a package of one stage can never serve another.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra import names
from infra.packaging import archives, config, merge, wiring

Json = dict[str, Any]

Progress = Callable[[str], None]

SOURCES = ("app.py", "chalicelib")

# Verifying an OIDC issuer's signatures needs it, nothing else does: 15 MB that
# a stage without an issuer does not carry. The version is pyproject's extra.
OIDC_EXTRA = "oidc"

# Only so that `app.py` can be imported: nothing is called while packaging.
_PLACEHOLDERS = {"BUCKET": "known-when-deployed"}


class PackagingFailed(RuntimeError):
    """`app.py` does not import, or Chalice refused it; the message is theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What came out: `template` as a file, `code` and `layer` as zip files beside it."""

    stage: str
    functions: tuple[wiring.Function, ...]
    template: Path
    code: Path
    layer: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders:
    """`source` has app.py, chalicelib and requirements.txt; `build` keeps a folder per stage."""

    source: Path = names.ROOT
    build: Path = names.BUILD


def package(
    stage: str,
    *,
    region: str,
    given: Mapping[str, str] | None = None,
    architecture: str = "x86_64",
    folders: Folders | None = None,
    progress: Progress = print,
) -> Package:
    """Package the application for `stage`.

    Args:
        stage: name of the stage.
        region: AWS region; Chalice insists on one, also offline.
        given: the deployer's environment; `config.PASSED_ON` is taken from it.
        architecture: `x86_64` or `arm64`.
        folders: where from and where to; the layer is kept there until requirements change.
        progress: called with one line per step.

    Raises:
        PackagingFailed: the application does not import or package.
        NoPermissions: a function has no row in `permissions`.
    """
    env = config.environment(names.check_stage(stage), given or {})
    folders = folders or Folders()
    folder = folders.build / stage
    project = _project(folder / "project", source=folders.source, with_oidc="OIDC_ISSUER" in env)
    exported = {**os.environ, **_PLACEHOLDERS, **env, "AWS_DEFAULT_REGION": region}
    progress(f"reading the functions of app.py for stage {stage}")
    functions = functions_of(project, env=exported)
    _write_chalice_files(project, functions, stage=stage, env=env, architecture=architecture)
    progress(f"packaging {len(functions)} functions (the layer is kept until requirements change)")
    out = folder / "out"
    _run_chalice(project, out, stage=stage, env=exported)
    code, layer = out / "deployment.zip", out / "layer-deployment.zip"
    for archive in (code, layer):
        archives.prepare(archive, cache=folder / "prepared")
    return Package(
        stage=stage, functions=functions, template=out / "sam.json", code=code, layer=layer
    )


def functions_of(project: Path, *, env: Mapping[str, str]) -> tuple[wiring.Function, ...]:
    """The functions of the `app.py` in `project`, imported in a process with `env`."""
    command = [sys.executable, "-m", "infra.packaging.wiring"]
    path = os.pathsep.join([str(names.ROOT), *filter(None, [env.get("PYTHONPATH")])])
    answer = _run(command, cwd=project, env={**env, "PYTHONPATH": path})
    return wiring.load(answer)


def _project(folder: Path, *, source: Path, with_oidc: bool) -> Path:
    """A fresh copy of what ships; Chalice's cache of layers below `.chalice` stays."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in SOURCES:
        _replace(source / name, folder / name)
    requirements = (source / "requirements.txt").read_text(encoding="utf-8")
    if with_oidc:
        requirements += "".join(f"{line}\n" for line in _extra(OIDC_EXTRA))
    (folder / "requirements.txt").write_text(requirements, encoding="utf-8")
    return folder


def _replace(source: Path, target: Path) -> None:
    if target.is_dir():
        shutil.rmtree(target)
    if source.is_dir():
        not_shipped = shutil.ignore_patterns("__pycache__", "*.pyc", "fixtures", "*.md")
        shutil.copytree(source, target, ignore=not_shipped)
    else:
        shutil.copy2(source, target)


def _extra(name: str) -> list[str]:
    import tomllib

    project = tomllib.loads((names.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return [str(line) for line in project["project"]["optional-dependencies"][name]]


def _write_chalice_files(
    project: Path,
    functions: tuple[wiring.Function, ...],
    *,
    stage: str,
    env: Mapping[str, str],
    architecture: str,
) -> None:
    chalice = project / ".chalice"
    chalice.mkdir(exist_ok=True)
    for old in chalice.glob("*.json"):
        old.unlink()
    made = config.files(functions, stage=stage, env=env, architecture=architecture)
    made["merge.json"] = merge.merge_template(functions, stage=stage)
    for name, content in made.items():
        (chalice / name).write_text(json.dumps(content, indent=2), encoding="utf-8")


def _run_chalice(project: Path, out: Path, *, stage: str, env: Mapping[str, str]) -> None:
    main = "import sys; from chalice.cli import main; sys.exit(main())"
    merged = str(project / ".chalice" / "merge.json")
    arguments = ["package", "--stage", stage, "--merge-template", merged, str(out)]
    _run([sys.executable, "-c", main, *arguments], cwd=project, env=env)


def _run(command: list[str], *, cwd: Path, env: Mapping[str, str]) -> str:
    done = subprocess.run(
        command, cwd=cwd, env=dict(env), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise PackagingFailed(f"{done.stdout}{done.stderr}".strip())
    return done.stdout
