"""Rows to the API, batch by batch, so that a run that was cut short goes on where it was.

A batch is sent under an `Idempotency-Key` of this run and its content, and rows
are upserts by the source's own keys: sending one again changes nothing. How far it
has come is noted after every round of batches.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chalicelib.platform.ids import new_id
from infra.client import Answer, Api, checked
from infra.local.home import read_record, write_record

from .mapping import Fault, Mapped, Mapper
from .reading import File, Row
from .report import Errors, Pace, Summary

#: Rows to a batch: what each route takes at most.
MOST = {"profiles": 50, "tickets": 25, "orders": 50}
CONNECTIONS = 4
#: What a server may say of a batch that did arrive: it is sent again under the same key.
AGAIN = frozenset({500, 502, 504})
TRIES = 4
PAUSE = 1.0  # seconds, doubled each time

REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is imported from which source, and how. `most`: rows to a batch."""

    kind: str
    source: str
    dry_run: bool = False
    connections: int = CONNECTIONS
    most: int | None = None

    @property
    def size(self) -> int:
        """Rows to a batch."""
        return min(self.most or MOST[self.kind], MOST[self.kind])


@dataclass(slots=True, kw_only=True)
class State:
    """How far an import of this very file has come: rows read, and how they ended.

    `run` stands in the keys of its batches: what was sent but not noted is not done again.
    """

    path: Path
    about: dict[str, Any]
    run: str
    rows: int = 0
    results: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, path: Path, file: File, plan: Plan) -> State:
        """The state an earlier run has left, or a new one."""
        about = {
            "sha256": file.sha256,
            "kind": plan.kind,
            "source": plan.source,
            "dry_run": plan.dry_run,
        }
        noted = read_record(path)
        if noted.get("about") != about:
            return cls(path=path, about=about, run=new_id())
        run = {name: noted[name] for name in ("run", "rows", "results")}
        return cls(path=path, about=about, **run)

    def note(self, rows: int, results: Counter[str]) -> None:
        self.rows, self.results = rows, dict(results)
        content = {"about": self.about, "run": self.run, "rows": rows, "results": self.results}
        write_record(self.path, content)

    def end(self) -> None:
        self.path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A row on its way: what it was made into, or nothing when it could not be read."""

    number: int
    mapped: Mapped


#: The line of a row, a column of it, and what is wrong there: code and reason.
_Noted = tuple[int, str, str, str]


def send(
    api: Api,
    plan: Plan,
    rows: Iterable[Row],
    *,
    mapper: Mapper,
    state: State,
    errors: Errors,
    pace: Pace,
) -> Summary:
    """Send every row that no earlier run has sent. Raises `client.Refused`, `Unreachable`."""
    began, results = time.monotonic(), Counter(state.results)
    done, first = state.rows, state.rows
    with ThreadPoolExecutor(plan.connections) as pool:
        for group in _groups(_skipped(rows, first), plan.size * plan.connections):
            lines = [_line(row, mapper) for row in group]
            batches = list(_groups([one for one in lines if not one.mapped.faults], plan.size))
            answers = pool.map(lambda batch: _taken(api, plan, batch, state.run), batches)
            noted = [one for line in lines for one in _faults(line)]
            results[REFUSED] += sum(bool(line.mapped.faults) for line in lines)
            for answer in list(answers):
                results += _told(answer, noted)
            for one in sorted(noted, key=lambda one: one[0]):
                errors.add(*one)
            done += len(group)
            errors.flush()
            state.note(done, results)
            pace(done)
    state.end()
    taken = time.monotonic() - began
    return Summary(results=+results, seconds=taken, first=first, dry_run=plan.dry_run)


def _skipped(rows: Iterable[Row], first: int) -> Iterator[Row]:
    return (row for index, row in enumerate(rows) if index >= first)


def _line(row: Row, mapper: Mapper) -> _Line:
    if row.fault is not None:
        return _Line(number=row.number, mapped=Mapped(faults=(Fault(column="", reason=row.fault),)))
    return _Line(number=row.number, mapped=mapper.item(row.fields))


#: A row and what the API says became of it.
Ended = tuple[_Line, dict[str, Any]]


def _taken(api: Api, plan: Plan, batch: Sequence[_Line], run: str) -> list[Ended]:
    """Send a batch, and what others kept from its turn again, until each row has ended."""
    ended: list[Ended] = []
    waiting = list(batch)
    for attempt in range(TRIES):
        answer = _post(api, plan, waiting, f"{run} {attempt}" if attempt else run)
        found = [(waiting[result["index"]], result) for result in answer["results"]]
        last = attempt == TRIES - 1
        ended += [one for one in found if last or not one[1]["retryable"]]
        waiting = [] if last else [line for line, result in found if result["retryable"]]
        if not waiting:
            break
        time.sleep(PAUSE * 2**attempt)
    return ended


def _post(api: Api, plan: Plan, batch: Sequence[_Line], run: str) -> dict[str, Any]:
    """Send one batch until it is answered. Raises `client.Refused`, `Unreachable`."""
    body = _body(plan, [dict(line.mapped.item) for line in batch])
    text = json.dumps(body, ensure_ascii=False, sort_keys=True)
    key = hashlib.sha256(f"{run}\n{plan.kind}\n{text}".encode()).hexdigest()
    answer: Answer | None = None
    for attempt in range(TRIES):
        answer = api.call(
            "POST", f"/{plan.kind}/batch", body, headers={"Idempotency-Key": f"import-{key}"}
        )
        if answer.status not in AGAIN or attempt == TRIES - 1:
            break
        time.sleep(PAUSE * 2**attempt)
    assert answer is not None
    found: dict[str, Any] = checked(answer)
    return found


def _body(plan: Plan, items: list[dict[str, Any]]) -> dict[str, Any]:
    """The batch routes of customers and tickets take the source once, that of orders in each."""
    if plan.kind == "orders":
        items = [{"source": plan.source, **item} for item in items]
        return {"items": items, "dry_run": plan.dry_run}
    return {"source": plan.source, "items": items, "dry_run": plan.dry_run}


def _told(ended: Iterable[Ended], noted: list[_Noted]) -> Counter[str]:
    """How the rows of a batch ended; what was refused is noted for the file of errors."""
    found: Counter[str] = Counter()
    for line, result in ended:
        found[result["result"]] += 1
        if result["result"] != REFUSED:
            continue
        faults = result.get("errors") or [
            {"field": result.get("field") or "", "detail": result.get("detail") or ""}
        ]
        for fault in faults:
            column = line.mapped.column_of(fault["field"]) or fault["field"]
            noted.append((line.number, column, result.get("code") or "", fault["detail"]))
    return found


def _faults(line: _Line) -> list[_Noted]:
    return [(line.number, one.column, one.code, one.reason) for one in line.mapped.faults]


def _groups(values: Iterable[Any], size: int) -> Iterator[list[Any]]:
    some: list[Any] = []
    for value in values:
        some.append(value)
        if len(some) == size:
            yield some
            some = []
    if some:
        yield some
