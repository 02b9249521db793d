"""The set of policies in force, and the ones before it.

Called by `flows` (what is promised now), `policies_api` (to read and change them) and `jobs`
(after a change). The defaults of `policies` and `steps` are version 0 and need not be stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from functools import partial
from typing import Any

from ..calendars import flows as calendars
from ..events.clocks import PoliciesChanged
from ..platform import eventlog, store, versions
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.errors import StaleRevision
from ..platform.fact import frozen
from ..platform.remembered import Remembered
from . import policies, steps
from .clock import Counting, Target
from .kinds import kind_json, read_kind
from .model import POLICIES, PolicySet
from .policies import Policy, Promise, Traits, chosen
from .rules import KINDS, Kind, Signal
from .steps import Step

#: Seconds a process goes by what it has read; what it missed is caught up with when a subject
#: is looked at again, and by `jobs` after every change.
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

    They raise `StaleRevision` where another was quicker.
    """
    on = wanted.version
    after = replace(wanted, version=on + 1, changed_at=iso(context.now), changed_by=context.actor)
    stale = StaleRevision("the policies were changed meanwhile", field="If-Match")
    return after, [
        *versions.replacing(partial(_item, after), on=on, error=stale),
        eventlog.record(PoliciesChanged(version=after.version), context),
    ]


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
        policies=[policy_json(rule) for rule in one.policies],
        steps=[step_json(step) for step in one.steps],
        clocks={name: kind_json(kind) for name, kind in one.clocks.items()},
        changed_at=one.changed_at,
        changed_by=one.changed_by,
    )


def _opened(item: PolicySet) -> Governing:
    return Governing(
        version=int(item.number),
        policies=tuple(map(read_policy, item.policies)),
        steps=tuple(map(read_step, item.steps)),
        clocks={name: read_kind(kind) for name, kind in item.clocks.items()},
        changed_at=item.changed_at,
        changed_by=item.changed_by,
    )


def policy_json(policy: Policy) -> dict[str, Any]:
    """A policy as JSON, as it is stored and shown."""
    return {
        "id": policy.id,
        "name": policy.name,
        "when": [{name: list(values) for name, values in one.items()} for one in policy.when],
        "promises": {
            name: {"seconds": one.seconds, "calendar": one.calendar, "then_open": one.then_open}
            for name, one in policy.promises.items()
        },
    }


def read_policy(told: Mapping[str, Any]) -> Policy:
    """The reverse of `policy_json`."""
    return Policy(
        id=told["id"],
        name=told["name"],
        when=tuple({name: tuple(values) for name, values in one.items()} for one in told["when"]),
        promises={name: Promise(**one) for name, one in told["promises"].items()},
    )


def step_json(step: Step) -> dict[str, Any]:
    """A step as JSON."""
    return {
        "percent": step.percent,
        "level": step.level,
        "tell": list(step.tell),
        "actions": dict(step.actions),
    }


def read_step(told: Mapping[str, Any]) -> Step:
    """The reverse of `step_json`."""
    return Step(
        percent=int(told["percent"]),
        level=int(told["level"]),
        tell=tuple(told["tell"]),
        actions=told["actions"],
    )
