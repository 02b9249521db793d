"""A set of policies as JSON, read and written: as it is stored, shown and tried. Pure.

Called by `governing`, `views` and `simulating`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .policies import Policy, Promise
from .rules import Kind, Signal
from .steps import Step

#: Signals that mean the same for every subject; `agreed` is ours alone.
SIGNALS = tuple(signal.value for signal in Signal if signal is not Signal.AGREED)
MOVES = ("starts", "restarts", "meets", "cancels", "goes_on")


def written(
    policies: Sequence[Policy], steps: Sequence[Step], clocks: Mapping[str, Kind]
) -> dict[str, Any]:
    """Policies, steps and the organisation's own clocks as JSON."""
    return {
        "policies": [policy_json(one) for one in policies],
        "steps": [step_json(one) for one in steps],
        "clocks": {name: kind_json(kind) for name, kind in clocks.items()},
    }


def read(told: Mapping[str, Any]) -> dict[str, Any]:
    """The reverse of `written`: those three by their names."""
    return {
        "policies": tuple(map(read_policy, told["policies"])),
        "steps": tuple(map(read_step, told["steps"])),
        "clocks": {name: read_kind(kind) for name, kind in told["clocks"].items()},
    }


def kind_json(kind: Kind) -> dict[str, Any]:
    """A clock's moves as JSON."""
    moves = {name: sorted(signal.value for signal in getattr(kind, name)) for name in MOVES}
    runs_while = None if kind.runs_while is None else sorted(kind.runs_while)
    return {**moves, "runs_while": runs_while, "once": kind.once}


def read_kind(told: Mapping[str, Any]) -> Kind:
    """The reverse of `kind_json`."""
    runs_while = told.get("runs_while")
    return Kind(
        **{name: frozenset(map(Signal, told.get(name) or ())) for name in MOVES},
        runs_while=None if runs_while is None else frozenset(runs_while),
        once=bool(told.get("once")),
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
