"""Shapes of the commitments API."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from ..calendars.views import DateText
from ..platform import received
from ..platform.errors import Invalid
from ..platform.http import OneOf, View
from ..sla import governing
from ..sla.counting import Kept
from .commitments import Known, version_id
from .model import CommitmentText
from .report import Line, Row
from .tiers import LANGUAGES, VIETNAMESE
from .views import Code

Language = Annotated[str, OneOf(LANGUAGES)]
#: Ids that are words of the addresses.
TAKEN = frozenset({"all", "report"})


class TitleBody(View):
    """A title in both languages."""

    vi: Annotated[str, Field(min_length=1, max_length=120)]
    en: Annotated[str, Field(min_length=1, max_length=120)]


class TextBody(View):
    """A text in both languages, in plain words: paragraphs are parted by empty lines."""

    vi: Annotated[str, Field(min_length=1, max_length=4000)]
    en: Annotated[str, Field(min_length=1, max_length=4000)]


class MeasureBody(View):
    """A clock of a policy that tells whether the commitment is kept."""

    policy: Code
    clock: Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]


class CommitmentBody(View):
    """A text to publish. `valid_from`: today where it names none; never a day that is past."""

    title: TitleBody
    body: TextBody
    conditions: TextBody
    measured_by: list[MeasureBody] = Field(default_factory=list, max_length=20)
    valid_from: DateText | None = None
    valid_until: DateText | None = None
    position: int | None = Field(default=None, ge=0, le=1000)

    def checked(self, today: date) -> tuple[date, date | None]:
        """The first and the last day it is valid. Raises `Invalid` naming the field."""
        first = received.day(self.valid_from, "valid_from") or today
        last = received.day(self.valid_until, "valid_until")
        if first < today:
            raise Invalid("what was promised in the past stays as it was", field="valid_from")
        if last is not None and last < first:
            raise Invalid("not before valid_from", field="valid_until")
        _check_measures(self.measured_by)
        return first, last

    def fields(self) -> dict[str, Any]:
        """What is kept of the text."""
        return {
            "title": self.title.model_dump(),
            "body": self.body.model_dump(),
            "conditions": self.conditions.model_dump(),
            "measured_by": [[one.policy, one.clock] for one in self.measured_by],
        }


def _check_measures(measures: list[MeasureBody]) -> None:
    promises = {policy.id: set(policy.promises) for policy in governing.latest().policies}
    for number, one in enumerate(measures):
        if one.policy not in promises:
            raise Invalid("no such policy", field=f"measured_by.{number}.policy")
        if one.clock not in promises[one.policy]:
            raise Invalid("the policy promises no such clock", field=f"measured_by.{number}.clock")


class CommitmentNew(CommitmentBody):
    """A commitment of the organisation's own."""

    id: Code

    def checked(self, today: date) -> tuple[date, date | None]:
        """The same, and that the id is no word of the addresses."""
        if self.id in TAKEN:
            raise Invalid("another id, please", field="id")
        return super().checked(today)


class CommitmentEndBody(View):
    """The last day on which anything is promised; today where it names none."""

    valid_until: DateText | None = None


class CommitmentTextView(View):
    """A text. `id` never means another one; `version` 0 is an example, which promises nothing."""

    id: str
    version: int
    title: dict[str, str]
    body: dict[str, str]
    conditions: dict[str, str]
    measured_by: list[MeasureBody]
    valid_from: str
    valid_until: str | None
    example: bool
    written_at: str
    written_by: str

    @classmethod
    def of(cls, one: CommitmentText) -> CommitmentTextView:
        """A stored text or an example."""
        return cls(
            id=version_id(one),
            version=int(one.number),
            title=one.title,
            body=one.body,
            conditions=one.conditions,
            measured_by=[MeasureBody(policy=pair[0], clock=pair[1]) for pair in one.measured_by],
            valid_from=one.valid_from,
            valid_until=one.valid_until,
            example=bool(one.example),
            written_at=one.written_at,
            written_by=one.written_by,
        )


class CommitmentView(View):
    """A commitment with all its texts, newest first. `promised`: the version valid today."""

    id: str
    position: int
    revision: int
    promised: int | None
    versions: list[CommitmentTextView]

    @classmethod
    def of(cls, one: Known, today: date) -> CommitmentView:
        """As staff see it."""
        valid = one.on(today)
        return cls(
            id=one.id,
            position=one.position,
            revision=one.revision,
            promised=None if valid is None else int(valid.number),
            versions=[CommitmentTextView.of(text) for text in reversed(one.texts)],
        )


class CommitmentsView(View):
    """All commitments, examples too: as staff see them."""

    items: list[CommitmentView]


class PromisedView(View):
    """What anybody may read of a commitment that holds today."""

    id: str
    commitment: str
    version: int
    title: dict[str, str]
    body: dict[str, str]
    conditions: dict[str, str]
    valid_from: str
    valid_until: str | None

    @classmethod
    def of(cls, one: CommitmentText) -> PromisedView:
        """Without who wrote it and what measures it."""
        return cls(
            id=version_id(one),
            commitment=one.commitment_id,
            version=int(one.number),
            title=one.title,
            body=one.body,
            conditions=one.conditions,
            valid_from=one.valid_from,
            valid_until=one.valid_until,
        )


class PromisesView(View):
    """What is promised today."""

    items: list[PromisedView]


class LanguageQuery(View):
    """Vietnamese without a word."""

    language: Language = VIETNAMESE


class CommitmentWordsView(View):
    """A commitment as words to put into a reply; `id` says which text that was."""

    id: str
    language: str
    title: str
    text: str

    @classmethod
    def of(cls, one: CommitmentText, language: str) -> CommitmentWordsView:
        """Title, body and conditions, one under the other."""
        parts = (one.title[language], one.body[language], one.conditions[language])
        return cls(
            id=version_id(one),
            language=language,
            title=one.title[language],
            text="\n\n".join(part for part in parts if part),
        )


class PeriodQuery(View):
    """Days of the organisation's time zone, both included; the last 30 where it names none."""

    first: DateText | None = Field(default=None, alias="from")
    last: DateText | None = Field(default=None, alias="to")


class HowKeptView(View):
    """`matters` are those decided: met in time, and breached. Shares and medians of none are null.

    Seconds of open time, exact to 5 %: `median_used` by what was met, in time or late.
    """

    matters: int
    met: int
    breached: int
    share: float | None
    median_used: int | None
    median_promised: int | None

    @classmethod
    def of(cls, one: Kept) -> HowKeptView:
        """Counts as figures."""
        return cls(
            matters=one.decided,
            met=one.met,
            breached=one.breached,
            share=None if one.share is None else round(one.share, 4),
            median_used=one.median_used,
            median_promised=one.median_target,
        )


class MeasuredView(View):
    """One clock of one policy."""

    policy: str
    clock: str
    kept: HowKeptView

    @classmethod
    def of(cls, one: Line) -> MeasuredView:
        """A line of the report."""
        return cls(policy=one.policy, clock=one.clock, kept=HowKeptView.of(one.kept))


class KeptCommitmentView(View):
    """A commitment that held in the period: `texts` are the ids of what was promised then."""

    commitment: str
    title: dict[str, str]
    texts: list[str]
    clocks: list[MeasuredView]
    total: HowKeptView

    @classmethod
    def of(cls, one: Row) -> KeptCommitmentView:
        """A row of the report."""
        return cls(
            commitment=one.commitment.id,
            title=one.texts[-1].title,
            texts=[version_id(text) for text in one.texts],
            clocks=[MeasuredView.of(line) for line in one.lines],
            total=HowKeptView.of(one.total),
        )


class CommitmentsReportView(View):
    """Promise against reality. `provisional`: the last day is not over, or clocks of it still
    count; what is not decided yet is in no figure."""

    first: str
    last: str
    provisional: bool
    items: list[KeptCommitmentView]
