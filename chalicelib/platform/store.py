"""DynamoDB through PynamoDB: items, named transactions, conditional writes.

Slices declare their items on `Item` and hand `Write`s to `commit`; paging is in
`pages`. A write is a value: flows return theirs, and the caller that spans
slices commits them together.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, TypeVar, cast

from pynamodb.attributes import UnicodeAttribute
from pynamodb.connection import Connection, TableConnection
from pynamodb.constants import KEYS_ONLY
from pynamodb.exceptions import (
    DeleteError,
    GetError,
    PutError,
    PynamoDBException,
    QueryError,
    TransactWriteError,
    UpdateError,
)
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from . import ahead
from .aws import client
from .errors import AppError, Conflict, Invalid, Transient
from .fact import frozen
from .settings import SETTINGS, resource

CONFLICT_RETRIES = 3
CONFLICT_PAUSE = 0.05  # seconds, times attempt, with full jitter
#: Of the pause above before a flow runs again the first time; doubled each time.
FIRST_PAUSE = 1 / 8
FLOW_TRIES = 8  # with pauses of 0.4 s on average, and 0.8 s at most, in all
MOST_WRITES = 100  # DynamoDB's limit of a transaction

__all__ = [
    "KEYS_ONLY",
    "ConditionFailed",
    "Contended",
    "GlobalSecondaryIndex",
    "Item",
    "KeysOnlyProjection",
    "Write",
    "assign",
    "check",
    "commit",
    "delete",
    "get",
    "get_many",
    "is_new",
    "put",
    "ref",
    "remove",
    "run_again",
    "update",
]


class TableMeta:
    """What every table's `Meta` shares."""

    region: ClassVar[str] = SETTINGS.region
    #: Rounds of a batch write's unprocessed items, not of requests: those botocore retries.
    max_retry_attempts: ClassVar[int] = 5


def table(name: str) -> Any:
    """The `Meta` of a table of this stage: `Meta = table("tickets")`."""
    return type("Meta", (TableMeta,), {"table_name": resource(name)})


class Item(Model):
    """Any item of ours: a hash key `pk`, a range key `sk`, both text."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)

    @classmethod
    def _get_connection(cls) -> TableConnection:
        """The model's connection, on the process's one DynamoDB client.

        PynamoDB would make a client for every model: a fifth of a second each
        at a cold start. The attribute is private; the version is pinned and a
        test counts the clients.
        """
        if "_connection" not in cls.__dict__:
            cls._connection = None  # a parent's connection knows the parent's indexes only
        connection = super()._get_connection()
        connection.connection._client = client("dynamodb")
        return connection


I = TypeVar("I", bound=Item)  # noqa: E741
T = TypeVar("T")


class ConditionFailed(Conflict):
    """A condition of a transaction did not hold; `names` are the writes that refused."""

    code, title = "condition_failed", "The state has changed meanwhile"

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(f"changed meanwhile: {', '.join(names)}")
        self.names = tuple(names)


class Contended(Transient):
    """Parallel transactions kept this one from its turn: nothing is known of its conditions."""

    code, title = "contended", "Others are changing the same state"


class StoreUnavailable(Transient):
    code, title = "store_unavailable", "The data store did not answer"


class Unstorable(Invalid):
    """DynamoDB takes no such item or key (too large, empty): trying again cannot help."""

    code, title = "unstorable", "The data store cannot take this as it is"


def code_of(error: PynamoDBException) -> str | None:
    """The code DynamoDB refused with; None when no answer came at all.

    PynamoDB's own property trips over a time-out, whose response is None.
    """
    return error.cause_response_code if getattr(error.cause, "response", None) else None


def failure(code: str | None) -> AppError:
    """What an error code of DynamoDB means where it is no refused condition."""
    if code in ("ValidationException", "ValidationError", "ItemCollectionSizeLimitExceeded"):
        return Unstorable()
    return StoreUnavailable(code or "no answer")


@frozen
class Write:
    """One conditional write of a transaction, with a name for its refusal.

    `error` is raised instead of `ConditionFailed` when this write is the one
    that refuses: so a flow says once what a failed condition means.
    """

    name: str
    kind: str  # one of KINDS
    item: Item
    actions: tuple[Action, ...] = ()
    condition: Condition | None = None
    error: AppError | None = None


#: PynamoDB sends, and DynamoDB reports, a transaction's parts in this order.
KINDS = ("check", "delete", "put", "update")


def is_new(item: Item) -> Condition:
    """Holds when no item has this key yet."""
    return type(item).pk.does_not_exist()


def put(
    name: str, item: Item, *, condition: Condition | None = None, error: AppError | None = None
) -> Write:
    """Create an item; by default only if its key is free."""
    wanted = is_new(item) if condition is None else condition
    return Write(name=name, kind="put", item=item, condition=wanted, error=error)


def update(
    name: str,
    item: Item,
    *actions: Action,
    condition: Condition | None,
    error: AppError | None = None,
) -> Write:
    """Change fields of an item under a condition (None only where any state will do)."""
    return Write(
        name=name, kind="update", item=item, actions=actions, condition=condition, error=error
    )


def delete(
    name: str, item: Item, *, condition: Condition | None = None, error: AppError | None = None
) -> Write:
    """Remove an item; by default only if it is there."""
    wanted = type(item).pk.exists() if condition is None else condition
    return Write(name=name, kind="delete", item=item, condition=wanted, error=error)


def check(name: str, item: Item, condition: Condition, *, error: AppError | None = None) -> Write:
    """Only make sure of something another write depends on."""
    return Write(name=name, kind="check", item=item, condition=condition, error=error)


def ref(model: type[I], pk: str, sk: str) -> I:
    """An item known by its key only, to be updated or checked, never saved."""
    return model(pk, sk)


_connection: Connection | None = None


def _shared_connection() -> Connection:
    global _connection
    if _connection is None:
        _connection = Connection(region=TableMeta.region)
        _connection._client = client("dynamodb")
    return _connection


def commit(writes: Iterable[Write]) -> None:
    """Carry out all writes or none.

    A lone write is sent by itself (a transaction costs double). Raises a
    write's own `error`, `ConditionFailed` naming the refusing writes,
    `StoreUnavailable`, or `Contended` when conflicts with parallel transactions
    outlast three further tries: that is no refusal, because no condition was
    looked at.
    """
    ordered = sorted(writes, key=lambda write: KINDS.index(write.kind))
    if not ordered:
        return
    if len(ordered) > MOST_WRITES:
        raise ValueError(f"{len(ordered)} writes do not fit one transaction")
    for attempt in range(CONFLICT_RETRIES + 1):
        refused = _attempt(ordered)
        if refused is None:
            return
        if refused:
            raise _refusal(ordered, refused)
        time.sleep(random.uniform(0, CONFLICT_PAUSE * (attempt + 1)))
    raise Contended(", ".join(write.name for write in ordered))


def _refusal(ordered: Sequence[Write], refused: Sequence[int]) -> AppError:
    for index in refused:
        if (error := ordered[index].error) is not None:
            return error
    return ConditionFailed([ordered[index].name for index in refused])


def _attempt(ordered: Sequence[Write]) -> list[int] | None:
    """None: done. A list: the writes whose conditions failed; empty: a conflict, try again."""
    try:
        if len(ordered) == 1 and ordered[0].kind != "check":
            _send_alone(ordered[0])
        else:
            _send_together(ordered)
    except TransactWriteError as error:
        return _refused_by(error)
    except (PutError, UpdateError, DeleteError) as error:
        if code_of(error) == "ConditionalCheckFailedException":
            return [0]
        if code_of(error) == "TransactionConflictException":
            return []
        raise failure(code_of(error)) from error
    return None


def _refused_by(error: TransactWriteError) -> list[int]:
    reasons = error.cancellation_reasons
    failed = [
        index
        for index, reason in enumerate(reasons)
        if reason is not None and reason.code == "ConditionalCheckFailed"
    ]
    if failed:
        return failed
    codes = {reason.code for reason in reasons if reason is not None}
    if "TransactionConflict" in codes or code_of(error) == ("TransactionInProgressException"):
        return []
    permanent = next((code for code in codes if code == "ValidationError"), None)
    raise failure(permanent or code_of(error)) from error


def _send_together(ordered: Sequence[Write]) -> None:
    with TransactWrite(connection=_shared_connection()) as transaction:
        for write in ordered:
            _SENDERS[write.kind](transaction, write)


_SENDERS: dict[str, Callable[[TransactWrite, Write], None]] = {
    "check": lambda t, w: t.condition_check(
        type(w.item),
        w.item.pk,
        w.item.sk,
        condition=w.condition,
    ),
    "delete": lambda t, w: t.delete(w.item, condition=w.condition),
    "put": lambda t, w: t.save(w.item, condition=w.condition),
    "update": lambda t, w: t.update(w.item, actions=list(w.actions), condition=w.condition),
}


def _send_alone(write: Write) -> None:
    if write.kind == "put":
        write.item.save(condition=write.condition)
    elif write.kind == "delete":
        write.item.delete(condition=write.condition)
    else:
        write.item.update(actions=list(write.actions), condition=write.condition)


def assign(model: type[Item], values: Mapping[str, Any]) -> list[Action]:
    """The actions that give fields these values; None removes the field."""
    actions: list[Action] = []
    for name, value in values.items():
        attribute = getattr(model, name)
        actions.append(attribute.remove() if value is None else attribute.set(value))
    return actions


def get(model: type[I], pk: str, sk: str, *, consistent: bool = True) -> I | None:
    """The item of a key, or None."""
    if ahead.has(key := (model, pk, sk)):
        return cast(I | None, ahead.take(key))
    try:
        return model.get(pk, sk, consistent_read=consistent)
    except model.DoesNotExist:
        return None
    except GetError as error:
        raise failure(code_of(error)) from error


def get_many(
    model: type[I], keys: Iterable[tuple[str, str]], *, consistent: bool = False
) -> dict[tuple[str, str], I]:
    """The items of these keys that exist, by key; a hundred to a request."""
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        return {}
    try:
        found = list(model.batch_get(wanted, consistent_read=consistent))
    except (GetError, PynamoDBException) as error:
        raise StoreUnavailable(str(error)) from error
    return {(item.pk, item.sk): item for item in found}


def remove(model: type[I], keys: Sequence[tuple[str, str]]) -> int:
    """Remove items by key, whatever their state, in batches; returns how many keys there were."""
    try:
        with model.batch_write() as batch:
            for pk, sk in keys:
                batch.delete(ref(model, pk, sk))
    except PynamoDBException as error:
        raise StoreUnavailable(str(error)) from error
    return len(keys)


def query(
    model: type[I],
    pk: str,
    *,
    prefix: str = "",
    consistent: bool = True,
    limit: int | None = None,
    newest_first: bool = False,
) -> Iterator[I]:
    """The items of one hash key whose range key starts with `prefix`, in key order."""
    condition = model.sk.startswith(prefix) if prefix else None
    try:
        yield from model.query(
            pk,
            range_key_condition=condition,
            consistent_read=consistent,
            limit=limit,
            scan_index_forward=not newest_first,
        )
    except QueryError as error:
        raise failure(code_of(error)) from error


def run_again(flow: Callable[[], T], *, times: int = FLOW_TRIES) -> T:
    """Run a load-decide-commit flow again when the state moved under it.

    At once almost the first time, then after growing pauses, so that many who want
    the same take turns. Raises `Contended` when others were quicker every time: what
    is refused for a reason of its own says so by the write's `error`.
    """
    for attempt in range(times):
        try:
            return flow()
        except (ConditionFailed, Contended) as error:
            lost = error
        if attempt < times - 1:
            time.sleep(random.uniform(0, CONFLICT_PAUSE * FIRST_PAUSE * 2**attempt))
    raise Contended(lost.detail) from lost
