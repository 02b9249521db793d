"""What a clock that runs out does to a ticket: priority, tags, who has it. Called by `sla`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..events.tickets import TicketChanged
from ..platform import eventlog, store
from ..platform.context import Context
from ..team import flows as team
from .assignment import given, still_with
from .flows import TICKET_WRITE, about, is_open, merged, same
from .model import Ticket
from .taxonomy import PRIORITIES

HOW = "escalated"


def escalated(
    ticket: Ticket, context: Context, *, raised: int, tags: Sequence[str], leads: Sequence[str]
) -> list[store.Write]:
    """The writes that raise an open ticket's priority by so many steps, tag it, and give it to
    the first of `leads` who is there; none where it all is so already.

    Refused where the ticket is not as it was read: a person's change is never lost.
    """
    fields = _changed(ticket, raised, tags)
    changed = _change(ticket, fields, context) if fields else []
    moved = _given(ticket, leads, context, alone=not changed)
    return merged(changed, moved) if changed else moved


def _changed(ticket: Ticket, raised: int, tags: Sequence[str]) -> dict[str, Any]:
    codes = list(PRIORITIES)
    priority = codes[min(codes.index(ticket.priority) + raised, len(codes) - 1)]
    tagged = list(dict.fromkeys([*ticket.tags, *tags]))
    wanted = {"priority": priority, "tags": tagged}
    return {name: value for name, value in wanted.items() if value != getattr(ticket, name)}


def _change(ticket: Ticket, fields: dict[str, Any], context: Context) -> list[store.Write]:
    codes = [name for name in fields if name != "tags"]
    changed = TicketChanged(
        **about(ticket),
        changed=tuple(sorted(fields)),
        before={name: getattr(ticket, name) for name in codes},
        after={name: fields[name] for name in codes},
    )
    update = store.update(
        TICKET_WRITE,
        same(ticket.pk),
        *store.assign(Ticket, fields),
        Ticket.revision.add(1),
        condition=(Ticket.revision == ticket.revision) & is_open(),
    )
    return [update, eventlog.record(changed, context)]


def _given(
    ticket: Ticket, leads: Sequence[str], context: Context, *, alone: bool
) -> list[store.Write]:
    """`alone`: nothing else counts the ticket's revision up."""
    if ticket.agent_id in leads:
        return []
    found = (team.candidate(one) for one in leads)
    lead = next((one.agent_id for one in found if one is not None and one.active), None)
    if lead is None:
        return []
    unmoved = (Ticket.revision == ticket.revision) & still_with(ticket.agent_id) & is_open()
    return [
        *given(ticket, lead, context, how=HOW, condition=unmoved, command=alone),
        team.take_on(lead, now=context.now, must_be_available=False),
        *(team.let_go(ticket.agent_id, context) if ticket.agent_id else []),
    ]
