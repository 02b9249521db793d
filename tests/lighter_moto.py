"""moto without what it spends most of its time on: the same answers, for half of the price.

Called by `cloud` when moto starts. Three habits are replaced, each measured on this suite: a
transaction copies every table it touches whole in case it fails (here: the items it names); an
answer of DynamoDB is searched for every member of its shape under a dozen aliases (it is named
as AWS names it); and each call lists the methods of the class that answers it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any
from unittest.mock import patch

from moto.core import responses, serialize, utils
from moto.dynamodb import models
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table


@contextmanager
def lighter() -> Iterator[None]:
    """Until the block ends."""
    with ExitStack() as stack:
        for target, name, instead in (
            (models, "copy", _CopyOfItems),
            (DynamoDBBackend, "transact_write_items", _transact(_WHOLE)),
            (serialize.AttributePicker, "__call__", _picked(_SEARCHED)),
            (responses, "method_names_from_class", cache(utils.method_names_from_class)),
        ):
            stack.enter_context(patch.object(target, name, instead))
        yield


_WHOLE: Callable[..., None] = DynamoDBBackend.transact_write_items
_SEARCHED: Callable[..., Any] = serialize.AttributePicker.__call__


class _CopyOfItems:
    """`copy` as `moto.dynamodb.models` uses it, for which tables stay where they are."""

    @staticmethod
    def deepcopy(value: Any) -> Any:
        return value if isinstance(value, Table) else copy.deepcopy(value)


def _transact(whole: Callable[..., None]) -> Callable[..., None]:
    def transact(backend: DynamoDBBackend, transact_items: Sequence[dict[str, Any]]) -> None:
        before = [_Place.of(backend, item) for item in transact_items]
        streams = [
            (table.stream_shard, len(table.stream_shard.items))
            for table in {id(one.table): one.table for one in before}.values()
            if table.stream_shard is not None
        ]
        try:
            whole(backend, transact_items)
        except BaseException:
            for place in before:
                place.restore()
            for shard, length in streams:
                del shard.items[length:]
            raise

    return transact


class _Place:
    """One item of a table, there or not, as it was."""

    def __init__(self, table: Table, keys: Sequence[DynamoType]) -> None:
        self.table = table
        self._hash, self._range = keys
        found = table.items.get(self._hash, {}).get(self._range)
        self._item = copy.deepcopy(found)

    @classmethod
    def of(cls, backend: DynamoDBBackend, item: dict[str, Any]) -> _Place:
        """The place of a transaction's entry. All our tables have both keys."""
        (operation,) = item.values()
        table = backend.tables[operation["TableName"]]
        named = operation.get("Key") or operation["Item"]
        keys = [DynamoType(named[name]) for name in (table.hash_key_attr, table.range_key_attr)]
        return cls(table, keys)

    def restore(self) -> None:
        """Back to how it was."""
        if self._item is not None:
            self.table.items[self._hash][self._range] = self._item
            return
        self.table.items.get(self._hash, {}).pop(self._range, None)


def _picked(searched: Callable[..., Any]) -> Callable[..., Any]:
    def pick(picker: Any, context: Any) -> Any:
        if context.service_model.service_name == "dynamodb" and type(context.obj) is dict:
            return context.obj.get(context.key)
        return searched(picker, context)

    return pick
