"""The route by which staff put on record that they spoke to a customer after all was done."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ..channels.registry import CHANNELS
from ..events.clocks import ClockFollowedUp
from ..platform import eventlog, store
from ..platform.clock import iso
from ..platform.http import Api, Call, Change, OneOf, View, check_revision
from ..platform.roles import STAFF
from ..tickets import commands, flows
from ..tickets.model import Ticket
from ..tickets.rules import Status
from ..tickets.views import Said
from .of_tickets import PREFIX

bp = Api(__name__)

Channel = Annotated[str, OneOf(tuple(CHANNELS))]


class FollowUp(View):
    """A contact that took place, wherever: `satisfied` is what the customer said of the outcome.

    `satisfied` null: they were not asked. `note` is kept among the ticket's notes.
    """

    satisfied: bool | None = None
    note: Said | None = Field(default=None, min_length=1, max_length=20_000)
    channel: Channel | None = None


class FollowUpView(View):
    ticket_id: str
    satisfied: bool | None
    channel: str | None
    note_id: str | None
    by: str
    at: str


@bp.command(
    "POST",
    "/tickets/{ticket_id}/follow-ups",
    roles=STAFF,
    body=FollowUp,
    returns=FollowUpView,
    status=201,
    summary="Put on record that the customer was spoken to after their matter was done",
    locks=True,
)
def create_follow_up(call: Call[FollowUp], ticket_id: str) -> Change:
    ticket, told = flows.load(ticket_id), call.body
    check_revision(call, int(ticket.revision))
    refusal = commands.TicketNotDone(field="ticket_id")
    if ticket.status != Status.DONE:
        raise refusal
    note_id, noted = _noted(ticket, told.note, call)
    event = ClockFollowedUp(
        profile_id=ticket.origin,
        kept_under=PREFIX + ticket.pk,
        about=PREFIX + ticket.pk,
        satisfied=told.satisfied,
        channel=told.channel,
        note_id=note_id,
    )
    still = store.check(
        flows.TICKET_WRITE, flows.same(ticket.pk), Ticket.status == Status.DONE, error=refusal
    )
    view = FollowUpView(
        ticket_id=ticket.pk,
        satisfied=told.satisfied,
        channel=told.channel,
        note_id=note_id,
        by=call.context.actor,
        at=iso(call.context.now),
    )
    return Change(view=view, writes=[still, *noted, eventlog.record(event, call.context)])


def _noted(
    ticket: Ticket, text: str | None, call: Call[FollowUp]
) -> tuple[str | None, list[store.Write]]:
    if text is None:
        return None, []
    note, writes = commands.note(ticket, text, call.context)
    return note.id, writes
