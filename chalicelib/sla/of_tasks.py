"""Tasks inside tickets as subjects of service clocks. Registered in `subjects`.

A key is `task#<ticket>#<task>`: the log is the ticket's. Steps tell the department that has the
work; they change nothing, because a task has neither priority nor agent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial

from ..events.tickets import TaskOpened
from ..platform.eventlog import Recorded
from ..tickets import flows as tickets
from ..tickets import lists
from . import in_charge
from .story import of_task
from .subjects import Subject

PREFIX = "task#"


def key_of(ticket_id: str, task_id: str) -> str:
    """How the clocks of a task are named."""
    return f"{PREFIX}{ticket_id}#{task_id}"


def subject(key: str) -> Subject:
    """The task of a key."""
    ticket_id, _, task_id = key.removeprefix(PREFIX).partition("#")
    return Subject(
        key=key,
        log=f"ticket#{ticket_id}",
        hears=partial(of_task, task_id=task_id, key=key),
        recipients=partial(recipients, ticket_id, task_id),
    )


def recipients(ticket_id: str, task_id: str, whom: Sequence[str], now: datetime) -> tuple[str, ...]:
    """Who is told of a task now: for want of an agent the leads of its department."""
    task = tickets.find_task(ticket_id, task_id)
    if task is None:
        return ()
    return in_charge.told(whom, in_charge.of_department(task.task_department), now)


def keys_of(ticket_id: str) -> Iterator[str]:
    """The keys of all tasks of a ticket; one query."""
    for task in lists.tasks_of(ticket_id):
        yield key_of(ticket_id, task.id)


def opened(events: Iterable[Recorded]) -> list[str]:
    """The ids of the tasks that a ticket's log tells of."""
    return [event.data["task_id"] for event in events if event.name == TaskOpened.name]
