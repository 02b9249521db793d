"""A headless chromium with a profile of its own."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--window-size=900,760",
)


class NoBrowser(RuntimeError):
    """There is no chromium on this machine."""


def found() -> str:
    """Where the browser is. Raises `NoBrowser`."""
    for name in NAMES:
        path = shutil.which(name)
        if path is not None:
            return path
    raise NoBrowser("needs chromium: apt-get install chromium")


@contextmanager
def showing(url: str, *, profile: Path) -> Iterator[None]:
    """A browser that shows a page until it is left; what pages keep stays in `profile`."""
    log = profile.parent / "chromium.log"
    with log.open("ab") as output:
        command = [found(), *FLAGS, f"--user-data-dir={profile}", "--remote-debugging-port=0", url]
        browser = subprocess.Popen(command, stdout=output, stderr=output)
        try:
            yield
        finally:
            browser.terminate()
            browser.wait(timeout=20)


def screenshot(url: str, *, profile: Path, target: Path, seconds: int = 12) -> None:
    """A picture of a page as it is after `seconds` of its own time."""
    command = [found(), *FLAGS, f"--user-data-dir={profile}", f"--screenshot={target}"]
    command += [f"--virtual-time-budget={seconds * 1000}", url]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
