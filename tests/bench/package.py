"""Megabytes of what ships, unzipped, without the optional parts; called by `__main__`.

Packages the application as `infra/deploy` does, in the folder of the checks,
where the layer is kept until requirements change.
"""

from __future__ import annotations

import sys

from infra.packaging.archives import unzipped_bytes
from infra.packaging.package import package
from tests.bench.figure import Figure

STAGE = "check"
MOST = 50.0


def figures() -> list[Figure]:
    """Code and layer together, and each for itself."""
    made = package(
        STAGE, region="ap-southeast-1", progress=lambda line: print(f"  {line}", file=sys.stderr)
    )
    code, layer = unzipped_bytes(made.code), unzipped_bytes(made.layer)
    return [
        Figure(
            name="package",
            value=_megabytes(code + layer),
            bound=MOST,
            unit="MB unzipped",
            detail={"code_mb": _megabytes(code), "layer_mb": _megabytes(layer)},
        )
    ]


def _megabytes(size: int) -> float:
    return round(size / 1e6, 1)
