"""Whose work a subject of clocks is: its department, team and agent. Called by `foreseeing`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from ..tickets import flows as tickets
from ..tickets.taxonomy import CUSTOMER_CARE
from . import of_rights, of_tasks, of_tickets, subjects
from .forecast import NOWHERE, Place


def places(keys: Iterable[str]) -> dict[str, Place]:
    """Where these subjects stand; two reads for a hundred of a kind. What is gone is nowhere."""
    wanted = list(keys)
    found: dict[str, Place] = {}
    for kind, of_kind in KINDS.items():
        found |= of_kind([key for key in wanted if subjects.kind_of(key) == kind])
    return {key: found.get(key, NOWHERE) for key in wanted}


def _tickets(keys: Sequence[str]) -> dict[str, Place]:
    ids = {key: key.removeprefix(of_tickets.PREFIX) for key in keys}
    found = tickets.several(ids.values())
    return {
        key: Place(
            ticket_id=one,
            number=found[one].number,
            department_id=found[one].department_id,
            team_id=found[one].team_id,
            agent_id=found[one].agent_id,
        )
        for key, one in ids.items()
        if one in found
    }


def _tasks(keys: Sequence[str]) -> dict[str, Place]:
    """A task is its department's work, whoever has the ticket."""
    parts = {key: key.removeprefix(of_tasks.PREFIX).partition("#") for key in keys}
    items = {key: (ticket, task) for key, (ticket, _, task) in parts.items()}
    found = tickets.several_tasks(items.values())
    return {
        key: Place(ticket_id=item[0], department_id=found[item].task_department)
        for key, item in items.items()
        if item in found
    }


def _rights(keys: Sequence[str]) -> dict[str, Place]:
    return {key: Place(department_id=CUSTOMER_CARE) for key in keys}


KINDS: Mapping[str, Callable[[Sequence[str]], dict[str, Place]]] = {
    "ticket": _tickets,
    "task": _tasks,
    of_rights.KIND: _rights,
}
