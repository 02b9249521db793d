"""The route by which a customer is called: by an agent, or by a machine that asks something."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from ..channels import flows as accounts
from ..channels.callout import Script
from ..channels.flows import Connected
from ..conversations import dialling
from ..conversations import flows as conversations
from ..conversations.dialling import VOICE, Wanted
from ..conversations.views import MessageView
from ..language.extraction import phone
from ..language.text import normalise
from ..platform.errors import Forbidden, Invalid, NotFound
from ..platform.http import Api, Call, Change, View
from ..platform.roles import EVERYONE, LEADS, Role
from ..profiles import family
from ..team import flows as team
from ..team.views import Telephone
from . import flows
from .model import Ticket
from .rules import Status

bp = Api(__name__)


def _number(text: str) -> str:
    found = phone(text)
    if found is None:
        raise ValueError("not a telephone number")
    return found


Key = Annotated[str, Field(min_length=1, max_length=64)]
Phone = Annotated[str, Field(max_length=40), AfterValidator(_number)]
Words = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=600),
    AfterValidator(normalise),
]
Pressed = Annotated[str, Field(pattern=r"^[0-9*#]$")]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,40}$")]


class ScriptNew(View):
    """What a machine asks: `answers` are the keys a customer may press, each with the code it
    stands for; `speech`: they may say it instead. `step` names the question with the answer."""

    question: Words
    answers: dict[Pressed, Code] = Field(default_factory=dict, max_length=12)
    thanks: Words = Field(default="Cảm ơn quý khách đã trả lời.")
    step: Code = Field(default="answer")
    speech: bool = False


class CallNew(View):
    """Whom to call: about a ticket, or a customer. Without `phone` the first number known of them;
    without `account` the line the matter is on, else the only one that can call. The telephone
    that rings first is `extension`, else that of the agent (`agent_id`, by default the caller).
    With a `script` a machine calls and asks; nobody's telephone rings but the customer's.
    `purpose` is what the customer must have agreed to where no open ticket is named.
    """

    ticket_id: Key | None = None
    profile_id: Key | None = None
    account: Key | None = None
    phone: Phone | None = None
    agent_id: Key | None = None
    extension: Telephone | None = None
    script: ScriptNew | None = None
    purpose: Literal["care", "survey", "marketing"] = Field(default="care")


@bp.command(
    "POST",
    "/calls",
    roles=EVERYONE,
    body=CallNew,
    returns=MessageView,
    status=202,
    summary="Call a customer: an agent's telephone is rung first, or a machine asks a question",
    refuses=(404, 410),
)
def place_call(call: Call[CallNew]) -> Change:
    asked = call.body
    ticket = None if asked.ticket_id is None else flows.load(asked.ticket_id)
    profile_id = _customer(asked, ticket)
    script = None if asked.script is None else Script(**asked.script.model_dump())
    agent_id = None if script is not None else _agent(call)
    wanted = Wanted(
        profile_id=profile_id,
        phone=asked.phone or _phone_of(profile_id),
        connected=_line(asked, ticket, script),
        purpose=asked.purpose,
        asked=ticket is not None and ticket.status != Status.DONE,
        agent_id=agent_id,
        extension=None if script is not None else _telephone(asked, agent_id),
        ticket_id=None if ticket is None else ticket.pk,
        script=script,
    )
    requested = dialling.request(wanted, call.context)
    view = MessageView.of(requested.message)
    return Change(view=view, writes=requested.writes, about=(profile_id,))


def _customer(asked: CallNew, ticket: Ticket | None) -> str:
    """The profile to call. A ticket and a profile that are both named belong together."""
    if ticket is None and asked.profile_id is None:
        raise Invalid("name a ticket or a profile", field="ticket_id")
    if ticket is None:
        return family.original(str(asked.profile_id)).pk
    theirs = str(ticket.profile_id)
    if asked.profile_id and family.root_of(asked.profile_id).pk != family.root_of(theirs).pk:
        raise Invalid("the ticket is another customer's", field="profile_id")
    return theirs


def _phone_of(profile_id: str) -> str:
    numbers = family.family_of(profile_id).fields.get("phones") or ()
    if not numbers:
        raise Invalid("no number of the customer is known: give one", field="phone")
    return str(numbers[0])


def _agent(call: Call[CallNew]) -> str | None:
    """Who calls. Agents have their own telephone rung, leads and integrations anybody's."""
    own, named = call.principal.agent_id, call.body.agent_id
    others = named is not None and named != own
    if others and call.principal.role not in LEADS | {Role.INTEGRATION}:
        raise Forbidden("agents call by their own telephone", field="agent_id")
    return named or own


def _telephone(asked: CallNew, agent_id: str | None) -> str:
    if asked.extension is not None:
        return asked.extension
    if agent_id is None:
        raise Invalid("this token belongs to no agent: name one, or a telephone", field="extension")
    found = team.load_agent(agent_id).extension
    if found is None:
        raise Invalid("the agent has no telephone: set it, or name one", field="extension")
    return str(found)


def _line(asked: CallNew, ticket: Ticket | None, script: Script | None) -> Connected:
    """The account to call by."""
    named = asked.account or _line_of(ticket)
    if named is not None:
        found = accounts.account(named)
        if found is None or found.account.channel != VOICE or found.disabled:
            raise NotFound("no such telephone account", field="account")
        return found
    able = dialling.lines(scripts=script is not None)
    if len(able) != 1:
        raise Invalid("name the telephone account to call by", field="account")
    return able[0]


def _line_of(ticket: Ticket | None) -> str | None:
    """Our id of the telephone account a ticket's conversation is on, where it is on one."""
    if ticket is None or ticket.conversation_id is None:
        return None
    talk = conversations.find(str(ticket.conversation_id))
    return talk.account if talk is not None and talk.channel == VOICE else None
