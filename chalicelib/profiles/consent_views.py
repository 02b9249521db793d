"""What the API shows and takes of consent."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ..channels.registry import CHANNELS
from ..platform.http import OneOf, View
from ..platform.received import Moment
from .consent import Statement
from .consent_rules import EVERY_CHANNEL, PURPOSES

CODE = r"^[a-z0-9][a-z0-9_.-]{0,63}$"
#: Channels that consent may be told of: those we have, and those customers use besides.
SAID_OF = tuple(CHANNELS)
#: How a customer may have said it, beside the words and boxes that are recorded by themselves.
SOURCES = ("form", "message", "phone", "paper", "app", "import")


class StatementView(View):
    """One statement; `profile_id` is the original profile it was made by."""

    profile_id: str
    purpose: str
    channel: str | None
    state: str
    at: str
    source: str
    wording: str | None
    by: str
    recorded_at: str

    @classmethod
    def of(cls, item: Statement) -> StatementView:
        return cls(
            profile_id=item.pk,
            purpose=item.purpose,
            channel=None if item.channel == EVERY_CHANNEL else item.channel,
            state=item.state,
            at=item.at,
            source=item.source,
            wording=item.wording,
            by=item.by,
            recorded_at=item.recorded_at,
        )


class AllowedView(View):
    """Whether a purpose is allowed on a channel (null: where nothing was said of the channel)."""

    purpose: str
    channel: str | None
    allowed: bool


class ConsentsView(View):
    """What holds for the profile asked for, and every statement of its family, newest first."""

    profile_id: str
    standing: list[AllowedView]
    statements: list[StatementView]


class StatementMade(View):
    """A customer's statement. `wording` is the code of the text they agreed to."""

    purpose: Annotated[str, OneOf(tuple(PURPOSES))]
    channel: Annotated[str, OneOf(SAID_OF)] | None = None
    state: Literal["granted", "withdrawn"]
    source: Annotated[str, OneOf(SOURCES)]
    wording: str | None = Field(default=None, pattern=CODE)
    at: Moment | None = None
