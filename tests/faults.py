"""Faults at the boundary to AWS: the process dies at a call, or the answer never comes.

`test_faults` uses it to break a scenario at every single call; slices' tests to
break one call of theirs.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from botocore.client import BaseClient
from botocore.exceptions import ReadTimeoutError

from tests.cloud import Cloud


class Killed(BaseException):
    """The process is gone: nothing of ours may catch it."""


def timed_out() -> BaseException:
    """What botocore raises when an answer does not come, its own retries included."""
    return ReadTimeoutError(endpoint_url="https://aws.example")


@dataclass
class Calls:
    """AWS calls in order, and the one that goes wrong: the `broken`-th, from 1; 0: none.

    `after`: the call takes effect and only its answer is lost.
    """

    broken: int = 0
    after: bool = False
    error: Callable[[], BaseException] = Killed
    made: list[str] = field(default_factory=list)

    def hit(self, operation: str) -> bool:
        self.made.append(operation)
        return len(self.made) == self.broken


@contextmanager
def watched(calls: Calls) -> Iterator[Calls]:
    """Count every AWS call of this process, and break the one that `calls` names."""
    whole: Any = vars(BaseClient)["_make_api_call"]

    def call(client: Any, operation: str, arguments: Any) -> Any:
        hit = calls.hit(operation)
        if hit and not calls.after:
            raise calls.error()
        answer = whole(client, operation, arguments)
        if hit:
            raise calls.error()
        return answer

    with patch.object(BaseClient, "_make_api_call", call):
        yield calls


@dataclass
class Snapshot:
    """Tables and bucket as they were, to start the same story from again and again."""

    cloud: Cloud
    items: dict[str, Any]
    objects: dict[str, bytes]

    @classmethod
    def of(cls, cloud: Cloud) -> Snapshot:
        tables = cloud._tables()
        items = {name: copy.deepcopy(tables[name].items) for name in tables}
        return cls(cloud=cloud, items=items, objects=cloud.objects())

    def restore(self) -> None:
        """Tables and bucket as they were, streams and queues empty, the process a new one."""
        self.cloud.wipe()
        for name, table in self.cloud._tables().items():
            table.items.update(copy.deepcopy(self.items[name]))
        self.cloud.put_objects(self.objects)
