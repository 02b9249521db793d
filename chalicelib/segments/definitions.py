"""The definitions of all segments, as evaluation needs them: read once per change.

The version item changes with any definition; whoever evaluates reads it with the
customers' standings, so what is remembered of definitions is never stale.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..platform import store
from ..platform.context import Context
from ..platform.fact import frozen
from ..profiles import attributes
from . import conditions
from .conditions import Condition
from .model import SEGMENTS, VERSION_KEY, Segment, State
from .vocabulary import custom_field, source_of


@frozen
class Definition:
    """A segment's condition, read; `sources` are whose reads it needs."""

    id: str
    name: str
    defined: int
    condition: Condition
    sources: frozenset[str]


#: The version that was read last and what it stands for.
_remembered: tuple[str, tuple[Definition, ...]] = ("", ())


def everything(version: State | None) -> Sequence[Definition]:
    """Every definition as of a version item that was read just now."""
    global _remembered
    if version is None:
        return ()
    if _remembered[0] != version.data:
        _remembered = (str(version.data), tuple(map(definition, stored())))
    return _remembered[1]


def current() -> Sequence[Definition]:
    """Every definition now; one read while nothing changes."""
    return everything(store.get(State, *VERSION_KEY))


def changed(context: Context) -> store.Write:
    """The write that makes everybody read the definitions anew, for the change's transaction."""
    item = store.ref(State, *VERSION_KEY)
    return store.update("version", item, State.data.set(context.new_id()), condition=None)


def stored() -> list[Segment]:
    """Every segment's item (`flows.MOST_SEGMENTS` at most)."""
    return list(store.query(Segment, SEGMENTS))


def definition(item: Segment) -> Definition:
    """A stored segment, read."""
    return _read(item.id, item.name, int(item.defined), item.condition)


def unsaved(condition: Any) -> Definition:
    """A condition nobody saved yet. Raises `Invalid` naming the place in it."""
    check(condition)
    return _read("", "", 0, condition)


def check(condition: Any) -> None:
    """Whether a condition may be saved as things are. Raises `Invalid` naming the place in it.

    The custom fields there are, one read, are only looked at when it asks for any.
    """
    asked = conditions.facts_of(conditions.read(condition))
    if any(custom_field(fact) is not None for fact in asked):
        fields = {field.name: field.kind for field in attributes.declared().fields}
        conditions.read(condition, fields=fields)


def _read(segment_id: str, name: str, defined: int, source: Any) -> Definition:
    condition = conditions.read(source)
    return Definition(
        id=segment_id,
        name=name,
        defined=defined,
        condition=condition,
        sources=frozenset(source_of(fact) for fact in conditions.facts_of(condition)),
    )
