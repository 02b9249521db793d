"""Bringing the clocks of one subject up to date: its log, folded; what is new, told.

Called by `jobs`: by the reactor after every event that clocks hear, by the minute's schedule
for what is due, and for all open subjects after policies or calendars changed. It may run any
number of times, for any reason and in parallel: what is to be told is what the log does not
say yet, and two who find the same are told apart by the item's `turns`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ..calendars import flows as calendars
from ..events.clocks import (
    ClockBreached,
    ClockEscalated,
    ClockMet,
    ClockStep,
    ClockWarned,
    TermsAgreed,
)
from ..platform import eventlog, store
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.due import place
from ..platform.eventlog import EventItem, Recorded
from ..platform.fact import frozen
from . import clock, governing, rules
from .clock import Target
from .governing import Governing
from .model import CLOCKS, NOT_DUE, Clocks
from .plan import Plan, Tell, plan, shown, told
from .rules import Heard, Signal, Standing
from .subjects import Subject, of_kind
from .terms import from_json, to_json


@frozen
class Read:
    """A subject's log, and its clocks by it."""

    subject: Subject
    events: Sequence[Recorded]
    story: tuple[Heard, ...]
    standing: Standing


def log(subject: str) -> list[Recorded]:
    """Everything that happened to a subject, in the order of recording."""
    return [eventlog.recorded(item) for item in store.query(EventItem, subject)]


def read(subject: Subject, events: Sequence[Recorded], *, now: datetime) -> Read | None:
    """The clocks of a subject by its log; None where it tells of no such subject.

    Terms that are not agreed yet, or are others by now, are in the story without an id.
    """
    heard = subject.hears(events)
    if not any(one.signal is Signal.OPENED for one in heard):
        return None
    governs = governing.current()

    def decide(traits: Mapping[str, str | None], _at: datetime) -> Mapping[str, Target]:
        return governing.promised(governs.policies, traits)[1]

    story = tuple(rules.agreed(heard, decide))
    standing = rules.told(story, calendars.at_version, kinds=governs.kinds)
    wanted = decide(standing.traits, now)
    if _counts(standing) and wanted != standing.terms and not _older(wanted, governs, events):
        story = (*story, Heard(signal=Signal.AGREED, at=_latest(story, now), terms=wanted))
        standing = rules.told(story, calendars.at_version, kinds=governs.kinds)
    return Read(subject=subject, events=events, story=story, standing=standing)


def _older(wanted: Mapping[str, Target], governs: Governing, events: Sequence[Recorded]) -> bool:
    """Whether this process has not heard of the policies or calendars the subject goes by."""
    past = [event for event in events if event.name == TermsAgreed.name]
    if any(int(event.data["version"]) > governs.version for event in past):
        return True
    known = {
        target.counting.calendar: target.counting.version
        for event in past
        for target in from_json(event.data["terms"]).values()
    }
    return any(
        known.get(one.counting.calendar, 0) > one.counting.version for one in wanted.values()
    )


def _latest(story: Sequence[Heard], now: datetime) -> datetime:
    """Now, but not before anything that was heard: terms change after what came before them."""
    return max(now, story[-1].at)


def _counts(standing: Standing) -> bool:
    return standing.open or any(one.ended_at is None for one in standing.clocks.values())


def settle(kind: str, key: str, context: Context, *, first: Recorded | None = None) -> bool:
    """Tell what is new of a subject's clocks; True when anything was written.

    `first`: the event that began it, whose log nobody need read while it is all there is.
    """
    subject = of_kind(kind, key)
    if first is not None and _begun(subject, first, context):
        return True
    return store.run_again(lambda: _settled(subject, context))


def _begun(subject: Subject, first: Recorded, context: Context) -> bool:
    found = read(subject, [first], now=context.now)
    if found is None:
        return False
    try:
        store.commit(_writes(found, None, context))
    except store.ConditionFailed:
        return False  # not the first time: the log tells more
    return True


def _settled(subject: Subject, context: Context) -> bool:
    known = store.get(Clocks, subject.key, CLOCKS)
    found = read(subject, log(subject.log), now=context.now)
    if found is None:
        return False
    writes = _writes(found, known, context)
    store.commit(writes)
    return bool(writes)


def _writes(found: Read, known: Clocks | None, context: Context) -> list[store.Write]:
    """The item and the events of what is new; none where nothing is."""
    governs = governing.current()
    tells = plan(
        found.standing,
        told(found.events),
        governs.steps,
        calendars.at_version,
        now=context.now,
    )
    agreed = [one for one in found.story if one.signal is Signal.AGREED and not one.id]
    item = _item(found, tells, known, governs, context)
    told_now = [
        *(_agreed(found, one, governs, context) for one in agreed),
        *(_told(found, one, context) for one in tells.tell),
    ]
    if not told_now and known is not None and _same(item, known):
        return []
    unmoved = Clocks.pk.does_not_exist() if known is None else Clocks.turns == known.turns
    writes = [store.put("clocks", item, condition=unmoved), *told_now]
    return [*writes, *found.subject.acts(found, tells, context)]


def _item(
    found: Read, tells: Plan, known: Clocks | None, governs: Governing, context: Context
) -> Clocks:
    policy, _ = governing.promised(governs.policies, found.standing.traits)
    item = Clocks(
        found.subject.key,
        CLOCKS,
        policy=None if policy is None else policy.id,
        version=governs.version,
        clocks=shown(found.standing, calendars.at_version, now=context.now),
        turns=1 if known is None else int(known.turns) + 1,
    )
    if _counts(found.standing):
        item.due_shard, moment = place(found.subject.key, tells.next_at or context.now)
        item.due_at = moment if tells.next_at is not None else NOT_DUE
    return item


def _same(item: Clocks, known: Clocks) -> bool:
    names = ("policy", "clocks", "due_at")
    return all(getattr(item, name) == getattr(known, name) for name in names)


def _agreed(found: Read, one: Heard, governs: Governing, context: Context) -> store.Write:
    traits = _traits_then(found.story, one)
    policy, _ = governing.promised(governs.policies, traits)
    event = TermsAgreed(
        kept_under=found.subject.log,
        about=found.subject.key,
        policy=None if policy is None else policy.id,
        version=governs.version,
        terms=to_json(one.terms or {}),
        because=one.because,
    )
    return eventlog.record(event, context, at=one.at)


def _traits_then(story: Sequence[Heard], until: Heard) -> Mapping[str, str | None]:
    traits: dict[str, str | None] = {}
    for one in story:
        if one is until:
            break
        traits.update(one.traits or {})
    return traits


def _told(found: Read, one: Tell, context: Context) -> store.Write:
    late = max(0, int((context.now - one.at).total_seconds()))
    step, about = one.step, one.clock
    due = None if one.due is None else iso(one.due)
    fields: dict[type[ClockStep], dict[str, Any]] = {
        ClockMet: {
            "used": clock.used(about, context.now, calendars.at_version),
            "in_time": one.due is None,
        },
        ClockBreached: {"due": due, "late_by": late},
        ClockWarned: {"percent": step and step.percent, "due": due, "late_by": late},
        ClockEscalated: {
            "level": step and step.level,
            "percent": step and step.percent,
            "to": found.subject.recipients(step.tell, context.now) if step else (),
            "late_by": late,
        },
    }
    event: ClockStep = one.event(
        kept_under=found.subject.log,
        about=found.subject.key,
        clock=about.name,
        round=about.round,
        started_at=iso(about.started_at),
        target=about.target.seconds,
        **fields.get(one.event, {}),
    )
    return eventlog.record(event, context, at=one.at if one.event is ClockMet else None)
