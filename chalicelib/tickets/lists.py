"""Lists of tickets and tasks: which index answers which filter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..platform import store
from ..platform.pages import Page, PageRequest, page
from .model import NOTE, TASK, Note, Task, Ticket
from .search import tickets as search

#: Filters without an index of their own: they narrow a page after it was read.
NARROWING = ("status", "type", "sub_type", "source", "channel", "priority", "branch", "waiting_on")
#: Filters by index key; the first one given chooses the index, the rest narrow.
INDEXED = ("profile_id", "agent_id", "department_id")


def tickets(request: PageRequest, query: Any) -> Page[Ticket]:
    """A page of tickets; short when a filter without an index dropped some."""
    keep = _narrowed(query)
    if query.q is not None:
        found = search(request, query.q)
        kept = [ticket for ticket in found.items if keep(ticket)]
        return Page(items=kept, next_cursor=found.next_cursor)
    if query.unassigned and query.department_id is not None:
        return page(
            Ticket,
            request,
            query.department_id,
            index=Ticket.waiting,
            newest_first=False,
            keep=keep,
        )
    return _indexed(request, query, keep)


def _indexed(request: PageRequest, query: Any, keep: Callable[[Ticket], bool]) -> Page[Ticket]:
    if query.profile_id is not None:
        return page(Ticket, request, query.profile_id, index=Ticket.by_profile, keep=keep)
    where = None if query.status is None else Ticket.status_at.startswith(f"{query.status}#")
    if query.agent_id is not None:
        return page(Ticket, request, query.agent_id, index=Ticket.by_agent, where=where, keep=keep)
    if query.department_id is not None:
        return page(
            Ticket, request, query.department_id, index=Ticket.by_department, where=where, keep=keep
        )
    if query.status is not None:
        return page(Ticket, request, query.status, index=Ticket.by_status, keep=keep)
    return page(Ticket, request, "tickets", index=Ticket.by_listing, keep=keep)


def _narrowed(query: Any) -> Callable[[Ticket], bool]:
    wanted = {
        name: value
        for name in (*NARROWING, *INDEXED)
        if (value := getattr(query, name)) is not None
    }

    def keep(ticket: Ticket) -> bool:
        if query.unassigned is not None and query.unassigned != (ticket.agent_id is None):
            return False
        return all(getattr(ticket, name) == value for name, value in wanted.items())

    return keep


def tasks_of(ticket_id: str) -> list[Task]:
    """The tasks of a ticket, oldest first."""
    return list(store.query(Task, ticket_id, prefix=TASK))


def waiting_tasks(request: PageRequest, department_id: str) -> Page[Task]:
    """The open tasks of a department, oldest first."""
    return page(Task, request, f"task#{department_id}", index=Task.waiting, newest_first=False)


def notes(request: PageRequest, ticket_id: str) -> Page[Note]:
    """The notes of a ticket, newest first."""
    return page(Note, request, ticket_id, where=Note.sk.startswith(NOTE))
