"""Shapes of the policies API, and what people wrote as a set of policies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from ..calendars import flows as calendars
from ..calendars.defaults import DEFAULT as DEFAULT_CALENDAR
from ..language.text import one_line
from ..platform.errors import Invalid
from ..platform.http import OneOf, View
from ..profiles.tiers import TIERS
from ..team import flows as team
from ..tickets import taxonomy
from ..tickets.rules import SEVERITIES
from .governing import Governing
from .policies import BY_POLICY, TRAITS
from .reading import SIGNALS, read, written
from .rules import KINDS
from .steps import ACTIONS, RECIPIENTS

Code = Annotated[str, Field(min_length=1, max_length=64)]
Tag = Annotated[Code, AfterValidator(one_line)]
Signals = Annotated[list[Annotated[str, OneOf(SIGNALS)]], Field(max_length=len(SIGNALS))]
LONGEST = 366 * 86_400  # seconds that may be promised
LARGEST = 350_000  # bytes of a set, which is one item (400 KB)

#: Which values a condition may name; None: any code.
VALUES: Mapping[str, frozenset[str] | None] = {
    **dict.fromkeys(TRAITS),
    "subject": frozenset(BY_POLICY),
    "type": frozenset(taxonomy.TYPES),
    "sub_type": frozenset(taxonomy.SUB_TYPES),
    "severity": frozenset(map(str, SEVERITIES)),
    "tier": frozenset(TIERS),
    "priority": frozenset(taxonomy.PRIORITIES),
    "source": frozenset(taxonomy.SOURCES),
    "stage": frozenset(taxonomy.STAGES),
    "touchpoint": frozenset(taxonomy.TOUCHPOINTS),
}


class PromiseBody(View):
    """Seconds of open time of a calendar; `then_open`: due moments move into these hours."""

    seconds: int = Field(ge=1, le=LONGEST)
    calendar: Code = DEFAULT_CALENDAR
    then_open: Code | None = None


class PolicyBody(View):
    """A rule: for one of `when`, every trait named has one of its values."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,64}$")]
    name: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(one_line)]
    when: list[dict[Code, list[Code]]] = Field(default_factory=list, max_length=20)
    promises: dict[Code, PromiseBody] = Field(max_length=20)


class StepBody(View):
    """What happens at so many per cent of a target; `level` 0 warns, others escalate."""

    percent: int = Field(ge=1, le=1000)
    level: int = Field(default=0, ge=0, le=9)
    tell: list[Annotated[str, OneOf(RECIPIENTS)]] = Field(default_factory=list, max_length=10)
    actions: dict[Annotated[str, OneOf(ACTIONS)], Tag | None] = Field(default_factory=dict)


class ClockBody(View):
    """A clock of the organisation's own: which signals move it, and whose turn it counts in."""

    starts: Signals = []
    restarts: Signals = []
    meets: Signals
    cancels: Signals = []
    goes_on: Signals = []
    runs_while: list[Annotated[str, OneOf(tuple(taxonomy.WAITING_ON))]] | None = None
    once: bool = False


class PoliciesBody(View):
    """All policies, in order: the first that fits decides."""

    policies: list[PolicyBody] = Field(min_length=1, max_length=200)
    steps: list[StepBody] = Field(max_length=20)
    clocks: dict[Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")], ClockBody] = Field(
        default_factory=dict, max_length=20
    )

    def checked(self, version: int) -> Governing:
        """The set, to take the place of that version. Raises `Invalid` naming the field."""
        _distinct([one.id for one in self.policies], "policies.{}.id")
        _distinct([str(one.percent) for one in self.steps], "steps.{}.percent")
        for name, clock in self.clocks.items():
            if name in KINDS:
                raise Invalid("is one of ours", field=f"clocks.{name}")
            if not clock.starts and not clock.restarts:
                raise Invalid("nothing ever starts it", field=f"clocks.{name}.starts")
        for number, policy in enumerate(self.policies):
            self._check(policy, f"policies.{number}")
        self._check_calendars()
        body = self.model_dump()
        if len(json.dumps(body, default=str)) > LARGEST:
            raise Invalid("more than one set can hold", field="policies")
        told = read(body)
        told["steps"] = tuple(sorted(told["steps"], key=lambda step: step.percent))
        return Governing(version=version, **told)

    def _check(self, policy: PolicyBody, field: str) -> None:
        for number, condition in enumerate(policy.when):
            for trait, values in condition.items():
                _check_condition(trait, values, f"{field}.when.{number}.{trait}")
        for clock in policy.promises:
            if clock not in KINDS and clock not in self.clocks:
                raise Invalid("no such clock", field=f"{field}.promises.{clock}")

    def _check_calendars(self) -> None:
        """Each calendar once, however many promises name it."""
        named: dict[str, str] = {}
        for number, policy in enumerate(self.policies):
            for clock, promise in policy.promises.items():
                field = f"policies.{number}.promises.{clock}"
                named.setdefault(promise.calendar, f"{field}.calendar")
                if promise.then_open is not None:
                    named.setdefault(promise.then_open, f"{field}.then_open")
        for calendar_id, field in named.items():
            calendars.check_usable(calendar_id, field=field)


def _distinct(values: list[str], field: str) -> None:
    for number, value in enumerate(values):
        if value in values[:number]:
            raise Invalid("there are two of it", field=field.format(number))


def _check_condition(trait: str, values: list[str], field: str) -> None:
    if trait not in VALUES:
        raise Invalid(f"one of {', '.join(VALUES)}", field=field)
    if not values:
        raise Invalid("name a value", field=field)
    known = VALUES[trait]
    for value in values:
        if known is not None and value not in known:
            raise Invalid(f"one of {', '.join(sorted(known))}", field=field)
        if trait == "department_id" and team.department(value) is None:
            raise Invalid("no such department", field=field)


class PoliciesView(View):
    """A set of policies; `version` 0 are the defaults."""

    version: int
    policies: list[dict[str, Any]]
    steps: list[dict[str, Any]]
    clocks: dict[str, dict[str, Any]]
    changed_at: str | None
    changed_by: str | None

    @classmethod
    def of(cls, one: Governing) -> PoliciesView:
        return cls(
            version=one.version,
            **written(one.policies, one.steps, one.clocks),
            changed_at=one.changed_at,
            changed_by=one.changed_by,
        )
