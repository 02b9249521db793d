"""The route that sends an approved template to a customer, with or without a ticket."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ..channels.event import Author
from ..conversations import template_messages
from ..conversations.template_messages import Push
from ..conversations.views import MessageView
from ..language.extraction import phone
from ..platform import store
from ..platform.context import Context
from ..platform.errors import Invalid
from ..platform.http import Api, Call, Change, View
from ..platform.roles import EVERYONE, Role
from ..profiles.family import root_of
from . import flows, replying
from .model import Ticket
from .rules import Status

bp = Api(__name__)

Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]
TemplateId = Annotated[str, StringConstraints(min_length=1, max_length=250)]
GapName = Annotated[str, StringConstraints(min_length=1, max_length=100)]
GapText = Annotated[str, StringConstraints(max_length=4096)]
TrackingId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,48}$")]


class TemplateMessage(View):
    """`account_id` and `template_id` are ours (`/v1/channel-accounts/{id}/templates`). `data`
    fills the template's gaps. `tracking_id` comes back with what the provider tells of the
    message; without it the message's own id does. It goes to the customer's phone or to their id
    on the account (`user`), as the channel prefers, unless `by` or `phone` says otherwise.
    """

    profile_id: Id
    account_id: Id
    template_id: TemplateId
    data: Annotated[dict[GapName, GapText], Field(max_length=50)] = Field(default_factory=dict)
    tracking_id: TrackingId | None = None
    ticket_id: Id | None = None
    by: Literal["user", "phone"] | None = None
    phone: Annotated[str, StringConstraints(min_length=8, max_length=20)] | None = None


@bp.command(
    "POST",
    "/template-messages",
    roles=EVERYONE,
    body=TemplateMessage,
    returns=MessageView,
    status=202,
    summary="Send an approved template to a customer",
    refuses=(404, 410),
)
def send_template(call: Call[TemplateMessage]) -> Change:
    body, principal = call.body, call.principal
    ticket = None if body.ticket_id is None else _theirs(body.ticket_id, body.profile_id)
    human = principal.role is not Role.INTEGRATION
    pushed = template_messages.push(
        Push(
            profile_id=body.profile_id,
            account=body.account_id,
            template=body.template_id,
            data=body.data,
            tracking_id=body.tracking_id,
            by=body.by,
            phone=_number(body.phone),
            ticket_id=None if ticket is None else str(ticket.pk),
            author=Author.HUMAN if human else Author.APP,
            agent_id=principal.agent_id,
        ),
        call.context,
    )
    effects = _effects(ticket, call.context, human=human)
    view = MessageView.of(pushed.message)
    return Change(view=view, writes=[*pushed.writes, *effects], about=(body.profile_id,))


def _theirs(ticket_id: str, profile_id: str) -> Ticket:
    """A ticket of this customer's. Raises `Invalid` for somebody else's."""
    ticket = flows.load(ticket_id)
    if root_of(ticket.profile_id).pk != root_of(profile_id).pk:
        raise Invalid("a ticket of another customer", field="ticket_id")
    return ticket


def _number(given: str | None) -> str | None:
    """A phone as it is kept. Raises `Invalid` for what is none."""
    if given is None:
        return None
    found = phone(given)
    if found is None:
        raise Invalid("not a telephone number", field="phone")
    return found


def _effects(ticket: Ticket | None, context: Context, *, human: bool) -> list[store.Write]:
    """What it does to an open ticket that a person of ours writes to the customer about it."""
    if ticket is None or ticket.status == Status.DONE:
        return []
    return replying.public_reply(ticket, context, human=human)
