"""Pytest plugin of `infra/test`: a run in which a test was skipped has failed.

The one exception are tests over samples that are not there: `../shared` comes with some checkouts
only, and the project's own fixtures are complete without it. They say so by `NO_SAMPLES`.
"""

from __future__ import annotations

import pytest

NO_SAMPLES = "no samples beside the repository"


class NoSkips:
    """Collects skips and turns a passing run with any of them into a failed one."""

    def __init__(self) -> None:
        self._skipped: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Called by pytest for each phase of each test."""
        if report.skipped and not hasattr(report, "wasxfail"):
            self._note(report.nodeid, report.longrepr)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Called by pytest for each collected file: it may skip as a whole."""
        if report.skipped:
            self._note(report.nodeid, report.longrepr)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Called by pytest at the end; sets the exit status."""
        if self._skipped and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Called by pytest before its closing line."""
        for line in self._skipped:
            terminalreporter.write_line(f"skipped, which counts as failed: {line}", red=True)

    def _note(self, node: str, reason: object) -> None:
        said = reason[2] if isinstance(reason, tuple) else str(reason)
        if NO_SAMPLES not in said:
            self._skipped.append(f"{node}: {said}")


def pytest_configure(config: pytest.Config) -> None:
    """Called by pytest when the plugin is loaded."""
    config.pluginmanager.register(NoSkips(), "no-skips")
