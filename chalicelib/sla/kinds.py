"""Clocks of an organisation's own as they are stored and shown. Pure; for `governing`, `views`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .rules import Kind, Signal

#: Signals that mean the same for every subject; `agreed` is ours alone.
SIGNALS = tuple(signal.value for signal in Signal if signal is not Signal.AGREED)
MOVES = ("starts", "restarts", "meets", "cancels", "goes_on")


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
