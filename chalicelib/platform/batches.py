"""Batches of rows from other systems: each is taken or refused by itself, in its own transaction.

Used by the batch routes of slices. A batch may be sent again whole: rows are
upserts by the source's own key, so what was taken changes nothing a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, Field, GetJsonSchemaHandler, create_model
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from . import received, store
from .errors import AppError
from .http import View
from .revision import HasId, Upserted

MOST_ROWS = 100
REFUSED = "refused"

Result = Literal["created", "updated", "unchanged", "kept", "refused"]


class RowFault(View):
    """One field of a row at fault."""

    field: str
    detail: str


class RowResult(View):
    """What became of one row: `code`, `field` and `detail` say why it was refused, `errors`
    name every field at fault. `retryable`: others were changing the same; send it again."""

    index: int
    result: Result
    id: str | None = None
    code: str | None = None
    field: str | None = None
    detail: str | None = None
    errors: list[RowFault] = []
    retryable: bool = False

    @classmethod
    def of(cls, identifier: str, *, created: bool, changed: bool = True) -> RowResult:
        """A row that was taken; `each` puts its place in the batch in."""
        known: Result = "updated" if changed else "unchanged"
        return cls(index=0, result="created" if created else known, id=identifier)


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


class RowOf:
    """Publishes a row as its shape; any object is taken, since each row is refused by itself."""

    def __init__(self, shape: type[BaseModel]) -> None:
        self._shape = shape

    def __get_pydantic_json_schema__(
        self, _core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        shape = handler(self._shape.__pydantic_core_schema__)
        return {"anyOf": [shape, {"type": "object", "description": "refused by itself"}]}


B = TypeVar("B", bound=Batch)


def batch_of(kind: type[B], shape: type[BaseModel]) -> type[B]:
    """The batch of a route whose rows are of a shape, named after it: `OrderNewBatch`."""
    row = Annotated[dict[str, Any], RowOf(shape)]
    rows = (list[row], Field(min_length=1, max_length=MOST_ROWS))
    made: type[B] = create_model(
        f"{shape.__name__}Batch",
        __base__=kind,
        __module__=shape.__module__,
        __doc__=kind.__doc__,
        items=rows,
    )
    return made


M = TypeVar("M", bound=BaseModel)
R = TypeVar("R")
#: Takes a row as its shape; gives what becomes of it and the writes that make it so.
Take = Callable[[M], tuple[RowResult, Sequence[store.Write]]]


def each(
    rows: Sequence[Mapping[str, Any]], shape: type[M], take: Take[M], *, dry_run: bool = False
) -> BatchResult:
    """Take rows one by one, each in a transaction of its own.

    A row at fault is refused alone, and so, as `retryable`, is one that others kept from
    its turn. What else is transient is raised: sending the whole batch again changes
    nothing of what was taken.
    """
    found = [_one(number, row, shape, take, dry_run) for number, row in enumerate(rows)]
    return told(found, dry_run=dry_run)


def upserts(
    batch: Checkable, shape: type[M], upsert: Callable[[M], Upserted[HasId]]
) -> BatchResult:
    """Take the rows of a batch (`each`) by the function that the single route takes one by."""

    def take(row: M) -> tuple[RowResult, Sequence[store.Write]]:
        done = upsert(row)
        told = RowResult.of(done.item.id, created=done.created, changed=bool(done.writes))
        return told, done.writes

    return each(batch.items, shape, take, dry_run=batch.dry_run)


def readable(
    rows: Sequence[Mapping[str, Any]], shape: type[M], read: Callable[[M], R]
) -> tuple[dict[int, R], dict[int, AppError]]:
    """What `read` makes of the rows, and why it cannot be made of others, by their number.

    For rows that are written together; `answered` tells what became of them.
    """
    found: dict[int, R] = {}
    refused: dict[int, AppError] = {}
    for number, row in enumerate(rows):
        try:
            found[number] = read(received.validated(shape, row))
        except AppError as error:
            refused[number] = error
    return found, refused


def answered(taken: Iterable[RowResult], refused: Mapping[int, AppError]) -> BatchResult:
    """The answer to rows that were written together, in their order."""
    results = [*taken, *(refusal(number, error) for number, error in refused.items())]
    return told(sorted(results, key=lambda one: one.index))


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
        if error.transient and not isinstance(error, store.Contended):
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
        retryable=error.transient,
    )
