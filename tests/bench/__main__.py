"""`python -m tests.bench`: every figure of what things cost, with its bound and whether it holds.

JSON on standard output (`--table`: for people), progress on standard error;
exits 1 when a figure is out of its bound. The application's own log lines are
written, so that they cost what they cost, to nowhere.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, TextIO

STAGE = {
    "STAGE": "bench",
    "RESOURCE_PREFIX": "lien-mach-bench",
    "BUCKET": "lien-mach-bench-files",
    "AWS_REGION": "ap-southeast-1",
    "AWS_DEFAULT_REGION": "ap-southeast-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_EC2_METADATA_DISABLED": "true",
    "POWERTOOLS_SERVICE_NAME": "lien-mach",
    "POWERTOOLS_METRICS_NAMESPACE": "lien-mach-bench",
}


def _ledger(asked: argparse.Namespace) -> Any:
    from tests.bench import ledger

    return ledger.figures()


def _cpu(asked: argparse.Namespace) -> Any:
    from tests.bench import cpu

    return cpu.figures(quick=asked.quick)


def _calendars(asked: argparse.Namespace) -> Any:
    from tests.bench import calendars

    return calendars.figures(quick=asked.quick)


def _clocks(asked: argparse.Namespace) -> Any:
    from tests.bench import clocks

    return clocks.figures(quick=asked.quick)


def _imports(asked: argparse.Namespace) -> Any:
    from tests.bench import imports

    return imports.figures(rounds=3 if asked.quick else 9)


def _lists(asked: argparse.Namespace) -> Any:
    from tests.bench import lists

    return lists.figures(quick=asked.quick)


def _import(asked: argparse.Namespace) -> Any:
    from tests.bench import importing

    return importing.figures(quick=asked.quick)


def _package(asked: argparse.Namespace) -> Any:
    from tests.bench import package

    return package.figures()


def _engine(asked: argparse.Namespace) -> Any:
    from tests.bench import engine

    return engine.figures(messages=200 if asked.quick else 600)


#: Imported when asked for: settings are read at import, after the environment is set.
PARTS: dict[str, Callable[[argparse.Namespace], Any]] = {
    "ledger": _ledger,
    "cpu": _cpu,
    "calendars": _calendars,
    "clocks": _clocks,
    "imports": _imports,
    "lists": _lists,
    "import": _import,
    "package": _package,
    "engine": _engine,
}


def main(words: Sequence[str]) -> int:
    """Measure what was asked for; the exit status."""
    asked = read_words(words)
    out = _quiet()
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(STAGE)
    figures = []
    for name in asked.only:
        began = time.monotonic()
        print(f"{name} …", end="", file=sys.stderr, flush=True)
        figures += PARTS[name](asked)
        print(f" {time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)
    print(table(figures) if asked.table else _json(figures), file=out)
    return 0 if all(figure.ok for figure in figures) else 1


def read_words(words: Sequence[str]) -> argparse.Namespace:
    """The command line, read."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "--only",
        type=lambda text: text.split(","),
        default=list(PARTS),
        help=f"some of {','.join(PARTS)}",
    )
    parser.add_argument("--quick", action="store_true", help="fewer rounds, smaller lists")
    parser.add_argument("--table", action="store_true", help="for people instead of programs")
    asked = parser.parse_args(words)
    if unknown := [name for name in asked.only if name not in PARTS]:
        parser.error(f"no such figures: {', '.join(unknown)}")
    return asked


def _quiet() -> TextIO:
    """The real standard output; what is printed from here on goes nowhere."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    return out


def _json(figures: Sequence[Any]) -> str:
    ok = all(figure.ok for figure in figures)
    shown = {"ok": ok, "figures": [figure.shown() for figure in figures]}
    return json.dumps(shown, ensure_ascii=False, indent=2)


def table(figures: Sequence[Any]) -> str:
    """Name, value, bound, unit, ok: one line a figure."""
    lines = []
    for figure in figures:
        sign = "≥" if figure.at_least else "≤"
        bound = "" if figure.bound is None else f"{sign} {figure.bound:g}"
        verdict = "" if figure.bound is None else "ok" if figure.ok else "OUT"
        lines.append(f"{figure.name:<48}{figure.value:>10g} {bound:>8} {verdict:<4} {figure.unit}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
