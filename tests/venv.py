"""Says in one line that a command of the tests was started with a Python that lacks its packages.

Called on import by the packages that are run with `python -m`, before anything else is imported.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec

NEEDED = ("chalice", "moto", "pynamodb")


def demand(command: str) -> None:
    """End the program unless the development requirements are installed where it runs."""
    if not all(find_spec(name) for name in NEEDED):
        sys.exit(
            f"{command}: {sys.executable} has not the project's packages; "
            f"use .venv/bin/python -m {command} (infra/setup makes it)"
        )
