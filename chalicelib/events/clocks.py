"""Service clocks: what was promised, and whether it was kept."""

from __future__ import annotations

from typing import Any, ClassVar

from ..platform.eventlog import Event


class ClockEvent(Event):
    """Kept under the subject whose clock it is (`ticket#<id>`).

    `about` is the subject itself: a task's clocks (`task#<ticket>#<task>`) are kept under its
    ticket, a rights request's (`rights#<id>`) under its profile.
    """

    kept_under: str
    about: str

    @classmethod
    def subject_of(cls, event: Any) -> str:
        return str(event.kept_under)


class TermsAgreed(ClockEvent):
    """What is promised from then on, by which rule (`policy`, of that `version` of all).

    `terms`: clock → [seconds, calendar, its version, …] (`sla.terms`). `because`: the event
    that made it so; none where the rules or a calendar were changed. `traits`: those that
    changed without an event of the subject's own (the customer's tier).
    """

    name: ClassVar[str] = "clock.terms_agreed"
    policy: str | None
    version: int
    terms: dict[str, Any]
    because: str | None = None
    traits: dict[str, str | None] | None = None


class ClockStep(ClockEvent):
    """Something happened to one clock: `clock` is its name, `started_at` tells the rounds apart.

    `target` in seconds of open time, `used` likewise.
    """

    clock: str
    round: int
    started_at: str
    target: int
    policy: str | None = None


class ClockMet(ClockStep):
    """What was promised was done. `in_time` False: it had been broken before."""

    name: ClassVar[str] = "clock.met"
    used: int
    in_time: bool


class ClockWarned(ClockStep):
    """A share of the promise is used. `late_by`: seconds after that moment it was noticed.

    `to`: the agents who are told.
    """

    name: ClassVar[str] = "clock.warned"
    percent: int
    due: str | None
    to: tuple[str, ...] = ()
    late_by: int


class ClockBreached(ClockStep):
    """The promise is broken, since `due`. Once a clock."""

    name: ClassVar[str] = "clock.breached"
    due: str
    late_by: int


class ClockEscalated(ClockStep):
    """Somebody higher is called: `level` 1, 2 …"""

    name: ClassVar[str] = "clock.escalated"
    level: int
    percent: int
    to: tuple[str, ...]
    late_by: int


class ClockBreachRevoked(ClockStep):
    """It had been kept after all: what kept it was told of late."""

    name: ClassVar[str] = "clock.breach_revoked"


class ClockMetRevoked(ClockStep):
    """It counts again (the matter was reopened), or had not been met after all."""

    name: ClassVar[str] = "clock.met_revoked"


class ClockFollowedUp(ClockEvent):
    """A contact after the matter was done, put on record by a person.

    `channel` is where it took place, `note_id` the ticket's note of what was said.
    """

    name: ClassVar[str] = "clock.contact_recorded"
    satisfied: bool | None = None
    channel: str | None = None
    note_id: str | None = None


class PoliciesChanged(Event):
    """The rules are others from this version on."""

    name: ClassVar[str] = "sla.policies_changed"
    version: int

    @classmethod
    def subject_of(cls, event: Any) -> str:
        return "sla#policies"


class SimulationAsked(Event):
    """Somebody wants to know what a period would have been like under other rules."""

    name: ClassVar[str] = "sla.simulation_asked"
    simulation_id: str

    @classmethod
    def subject_of(cls, event: Any) -> str:
        return f"simulation#{event.simulation_id}"
