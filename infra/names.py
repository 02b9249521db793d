"""Names and folders everything under `infra/` agrees on; imported by packaging and local engine.

One place, because a stack, its exports and the application's settings must
spell the same prefix: `lien-mach-<stage>`.
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"  # packages, one folder a stage; git-ignored
LOCAL = ROOT / ".local"  # state and address of the local engine; git-ignored

INFRA_TEMPLATE = ROOT / "infra" / "template.yaml"

LOCAL_STAGE = "local"

# Lower case and hyphens: it becomes part of bucket, queue, stack and function
# names, and the longest of them (a Lambda function, 64) still has to fit.
STAGE_PATTERN = r"[a-z][a-z0-9-]{0,15}"


class BadStage(ValueError):
    """A stage name that cannot become part of AWS names."""


def check_stage(stage: str) -> str:
    """Return `stage` unchanged.

    Raises:
        BadStage: it is not 1 to 16 of a-z, 0-9 and '-', starting with a letter.
    """
    if not re.fullmatch(STAGE_PATTERN, stage):
        raise BadStage(
            f"'{stage}' is no stage name: use 1 to 16 of a-z, 0-9 and '-', first a letter"
        )
    return stage


def prefix(stage: str) -> str:
    """What every table, queue, function and export name of the stage starts with."""
    return f"lien-mach-{stage}"


def infra_stack(stage: str) -> str:
    """Stack of tables, queues, bucket, key and alarms."""
    return prefix(stage)


def app_stack(stage: str) -> str:
    """Stack of functions, API and event source mappings."""
    return f"{prefix(stage)}-app"


def artifact_bucket(account: str, region: str) -> str:
    """Bucket for templates and packages of all stages; bucket names are global, hence the id."""
    return f"lien-mach-artifacts-{account}-{region}"
