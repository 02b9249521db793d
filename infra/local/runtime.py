"""The application's process: HTTP on loopback, schedules, a pump for every queue and stream.

Started by `up` with the engine's environment; ends on SIGTERM, after the work
at hand and what waits in the queues is done (or 20 s have passed).
"""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from chalice import Chalice
from waitress.server import create_server

from infra.names import ROOT

from .engine import HOST, Engine, find
from .gateway import Application, Gateway
from .home import Home, read_record, write_record
from .invoke import Call, invoke
from .missed import missed
from .queues import QueuePump
from .schedules import SchedulePump, last_runs
from .sources import QueueSource, ScheduleSource, StreamSource, http_handler, sources_of
from .streams import Ledger, StreamPump
from .workers import Workers

log = logging.getLogger(__name__)

THREADS = 24  # of HTTP; some may be waiting, see gateway.pause
#: Bytes. Above it the connection is cut; between API Gateway's limit and this one
#: the body is read to its end, so that the client sees our 413.
HARD_LIMIT = 64 * 1024 * 1024
DRAIN_SECONDS = 20
#: Longer than a stream's pause and a poll of a queue together: nothing is on its way any more.
QUIET_SECONDS = 0.8
DISPATCHED = "dispatched"  # record: how far the stream is done
SCHEDULES = "schedules"  # record: last run by function


class Pump(Protocol):
    """What feeds functions from one source."""

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def quiet_for(self) -> float: ...


class Runtime:
    """Everything that runs beside the engine, for one app on one state folder."""

    def __init__(
        self, app: Chalice, *, home: Home, engine: Engine, prefix: str, call: Call = invoke
    ) -> None:
        self._home = home
        self._call = call
        self._engine = engine
        self._keeping = threading.Lock()
        self._sqs = engine.client("sqs")
        self.application = Application(Gateway(app, http_handler(app)), self._behind)
        sources = sources_of(app, prefix=prefix)
        exports = _exports(engine)
        self.queues = [self._queue(one) for one in sources if isinstance(one, QueueSource)]
        self.streams = [
            self._stream(one, exports) for one in sources if isinstance(one, StreamSource)
        ]
        self.schedules = [self._schedule(one) for one in sources if isinstance(one, ScheduleSource)]
        self.pumps: list[Pump] = [*self.streams, *self.queues]

    def start(self) -> None:
        """Pump every event source; streams first dispatch what was not."""
        for pump in self.pumps:
            pump.start()
        for schedule in self.schedules:
            schedule.start()

    def stop(self, *, seconds: float = DRAIN_SECONDS) -> bool:
        """Finish requests, then queues and streams; True if nothing was left to do."""
        self.application.closing = True
        for schedule in self.schedules:
            schedule.stop()
        drained = self._drain(seconds)
        stoppers = [threading.Thread(target=one.stop) for one in self.pumps]
        for stopper in stoppers:  # at once: each waits for the end of its own poll
            stopper.start()
        for stopper in stoppers:
            stopper.join()
        return drained

    def _behind(self) -> float:
        return max((queue.behind() for queue in self.queues), default=0.0)

    def _drain(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            quiet = min((pump.quiet_for() for pump in self.pumps), default=QUIET_SECONDS + 1)
            if not self.application.at_work and quiet > QUIET_SECONDS:
                return True
            time.sleep(0.05)
        return False

    def _queue(self, source: QueueSource) -> QueuePump:
        record = self._home.record(f"inflight-{source.queue}")
        return QueuePump(source, sqs=self._sqs, record=record, call=self._call)

    def _schedule(self, source: ScheduleSource) -> SchedulePump:
        last = last_runs(read_record(self._home.record(SCHEDULES))).get(source.handler.name)
        return SchedulePump(source, last=last, ran=self._keeper(source.handler.name))

    def _keeper(self, name: str) -> Callable[[datetime], None]:
        def keep(moment: datetime) -> None:
            with self._keeping:
                path = self._home.record(SCHEDULES)
                write_record(path, read_record(path) | {name: moment.isoformat()})

        return keep

    def _stream(self, source: StreamSource, exports: dict[str, str]) -> StreamPump:
        kept = read_record(self._home.record(DISPATCHED)).get(source.table, {})
        since, dynamodb = kept.get("until", 0), self._engine.client("dynamodb")
        ledger = Ledger(
            position=kept.get("position", ""),
            done=self._dispatched(source.table),
            missed=lambda: missed(dynamodb, source.table, since=since),
            give_up=self._dead_letters(exports[source.failed]),
        )
        streams = self._engine.client("dynamodbstreams")
        return StreamPump(source, streams=streams, ledger=ledger, call=self._call)

    def _dispatched(self, table: str) -> Callable[[str, int], None]:
        def keep(position: str, until: int) -> None:
            with self._keeping:
                path = self._home.record(DISPATCHED)
                mark = {"position": position, "until": until}
                write_record(path, read_record(path) | {table: mark})

        return keep

    def _dead_letters(self, arn: str) -> Callable[[dict[str, Any]], None]:
        url = self._sqs.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"]

        def send(message: dict[str, Any]) -> None:
            log.error("a stream record failed for good: %s", message["DDBStreamBatchInfo"])
            self._sqs.send_message(QueueUrl=url, MessageBody=json.dumps(message))

        return send


class Server:
    """The HTTP server, in a thread of its own."""

    def __init__(self, application: Application, port: int) -> None:
        self._server = create_server(
            application,
            host=HOST,
            port=port,
            threads=THREADS,
            ident=None,
            max_request_body_size=HARD_LIMIT,
            asyncore_use_poll=True,
            connection_limit=1000,
            channel_timeout=60,
        )
        self.port = int(self._server.effective_port)

    def start(self) -> None:
        """Serve until the process ends."""
        threading.Thread(target=self._server.run, name="http", daemon=True).start()

    def stop(self) -> None:
        """Let the worker threads end; requests have been answered by now."""
        self._server.task_dispatcher.shutdown()


def _exports(engine: Engine) -> dict[str, str]:
    """What the infrastructure stack exports: name → value."""
    pages = engine.client("cloudformation").get_paginator("list_exports").paginate()
    return {one["Name"]: one["Value"] for page in pages for one in page["Exports"]}


def main(arguments: Sequence[str]) -> int:
    """Run until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--app", default="app", help="module with the Chalice object `app`")
    asked = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    home = Home(folder=asked.folder)
    engine = find(home)
    if engine is None:
        log.error("no engine runs on %s", home.folder)
        return 1
    workers = Workers(asked.app)
    workers.start()
    app = importlib.import_module(asked.app).app
    runtime = Runtime(
        app, home=home, engine=engine, prefix=os.environ["RESOURCE_PREFIX"], call=workers.call
    )
    server = Server(runtime.application, asked.port)
    runtime.start()
    server.start()
    log.info("serving on %s:%d", HOST, server.port)
    ended.wait()
    log.info("stopping: finishing what is at hand")
    log.info("nothing left" if runtime.stop() else "some work is left for the next start")
    workers.stop()
    server.stop()
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main(sys.argv[1:]))
