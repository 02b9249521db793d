"""What the API shows and takes of tickets."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from ..language.text import normalise
from ..platform.http import ListQuery, OneOf, View
from .model import Note, Task, Ticket
from .taxonomy import (
    OUTCOMES,
    PRIORITIES,
    SOURCES,
    STAGES,
    SUB_TYPES,
    TOUCHPOINTS,
    TYPES,
    WAITING_ON,
)

Text = Field(min_length=1, max_length=20_000)


def _said(text: str) -> str:
    said = normalise(text)
    if not said:
        raise PydanticCustomError("blank", "nothing but blanks")
    return said


Said = Annotated[str, AfterValidator(_said)]
Key = Annotated[str, Field(min_length=1, max_length=64)]
Type = Annotated[str, OneOf(TYPES)]
SubType = Annotated[str, OneOf(SUB_TYPES)]
Priority = Annotated[str, OneOf(PRIORITIES)]
Stage = Annotated[str, OneOf(STAGES)]
Touchpoint = Annotated[str, OneOf(TOUCHPOINTS)]
Turn = Annotated[str, OneOf(WAITING_ON)]
Source = Annotated[str, OneOf(SOURCES)]
Outcome = Annotated[str, OneOf(OUTCOMES)]


class TicketView(View):
    id: str
    number: str
    status: str
    waiting_on: str
    outcome: str | None
    type: str
    sub_type: str | None
    source: str
    channel: str | None
    priority: str
    stage: str | None
    touchpoint: str | None
    branch: str | None
    order: str | None
    product: str | None
    subject: str | None
    tags: list[str]
    department_id: str
    team_id: str | None
    agent_id: str | None
    profile_id: str
    conversation_id: str | None
    opened_at: str
    started_at: str | None
    first_reply_at: str | None
    done_at: str | None
    reopened: int
    revision: int

    @classmethod
    def of(cls, item: Ticket, **after: Any) -> TicketView:
        """The ticket as stored, or as it will be with the fields of `after`."""
        values = {name: getattr(item, name) for name in cls.model_fields if name != "id"}
        values["tags"] = list(item.tags or ())
        values["reopened"] = int(item.reopened)
        values["revision"] = int(item.revision)
        return cls(id=item.pk, **(values | after))


class TaskView(View):
    id: str
    ticket_id: str
    status: str
    department_id: str
    what: str
    created_at: str
    finished_at: str | None

    @classmethod
    def of(cls, item: Task, **after: Any) -> TaskView:
        values = {
            "status": item.task_status,
            "department_id": item.task_department,
            "what": item.what,
            "created_at": item.created_at,
            "finished_at": item.finished_at,
        }
        return cls(id=item.id, ticket_id=item.pk, **(values | after))


class NoteView(View):
    id: str
    ticket_id: str
    text: str
    author: str
    created_at: str

    @classmethod
    def of(cls, item: Note) -> NoteView:
        return cls(
            id=item.id,
            ticket_id=item.pk,
            text=item.text,
            author=item.author,
            created_at=item.created_at,
        )


class TicketDetail(TicketView):
    """A ticket with the tasks inside it."""

    tasks: list[TaskView] = []


class TicketQuery(ListQuery):
    """One of `q`, `profile_id`, `agent_id`, `department_id` chooses the index; the rest narrows."""

    q: str | None = Field(default=None, max_length=100)
    status: Literal["new", "in_progress", "done"] | None = None
    profile_id: Key | None = None
    agent_id: Key | None = None
    department_id: Key | None = None
    unassigned: bool | None = None
    type: Type | None = None
    sub_type: SubType | None = None
    source: Source | None = None
    channel: str | None = Field(default=None, max_length=64)
    priority: Priority | None = None
    branch: str | None = Field(default=None, max_length=64)
    waiting_on: Turn | None = None


class TicketCreate(View):
    """A matter told to a person of ours: by phone, at the counter, in the hallway."""

    profile_id: Key
    type: Type
    sub_type: SubType | None = None
    source: Source = "hotline"
    subject: Said = Field(min_length=1, max_length=500)
    order: str | None = Field(default=None, max_length=64)
    product: str | None = Field(default=None, max_length=64)
    branch: str | None = Field(default=None, max_length=64)


class TicketChange(View):
    """Corrections; a field that is not sent stays, null clears it."""

    type: Type | None = None
    sub_type: SubType | None = None
    priority: Priority | None = None
    stage: Stage | None = None
    touchpoint: Touchpoint | None = None
    branch: str | None = Field(default=None, max_length=64)
    order: str | None = Field(default=None, max_length=64)
    product: str | None = Field(default=None, max_length=64)
    subject: str | None = Field(default=None, max_length=500)
    tags: list[str] | None = Field(default=None, max_length=50)
    waiting_on: Turn | None = None
    department_id: Key | None = None


class ReplyMedia(View):
    """A file brought by `POST /v1/media`, and the name the customer sees."""

    id: str = Field(pattern=r"^[0-9a-f-]{36}$")
    name: str | None = Field(default=None, max_length=200)


class ReplyCreate(View):
    """`expects_answer`: the reply asks something, so the turn is the customer's. `reply_to` is
    the `provider_message_id` of what is answered, else it is the customer's latest message.
    `privately`: a comment is answered with a private message (one to a comment, within 7 days)
    instead of a comment everybody reads; what a customer wrote in private is always so answered.
    """

    text: str = Text
    expects_answer: bool = False
    conversation_id: Key | None = None
    reply_to: str | None = Field(default=None, max_length=256)
    privately: bool = False
    media: list[ReplyMedia] = Field(default_factory=list, max_length=10)


class NoteCreate(View):
    text: Said = Text


class Assignment(View):
    """Without `agent_id` the caller claims the ticket."""

    agent_id: Key | None = None


class Finish(View):
    outcome: Outcome


class Empty(View):
    """A command without anything to say."""


class TaskQuery(ListQuery):
    department_id: Key


class SubTypeView(View):
    code: str
    type: str
    vi: str
    department: str
    stage: str
    touchpoint: str


class TaxonomyView(View):
    """Every code a ticket may carry, with its Vietnamese name."""

    types: dict[str, str]
    sub_types: list[SubTypeView]
    sources: dict[str, str]
    statuses: dict[str, str]
    waiting_on: dict[str, str]
    priorities: dict[str, str]
    outcomes: dict[str, str]
    stages: dict[str, str]
    touchpoints: list[str]
