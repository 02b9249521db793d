"""Routes of tickets, their replies, notes and tasks, and of the taxonomy."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ..conversations import copying
from ..conversations import flows as conversations
from ..conversations.replies import Offering
from ..conversations.views import MessageView
from ..media import uploads
from ..platform import eventlog
from ..platform.clock import iso
from ..platform.errors import Invalid
from ..platform.eventview import EventView
from ..platform.http import Api, Call, Change, Fresh, ListQuery, PageView, check_revision
from ..platform.ownaddress import own_address
from ..platform.roles import EVERYONE, STAFF
from ..profiles import knowing
from . import commands, flows, lists, replying, taxonomy
from .rules import Status, WaitingOn, classify
from .views import (
    Assignment,
    Empty,
    Finish,
    NoteCreate,
    NoteView,
    ReplyCreate,
    SubTypeView,
    TaskQuery,
    TaskView,
    TaxonomyView,
    TicketChange,
    TicketCreate,
    TicketDetail,
    TicketQuery,
    TicketView,
)

bp = Api(__name__)


@bp.get(
    "/tickets",
    roles=STAFF,
    returns=PageView[TicketView],
    query=TicketQuery,
    summary="Tickets, newest first; q searches number and subject without accents",
)
def list_tickets(call: Call[None]) -> PageView[TicketView]:
    found = lists.tickets(call.page(), call.query)
    items = [TicketView.of(item) for item in found.items]
    return PageView[TicketView](items=items, next_cursor=found.next_cursor)


@bp.command(
    "POST",
    "/tickets",
    roles=STAFF,
    body=TicketCreate,
    returns=TicketView,
    status=201,
    summary="Open a ticket for a customer by hand",
    refuses=(404,),
)
def create_ticket(call: Call[TicketCreate]) -> Change:
    wanted = call.body
    standing = knowing.standing_of(wanted.profile_id)
    if wanted.source not in taxonomy.SOURCES:
        raise Invalid(f"one of {', '.join(taxonomy.SOURCES)}", field="source")
    kind = commands.checked_type(wanted.type, wanted.sub_type)
    matter = flows.Matter(
        profile_id=standing.owner,
        tier=standing.tier,
        at=call.context.now,
        classified=classify(*kind, tier=standing.tier),
        source=wanted.source,
        subject=wanted.subject,
        branch=wanted.branch,
        order=wanted.order,
        product=wanted.product,
    )
    opened = flows.open_ticket(matter, call.context)
    writes = [*opened.writes, knowing.stands_for_itself(standing.owner)]
    return Change(view=TicketView.of(opened.ticket), writes=writes, revision=0)


@bp.get("/tickets/{ticket_id}", roles=STAFF, returns=TicketDetail, summary="One ticket, whole")
def read_ticket(call: Call[None], ticket_id: str) -> Fresh:
    ticket = flows.load(ticket_id)
    tasks = [TaskView.of(item) for item in lists.tasks_of(ticket_id)]
    shown = TicketView.of(ticket).model_dump()
    return Fresh(view=TicketDetail(**shown, tasks=tasks), revision=int(ticket.revision))


@bp.command(
    "PATCH",
    "/tickets/{ticket_id}",
    roles=STAFF,
    body=TicketChange,
    returns=TicketView,
    summary="Correct a ticket's fields or move it to another department",
    locks=True,
)
def change_ticket(call: Call[TicketChange], ticket_id: str) -> Change:
    ticket = flows.load(ticket_id)
    check_revision(call, int(ticket.revision))
    wanted = call.body.model_dump(exclude_unset=True)
    fields, writes = commands.change(ticket, wanted, call.context, principal=call.principal)
    revision = int(ticket.revision) + (1 if writes else 0)
    view = TicketView.of(ticket, **fields, revision=revision)
    return Change(view=view, writes=writes, revision=revision)


@bp.command(
    "POST",
    "/tickets/{ticket_id}/replies",
    roles=EVERYONE,
    body=ReplyCreate,
    returns=MessageView,
    status=202,
    summary="Answer the customer on their own channel",
    locks=True,
)
def create_reply(call: Call[ReplyCreate], ticket_id: str) -> Change:
    ticket = flows.load(ticket_id)
    check_revision(call, int(ticket.revision))
    replied = replying.reply(
        ticket,
        call.body.text,
        call.context,
        principal=call.principal,
        expects_answer=call.body.expects_answer,
        conversation_id=call.body.conversation_id,
        reply_to=call.body.reply_to,
        privately=call.body.privately,
        exactly=call.if_match is not None,
        offering=_offering(call.body),
    )
    if call.body.media:
        said, wanted = replied.message, [(one.id, one.name) for one in call.body.media]
        said.attachments, said.copies = uploads.attached(said.pk, said.id, wanted)
    return Change(
        view=MessageView.of(replied.message),
        writes=replied.writes,
        refused=lambda: copying.take_back(replied.writes),
    )


def _offering(body: ReplyCreate) -> Offering:
    return Offering(
        choices=tuple(one.as_choice() for one in body.choices),
        purpose=body.purpose,
        unsubscribe=f"{own_address(bp.current_request)}/unsubscribe",
        commitments=tuple(dict.fromkeys(body.commitment_versions)),
    )


@bp.get(
    "/tickets/{ticket_id}/messages",
    roles=STAFF,
    returns=PageView[MessageView],
    query=ListQuery,
    summary="The messages of a ticket over all its channels, newest first",
)
def list_ticket_messages(call: Call[None], ticket_id: str) -> PageView[MessageView]:
    flows.load(ticket_id)
    found = conversations.messages_of_ticket(call.page(), ticket_id)
    items = [MessageView.of(item) for item in found.items]
    return PageView[MessageView](items=items, next_cursor=found.next_cursor)


@bp.command(
    "POST",
    "/tickets/{ticket_id}/notes",
    roles=STAFF,
    body=NoteCreate,
    returns=NoteView,
    status=201,
    summary="Add an internal note",
    locks=True,
)
def create_note(call: Call[NoteCreate], ticket_id: str) -> Change:
    ticket = flows.load(ticket_id)
    check_revision(call, int(ticket.revision))
    note, writes = commands.note(ticket, call.body.text, call.context)
    return Change(view=NoteView.of(note), writes=writes)


@bp.get(
    "/tickets/{ticket_id}/notes",
    roles=STAFF,
    returns=PageView[NoteView],
    query=ListQuery,
    summary="The notes of a ticket, newest first",
)
def list_notes(call: Call[None], ticket_id: str) -> PageView[NoteView]:
    flows.load(ticket_id)
    found = lists.notes(call.page(), ticket_id)
    items = [NoteView.of(item) for item in found.items]
    return PageView[NoteView](items=items, next_cursor=found.next_cursor)


@bp.command(
    "POST",
    "/tickets/{ticket_id}/assignment",
    roles=STAFF,
    body=Assignment,
    returns=TicketView,
    summary="Claim a ticket, or hand it to somebody",
    locks=True,
)
def assign_ticket(call: Call[Assignment], ticket_id: str) -> Change:
    agent_id = call.body.agent_id or call.principal.agent_id
    if agent_id is None:
        raise Invalid("this token belongs to no agent: name one", field="agent_id")
    ticket = flows.load(ticket_id)
    check_revision(call, int(ticket.revision))
    writes = commands.hand_to(ticket, agent_id, call.context, principal=call.principal)
    after: dict[str, Any] = {"agent_id": agent_id}
    claimed = agent_id == call.principal.agent_id
    if writes and claimed and ticket.status == Status.NEW:
        after |= {"status": Status.IN_PROGRESS, "started_at": iso(call.context.now)}
    return _changed(ticket, writes, after)


@bp.command(
    "DELETE",
    "/tickets/{ticket_id}/assignment",
    roles=STAFF,
    returns=TicketView,
    summary="Put a ticket back into its department's queue",
    locks=True,
)
def unassign_ticket(call: Call[None], ticket_id: str) -> Change:
    ticket = flows.load(ticket_id)
    check_revision(call, int(ticket.revision))
    writes = commands.give_back(ticket, call.context, principal=call.principal)
    return _changed(ticket, writes, {"agent_id": None})


@bp.command(
    "POST",
    "/tickets/{ticket_id}/done",
    roles=STAFF,
    body=Finish,
    returns=TicketView,
    summary="Finish a ticket with its outcome",
    locks=True,
)
def finish_ticket(call: Call[Finish], ticket_id: str) -> Change:
    ticket = flows.load(ticket_id)
    check_revision(call, int(ticket.revision))
    writes = commands.finish(ticket, call.body.outcome, call.context)
    after = {
        "status": Status.DONE,
        "outcome": call.body.outcome,
        "done_at": iso(call.context.now),
    }
    return _changed(ticket, writes, after)


@bp.command(
    "POST",
    "/tickets/{ticket_id}/reopen",
    roles=STAFF,
    body=Empty,
    returns=TicketView,
    summary="Make a done ticket work again",
    locks=True,
)
def reopen_ticket(call: Call[Empty], ticket_id: str) -> Change:
    ticket = flows.load(ticket_id)
    check_revision(call, int(ticket.revision))
    if ticket.status != Status.DONE:
        raise commands.TicketNotDone(field="ticket_id")
    writes = flows.reopen(ticket, call.context, why="person", at=call.context.now, command=True)
    after = {
        "status": Status.IN_PROGRESS,
        "outcome": None,
        "done_at": None,
        "waiting_on": WaitingOn.AGENT,
        "reopened": int(ticket.reopened) + 1,
    }
    return _changed(ticket, writes, after)


def _changed(ticket: Any, writes: list[Any], after: dict[str, Any]) -> Change:
    revision = int(ticket.revision) + (1 if writes else 0)
    view = TicketView.of(ticket, **after, revision=revision)
    return Change(view=view, writes=writes, revision=revision)


@bp.get(
    "/tickets/{ticket_id}/events",
    roles=STAFF,
    returns=PageView[EventView],
    query=ListQuery,
    summary="Everything that happened to a ticket, oldest first",
)
def list_ticket_events(call: Call[None], ticket_id: str) -> PageView[EventView]:
    flows.load(ticket_id)
    found = eventlog.history(f"ticket#{ticket_id}", call.page())
    items = [EventView.of(eventlog.recorded(item)) for item in found.items]
    return PageView[EventView](items=items, next_cursor=found.next_cursor)


@bp.get(
    "/tasks",
    roles=STAFF,
    returns=PageView[TaskView],
    query=TaskQuery,
    summary="A department's open tasks, oldest first",
)
def list_tasks(call: Call[None]) -> PageView[TaskView]:
    found = lists.waiting_tasks(call.page(), call.query.department_id)
    items = [TaskView.of(item) for item in found.items]
    return PageView[TaskView](items=items, next_cursor=found.next_cursor)


@bp.command(
    "POST",
    "/tickets/{ticket_id}/tasks/{task_id}/done",
    roles=STAFF,
    body=Empty,
    returns=TaskView,
    summary="A department has done its part",
    locks=True,
)
def finish_task(call: Call[Empty], ticket_id: str, task_id: str) -> Change:
    ticket, task = flows.load(ticket_id), commands.load_task(ticket_id, task_id)
    check_revision(call, int(ticket.revision))
    writes = commands.finish_task(ticket, task, call.context)
    after = {"status": "done", "finished_at": task.finished_at or iso(call.context.now)}
    return Change(view=TaskView.of(task, **after), writes=writes)


@bp.get("/taxonomy", roles=EVERYONE, returns=TaxonomyView, summary="Every code a ticket may carry")
def read_taxonomy(call: Call[None]) -> TaxonomyView:
    return TaxonomyView(
        types=taxonomy.TYPES,
        sub_types=[SubTypeView(**asdict(row)) for row in taxonomy.SUB_TYPES.values()],
        sources=taxonomy.SOURCES,
        statuses=taxonomy.STATUSES,
        waiting_on=taxonomy.WAITING_ON,
        priorities=taxonomy.PRIORITIES,
        outcomes=taxonomy.OUTCOMES,
        stages=taxonomy.STAGES,
        touchpoints=list(taxonomy.TOUCHPOINTS),
    )
