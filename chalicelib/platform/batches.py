"""Batches of rows from other systems: each is taken or refused by itself, in its own transaction.

Used by the batch routes of slices. A batch may be sent again whole: rows are
upserts by the source's own key, so what was taken changes nothing a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, Field

from . import received, store
from .errors import AppError
from .http import View

MOST_ROWS = 100
REFUSED = "refused"

Result = Literal["created", "updated", "unchanged", "kept", "refused"]


class RowFault(View):
    """One field of a row at fault."""

    field: str
    detail: str


class RowResult(View):
    """What became of one row: `code`, `field` and `detail` say why it was refused, `errors`
    name every field at fault."""

    index: int
    result: Result
    id: str | None = None
    code: str | None = None
    field: str | None = None
    detail: str | None = None
    errors: list[RowFault] = []

    @classmethod
    def of(cls, identifier: str, *, created: bool) -> RowResult:
        """A row that was taken; `each` puts its place in the batch in."""
        return cls(index=0, result="created" if created else "updated", id=identifier)


class BatchResult(View):
    """What became of a batch, row by row; of a dry run, what would."""

    accepted: int
    refused: int
    results: list[RowResult]
    dry_run: bool = False


class Batch(View):
    """Rows of the shape that the single route takes; each is taken or refused by itself."""

    items: list[dict[str, Any]] = Field(min_length=1, max_length=MOST_ROWS)


class Checkable(Batch):
    """A batch that may be tried first.

    `dry_run`: everything is checked against what is stored, and nothing is written.
    """

    dry_run: bool = False


M = TypeVar("M", bound=BaseModel)
#: Takes a row as its shape; gives what becomes of it and the writes that make it so.
Take = Callable[[M], tuple[RowResult, Sequence[store.Write]]]


def each(
    rows: Sequence[Mapping[str, Any]], shape: type[M], take: Take[M], *, dry_run: bool = False
) -> BatchResult:
    """Take rows one by one, each in a transaction of its own.

    A row at fault is refused alone. What is transient is raised: sending the whole
    batch again changes nothing of what was taken.
    """
    found = [_one(number, row, shape, take, dry_run) for number, row in enumerate(rows)]
    return told(found, dry_run=dry_run)


def told(results: Sequence[RowResult], *, dry_run: bool = False) -> BatchResult:
    """The answer to a batch."""
    refused = sum(one.result == REFUSED for one in results)
    return BatchResult(
        accepted=len(results) - refused, refused=refused, results=list(results), dry_run=dry_run
    )


def _one(
    number: int, row: Mapping[str, Any], shape: type[M], take: Take[M], dry_run: bool
) -> RowResult:
    def taken() -> RowResult:
        result, writes = take(received.validated(shape, row))
        if not dry_run:
            store.commit(writes)
        return result.model_copy(update={"index": number})

    try:
        return store.run_again(taken)
    except AppError as error:
        if error.transient:
            raise
        return refusal(number, error)


def refusal(number: int, error: AppError) -> RowResult:
    """A row that was not taken, and why."""
    faults = error.faults or (((error.field, error.detail),) if error.field else ())
    return RowResult(
        index=number,
        result="refused",
        code=error.code,
        field=error.field,
        detail=error.detail,
        errors=[RowFault(field=field, detail=detail) for field, detail in faults],
    )
