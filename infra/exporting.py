"""`infra/export FILE --kind profiles|tickets|orders`: all of a kind into a file, page by page.

NDJSON (one object a line, as the API shows it) or CSV, both with the names of our own
import format: a customer's `profile_id` finds them again, `external_ids` are what other
systems call them, as `source:id`. Pages go straight to disk, so memory does not grow; how
far it has come stands in `FILE.export.json`, and a run that was cut short goes on there.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from infra.client import Api, Http, NotRunning, Refused, Unreachable
from infra.importing.report import ENCODING, Pace
from infra.local.home import Home, read_env, read_record, write_record

PAGE = 100
SEPARATOR = ";"

#: Kind → columns of its CSV, each the name of a field the API shows.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "profiles": (
        "id", "external_ids", "name", "phones", "emails", "address", "birthday", "gender", "tier",
        "first_channel", "created_at",
    ),
    "tickets": (
        "id", "number", "status", "type", "sub_type", "subject", "opened_at", "done_at", "outcome",
        "priority", "source", "channel", "department_id", "agent_id", "order", "branch", "tags",
        "profile_id",
    ),
    "orders": (
        "id", "source", "seller", "external_id", "number", "status", "placed_at", "promised_at",
        "delivered_at", "currency", "total", "discount", "shipping_fee", "refunded", "channel",
        "store", "branch", "lines", "profile_id",
    ),
}  # fmt: skip
#: What a column is called in a file that may be imported again.
RENAMED = {"profiles": {"id": "profile_id"}, "tickets": {"id": "external_id"}}
#: What the list of a kind is asked for besides.
ASKED: Mapping[str, Mapping[str, object]] = {"profiles": {"external_ids": "true"}}

Write = Callable[[Iterable[dict[str, Any]]], None]


def cell(value: Any) -> Any:
    """A value as one cell: several texts parted by `;`, what is nested as JSON."""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return SEPARATOR.join(value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return _harmless(value) if isinstance(value, str) else value


def _harmless(text: str) -> str:
    """A text that a spreadsheet would take for a formula is one no more (OWASP, CSV injection).

    Phones keep their plus: `+84901234567` is a number, and stays one.
    """
    formula = text[:1] in ("=", "@", "\t", "\r") or (text[:1] in "+-" and not text[1:].isdigit())
    return f"'{text}" if text and formula else text


def as_csv(opened: IO[str], kind: str, *, header: bool, attributes: Sequence[str]) -> Write:
    """What writes items as rows; custom fields stand in columns `attributes.<name>`."""
    names, renamed = COLUMNS[kind], RENAMED.get(kind, {})
    writer = csv.writer(opened)
    if header:
        shown = [renamed.get(name, name) for name in names]
        writer.writerow([*shown, *(f"attributes.{name}" for name in attributes)])

    def write(items: Iterable[dict[str, Any]]) -> None:
        for item in items:
            custom = item.get("attributes") or {}
            row = [cell(item.get(name)) for name in names]
            writer.writerow([*row, *(cell(custom.get(name)) for name in attributes)])

    return write


def as_ndjson(opened: IO[str], kind: str) -> Write:
    """What writes items as they are, one a line, but for the names in `RENAMED`."""
    renamed = RENAMED.get(kind, {})

    def write(items: Iterable[dict[str, Any]]) -> None:
        for item in items:
            named = {renamed.get(name, name): value for name, value in item.items()}
            opened.write(json.dumps(named, ensure_ascii=False) + "\n")

    return write


def read_words(words: Sequence[str]) -> argparse.Namespace:
    """The command line, read."""
    parser = argparse.ArgumentParser(prog="infra/export", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--kind", required=True, choices=COLUMNS)
    parser.add_argument("--format", choices=("csv", "ndjson"), help="default: by the file's name")
    parser.add_argument("--env", type=Path, default=Home().env, help="address and tokens")
    asked = parser.parse_args(words)
    asked.format = asked.format or ("csv" if asked.file.suffix.lower() == ".csv" else "ndjson")
    return asked


def run(api: Api, asked: argparse.Namespace) -> int:
    """Write every item; returns how many stand in the file. Raises `Refused`, `Unreachable`."""
    noted_in = asked.file.with_name(f"{asked.file.name}.export.json")
    noted = read_record(noted_in)
    goes_on = noted.get("kind") == asked.kind and noted.get("format") == asked.format
    if not (goes_on and asked.file.exists()):
        noted = {"kind": asked.kind, "format": asked.format, "count": 0, "size": 0, "cursor": None}
    _cut(asked.file, noted["size"])
    first = noted["size"] == 0
    with asked.file.open(
        "a", encoding=ENCODING if first and asked.format == "csv" else "utf-8", newline=""
    ) as opened:
        write = _writer(api, asked, opened, header=first)
        pace = Pace(asked.kind, 0, done=noted["count"])
        while True:
            page = api.get(f"/{asked.kind}", **_query(asked.kind, noted["cursor"]))
            write(page["items"])
            opened.flush()
            noted |= {"count": noted["count"] + len(page["items"]), "size": opened.tell()}
            noted["cursor"] = page["next_cursor"]
            pace(noted["count"])
            if noted["cursor"] is None:
                break
            write_record(noted_in, noted)
    pace.end()
    noted_in.unlink(missing_ok=True)
    return int(noted["count"])


def _query(kind: str, cursor: str | None) -> dict[str, object]:
    query = {"limit": PAGE, **ASKED.get(kind, {})}
    return query if cursor is None else {**query, "cursor": cursor}


def _writer(api: Api, asked: argparse.Namespace, opened: IO[str], *, header: bool) -> Write:
    if asked.format == "ndjson":
        return as_ndjson(opened, asked.kind)
    declared = api.get("/profile-fields")["fields"] if asked.kind == "profiles" else []
    names = [str(one["name"]) for one in declared]
    return as_csv(opened, asked.kind, header=header, attributes=names)


def _cut(file: Path, size: int) -> None:
    """Leave what was noted: a page that was half written is written again."""
    with file.open("ab") as opened:
        opened.truncate(size)


def main(words: Sequence[str]) -> int:
    """Run the command; the exit status."""
    asked = read_words(words)
    env = read_env(asked.env)
    try:
        if not env.get("BASE_URL"):
            raise NotRunning("nothing is running")
        api = Api(transport=Http(env["BASE_URL"]), token=env["ADMIN_TOKEN"])
        count = run(api, asked)
    except (Refused, Unreachable) as error:
        start = ": start it with infra/up" if isinstance(error, NotRunning) else ""
        print(f"infra/export: {error}{start}; run it again to go on", file=sys.stderr)
        return 1
    print(f"{count} {asked.kind} in {asked.file}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
