"""What is new of a subject's clocks by its log: what to agree on, to tell and to show. Pure.

Called by `flows`, which reads the log and commits what comes out, and by whoever lives
through a month without a database. What is new depends on nothing but the log, the terms
in force and the moment; whoever appends it to the log and reads again finds nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from ..events.clocks import (
    ClockBreached,
    ClockEscalated,
    ClockEvent,
    ClockMet,
    ClockStep,
    ClockWarned,
    TermsAgreed,
)
from ..platform.clock import iso
from ..platform.eventlog import Recorded
from ..platform.fact import frozen
from . import clock, rules
from .clock import Calendars, Counting, Target
from .plan import Plan, Tell, Told, plan, shown, told
from .policies import Traits
from .rules import Heard, Kind, Signal, Standing
from .steps import Step
from .subjects import Subject
from .terms import from_json, to_json


@frozen
class Basis:
    """What clocks are read by: `version` and `steps` of the policies, `kinds`, the calendars.

    `promises`: traits → the id of the policy that fits (None: none does) and its targets.
    """

    version: int
    promises: Callable[[Traits], tuple[str | None, Mapping[str, Target]]]
    steps: Sequence[Step]
    kinds: Mapping[str, Kind]
    calendars: Calendars


@frozen
class Read:
    """A subject's log, and its clocks by it; `basis` is what they were read by."""

    subject: Subject
    events: Sequence[Recorded]
    story: tuple[Heard, ...]
    standing: Standing
    basis: Basis

    @property
    def counts(self) -> bool:
        """Whether anything may still happen to a clock of it."""
        return _counts(self.standing)


@frozen
class News:
    """What a reading has found: events to record, each with its moment where that is not now.

    `clocks` is what lists show, `due_at` when something is to be told next (None: nothing,
    unless something happens), `policy` the rule that fits the subject now. `more`: not all that
    is new is in it.
    """

    events: tuple[tuple[ClockEvent, datetime | None], ...]
    plan: Plan
    clocks: dict[str, dict[str, Any]]
    due_at: datetime | None
    policy: str | None
    version: int
    more: bool


class Outdated(Exception):
    """The terms read by are older than those the subject goes by already."""


def read(
    subject: Subject,
    events: Sequence[Recorded],
    basis: Basis,
    *,
    now: datetime,
    traits: Traits | None = None,
) -> Read | None:
    """The clocks of a subject by its log; None where it tells of no such subject.

    Terms that are not agreed yet, or are others by now, are in the story without an id; so are
    `traits` that changed without an event of the subject's own (the tier of its customer).
    Raises `Outdated` where there are such and others know better what they lead to.
    """
    heard = subject.hears(events)
    if not any(one.signal is Signal.OPENED for one in heard):
        return None
    basis = basis if subject.promises is None else replace(basis, promises=subject.promises)

    def decide(known: Traits, _at: datetime) -> Mapping[str, Target]:
        return basis.promises(known)[1]

    story = tuple(rules.agreed(heard, decide))
    standing = rules.told(story, basis.calendars, kinds=basis.kinds)
    changed = _changed(standing, traits)
    if _counts(standing):
        wanted = decide({**standing.traits, **changed}, now)
        if changed or wanted != standing.terms:
            if not _older(wanted, basis, events):
                story = (*story, _other_terms(story, wanted, changed, now))
                standing = rules.told(story, basis.calendars, kinds=basis.kinds)
            elif changed:
                raise Outdated
    return Read(subject=subject, events=events, story=story, standing=standing, basis=basis)


def _changed(standing: Standing, traits: Traits | None) -> Traits:
    """Those of an open subject that it does not know yet."""
    if traits is None or not standing.open:
        return {}
    return {name: one for name, one in traits.items() if standing.traits.get(name) != one}


def _other_terms(
    story: Sequence[Heard], wanted: Mapping[str, Target], changed: Traits, now: datetime
) -> Heard:
    """Terms that hold from now on, but not before anything that was heard."""
    at = max(now, story[-1].at)
    return Heard(signal=Signal.AGREED, at=at, terms=wanted, traits=changed or None)


def _older(wanted: Mapping[str, Target], basis: Basis, events: Sequence[Recorded]) -> bool:
    """Whether this process has not heard of the policies or calendars the subject goes by."""
    past = [event for event in events if event.name == TermsAgreed.name]
    if any(int(event.data["version"]) > basis.version for event in past):
        return True
    known: dict[str, int] = {}
    for event in past:
        for one in _calendars_of(from_json(event.data["terms"])):
            known[one.calendar] = max(one.version, known.get(one.calendar, 0))
    return any(known.get(one.calendar, 0) > one.version for one in _calendars_of(wanted))


def _calendars_of(terms: Mapping[str, Target]) -> Iterator[Counting]:
    for target in terms.values():
        yield target.counting
        if target.then_open is not None:
            yield target.then_open


def _counts(standing: Standing) -> bool:
    return standing.open or any(one.ended_at is None for one in standing.clocks.values())


def settled(found: Read, *, now: datetime, most: int | None = None) -> News:
    """What is new by now, in the order in which it happened; the first `most` of it."""
    basis = found.basis
    whole = plan(found.standing, _known(found), basis.steps, basis.calendars, now=now)
    new = [one for one in found.story if one.signal is Signal.AGREED and not one.id]
    agreed = new[:most]
    tells = replace(whole, tell=whole.tell[: None if most is None else most - len(agreed)])
    more = (len(agreed), len(tells.tell)) != (len(new), len(whole.tell))
    return News(
        events=(
            *((_agreed(found, one), one.at) for one in agreed),
            *(_told(found, one, now) for one in tells.tell),
        ),
        plan=tells,
        clocks=shown(found.standing, basis.calendars, now=now, steps=basis.steps),
        due_at=now if more else tells.next_at,
        policy=basis.promises(found.standing.traits)[0],
        version=basis.version,
        more=more,
    )


def _known(found: Read) -> dict[str, Told]:
    """What was told of the clocks there are; of one that was abolished it stays as it was."""
    return told(
        one
        for one in found.events
        if one.data.get("about") == found.subject.key and one.data.get("clock") in found.basis.kinds
    )


def _agreed(found: Read, one: Heard) -> TermsAgreed:
    policy, _ = found.basis.promises(_traits_then(found.story, one))
    return TermsAgreed(
        kept_under=found.subject.log,
        about=found.subject.key,
        policy=policy,
        version=found.basis.version,
        terms=to_json(one.terms or {}),
        because=one.because,
        traits=None if one.traits is None else dict(one.traits),
    )


def _traits_then(story: Sequence[Heard], until: Heard) -> Traits:
    """What was known of the subject when terms were agreed, what they were agreed for included."""
    traits: dict[str, str | None] = {}
    for one in story:
        traits.update(one.traits or {})
        if one is until:
            break
    return traits


def _told(found: Read, one: Tell, now: datetime) -> tuple[ClockEvent, datetime | None]:
    about = one.clock
    fields = FIELDS.get(one.event)
    event: ClockStep = one.event(
        kept_under=found.subject.log,
        about=found.subject.key,
        clock=about.name,
        round=about.round,
        started_at=iso(about.started_at),
        target=about.target.seconds,
        policy=_policy_at(found, one.at),
        **({} if fields is None else fields(found, one, now)),
    )
    return event, one.at if one.event is ClockMet else None


def _policy_at(found: Read, at: datetime) -> str | None:
    """The rule whose promises held at a moment: what counts of kept promises go by."""
    mine = [one for one in found.events if one.data.get("about") == found.subject.key]
    agreed = [(one.at, one.data.get("policy")) for one in mine if one.name == TermsAgreed.name]
    new = [one for one in found.story if one.signal is Signal.AGREED and not one.id]
    agreed += [(one.at, _agreed(found, one).policy) for one in new]
    past = sorted((one for one in agreed if one[0] <= at), key=lambda one: one[0])
    return past[-1][1] if past else None


def _late(one: Tell, now: datetime) -> int:
    return max(0, int((now - one.at).total_seconds()))


def _due(one: Tell) -> str | None:
    return None if one.due is None else iso(one.due)


def _met(found: Read, one: Tell, now: datetime) -> dict[str, Any]:
    spent = clock.used(one.clock, now, found.basis.calendars)
    return {"used": spent, "in_time": one.due is None}


def _breached(_found: Read, one: Tell, now: datetime) -> dict[str, Any]:
    return {"due": _due(one), "late_by": _late(one, now)}


def _warned(found: Read, one: Tell, now: datetime) -> dict[str, Any]:
    assert one.step is not None
    return {
        "percent": one.step.percent,
        "due": _due(one),
        "to": found.subject.recipients(one.step.tell, now),
        "late_by": _late(one, now),
    }


def _escalated(found: Read, one: Tell, now: datetime) -> dict[str, Any]:
    assert one.step is not None
    return {
        "level": one.step.level,
        "percent": one.step.percent,
        "to": found.subject.recipients(one.step.tell, now),
        "late_by": _late(one, now),
    }


FIELDS: Mapping[type[ClockStep], Callable[[Read, Tell, datetime], dict[str, Any]]] = {
    ClockMet: _met,
    ClockBreached: _breached,
    ClockWarned: _warned,
    ClockEscalated: _escalated,
}
