"""`infra/import FILE --kind profiles|tickets|orders [--format own|chatwoot|zendesk|freshdesk]`.

Sends the rows of a file to a running instance, in constant memory; rows at fault are
noted in `FILE.errors.csv` and the rest goes in. Run again after an interruption it
goes on where it was; a file that went in whole may be sent again and changes nothing.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chalicelib.profiles.attributes import Field
from infra.client import Api, Http, NotRunning, Refused, Unreachable
from infra.local.home import Home, read_env

from . import formats, reading
from .mapping import Mapper, NoSuchColumn
from .report import Errors, Pace, Summary
from .sending import CONNECTIONS, Plan, State, send

STOPPED = 130  # as a shell has it of a command that was interrupted
DEFAULT_ZONE = "Asia/Ho_Chi_Minh"


def read_words(words: Sequence[str]) -> argparse.Namespace:
    """The command line, read."""
    parser = argparse.ArgumentParser(prog="infra/import", description=__doc__)
    parser.add_argument("file", type=Path, help="CSV, NDJSON (.ndjson, .jsonl) or JSON (.json)")
    parser.add_argument("--kind", required=True, choices=formats.KINDS)
    parser.add_argument("--format", default="own", choices=formats.NAMES)
    parser.add_argument(
        "--source",
        help="code of the system it is from (default: the format's name; of own `import`)",
    )
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="THEIRS=OURS",
        help="a column of this file that has another name, or becomes attributes.<name>",
    )
    parser.add_argument("--time-zone", default=DEFAULT_ZONE, help="of times that name none")
    parser.add_argument("--dry-run", action="store_true", help="check every row, write nothing")
    parser.add_argument("--connections", type=int, default=CONNECTIONS)
    parser.add_argument("--env", type=Path, default=Home().env, help="address and tokens")
    asked = parser.parse_args(words)
    if (asked.format, asked.kind) not in {(one.name, one.kind) for one in formats.ALL}:
        parser.error(f"format {asked.format} has no {asked.kind}")
    if any("=" not in one for one in asked.column):
        parser.error("--column wants THEIRS=OURS")
    try:
        asked.zone = ZoneInfo(asked.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        parser.error(f"no time zone {asked.time_zone}")
    return asked


def custom_fields(api: Api, kind: str) -> dict[str, Field]:
    """The custom fields of customers, by name; none for other kinds of record."""
    if kind != "profiles":
        return {}
    declared = api.get("/profile-fields")["fields"]
    return {one["name"]: Field(**{**one, "choices": tuple(one["choices"])}) for one in declared}


def run(api: Api, asked: argparse.Namespace) -> Summary:
    """Import as the command line asks.

    Raises `Refused`, `Unreachable`, `reading.Unreadable`, `NoSuchColumn`.
    """
    file = reading.look(asked.file)
    source = asked.source or ("import" if asked.format == "own" else asked.format)
    plan = Plan(
        kind=asked.kind, source=source, dry_run=asked.dry_run, connections=asked.connections
    )
    mapper = Mapper(
        formats.of(asked.format, asked.kind),
        zone=asked.zone,
        fields=custom_fields(api, asked.kind),
        renamed=dict(one.split("=", 1) for one in asked.column),
    )
    mapper.check(reading.columns(file))
    state = State.of(asked.file.with_name(f"{asked.file.name}.import.json"), file, plan)
    pace = Pace(asked.kind, file.rows, done=state.rows)
    report = asked.file.with_name(f"{asked.file.name}.errors.csv")
    with Errors(path=report, goes_on=state.rows > 0) as errors:
        summary = send(
            api, plan, reading.rows(file), mapper=mapper, state=state, errors=errors, pace=pace
        )
    pace.end()
    summary.show(errors=report, left_out=mapper.left_out, ours_alone=mapper.ours_alone)
    return summary


def main(words: Sequence[str]) -> int:
    """Run the command; 1 when it failed, 2 when rows were refused."""
    asked = read_words(words)
    env = read_env(asked.env)
    try:
        if not asked.file.is_file():
            raise reading.Unreadable(f"{asked.file}: no such file")
        if not env.get("BASE_URL"):
            raise NotRunning("nothing is running")
        api = Api(transport=Http(env["BASE_URL"]), token=env["ADMIN_TOKEN"])
        summary = run(api, asked)
    except (reading.Unreadable, NoSuchColumn) as error:
        print(f"infra/import: {error}", file=sys.stderr)
        return 1
    except (Refused, Unreachable) as error:
        start = ": start it with infra/up" if isinstance(error, NotRunning) else ""
        print(f"infra/import: {error}{start}; run it again to go on", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninfra/import: stopped; run it again to go on", file=sys.stderr)
        return STOPPED
    return 2 if summary.results["refused"] else 0


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _stop)
    sys.exit(main(sys.argv[1:]))
