"""Saved conditions over facts: reading them from JSON, and deciding them. Pure.

A condition is `{"all": […]}`, `{"any": […]}` or `{"none": […]}` over further
conditions and comparisons `{"fact": …, "op": …, "value": …}`. Used by `flows`
(what may be saved) and `judging` (who meets it).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ..language.dates import iso_day
from ..language.text import fold
from ..platform.clock import beginning_of
from ..platform.clock import parse as parse_instant
from ..platform.errors import Invalid
from ..platform.fact import frozen
from .vocabulary import Kind, custom_field, kind_of

DEEPEST = 5
MOST_COMPARISONS = 50
LONGEST_TEXT = 200
MOST_VALUES = 50
LARGEST = 20_000  # characters of its JSON: all definitions are read together
LARGEST_NUMBER = 10**15  # in VND more than there is; exact in every JSON reader
MOST_DAYS = 36_500

Facts = Mapping[str, Any]


@frozen
class Comparison:
    """One fact against one value, both in the form the operator wants."""

    fact: str
    op: str
    value: Any
    holds: Callable[[Any, Any, datetime], bool]


@frozen
class Group:
    """`how` is one of `GROUPS`."""

    how: str
    parts: tuple[Comparison | Group, ...]


Condition = Comparison | Group

#: How the parts of a group count.
GROUPS: dict[str, Callable[[Iterator[bool]], bool]] = {
    "all": all,
    "any": any,
    "none": lambda held: not any(held),
}


def meets(condition: Condition, facts: Facts, *, now: datetime) -> bool:
    """Whether a customer with these facts meets a condition at an instant.

    A fact that is not known meets only `ne`, `not_in` and `is_set: false`.
    """
    if isinstance(condition, Group):
        return GROUPS[condition.how](meets(part, facts, now=now) for part in condition.parts)
    return condition.holds(facts.get(condition.fact), condition.value, now)


def facts_of(condition: Condition) -> frozenset[str]:
    """The names of the facts a condition asks for."""
    if isinstance(condition, Comparison):
        return frozenset({condition.fact})
    return frozenset().union(*(facts_of(part) for part in condition.parts))


# ---------------------------------------------------------------- comparing


def _folded(value: Any) -> Any:
    return fold(value) if isinstance(value, str) else value


def _same(known: Any, wanted: Any, _now: datetime) -> bool:
    return known is not None and bool(_folded(known) == wanted)


def _among(known: Any, wanted: Any, _now: datetime) -> bool:
    return known is not None and _folded(known) in wanted


def _not(holds: Callable[[Any, Any, datetime], bool]) -> Callable[[Any, Any, datetime], bool]:
    return lambda known, wanted, now: not holds(known, wanted, now)


def _number(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any, datetime], bool]:
    def holds(known: Any, wanted: Any, _now: datetime) -> bool:
        return _is_number(known) and compare(known, wanted)

    return holds


def _in_text(known: Any, wanted: Any, _now: datetime) -> bool:
    return isinstance(known, str) and wanted in fold(known)


def _in_list(known: Any, wanted: Any, _now: datetime) -> bool:
    return wanted in {_folded(one) for one in known or ()}


def _any_in_list(known: Any, wanted: Any, _now: datetime) -> bool:
    return not {_folded(one) for one in known or ()}.isdisjoint(wanted)


def _older(known: Any, days: Any, now: datetime) -> bool:
    return known is not None and known < now - timedelta(days=days)


def _within(known: Any, days: Any, now: datetime) -> bool:
    return known is not None and now - timedelta(days=days) <= known <= now


def _before(known: Any, moment: Any, _now: datetime) -> bool:
    return bool(known is not None and known < moment)


def _after(known: Any, moment: Any, _now: datetime) -> bool:
    return bool(known is not None and known >= moment)


def _by_day(holds: Callable[[Any, Any, datetime], bool]) -> Callable[[Any, Any, datetime], bool]:
    """The same of a custom field, which keeps a day as text: it counts from when the day began."""

    def held(known: Any, wanted: Any, now: datetime) -> bool:
        day = iso_day(known) if isinstance(known, str) else None
        return day is not None and holds(beginning_of(day), wanted, now)

    return held


def _is_set(known: Any, wanted: Any, _now: datetime) -> bool:
    return bool((known not in (None, "", [], ())) == wanted)


# ------------------------------------------------------------------ reading


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _a_number(value: Any) -> Any:
    if not _is_number(value) or abs(value) > LARGEST_NUMBER:
        raise ValueError(f"a number up to {LARGEST_NUMBER} is wanted")
    return value


def _a_text(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TEXT:
        raise ValueError(f"a text of 1 to {LONGEST_TEXT} characters is wanted")
    folded = fold(value)
    if not folded:
        raise ValueError("blanks and lone accents are in every text")
    return folded


def _a_flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false is wanted")
    return value


def _days(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST_DAYS:
        raise ValueError(f"a number of days from 0 to {MOST_DAYS} is wanted")
    return value


def _a_moment(value: Any) -> datetime:
    if not isinstance(value, str):
        raise ValueError("a date or an instant (ISO 8601) is wanted")
    day = iso_day(value)
    return parse_instant(value) if day is None else beginning_of(day)


def _a_day(value: Any) -> str:
    day = iso_day(value) if isinstance(value, str) else None
    if day is None:
        raise ValueError("a date (YYYY-MM-DD) is wanted")
    return day.isoformat()


def _scalar(value: Any) -> Any:
    """What a custom field may hold: a flag, a number or a text, which a day is too."""
    if isinstance(value, bool):
        return _a_flag(value)
    return _a_text(value) if isinstance(value, str) else _a_number(value)


def _several(read: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, ...]]:
    def values(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list) or not 0 < len(value) <= MOST_VALUES:
            raise ValueError(f"a list of 1 to {MOST_VALUES} values is wanted")
        return tuple(read(one) for one in value)

    return values


@frozen
class Operator:
    """How a saved value is read (raises ValueError), and when it holds."""

    reads: Callable[[Any], Any]
    holds: Callable[[Any, Any, datetime], bool]


_SET = {"is_set": Operator(reads=_a_flag, holds=_is_set)}
_NUMBERS = {
    "gt": Operator(reads=_a_number, holds=_number(lambda known, wanted: known > wanted)),
    "gte": Operator(reads=_a_number, holds=_number(lambda known, wanted: known >= wanted)),
    "lt": Operator(reads=_a_number, holds=_number(lambda known, wanted: known < wanted)),
    "lte": Operator(reads=_a_number, holds=_number(lambda known, wanted: known <= wanted)),
}
_CONTAINS = {"contains": Operator(reads=_a_text, holds=_in_text)}


def _equality(read: Callable[[Any], Any]) -> dict[str, Operator]:
    return {
        "eq": Operator(reads=read, holds=_same),
        "ne": Operator(reads=read, holds=_not(_same)),
        "in": Operator(reads=_several(read), holds=_among),
        "not_in": Operator(reads=_several(read), holds=_not(_among)),
    }


_DATES = {
    "older_than_days": Operator(reads=_days, holds=_older),
    "within_days": Operator(reads=_days, holds=_within),
    "before": Operator(reads=_a_moment, holds=_before),
    "after": Operator(reads=_a_moment, holds=_after),
}
_DAYS = {name: replace(one, holds=_by_day(one.holds)) for name, one in _DATES.items()}

#: What may be asked of a custom field, by the kind it was declared with.
OF_FIELD: dict[str, dict[str, Operator]] = {
    "text": {**_equality(_a_text), **_CONTAINS, **_SET},
    "number": {**_equality(_a_number), **_NUMBERS, **_SET},
    "date": {**_equality(_a_day), **_DAYS, **_SET},
    "flag": {"eq": Operator(reads=_a_flag, holds=_same), **_SET},
    "choice": {**_equality(_a_text), **_SET},
}
#: What may be asked of a fact of each kind; of a custom field what any of them may be asked.
OPERATORS: dict[Kind, dict[str, Operator]] = {
    Kind.TEXT: {**_equality(_a_text), **_CONTAINS, **_SET},
    Kind.NUMBER: {**_equality(_a_number), **_NUMBERS, **_SET},
    Kind.FLAG: {"eq": Operator(reads=_a_flag, holds=_same), **_SET},
    Kind.DATE: {**_DATES, **_SET},
    Kind.LIST: {
        "contains": Operator(reads=_a_text, holds=_in_list),
        "contains_any": Operator(reads=_several(_a_text), holds=_any_in_list),
        **_SET,
    },
    Kind.CUSTOM: {**_equality(_scalar), **_NUMBERS, **_CONTAINS, **_DAYS, **_SET},
}


def read(
    source: Any, *, path: str = "condition", fields: Mapping[str, str] | None = None
) -> Condition:
    """A condition from its JSON. Raises `Invalid` naming the place (`condition.all[1].op`).

    `fields`: the custom fields there are, name → kind. They are held against what people
    send; what was saved stays readable whatever becomes of a field.
    """
    found = _Reading(fields).condition(source, path, 1)
    if len(json.dumps(source, ensure_ascii=False)) > LARGEST:
        raise Invalid(f"more than {LARGEST} characters", field=path)
    return found


class _Reading:
    """One pass over a condition's JSON; counts its comparisons."""

    def __init__(self, fields: Mapping[str, str] | None) -> None:
        self._comparisons = 0
        self._fields = fields

    def condition(self, source: Any, path: str, depth: int) -> Condition:
        if not isinstance(source, Mapping):
            raise Invalid("an object is wanted", field=path)
        if depth > DEEPEST:
            raise Invalid(f"more than {DEEPEST} levels deep", field=path)
        hows = [how for how in GROUPS if how in source]
        if not hows:
            return self._comparison(source, path)
        _only(source, hows[:1], path)
        how = hows[0]
        return Group(how=how, parts=tuple(self._parts(source[how], f"{path}.{how}", depth)))

    def _parts(self, source: Any, path: str, depth: int) -> Iterator[Condition]:
        if not isinstance(source, Sequence) or isinstance(source, str) or not source:
            raise Invalid("a list of at least one condition is wanted", field=path)
        for index, part in enumerate(source):
            yield self.condition(part, f"{path}[{index}]", depth + 1)

    def _comparison(self, source: Mapping[str, Any], path: str) -> Comparison:
        self._comparisons += 1
        if self._comparisons > MOST_COMPARISONS:
            raise Invalid(f"more than {MOST_COMPARISONS} comparisons", field=path)
        _only(source, ("fact", "op", "value"), path)
        fact, op = source.get("fact"), source.get("op")
        kind, known = self._asked(fact, f"{path}.fact")
        if not isinstance(op, str) or op not in known:
            raise Invalid(f"for a {kind} one of {', '.join(known)}", field=f"{path}.op")
        try:
            value = known[op].reads(source.get("value"))
        except (ValueError, OverflowError) as error:
            raise Invalid(str(error), field=f"{path}.value") from None
        return Comparison(fact=str(fact), op=op, value=value, holds=known[op].holds)

    def _asked(self, fact: Any, path: str) -> tuple[str, Mapping[str, Operator]]:
        """The kind of a fact and what it may be asked."""
        kind = kind_of(fact) if isinstance(fact, str) else None
        if kind is None:
            raise Invalid("no such fact; GET /v1/segments/facts has them", field=path)
        if kind is not Kind.CUSTOM or self._fields is None:
            return kind, OPERATORS[kind]
        declared = self._fields.get(custom_field(fact) or "")
        if declared is None:
            raise Invalid("no such custom field; GET /v1/profile-fields has them", field=path)
        return declared, OF_FIELD[declared]


def _only(source: Mapping[str, Any], names: Sequence[str], path: str) -> None:
    for name in source:
        if name not in names:
            raise Invalid("not wanted here", field=f"{path}.{name}")
