"""The schedule pump: `rate(…)` and `cron(…)` functions at their times, as EventBridge rules do.

A rate goes on from its last run, which is kept over restarts: a rate of a day
runs daily even on a machine that is restarted every hour.
"""

from __future__ import annotations

import logging
import re
import threading
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from cronsim import CronSim

from .engine import REGION
from .invoke import ACCOUNT, invoke
from .sources import ScheduleSource

log = logging.getLogger(__name__)

#: A rate that never ran starts soon after the start: on AWS too a new rule
#: does not wait long.
FIRST_RUN = timedelta(seconds=2)
UNITS = {"minute": 60, "hour": 3600, "day": 86400}
#: AWS counts week days from Sunday = 1; everybody else from Sunday = 0.
WEEK_DAYS = re.compile(r"(?<![#/\w])[1-7]")


class BadSchedule(ValueError):
    """An expression that is neither a rate nor a cron of AWS."""


class SchedulePump:
    """Runs one function at its times until it is stopped.

    `last` is the moment of its last run, if known; `ran(moment)` is told of every run.
    """

    def __init__(
        self, source: ScheduleSource, *, last: datetime | None, ran: Callable[[datetime], None]
    ) -> None:
        self.source = source
        self._ran = ran
        self._next = next_run(source.expression, last=last, now=datetime.now(UTC))
        self._ended = threading.Event()
        self._runner = threading.Thread(target=self._run, name=source.handler.name, daemon=True)

    def start(self) -> None:
        """Begin to wait for the first time."""
        self._runner.start()

    def stop(self) -> None:
        """Run no more; a run at work is finished."""
        self._ended.set()
        self._runner.join()

    def _run(self) -> None:
        while not self._ended.wait(max(0.0, (self._next - datetime.now(UTC)).total_seconds())):
            moment = datetime.now(UTC)
            self._call(moment)
            self._ran(moment)
            self._next = next_run(self.source.expression, last=moment, now=datetime.now(UTC))

    def _call(self, moment: datetime) -> None:
        try:
            invoke(self.source.handler, event(self.source, moment))
        except Exception as error:  # noqa: BLE001  a failed run must not end the schedule
            log.warning("%s: %s: %s", self.source.handler.name, type(error).__name__, error)


def next_run(expression: str, *, last: datetime | None, now: datetime) -> datetime:
    """When a schedule is due next: at once if its time has passed. All times UTC.

    Raises:
        BadSchedule: the expression is not one of AWS.
    """
    if (rate := re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression)) is not None:
        interval = timedelta(seconds=int(rate[1]) * UNITS[rate[2]])
        return max(now, last + interval) if last else now + min(FIRST_RUN, interval)
    if (cron := re.fullmatch(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) \S+\)", expression)) is not None:
        minutes, hours, days, months, week_days = (part.replace("?", "*") for part in cron.groups())
        week_days = WEEK_DAYS.sub(lambda found: str(int(found[0]) - 1), week_days)
        return next(CronSim(f"{minutes} {hours} {days} {months} {week_days}", now))
    raise BadSchedule(f"{expression!r} is neither rate(…) nor cron(…)")


def event(source: ScheduleSource, moment: datetime) -> dict[str, Any]:
    """The event EventBridge sends for a rule."""
    rule = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{source.handler.name}"
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [rule],
        "detail": {},
    }


def last_runs(kept: Mapping[str, Any]) -> dict[str, datetime]:
    """The moments of the last runs by function name, as kept in a record."""
    return {name: datetime.fromisoformat(text) for name, text in kept.items()}
