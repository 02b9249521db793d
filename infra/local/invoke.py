"""Calling a function the way Lambda does: by its handler path, with an event and a context.

Used by every pump; the functions are imported once and run in our threads.
"""

from __future__ import annotations

import importlib
import time
import uuid
from collections.abc import Callable
from functools import cache
from typing import Any

from .engine import REGION
from .sources import Handler

Call = Callable[[Handler, dict[str, Any]], Any]

ACCOUNT = "000000000000"  # the engine's only account


class Context:
    """The part of Lambda's context object that libraries and handlers read."""

    function_version = "$LATEST"
    identity = None
    client_context = None

    def __init__(self, handler: Handler) -> None:
        self.function_name = handler.name
        self.memory_limit_in_mb = handler.memory
        self.invoked_function_arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{handler.name}"
        self.aws_request_id = str(uuid.uuid4())
        self.log_group_name = f"/aws/lambda/{handler.name}"
        self.log_stream_name = "local"
        self._deadline = time.monotonic() + handler.timeout

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda would end the call; here nobody does."""
        return max(0, int((self._deadline - time.monotonic()) * 1000))


def invoke(handler: Handler, event: dict[str, Any]) -> Any:
    """Run the function and return what it returns; its exceptions pass through."""
    return _function(handler.path)(event, Context(handler))


@cache
def _function(path: str) -> Callable[[dict[str, Any], Context], Any]:
    module, _, name = path.rpartition(".")
    function: Callable[[dict[str, Any], Context], Any] = getattr(
        importlib.import_module(module), name
    )
    return function
