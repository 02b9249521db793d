"""cfn-lint over the infrastructure template and over the packaged application.

`infra/check` runs it as a program; exit status 1 when either has a finding.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from infra import names
from infra.packaging.package import PackagingFailed, package
from infra.packaging.permissions import NoPermissions

STAGE = "check"  # packaged only to be looked at, never deployed
REGION = "ap-southeast-1"


def lint(template: Path) -> int:
    """cfn-lint's exit status for one template; its findings go to the terminal."""
    program = Path(sys.executable).parent / "cfn-lint"
    command = [str(program), "--regions", REGION, "--", str(template)]
    return subprocess.run(command, check=False).returncode


def main() -> int:
    """Lint both templates; the exit status."""
    infrastructure = lint(names.INFRA_TEMPLATE)
    try:
        packaged = package(STAGE, region=REGION)
    except (PackagingFailed, NoPermissions) as error:
        print(f"the application does not package: {error}", file=sys.stderr)
        return 1
    return 1 if infrastructure or lint(packaged.template) else 0


if __name__ == "__main__":
    sys.exit(main())
