"""Worker processes that queue and stream functions run in, one call at a time each, as on Lambda.

In one interpreter with the HTTP app they would wait for each other while a
second core stands idle. Started by `runtime`, which hands `Workers.call` to its pumps.
"""

from __future__ import annotations

import importlib
import logging
import multiprocessing
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection
from typing import Any

from .invoke import invoke
from .sources import Handler

log = logging.getLogger(__name__)

#: More than cores, because a function waits for the engine half of its time.
COUNT = 4


class FunctionFailed(RuntimeError):
    """A function raised, or its process died; the message names the exception."""


class Workers:
    """A few processes with the application imported; they end with this one, however it ends."""

    def __init__(self, app: str, *, count: int = COUNT) -> None:
        self._app = app
        self._count = count
        self._replacing = threading.Lock()
        self._pool = self._fresh()

    def call(self, handler: Handler, event: dict[str, Any]) -> Any:
        """Run the function in a free worker and return what it returns.

        Raises:
            FunctionFailed
        """
        pool = self._pool
        try:
            answer, error = pool.submit(_run, handler, event).result()
        except BrokenProcessPool as broken:
            self._replace(pool)
            raise FunctionFailed(f"its worker died: {broken}") from None
        if error:
            raise FunctionFailed(error)
        return answer

    def start(self) -> None:
        """Have the workers import the application now, not when the first message waits for it."""
        self._pool.submit(os.getpid)

    def stop(self) -> None:
        """End the workers after the calls at work."""
        self._pool.shutdown(wait=True)

    def _replace(self, broken: ProcessPoolExecutor) -> None:
        with self._replacing:
            if self._pool is broken:
                log.error("a worker died; starting new ones")
                broken.shutdown(wait=False)
                self._pool = self._fresh()

    def _fresh(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self._count,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_begin,
            initargs=(self._app,),
        )


def _begin(app: str) -> None:
    """In a new worker: leave signals to the parent, end with it, import the application."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    importlib.import_module(app)


def _end_with_parent() -> None:
    """A killed parent closes no pipes that its workers hold open themselves: they would wait on."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])
    os._exit(1)


def _run(handler: Handler, event: dict[str, Any]) -> tuple[Any, str]:
    """What the function returned, or its exception as text: not every exception can be sent."""
    try:
        return invoke(handler, event), ""
    except Exception as error:  # noqa: BLE001  Lambda too takes any exception as "failed"
        return None, f"{type(error).__name__}: {error}"
