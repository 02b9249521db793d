"""The set of policies in force, and the ones before it.

Called by `flows` (what is promised now), `api` (to read and change them) and `reacting`
(what the promises listen to). The defaults of `policies` and `steps` are version 0 and need not
be stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from functools import partial

from ..calendars import flows as calendars
from ..events.clocks import PoliciesChanged
from ..platform import eventlog, store, versions
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.errors import Invalid, StaleRevision
from ..platform.fact import frozen
from ..platform.remembered import Remembered
from . import policies, steps
from .clock import Counting, Target
from .model import POLICIES, PolicySet
from .policies import Policy, Promise, Traits, chosen
from .reading import read, read_kind, written
from .rules import KINDS, Kind, Signal
from .steps import Step

#: Seconds a process goes by what it has read; what it missed is caught up with when a subject
#: is looked at again, and by `walking` after every change.
FRESH = 20.0
FOR_EVER = 86_400.0  # a version never changes


@frozen
class Governing:
    """A set of policies and steps under its version; `clocks`: those of the organisation's own."""

    version: int
    policies: tuple[Policy, ...]
    steps: tuple[Step, ...]
    clocks: Mapping[str, Kind] = field(default_factory=dict)
    changed_at: str | None = None
    changed_by: str | None = None

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """All clocks there are."""
        return {**KINDS, **self.clocks}

    @property
    def listens_to(self) -> frozenset[Signal]:
        """All that moves a clock for which anything is promised to anybody."""
        promised = {name for policy in self.policies for name in policy.promises}
        return frozenset(signal for name in promised for signal in self.kinds[name].hears)


DEFAULT = Governing(version=0, policies=policies.DEFAULTS, steps=steps.DEFAULTS)

_current: Remembered[Governing] = Remembered(FRESH, most=1)
_versions: Remembered[Governing] = Remembered(FOR_EVER, most=32)


def current() -> Governing:
    """The set in force, as it was some seconds ago at most."""
    return _current.get(POLICIES, latest) or DEFAULT


def forget() -> None:
    """Read the set anew next time: it was changed here."""
    _current.forget()
    _versions.forget()


def latest() -> Governing:
    """The set in force now."""
    found = versions.latest(PolicySet, POLICIES)
    return DEFAULT if found is None else _opened(found)


def of_version(number: int) -> Governing:
    """A set that was or is in force. Raises `versions.NoSuchVersion`."""
    found = _versions.get(number, lambda: _kept(number))
    if found is None:
        raise versions.NoSuchVersion(field="version")
    return found


def _kept(number: int) -> Governing | None:
    if number == DEFAULT.version:
        return DEFAULT
    found = versions.kept(PolicySet, POLICIES, number)
    return None if found is None else _opened(found)


def replaced(wanted: Governing, context: Context) -> tuple[Governing, list[store.Write]]:
    """A set in the place of the one whose version it has, and the writes that make it so.

    They raise `StaleRevision` where another was quicker. Raises `Invalid` where a clock would
    mean something else than it ever did: logs are folded by what its name means now.
    """
    _check_meanings(wanted)
    on = wanted.version
    after = replace(wanted, version=on + 1, changed_at=iso(context.now), changed_by=context.actor)
    stale = StaleRevision("the policies were changed meanwhile", field="If-Match")
    return after, [
        *versions.replacing(partial(_item, after), on=on, error=stale),
        eventlog.record(PoliciesChanged(version=after.version), context),
    ]


def _check_meanings(wanted: Governing) -> None:
    known = of_version(wanted.version).clocks
    new = {name: kind for name, kind in wanted.clocks.items() if known.get(name) != kind}
    if not new:
        return
    for item in store.query(PolicySet, POLICIES, prefix=versions.VERSION):
        for name in new.keys() & item.clocks.keys():
            if read_kind(item.clocks[name]) != new[name]:
                told = "promises were made under this name: call what means something else anew"
                raise Invalid(told, field=f"clocks.{name}")


def promised(rules: Sequence[Policy], traits: Traits) -> tuple[Policy | None, dict[str, Target]]:
    """The rule for these traits and its promises, by the calendars as they are now."""
    policy = chosen(rules, traits)
    if policy is None:
        return None, {}
    return policy, {name: target(promise) for name, promise in policy.promises.items()}


def target(promise: Promise) -> Target:
    """A promise with the versions of its calendars."""
    hours = promise.then_open
    return Target(
        seconds=promise.seconds,
        counting=_counting(promise.calendar),
        then_open=None if hours is None else _counting(hours),
    )


def _counting(calendar_id: str) -> Counting:
    return Counting(calendar=calendar_id, version=calendars.of(calendar_id).version)


# ------------------------------------------------------------------ as stored


def _item(one: Governing, sk: str) -> PolicySet:
    return PolicySet(
        POLICIES,
        sk,
        number=one.version,
        **written(one.policies, one.steps, one.clocks),
        changed_at=one.changed_at,
        changed_by=one.changed_by,
    )


def _opened(item: PolicySet) -> Governing:
    return Governing(
        version=int(item.number),
        **read({"policies": item.policies, "steps": item.steps, "clocks": item.clocks}),
        changed_at=item.changed_at,
        changed_by=item.changed_by,
    )
