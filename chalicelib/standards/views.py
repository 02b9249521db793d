"""Shapes of the standards API, and what people wrote as standards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from ..platform.errors import Invalid
from ..platform.http import OneOf, View
from ..profiles.tiers import PROSPECT, TIERS
from ..sla import governing
from .model import Care
from .setting import InForce
from .tiers import Contacts, read_standard, standard_json

MOST_DAYS = 366
Line = Annotated[str, Field(min_length=1, max_length=300)]
Code = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,64}$")]


class LineBody(View):
    """A line in both languages."""

    vi: Line
    en: Line


class ContactsBody(View):
    """So many contacts by a person in every so many days."""

    count: int = Field(ge=1, le=31)
    days: int = Field(ge=1, le=MOST_DAYS)


class StandardBody(View):
    """What one tier is promised; `policies` measure the reply time that is told of."""

    reply_time: LineBody
    policies: list[Code] = Field(default_factory=list, max_length=20)
    contacts: ContactsBody | None = None
    privileges: list[LineBody] = Field(default_factory=list, max_length=20)


class StandardsBody(View):
    """The standards of all tiers."""

    tiers: dict[Annotated[str, OneOf(tuple(TIERS))], StandardBody]

    def checked(self, version: int) -> InForce:
        """The standards, to take the place of that version. Raises `Invalid` naming the field."""
        there = {policy.id for policy in governing.latest().policies}
        for tier in TIERS:
            if tier not in self.tiers:
                raise Invalid("every tier has a standard", field=f"tiers.{tier}")
        for tier, standard in self.tiers.items():
            self._check(tier, standard, there)
        told = {tier: standard.model_dump() for tier, standard in self.tiers.items()}
        return InForce(
            version=version,
            standards={tier: read_standard(one) for tier, one in told.items()},
        )

    def _check(self, tier: str, standard: StandardBody, there: set[str]) -> None:
        for number, policy in enumerate(standard.policies):
            if policy not in there:
                raise Invalid("no such policy", field=f"tiers.{tier}.policies.{number}")
        contacts = standard.contacts
        if contacts is None:
            return
        if tier == PROSPECT:
            raise Invalid(
                "only customers who have bought are contacted", field=f"tiers.{tier}.contacts"
            )
        if contacts.count > contacts.days:
            raise Invalid("at most one a day", field=f"tiers.{tier}.contacts.count")


class StandardView(View):
    """One tier's standard; `name` is what people call the tier."""

    name: str
    reply_time: dict[str, str]
    policies: list[str]
    contacts: dict[str, int] | None
    privileges: list[dict[str, str]]


class StandardsView(View):
    """The standards of all tiers; `version` 0 are the defaults."""

    version: int
    tiers: dict[str, StandardView]
    changed_at: str | None
    changed_by: str | None

    @classmethod
    def of(cls, one: InForce) -> StandardsView:
        """Standards with the tiers' names."""
        return cls(
            version=one.version,
            tiers={
                tier: _standard(tier, standard_json(standard))
                for tier, standard in one.standards.items()
            },
            changed_at=one.changed_at,
            changed_by=one.changed_by,
        )


def _standard(tier: str, told: Mapping[str, Any]) -> StandardView:
    return StandardView(name=TIERS.get(tier, tier), **told)


class CareView(View):
    """A customer's care contacts: `due_at` of the next one, and the task that is open for it."""

    tier: str
    contacts: dict[str, int] | None
    since: str | None
    contacted_at: str | None
    due_at: str | None
    ticket_id: str | None
    task_id: str | None

    @classmethod
    def of(cls, tier: str, contacts: Contacts | None, care: Care | None) -> CareView:
        """What is kept of it; nothing for a customer whose tier has no contacts."""
        often = None if contacts is None else {"count": contacts.count, "days": contacts.days}
        waits = care is not None and care.task_id is not None
        return cls(
            tier=tier,
            contacts=often,
            since=None if care is None else care.since,
            contacted_at=None if care is None else care.contacted_at,
            due_at=None if care is None or waits else care.due_at,
            ticket_id=None if care is None else care.ticket_id,
            task_id=None if care is None else care.task_id,
        )
