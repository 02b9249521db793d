"""What the API shows and takes of tickets."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from ..channels.sending import Choice
from ..language.text import fold, normalise
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
    severity: int | None
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
        values["severity"] = None if item.severity is None else int(item.severity)
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
    severity: Literal[1, 2, 3] | None = None
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


class ReplyChoice(View):
    """An answer to tap, whose `value` (its title if left out) comes back as a `postback`; or a
    page to open, with its https `url`."""

    title: Annotated[str, Field(min_length=1, max_length=80)]
    value: str | None = Field(default=None, min_length=1, max_length=200)
    url: str | None = Field(default=None, max_length=1000, pattern=r"^https://[^\s<>\"]+$")

    @field_validator("title", "value")
    @classmethod
    def of_one_line(cls, given: str | None) -> str | None:
        """Normalised, white space as single spaces; refused when nothing is left."""
        said = None if given is None else " ".join(normalise(given).split())
        if said == "":
            raise PydanticCustomError("blank", "nothing but blanks")
        return said

    @model_validator(mode="after")
    def one_of_two(self) -> ReplyChoice:
        """Refuses an answer that is a page too."""
        if self.value is not None and self.url is not None:
            raise PydanticCustomError("both", "either a value or a url")
        return self

    def as_choice(self) -> Choice:
        """The choice as channels know it."""
        value = None if self.url else self.value or self.title
        return Choice(title=self.title, value=value, url=self.url)


#: A text of a commitment, as `standards.commitments.version_id` names it.
CommitmentVersion = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,64}@[1-9][0-9]{0,5}$")]


class ReplyCreate(View):
    """`expects_answer`: the reply asks something, so the turn is the customer's. `reply_to` is
    the `provider_message_id` of what is answered, else it is the customer's latest message.
    `privately`: a comment is answered with a private message (one to a comment, within 7 days)
    instead of a comment everybody reads; what a customer wrote in private is always so answered.
    `choices` are buttons where the channel has them, else lines of the text: an answer with the
    number, the title or the value of one comes back as its `postback`. `purpose`: what is not
    about the customer's own matter needs that they have agreed to it on the channel.
    `commitment_versions`: ids of the texts of public commitments that were put into it, which
    go on record with it.
    """

    text: str = Text
    expects_answer: bool = False
    conversation_id: Key | None = None
    reply_to: str | None = Field(default=None, max_length=256)
    privately: bool = False
    media: list[ReplyMedia] = Field(default_factory=list, max_length=10)
    choices: list[ReplyChoice] = Field(default_factory=list, max_length=10)
    purpose: Literal["care", "survey", "marketing"] = "care"
    commitment_versions: list[CommitmentVersion] = Field(default_factory=list, max_length=10)

    @field_validator("choices")
    @classmethod
    def all_different(cls, given: list[ReplyChoice]) -> list[ReplyChoice]:
        """Refused where a customer could not tell two apart, or we their answers."""
        titles = {fold(one.title) for one in given}
        values = [one.as_choice().value for one in given if one.url is None]
        if len(titles) < len(given) or len(set(values)) < len(values):
            raise PydanticCustomError("alike", "two choices with one title or value")
        return given


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
